import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { neonNotNow } from '../../core/errors.ts';
import { takesNoBody } from '../body.ts';
import { withEtag } from '../etag.ts';
import { optionsOf } from '../idempotency.ts';
import { settle } from '../prefer.ts';
import { answers, withBody, withKey } from '../schemas/answer.ts';
import { CreateHeaders, idParams, NoQuery, WorkHeaders } from '../schemas/parts.ts';
import { AdoptSnapshot } from '../schemas/reconcile.ts';
import type { Doors } from './doors.ts';

const tags = ['Projects'];
const params = idParams('project');
const one = { $ref: 'ReconcileReport#' };
const worked = { schema: one, headers: ['Location', 'Preference-Applied'] } as const;

export const reconcileRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/projects/:id/reconcile',
    {
      preHandler: takesNoBody,
      config: { action: 'project.reconcile' },
      schema: {
        operationId: 'reconcileProject',
        summary: 'Compare what Afterglow keeps with what Neon holds',
        description:
          'By the clock it happens every few minutes. What is found is recorded before anything is done about it: what is gone is ' +
          '`missing`; a snapshot that failed and is there is adopted; what is left of failed work is removed, if it is ours by name and ' +
          'by record; what others made is shown, and never removed.',
        tags,
        params,
        querystring: NoQuery,
        headers: WorkHeaders,
        response: answers(
          {
            200: { description: 'It has ended, in the time that was preferred.', ...worked },
            202: { description: 'Promised: the report will say what was found.', ...worked },
          },
          ['not_found', 'credential_refused', 'project_removed', ...withBody, ...withKey],
        ),
      },
    },
    async (request, reply) => {
      const { actor } = request;
      const { id } = request.params;
      const first = await domain.projects.reconcile(actor, id, optionsOf(request));
      reply.header('location', `/v1/projects/${id}/reconcile-report`);
      const look = () => domain.projects.reconcileReport(actor, id);
      // A later one has ended after this one: they share a lane.
      const hasEnded = (view: typeof first) => view.endedAt !== null && view.id >= first.id;
      return settle(request, reply, first, { look, hasEnded });
    },
  );

  app.get(
    '/v1/projects/:id/reconcile-report',
    {
      config: { action: 'project.read' },
      schema: {
        operationId: 'getReconcileReport',
        summary: 'Show the newest comparison with Neon',
        description: 'None before the first.',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: one } }, ['not_found']),
      },
    },
    async (request) => domain.projects.reconcileReport(request.actor, request.params.id),
  );

  app.post(
    '/v1/projects/:id/adopt',
    {
      config: { action: 'project.adopt' },
      schema: {
        operationId: 'adoptSnapshot',
        summary: 'Adopt a snapshot that somebody else took',
        description: 'It is recorded as an available snapshot that a person keeps. Nothing is changed in Neon.',
        tags,
        params,
        querystring: NoQuery,
        headers: CreateHeaders,
        body: AdoptSnapshot,
        response: answers(
          { 201: { description: 'Adopted.', schema: { $ref: 'Snapshot#' }, headers: ['ETag', 'Location'] } },
          [
            ...withBody,
            ...withKey,
            'not_found',
            'already_ours',
            'name_taken',
            'project_busy',
            'snapshot_not_in_neon',
            'source_branch_unknown',
            'project_gone',
            'credential_refused',
            'neon_project_not_found',
            'neon_refused',
            ...neonNotNow,
          ],
        ),
      },
    },
    async (request, reply) => {
      const input = { ...request.body, id: request.params.id };
      const snapshot = await domain.projects.adopt(request.actor, input, optionsOf(request));
      reply.code(201).header('location', `/v1/snapshots/${snapshot.id}`);
      return withEtag(reply, snapshot);
    },
  );
};
