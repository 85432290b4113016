import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { takesBodyOrNone, takesNoBody } from '../body.ts';
import { optionsOf } from '../idempotency.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers, pageOf, withBody, withKey } from '../schemas/answer.ts';
import { idParams, NoQuery, pageQuery, SecretHeaders, strict } from '../schemas/parts.ts';
import { CreateApiKey, RotateApiKey } from '../schemas/teams.ts';
import type { Doors } from './doors.ts';

const tags = ['API keys'];
const params = idParams('API key');
const made = {
  description: 'Made; `key` is shown this once.',
  schema: { $ref: 'NewApiKey#' },
  headers: ['Location'],
} as const;

export const apiKeyRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/api-keys',
    {
      config: { action: 'api_key.write' },
      schema: {
        operationId: 'createApiKey',
        summary: 'Make an API key',
        description:
          'The secret is in this answer and nowhere else: an Idempotency-Key gives no second one, and no second key.',
        tags,
        querystring: NoQuery,
        headers: SecretHeaders,
        body: CreateApiKey,
        response: answers({ 201: made }, [
          ...withBody,
          ...withKey,
          'beyond_own_bounds',
          'expiry_out_of_range',
          'invalid_cidr',
          'invalid_instant',
          'name_taken',
          'not_found',
          'person_required',
          'secret_shown_once',
        ]),
      },
    },
    async (request, reply) => {
      const key = await domain.apiKeys.create(request.actor, request.body, optionsOf(request));
      reply.code(201).header('location', `/v1/api-keys/${key.id}`).header('cache-control', 'no-store');
      return key;
    },
  );

  app.get(
    '/v1/api-keys',
    {
      config: { action: 'api_key.read' },
      schema: {
        operationId: 'listApiKeys',
        summary: 'List API keys',
        description: 'Revoked ones stay listed.',
        tags,
        querystring: strict(pageQuery),
        response: answers({ 200: { description: 'A page.', schema: pageOf('ApiKey'), headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) =>
      withNextLink(request, reply, await domain.apiKeys.list(request.actor, pageRequestOf(request.query))),
  );

  app.get(
    '/v1/api-keys/:id',
    {
      config: { action: 'api_key.read' },
      schema: {
        operationId: 'getApiKey',
        summary: 'Show an API key',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: { $ref: 'ApiKey#' } } }, ['not_found']),
      },
    },
    async (request) => domain.apiKeys.get(request.actor, request.params.id),
  );

  app.post(
    '/v1/api-keys/:id/rotate',
    {
      preValidation: takesBodyOrNone,
      config: { action: 'api_key.write' },
      schema: {
        operationId: 'rotateApiKey',
        summary: 'Put a new key in the place of this one',
        description:
          'Bound as the old one was made, which holds for the overlap. Where the answer is lost, rotate the old one again: what was made of it before and never used is revoked then.',
        tags,
        params,
        querystring: NoQuery,
        headers: SecretHeaders,
        body: RotateApiKey,
        response: answers({ 201: made }, [
          ...withBody,
          ...withKey,
          'beyond_own_bounds',
          'key_ended',
          'not_found',
          'person_required',
          'preset_key',
          'secret_shown_once',
        ]),
      },
    },
    async (request, reply) => {
      const key = await domain.apiKeys.rotate(
        request.actor,
        { ...request.body, id: request.params.id },
        optionsOf(request),
      );
      reply.code(201).header('location', `/v1/api-keys/${key.id}`).header('cache-control', 'no-store');
      return key;
    },
  );

  app.delete(
    '/v1/api-keys/:id',
    {
      config: { action: 'api_key.write' },
      preHandler: takesNoBody,
      schema: {
        operationId: 'revokeApiKey',
        summary: 'Revoke an API key',
        description: 'It opens nothing any more, in any process, once this is answered. It stays listed.',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 204: { description: 'Revoked.' } }, [...withBody, 'not_found', 'preset_key']),
      },
    },
    async (request, reply) => {
      await domain.apiKeys.revoke(request.actor, request.params.id);
      return reply.code(204).send();
    },
  );
};
