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

export const ExportAuditEventsQuery = strict({
  format: Type.Optional(words({ ndjson: true, csv: true }, 'Default: ndjson.')),
  since: Type.Optional(instant('From the first event that is not before.')),
  until: Type.Optional(instant('To the last event before.')),
});

export const ExportedEvents = text('An event a line.');

const change = (description: string) =>
  orNull(Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description }));

export const AuditEvent = answer<AuditEventView>()('AuditEvent', 'Who did what. It cannot be changed or removed.', {
  form: integer('How it was hashed: 1, or 2 since before and after are told.'),
  id: text('evt_...'),
  teamId: text('Whose chain it is of.'),
  sequence: integer("Its place in the team's chain, from 1."),
  at: at('When it happened.'),
  actor: Type.Object({
    kind: words({ person: true, service: true, scheduler: true }, 'Who did it.'),
    id: text('The API key, or `scheduler`.'),
    label: orNull(text('The prefix of the key, or the subject of the token; null where there is none.')),
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
  before: change('What a change changed from; null where there was nothing, or nothing changed.'),
  after: change('What it changed to.'),
  previousHash: text('Of the event before, in hexadecimal.'),
  hash: text('Over this event and the one before, in hexadecimal.'),
});
