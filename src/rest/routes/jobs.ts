import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers, pageOf } from '../schemas/answer.ts';
import { ListJobsQuery } from '../schemas/jobs.ts';
import { idParams, NoQuery } from '../schemas/parts.ts';
import type { Doors } from './doors.ts';

const tags = ['Jobs'];

export const jobRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.get(
    '/v1/jobs',
    {
      config: { action: 'job.read' },
      schema: {
        operationId: 'listJobs',
        summary: 'List jobs',
        description:
          'What is promised, under way and done, and why each waits. A job is forgotten 30 days after it ended.',
        tags,
        querystring: ListJobsQuery,
        response: answers({ 200: { description: 'A page.', schema: pageOf('Job'), headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const page = pageRequestOf({ limit, cursor });
      return withNextLink(request, reply, await domain.jobs.list(request.actor, filter, page));
    },
  );

  app.get(
    '/v1/jobs/:id',
    {
      config: { action: 'job.read' },
      schema: {
        operationId: 'getJob',
        summary: 'Show a job with its attempts',
        tags,
        params: idParams('job'),
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: { $ref: 'JobWithAttempts#' } } }, [
          'not_found',
        ]),
      },
    },
    async (request) => domain.jobs.get(request.actor, request.params.id),
  );
};
