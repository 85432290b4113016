import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers, pageOf } from '../schemas/answer.ts';
import { ListAuditEventsQuery } from '../schemas/audit-events.ts';
import type { Doors } from './doors.ts';

export const auditEventRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.get(
    '/v1/audit-events',
    {
      config: { action: 'audit.read' },
      schema: {
        operationId: 'listAuditEvents',
        summary: 'Read who did what',
        tags: ['Audit'],
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
};
