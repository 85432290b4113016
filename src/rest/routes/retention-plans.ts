import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { takesNoBody } from '../body.ts';
import { optionsOf } from '../idempotency.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers, pageOf, withBody, withKey } from '../schemas/answer.ts';
import { CreateHeaders, idParams, NoQuery } from '../schemas/parts.ts';
import { ApproveRetentionPlan, ListRetentionPlansQuery } from '../schemas/retention-plans.ts';
import type { Doors } from './doors.ts';

const tags = ['Retention plans'];
const one = { $ref: 'RetentionPlan#' };
const params = idParams('retention plan');

export const retentionPlanRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/policies/:id/retention-plan',
    {
      preHandler: takesNoBody,
      config: { action: 'retention_plan.request' },
      schema: {
        operationId: 'requestRetentionPlan',
        summary: 'See what a policy would let go now',
        description: 'A dry run: nothing expires until the plan is approved. A frozen branch is judged all the same.',
        tags,
        params: idParams('policy'),
        querystring: NoQuery,
        headers: CreateHeaders,
        response: answers({ 201: { description: 'Made.', schema: one, headers: ['Location'] } }, [
          'not_found',
          ...withBody,
          ...withKey,
        ]),
      },
    },
    async (request, reply) => {
      const plan = await domain.retentionPlans.request(request.actor, request.params.id, optionsOf(request));
      reply.code(201).header('location', `/v1/retention-plans/${plan.id}`);
      return plan;
    },
  );

  app.get(
    '/v1/retention-plans',
    {
      config: { action: 'retention_plan.read' },
      schema: {
        operationId: 'listRetentionPlans',
        summary: 'List retention plans',
        tags,
        querystring: ListRetentionPlansQuery,
        response: answers({ 200: { description: 'A page.', schema: pageOf('RetentionPlan'), headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const page = pageRequestOf({ limit, cursor });
      return withNextLink(request, reply, await domain.retentionPlans.list(request.actor, filter, page));
    },
  );

  app.get(
    '/v1/retention-plans/:id',
    {
      config: { action: 'retention_plan.read' },
      schema: {
        operationId: 'getRetentionPlan',
        summary: 'Show a retention plan',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: one } }, ['not_found']),
      },
    },
    async (request) => domain.retentionPlans.get(request.actor, request.params.id),
  );

  const decided = ['not_found', 'person_required', 'already_decided', ...withBody, ...withKey] as const;

  app.post(
    '/v1/retention-plans/:id/approve',
    {
      config: { action: 'retention_plan.decide' },
      schema: {
        operationId: 'approveRetentionPlan',
        summary: 'Approve a retention plan',
        description: 'What it names expires, all of it or nothing. Only by a key of kind person.',
        tags,
        params,
        querystring: NoQuery,
        headers: CreateHeaders,
        body: ApproveRetentionPlan,
        response: answers({ 200: { description: 'Approved.', schema: one } }, [...decided, 'plan_stale']),
      },
    },
    async (request) => {
      const input = { ...request.body, id: request.params.id };
      return domain.retentionPlans.approve(request.actor, input, optionsOf(request));
    },
  );

  app.post(
    '/v1/retention-plans/:id/reject',
    {
      preHandler: takesNoBody,
      config: { action: 'retention_plan.decide' },
      schema: {
        operationId: 'rejectRetentionPlan',
        summary: 'Reject a retention plan',
        description: 'What it names stays, until the policy is changed or another plan is approved.',
        tags,
        params,
        querystring: NoQuery,
        headers: CreateHeaders,
        response: answers({ 200: { description: 'Rejected.', schema: one } }, decided),
      },
    },
    async (request) => domain.retentionPlans.reject(request.actor, request.params.id, optionsOf(request)),
  );
};
