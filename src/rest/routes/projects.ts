import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { neonNotNow } from '../../core/errors.ts';
import { takesNoBody } from '../body.ts';
import { changeFrom, patchTypes, withEtag } from '../etag.ts';
import { optionsOf } from '../idempotency.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { settle } from '../prefer.ts';
import { answers, pageOf, withBody, withKey } from '../schemas/answer.ts';
import { ChangeHeaders, CreateHeaders, idParams, NoQuery, WorkHeaders } from '../schemas/parts.ts';
import { ListProjectsQuery, readLabelTexts, RegisterProject, UpdateProject } from '../schemas/projects.ts';
import type { Doors } from './doors.ts';

const tags = ['Projects'];
const one = { $ref: 'Project#' };
const params = idParams('project');

export const projectRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/projects',
    {
      config: { action: 'project.register' },
      schema: {
        operationId: 'registerProject',
        summary: 'Register a Neon project',
        description: 'Its branches are mirrored before the answer. Nothing is changed in Neon.',
        tags,
        querystring: NoQuery,
        headers: CreateHeaders,
        body: RegisterProject,
        response: answers({ 201: { description: 'Registered.', schema: one, headers: ['ETag', 'Location'] } }, [
          ...withBody,
          ...withKey,
          'not_found',
          'project_already_registered',
          'neon_project_not_found',
          'credential_refused',
          'neon_refused',
          ...neonNotNow,
        ]),
      },
    },
    async (request, reply) => {
      const project = await domain.projects.register(request.actor, request.body, optionsOf(request));
      reply.code(201).header('location', `/v1/projects/${project.id}`);
      return withEtag(reply, project);
    },
  );

  app.get(
    '/v1/projects',
    {
      config: { action: 'project.read' },
      schema: {
        operationId: 'listProjects',
        summary: 'List registered projects',
        tags,
        querystring: ListProjectsQuery,
        response: answers({ 200: { description: 'A page.', schema: pageOf('Project'), headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) => {
      const { label, ...page } = request.query;
      const filter = label ? { labels: readLabelTexts(label) } : {};
      return withNextLink(request, reply, await domain.projects.list(request.actor, filter, pageRequestOf(page)));
    },
  );

  app.get(
    '/v1/projects/:id',
    {
      config: { action: 'project.read' },
      schema: {
        operationId: 'getProject',
        summary: 'Show a project',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: one, headers: ['ETag'] } }, ['not_found']),
      },
    },
    async (request, reply) => withEtag(reply, await domain.projects.get(request.actor, request.params.id)),
  );

  app.patch(
    '/v1/projects/:id',
    {
      config: { action: 'project.write' },
      schema: {
        operationId: 'updateProject',
        consumes: patchTypes,
        summary: 'Change labels, limits and maintenance windows',
        description:
          'A merge-patch: null removes a label, or brings the limit of the plan back. The answer says what fires next in the project.',
        tags,
        params,
        querystring: NoQuery,
        headers: ChangeHeaders,
        body: UpdateProject,
        response: answers({ 200: { description: 'Changed.', schema: { $ref: 'ProjectChange#' }, headers: ['ETag'] } }, [
          ...withBody,
          'if_match_required',
          'not_found',
          'version_stale',
          'name_taken',
          'invalid_instant',
          'invalid_cron',
          'invalid_time_zone',
          'maintenance_window_out_of_range',
        ]),
      },
    },
    async (request, reply) =>
      changeFrom(request.headers['if-match'], reply, (version) =>
        domain.projects.update(request.actor, { ...request.body, id: request.params.id, version }),
      ),
  );

  app.delete(
    '/v1/projects/:id',
    {
      preHandler: takesNoBody,
      config: { action: 'project.register' },
      schema: {
        operationId: 'removeProject',
        summary: 'Forget a registration',
        description: 'Nothing is removed in Neon. Refused while policies select it or work is under way.',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 204: { description: 'Forgotten.' } }, [
          ...withBody,
          'not_found',
          'project_in_use',
          'project_busy',
          'version_stale',
        ]),
      },
    },
    async (request, reply) => {
      await domain.projects.remove(request.actor, request.params.id);
      return reply.code(204).send();
    },
  );

  const synced = { schema: one, headers: ['ETag', 'Location', 'Preference-Applied'] } as const;
  app.post(
    '/v1/projects/:id/sync',
    {
      preHandler: takesNoBody,
      config: { action: 'project.sync' },
      schema: {
        operationId: 'syncProject',
        summary: 'Compare the mirror with Neon now',
        description: 'It has ended once `syncedAt` has moved.',
        tags,
        params,
        querystring: NoQuery,
        headers: WorkHeaders,
        response: answers(
          {
            200: { description: 'Compared, in the time that was preferred.', ...synced },
            202: { description: 'Promised.', ...synced },
          },
          ['not_found', 'project_gone', ...withBody, ...withKey],
        ),
      },
    },
    async (request, reply) => {
      const { actor } = request;
      const first = await domain.projects.requestSync(actor, request.params.id, optionsOf(request));
      reply.header('location', `/v1/projects/${first.id}`);
      const look = () => domain.projects.get(actor, first.id);
      const hasEnded = (view: typeof first) => view.syncedAt !== first.syncedAt;
      return withEtag(reply, await settle(request, reply, first, { look, hasEnded }));
    },
  );
};
