import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { answers, withBody } from '../schemas/answer.ts';
import { NoQuery } from '../schemas/parts.ts';
import { ImportPolicies, ImportPoliciesQuery } from '../schemas/policy-documents.ts';
import { preferredYaml, writeYaml, yamlMediaType } from '../yaml.ts';
import type { Doors } from './doors.ts';
import { beyondCap, refusedForms } from './policies.ts';

const tags = ['Policies'];

/** More than fit into the largest body that is read. */
const valuesMax = 100_000;

export const policyDocumentRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.get(
    '/v1/policies/export',
    {
      config: { action: 'policy.read' },
      schema: {
        operationId: 'exportPolicies',
        summary: 'Read all policies as one document',
        description:
          'As `PUT /v1/policies/import` takes it: JSON, or YAML for `Accept: application/yaml` (or `text/yaml`). The same policies give the same text, so ' +
          'that a repository shows only what has changed. A pause is no part of it.',
        tags,
        querystring: NoQuery,
        response: answers({
          200: { description: 'As they are now.', schema: { $ref: 'PolicyDocument#' }, isAlsoYaml: true },
        }),
      },
    },
    async (request, reply) => {
      const document = await domain.policies.export(request.actor);
      reply.header('vary', 'accept');
      const yaml = preferredYaml(request.headers.accept);
      return yaml === undefined ? document : reply.type(yaml).send(writeYaml(document));
    },
  );

  app.put(
    '/v1/policies/import',
    {
      config: { action: 'policy.import', takesYaml: true, valuesMax },
      schema: {
        operationId: 'importPolicies',
        consumes: ['application/json', yamlMediaType],
        summary: "Make the team's policies what a document says",
        description:
          'All or nothing, and what the document says already makes no new version. A policy that it leaves out is refused ' +
          '(`policies_absent`) or, with `remove=true`, deleted. A renamed policy is a removed and a new one. A paused policy stays paused. ' +
          'With `dryRun=true` nothing is saved, and the role of a reader is enough; otherwise it takes `policy.write`.',
        tags,
        querystring: ImportPoliciesQuery,
        body: ImportPolicies,
        response: answers(
          { 200: { description: 'What was changed, or would be.', schema: { $ref: 'PolicyImport#' } } },
          [...withBody, ...refusedForms, ...beyondCap, 'policies_absent', 'version_stale'],
        ),
      },
    },
    async (request) => {
      const { dryRun, remove, force } = request.query;
      const { policies } = request.body;
      const flags = { dryRun: dryRun === 'true', remove: remove === 'true', force: force === 'true' };
      return domain.policies.import(request.actor, { policies, ...flags });
    },
  );
};
