import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers, pageOf } from '../schemas/answer.ts';
import { idParams, NoQuery, pageQuery, strict } from '../schemas/parts.ts';
import type { Doors } from './doors.ts';

const tags = ['Branches'];

export const branchRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.get(
    '/v1/projects/:id/branches',
    {
      config: { action: 'branch.read' },
      schema: {
        operationId: 'listBranches',
        summary: 'List the branches of a project',
        tags,
        params: idParams('project'),
        querystring: strict(pageQuery),
        response: answers({ 200: { description: 'A page.', schema: pageOf('Branch'), headers: ['Link'] } }, [
          'invalid_cursor',
          'not_found',
        ]),
      },
    },
    async (request, reply) => {
      const page = pageRequestOf(request.query);
      return withNextLink(request, reply, await domain.branches.list(request.actor, request.params.id, page));
    },
  );

  app.get(
    '/v1/branches/:id',
    {
      config: { action: 'branch.read' },
      schema: {
        operationId: 'getBranch',
        summary: 'Show a branch',
        tags,
        params: idParams('branch'),
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: { $ref: 'Branch#' } } }, ['not_found']),
      },
    },
    async (request) => domain.branches.get(request.actor, request.params.id),
  );

  app.get(
    '/v1/branches/:id/timeline',
    {
      config: { action: 'branch.read' },
      schema: {
        operationId: 'getTimeline',
        summary: 'Show what a branch can be restored to',
        description: 'Every instant in the restore window, and every available snapshot.',
        tags,
        params: idParams('branch'),
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: { $ref: 'Timeline#' } } }, ['not_found']),
      },
    },
    async (request) => domain.branches.timeline(request.actor, request.params.id),
  );
};
