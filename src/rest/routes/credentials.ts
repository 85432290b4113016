import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { neonNotNow } from '../../core/errors.ts';
import { takesNoBody } from '../body.ts';
import { changeFrom, patchTypes, withEtag } from '../etag.ts';
import { optionsOf } from '../idempotency.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers, pageOf, withBody, withKey } from '../schemas/answer.ts';
import { CreateCredential, UpdateCredential } from '../schemas/credentials.ts';
import { ChangeHeaders, CreateHeaders, idParams, NoQuery, pageQuery, strict } from '../schemas/parts.ts';
import type { Doors } from './doors.ts';

const tags = ['Credentials'];
const one = { $ref: 'Credential#' };
const params = idParams('credential');
const keyRefusals = ['credential_refused', 'name_taken', 'neon_refused', ...neonNotNow] as const;

export const credentialRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/credentials',
    {
      config: { action: 'credential.write' },
      schema: {
        operationId: 'createCredential',
        summary: 'Keep a Neon API key',
        description: 'The key is checked with Neon, encrypted, and never shown again.',
        tags,
        querystring: NoQuery,
        headers: CreateHeaders,
        body: CreateCredential,
        response: answers({ 201: { description: 'Kept.', schema: one, headers: ['ETag', 'Location'] } }, [
          ...withBody,
          ...withKey,
          ...keyRefusals,
        ]),
      },
    },
    async (request, reply) => {
      const credential = await domain.credentials.create(request.actor, request.body, optionsOf(request));
      reply.code(201).header('location', `/v1/credentials/${credential.id}`);
      return withEtag(reply, credential);
    },
  );

  app.get(
    '/v1/credentials',
    {
      config: { action: 'credential.read' },
      schema: {
        operationId: 'listCredentials',
        summary: 'List credentials',
        tags,
        querystring: strict(pageQuery),
        response: answers({ 200: { description: 'A page.', schema: pageOf('Credential'), headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) =>
      withNextLink(request, reply, await domain.credentials.list(request.actor, pageRequestOf(request.query))),
  );

  app.get(
    '/v1/credentials/:id',
    {
      config: { action: 'credential.read' },
      schema: {
        operationId: 'getCredential',
        summary: 'Show a credential',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: one, headers: ['ETag'] } }, ['not_found']),
      },
    },
    async (request, reply) => withEtag(reply, await domain.credentials.get(request.actor, request.params.id)),
  );

  app.patch(
    '/v1/credentials/:id',
    {
      config: { action: 'credential.write' },
      schema: {
        operationId: 'updateCredential',
        consumes: patchTypes,
        summary: 'Rename a credential, or give it a new key',
        description: 'A merge-patch. A new key must belong to the same Neon account.',
        tags,
        params,
        querystring: NoQuery,
        headers: ChangeHeaders,
        body: UpdateCredential,
        response: answers({ 200: { description: 'Changed.', schema: one, headers: ['ETag'] } }, [
          ...withBody,
          ...keyRefusals,
          'credential_wrong_account',
          'if_match_required',
          'not_found',
          'version_stale',
        ]),
      },
    },
    async (request, reply) =>
      changeFrom(request.headers['if-match'], reply, (version) =>
        domain.credentials.update(request.actor, { ...request.body, id: request.params.id, version }),
      ),
  );

  app.delete(
    '/v1/credentials/:id',
    {
      preHandler: takesNoBody,
      config: { action: 'credential.write' },
      schema: {
        operationId: 'deleteCredential',
        summary: 'Forget a credential',
        description: 'Refused while registered projects use it.',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 204: { description: 'Forgotten.' } }, [
          ...withBody,
          'not_found',
          'credential_in_use',
          'version_stale',
        ]),
      },
    },
    async (request, reply) => {
      await domain.credentials.delete(request.actor, request.params.id);
      return reply.code(204).send();
    },
  );
};
