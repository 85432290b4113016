import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { exportStream, exportTypes } from '../audit-export.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers, pageOf } from '../schemas/answer.ts';
import { ExportAuditEventsQuery, ExportedEvents, ListAuditEventsQuery } from '../schemas/audit-events.ts';
import type { Doors } from './doors.ts';

const tags = ['Audit'];

export const auditEventRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.get(
    '/v1/audit-events',
    {
      config: { action: 'audit.read' },
      schema: {
        operationId: 'listAuditEvents',
        summary: 'Read who did what',
        tags,
        querystring: ListAuditEventsQuery,
        response: answers({ 200: { description: 'A page.', schema: pageOf('AuditEvent'), headers: ['Link'] } }, [
          'invalid_cursor',
          'invalid_instant',
        ]),
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const page = pageRequestOf({ limit, cursor });
      return withNextLink(request, reply, await domain.audit.list(request.actor, filter, page));
    },
  );

  app.get(
    '/v1/audit-events/export',
    {
      // HEAD would read all of it for nobody.
      exposeHeadRoute: false,
      config: { action: 'audit.read', streams: true },
      schema: {
        operationId: 'exportAuditEvents',
        summary: 'Take the audit history away',
        description:
          'The chain without gaps, oldest first, up to its head of this moment; `since` and `until` choose its first and last event. Of any ' +
          'size, written as it is read; one that cannot be written to its end is cut off. `npm run verify-audit` checks the lines of ' +
          '`ndjson`, and shows where somebody has removed events. ' +
          'In CSV a text that a spreadsheet would take for a formula begins with an apostrophe.',
        tags,
        querystring: ExportAuditEventsQuery,
        response: answers(
          {
            200: {
              description: 'Lines of JSON, each an AuditEvent; or CSV.',
              types: { [exportTypes.ndjson]: ExportedEvents, 'text/csv': ExportedEvents },
            },
          },
          ['invalid_instant'],
        ),
      },
    },
    async (request, reply) => {
      const { format = 'ndjson', ...bounds } = request.query;
      const { teamId, from, to, events } = await domain.audit.export(request.actor, bounds);
      const name = `audit-${teamId}-${from ?? 0}-${to ?? 0}.${format}`.replaceAll(/[^\w.-]/g, '_');
      return reply
        .type(exportTypes[format])
        .header('content-disposition', `attachment; filename="${name}"`)
        .header('cache-control', 'no-store')
        .send(exportStream(events, format, app.closing));
    },
  );
};
