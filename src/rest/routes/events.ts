import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { TSchema } from 'typebox';
import { eventStreamType, sendEvents, type StreamOptions } from '../event-stream.ts';
import { answers } from '../schemas/answer.ts';
import {
  EventsHeaders,
  EventsQuery,
  Events,
  readTopics,
  RestoreEvents,
  RestoreEventsQuery,
} from '../schemas/events.ts';
import { idParams } from '../schemas/parts.ts';
import type { Doors } from './doors.ts';

const tags = ['Events'];
const resuming =
  'To go on where it was cut, send the id of the last event as `Last-Event-ID` or `after`: nothing of the history is missed. A line that is ' +
  'no event comes every 15 seconds. Who reads too slowly is cut off, and so is who may not read any more.';

export const eventRoutes: FastifyPluginAsyncTypebox<Doors & { readonly streams: StreamOptions }> = async (
  app,
  { domain, streams },
) => {
  app.get(
    '/v1/events',
    {
      exposeHeadRoute: false,
      config: { action: 'event.read', streams: true },
      schema: {
        operationId: 'streamEvents',
        summary: 'Follow what changes',
        description: `Restores, snapshots, the states of branches, jobs and the audit history of the team, as they change. ${resuming}`,
        tags,
        querystring: EventsQuery,
        headers: EventsHeaders,
        response: answers(openedAs(Events), ['invalid_cursor', 'events_gone', 'too_many_streams']),
      },
    },
    async (request, reply) => {
      const { topics, projectId } = request.query;
      const input = { topics: readTopics(topics), projectId, after: afterOf(request) };
      return sendEvents(request, reply, streams, (reader) => domain.streams.events(request.actor, input, reader));
    },
  );

  app.get(
    '/v1/restores/:id/events',
    {
      exposeHeadRoute: false,
      config: { action: 'restore.read', streams: true },
      schema: {
        operationId: 'streamRestore',
        summary: 'Follow a restore',
        description: `Its present state, and again whenever that has changed, each step of it included. ${resuming}`,
        tags,
        params: idParams('restore'),
        querystring: RestoreEventsQuery,
        headers: EventsHeaders,
        response: answers(openedAs(RestoreEvents), ['not_found', 'invalid_cursor', 'events_gone', 'too_many_streams']),
      },
    },
    async (request, reply) => {
      const input = { id: request.params.id, after: afterOf(request) };
      return sendEvents(request, reply, streams, (reader) => domain.streams.restore(request.actor, input, reader));
    },
  );
};

function openedAs(schema: TSchema) {
  return { 200: { description: 'Until it is cut off.', types: { [eventStreamType]: schema } } };
}

interface Resuming {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly query: { readonly after?: number };
}

/** A browser that connects again sends the same address, and what it has seen since in the header. */
function afterOf({ headers, query }: Resuming): number | undefined {
  const last = headers['last-event-id'];
  return typeof last === 'string' ? Number(last) : query.after;
}
