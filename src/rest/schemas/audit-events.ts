import { Type } from 'typebox';
import type { AuditEventView } from '../../domain/index.ts';
import { answer, at, integer, orNull, text, words } from './answer.ts';
import { id, instant, pageQuery, strict } from './parts.ts';

export const ListAuditEventsQuery = strict({
  ...pageQuery,
  subjectId: Type.Optional(id('About this resource only.')),
  action: Type.Optional(Type.String({ description: 'Of this action only, such as snapshot.requested.' })),
  actorId: Type.Optional(id('By this actor only.')),
  since: Type.Optional(instant('Not before.')),
  until: Type.Optional(instant('Before.')),
});

export const AuditEvent = answer<AuditEventView>()('AuditEvent', 'Who did what. It cannot be changed or removed.', {
  id: text('evt_...'),
  sequence: integer("Its place in the team's chain, from 1."),
  at: at('When it happened.'),
  actor: Type.Object({
    kind: words({ person: true, service: true, scheduler: true }, 'Who did it.'),
    id: text('The API key, or `scheduler`.'),
  }),
  action: text('Such as snapshot.requested.'),
  subject: Type.Object({ kind: text('Such as snapshot.'), id: text('Of the resource.') }),
  requestId: orNull(text('The X-Request-Id of the request; null for work.')),
  sourceAddress: orNull(text('Where the request came from.')),
  details: Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    additionalProperties: true,
    description: 'What is particular to the action.',
  }),
  previousHash: text('Of the event before, in hexadecimal.'),
  hash: text('Over this event and the one before, in hexadecimal.'),
});
