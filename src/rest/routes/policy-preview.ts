import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answers, withBody } from '../schemas/answer.ts';
import { idParams, NoQuery } from '../schemas/parts.ts';
import { CreatePolicy } from '../schemas/policies.ts';
import { PreviewFormQuery, PreviewQuery } from '../schemas/policy-preview.ts';
import type { Doors } from './doors.ts';
import { refusedForms } from './policies.ts';

const tags = ['Policies'];
const params = idParams('policy');
const preview = { schema: { $ref: 'PolicyPreview#' } };

export const policyPreviewRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/policies/preview',
    {
      config: { action: 'policy.preview' },
      schema: {
        operationId: 'previewPolicy',
        summary: 'Say what a policy would do',
        description:
          'The body is a policy as it would be saved; nothing is. A name that is taken and caps that are exceeded are not refused here.',
        tags,
        querystring: PreviewFormQuery,
        body: CreatePolicy,
        response: answers({ 200: { description: 'What it would do.', ...preview } }, [
          ...withBody,
          'invalid_instant',
          ...refusedForms,
        ]),
      },
    },
    (request) => domain.policies.preview(request.actor, { ...request.query, form: request.body }),
  );

  app.get(
    '/v1/policies/:id/preview',
    {
      config: { action: 'policy.preview' },
      schema: {
        operationId: 'previewPresentPolicy',
        summary: 'Say what a policy will do',
        tags,
        params,
        querystring: PreviewQuery,
        response: answers({ 200: { description: 'What it will do.', ...preview } }, ['not_found', 'invalid_instant']),
      },
    },
    (request) => domain.policies.previewOf(request.actor, request.params.id, request.query),
  );

  app.get(
    '/v1/policies/:id/coverage',
    {
      config: { action: 'policy.read' },
      schema: {
        operationId: 'getPolicyCoverage',
        summary: 'Show which branches a policy covers, and which none covers',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: { $ref: 'PolicyCoverage#' } } }, [
          'not_found',
        ]),
      },
    },
    (request) => domain.policies.coverage(request.actor, request.params.id),
  );
};
