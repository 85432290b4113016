// Owns answers whose JSON the database has written: they are passed on as they are, and neither read nor written again.

import type { FastifyReply } from 'fastify';
import type { Page, WrittenView } from '../domain/index.ts';

export function sendWritten(reply: FastifyReply, { json }: Pick<WrittenView, 'json'>): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(json);
}

export function sendPage(reply: FastifyReply, { items, nextCursor }: Page<WrittenView>): FastifyReply {
  const list = items.map(({ json }) => json).join(',');
  return sendWritten(reply, { json: `{"items":[${list}],"nextCursor":${JSON.stringify(nextCursor)}}` });
}
