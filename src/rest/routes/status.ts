import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers } from '../schemas/answer.ts';
import { idParams, NoQuery } from '../schemas/parts.ts';
import { ListStatusQuery } from '../schemas/status.ts';
import type { Doors } from './doors.ts';

const tags = ['Status'];

export const statusRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.get(
    '/v1/status',
    {
      config: { action: 'status.read' },
      schema: {
        operationId: 'getTeamStatus',
        summary: 'Show which branches are late, missing or at risk',
        description:
          'How many covered branches are how, and those that are not ok. They are looked at every 30 seconds; ages are as of now.',
        tags,
        querystring: ListStatusQuery,
        response: answers({ 200: { description: 'A page.', schema: { $ref: 'TeamStatus#' }, headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const page = pageRequestOf({ limit, cursor });
      return withNextLink(request, reply, await domain.status.team(request.actor, filter, page));
    },
  );

  app.get(
    '/v1/branches/:id/status',
    {
      config: { action: 'status.read' },
      schema: {
        operationId: 'getBranchStatus',
        summary: 'Show whether what was promised of a branch is there',
        description: 'Judged at this moment.',
        tags,
        params: idParams('branch'),
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: { $ref: 'BranchStatus#' } } }, ['not_found']),
      },
    },
    async (request) => domain.status.branch(request.actor, request.params.id),
  );
};
