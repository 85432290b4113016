import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { takesNoBody } from '../body.ts';
import { changeFrom, patchTypes, versionIn, withEtag } from '../etag.ts';
import { optionsOf } from '../idempotency.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { settle } from '../prefer.ts';
import { answers, pageOf, withBody, withKey } from '../schemas/answer.ts';
import {
  ChangeHeaders,
  DeleteHeaders,
  CreateHeaders,
  idParams,
  NoQuery,
  pageQuery,
  strict,
  WorkHeaders,
} from '../schemas/parts.ts';
import { CreatePolicy, DeletePolicyQuery, PolicyRun, UpdatePolicy } from '../schemas/policies.ts';
import type { Doors } from './doors.ts';
import { areTaken, lookAtSnapshots } from './snapshot-work.ts';

const tags = ['Policies'];
const one = { $ref: 'Policy#' };
const params = idParams('policy');
/** What a form of a policy may be refused with. */
export const refusedForms = [
  'not_found',
  'name_taken',
  'invalid_cron',
  'invalid_time_zone',
  'invalid_duration',
  'retention_keeps_nothing',
  'lock_too_short',
  'lock_too_long',
  'delegation_impossible',
] as const;
export const beyondCap = ['snapshot_cap_exceeded', 'branch_cap_exceeded'] as const;

export const policyRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/policies',
    {
      config: { action: 'policy.write' },
      schema: {
        operationId: 'createPolicy',
        summary: 'Make a policy',
        tags,
        querystring: NoQuery,
        headers: CreateHeaders,
        body: CreatePolicy,
        response: answers({ 201: { description: 'Made.', schema: one, headers: ['ETag', 'Location'] } }, [
          ...withBody,
          ...withKey,
          ...refusedForms,
          ...beyondCap,
        ]),
      },
    },
    async (request, reply) => {
      const policy = await domain.policies.create(request.actor, request.body, optionsOf(request));
      reply.code(201).header('location', `/v1/policies/${policy.id}`);
      return withEtag(reply, policy);
    },
  );

  app.get(
    '/v1/policies',
    {
      config: { action: 'policy.read' },
      schema: {
        operationId: 'listPolicies',
        summary: 'List policies',
        tags,
        querystring: strict(pageQuery),
        response: answers({ 200: { description: 'A page.', schema: pageOf('Policy'), headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) =>
      withNextLink(request, reply, await domain.policies.list(request.actor, pageRequestOf(request.query))),
  );

  app.get(
    '/v1/policies/:id',
    {
      config: { action: 'policy.read' },
      schema: {
        operationId: 'getPolicy',
        summary: 'Show a policy',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: one, headers: ['ETag'] } }, ['not_found']),
      },
    },
    async (request, reply) => withEtag(reply, await domain.policies.get(request.actor, request.params.id)),
  );

  app.patch(
    '/v1/policies/:id',
    {
      config: { action: 'policy.write' },
      schema: {
        operationId: 'updatePolicy',
        consumes: patchTypes,
        summary: 'Change a policy',
        description: 'A merge-patch: what is given replaces what was. Changing a policy never fires it.',
        tags,
        params,
        querystring: NoQuery,
        headers: ChangeHeaders,
        body: UpdatePolicy,
        response: answers({ 200: { description: 'Changed.', schema: one, headers: ['ETag'] } }, [
          ...withBody,
          ...refusedForms,
          ...beyondCap,
          'if_match_required',
          'version_stale',
        ]),
      },
    },
    async (request, reply) =>
      changeFrom(request.headers['if-match'], reply, (version) =>
        domain.policies.update(request.actor, { ...request.body, id: request.params.id, version }),
      ),
  );

  app.delete(
    '/v1/policies/:id',
    {
      preHandler: takesNoBody,
      config: { action: 'policy.write' },
      schema: {
        operationId: 'deletePolicy',
        summary: 'Delete a policy',
        description:
          'Its snapshots stay until a person deletes them. Nothing new is made of what no other policy covers: with `lastSnapshot=true` one ' +
          'more is taken of each branch that it covers, which a hold or a lock can keep from everybody.',
        tags,
        params,
        querystring: DeletePolicyQuery,
        headers: DeleteHeaders,
        response: answers(
          {
            202: {
              description: 'Deleted, and the last snapshots are requested.',
              schema: PolicyRun,
              headers: ['Location'],
            },
            204: { description: 'Deleted.' },
          },
          [...withBody, 'not_found', 'version_stale', 'project_gone'],
        ),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const lastSnapshot = request.query.lastSnapshot === 'true';
      const version = versionIn(request.headers['if-match']);
      const { snapshots } = await domain.policies.delete(request.actor, { id, version, lastSnapshot });
      if (!lastSnapshot) return reply.code(204).send();
      return reply.code(202).header('location', snapshotsOf(id)).send({ snapshots });
    },
  );

  const ran = { schema: PolicyRun, headers: ['Location', 'Preference-Applied'] } as const;
  app.post(
    '/v1/policies/:id/run',
    {
      preHandler: takesNoBody,
      config: { action: 'policy.run' },
      schema: {
        operationId: 'runPolicy',
        summary: "Take a policy's snapshots now",
        tags,
        params,
        querystring: NoQuery,
        headers: WorkHeaders,
        response: answers(
          {
            200: { description: 'All have ended, in the time that was preferred.', ...ran },
            202: { description: 'One snapshot is requested for each branch that the policy selects.', ...ran },
          },
          ['not_found', 'project_gone', 'delegation_impossible', ...withBody, ...withKey],
        ),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { snapshots } = await domain.policies.run(request.actor, id, optionsOf(request));
      reply.header('location', snapshotsOf(id));
      return {
        snapshots: await settle(request, reply, snapshots, {
          look: lookAtSnapshots(domain, request.actor, snapshots),
          hasEnded: areTaken,
        }),
      };
    },
  );
};

function snapshotsOf(policyId: string): string {
  return `/v1/snapshots?policyId=${encodeURIComponent(policyId)}`;
}
