// Owns pages over HTTP: `limit` and `cursor` in, `nextCursor` and the `Link` to the next page out.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Page, PageRequest } from '../domain/index.ts';

const limitDefault = 50;

export function pageRequestOf(query: { limit?: number | undefined; cursor?: string | undefined }): PageRequest {
  return { limit: query.limit ?? limitDefault, cursor: query.cursor };
}

/** The page, with a link to the next one: the same list and filters, from its cursor on. */
export function withNextLink<P extends Pick<Page<unknown>, 'nextCursor'>>(
  request: FastifyRequest,
  reply: FastifyReply,
  page: P,
): P {
  if (page.nextCursor === null) return page;
  const [path = '', ...rest] = request.url.split('?');
  const query = new URLSearchParams(rest.join('?'));
  query.set('cursor', page.nextCursor);
  reply.header('link', `<${path}?${query.toString()}>; rel="next"`);
  return page;
}
