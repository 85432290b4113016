import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { takesBodyOrNone, takesNoBody } from '../body.ts';
import { withEtag } from '../etag.ts';
import { optionsOf } from '../idempotency.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers, pageOf, withBody, withKey } from '../schemas/answer.ts';
import { CreateHeaders, idParams, NoQuery, pageQuery, strict } from '../schemas/parts.ts';
import { ListFiringsQuery, PausePolicy } from '../schemas/policies.ts';
import type { Doors } from './doors.ts';

const tags = ['Policies'];
const one = { $ref: 'Policy#' };
const params = idParams('policy');

export const policyLifeRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/policies/:id/pause',
    {
      preValidation: takesBodyOrNone,
      config: { action: 'policy.write' },
      schema: {
        operationId: 'pausePolicy',
        summary: 'Let a policy fire nothing for a while',
        description:
          'What would have been due meanwhile is neither missed nor repaired, and nothing is expired because of it. `run` still works. A ' +
          'pause makes no new version; one that is paused gets the new end. What only policies cover whose pause has no end is at risk.',
        tags,
        params,
        querystring: NoQuery,
        headers: CreateHeaders,
        body: PausePolicy,
        response: answers({ 200: { description: 'Paused.', schema: one, headers: ['ETag'] } }, [
          ...withBody,
          ...withKey,
          'not_found',
          'invalid_instant',
          'pause_out_of_range',
          'version_stale',
        ]),
      },
    },
    async (request, reply) => {
      const input = { ...request.body, id: request.params.id };
      return withEtag(reply, await domain.policies.pause(request.actor, input, optionsOf(request)));
    },
  );

  app.post(
    '/v1/policies/:id/resume',
    {
      preHandler: takesNoBody,
      config: { action: 'policy.write' },
      schema: {
        operationId: 'resumePolicy',
        summary: 'Let a paused policy fire again',
        description: 'First at its next instant after now.',
        tags,
        params,
        querystring: NoQuery,
        headers: CreateHeaders,
        response: answers({ 200: { description: 'Resumed.', schema: one, headers: ['ETag'] } }, [
          ...withBody,
          ...withKey,
          'not_found',
          'transition_refused',
          'version_stale',
        ]),
      },
    },
    async (request, reply) =>
      withEtag(reply, await domain.policies.resume(request.actor, request.params.id, optionsOf(request))),
  );

  app.get(
    '/v1/policies/:id/versions',
    {
      config: { action: 'policy.read' },
      schema: {
        operationId: 'listPolicyVersions',
        summary: "List a policy's versions",
        tags,
        params,
        querystring: strict(pageQuery),
        response: answers({ 200: { description: 'A page.', schema: pageOf('PolicyVersion'), headers: ['Link'] } }, [
          'not_found',
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) => {
      const page = await domain.policies.versions(request.actor, request.params.id, pageRequestOf(request.query));
      return withNextLink(request, reply, page);
    },
  );

  app.get(
    '/v1/firings',
    {
      config: { action: 'firing.read' },
      schema: {
        operationId: 'listFirings',
        summary: 'List what schedules have fired',
        tags,
        querystring: ListFiringsQuery,
        response: answers({ 200: { description: 'A page.', schema: pageOf('Firing'), headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const page = pageRequestOf({ limit, cursor });
      return withNextLink(request, reply, await domain.firings.list(request.actor, filter, page));
    },
  );
};
