import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { neonNotNow } from '../../core/errors.ts';
import { hasEnded, type RestoreView } from '../../domain/index.ts';
import { takesBodyOrNone, takesNoBody } from '../body.ts';
import { withEtag } from '../etag.ts';
import { optionsOf } from '../idempotency.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { settle } from '../prefer.ts';
import { answers, pageOf, withBody, withKey } from '../schemas/answer.ts';
import { idParams, NoQuery, WaitHeaders, WorkHeaders } from '../schemas/parts.ts';
import { ConnectRestore, ListRestoresQuery, RequestRestore } from '../schemas/restores.ts';
import { isCleanedUp } from './clean-up.ts';
import type { Doors } from './doors.ts';

const tags = ['Restores'];
const one = { $ref: 'Restore#' };
const params = idParams('restore');
const worked = { schema: one, headers: ['ETag', 'Location', 'Preference-Applied'] } as const;

export const restoreRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/restores',
    {
      config: { action: 'restore.request' },
      schema: {
        operationId: 'requestRestore',
        summary: 'Bring a moment back',
        description: 'On a new branch, or in place; an undo copy is always made of what is replaced.',
        tags,
        querystring: NoQuery,
        headers: WorkHeaders,
        body: RequestRestore,
        response: answers(
          {
            200: { description: 'It has ended, in the time that was preferred: see its status.', ...worked },
            202: { description: 'Requested.', ...worked },
          },
          [
            ...withBody,
            ...withKey,
            'not_found',
            'target_busy',
            'name_taken',
            'snapshot_not_available',
            'invalid_instant',
            'instant_in_future',
            'outside_restore_window',
            'branch_not_root',
            'project_gone',
            'branch_gone',
            'root_branch_cap_reached',
            'expiry_out_of_range',
          ],
        ),
      },
    },
    async (request, reply) => {
      const { actor } = request;
      const first = await domain.restores.request(actor, request.body, optionsOf(request));
      reply.header('location', `/v1/restores/${first.id}`);
      const look = () => domain.restores.get(actor, first.id);
      return withEtag(reply, await settle(request, reply, first, { look, hasEnded: isRestored }));
    },
  );

  app.get(
    '/v1/restores',
    {
      config: { action: 'restore.read' },
      schema: {
        operationId: 'listRestores',
        summary: 'List restores',
        tags,
        querystring: ListRestoresQuery,
        response: answers({ 200: { description: 'A page.', schema: pageOf('Restore'), headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const page = pageRequestOf({ limit, cursor });
      return withNextLink(request, reply, await domain.restores.list(request.actor, filter, page));
    },
  );

  app.get(
    '/v1/restores/:id',
    {
      config: { action: 'restore.read' },
      schema: {
        operationId: 'getRestore',
        summary: 'Show a restore',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: one, headers: ['ETag'] } }, ['not_found']),
      },
    },
    async (request, reply) => withEtag(reply, await domain.restores.get(request.actor, request.params.id)),
  );

  app.post(
    '/v1/restores/:id/cancel',
    {
      preHandler: takesNoBody,
      config: { action: 'restore.cancel' },
      schema: {
        operationId: 'cancelRestore',
        summary: 'Cancel a restore',
        description:
          'It ends at once, between two of its steps, and what was made for it is removed from Neon: never an undo copy or the served ' +
          'branch. Once the branch is being changed it is refused, and goes on; the undo copy is the way back then.',
        tags,
        params,
        querystring: NoQuery,
        headers: WorkHeaders,
        response: answers(
          {
            200: {
              description: 'Nothing of it is left to be removed, in the time that was preferred: see `cleanUp`.',
              ...worked,
            },
            202: {
              description: 'Cancelled. What was made for it is being removed while `cleanUp` is `pending`.',
              ...worked,
            },
          },
          [...withBody, ...withKey, 'not_found', 'already_ended', 'past_point_of_no_return'],
        ),
      },
    },
    async (request, reply) => {
      const { actor } = request;
      const first = await domain.restores.cancel(actor, request.params.id, optionsOf(request));
      reply.header('location', `/v1/restores/${first.id}`);
      const look = () => domain.restores.get(actor, first.id);
      return withEtag(reply, await settle(request, reply, first, { look, hasEnded: isCleanedUp }));
    },
  );

  app.post(
    '/v1/restores/:id/connection',
    {
      preValidation: takesBodyOrNone,
      config: { action: 'restore.connect' },
      schema: {
        operationId: 'connectRestore',
        summary: 'Get a connection URI of the restored branch',
        description: 'The URI holds a password. That it was given is audited; it is kept nowhere.',
        tags,
        params,
        querystring: NoQuery,
        body: ConnectRestore,
        response: answers({ 200: { description: 'Not to be cached.', schema: { $ref: 'Connection#' } } }, [
          ...withBody,
          'not_found',
          'restore_not_succeeded',
          'neon_refused',
          'branch_gone',
          'credential_refused',
          ...neonNotNow,
        ]),
      },
    },
    async (request, reply) => {
      const connection = await domain.restores.connect(request.actor, { ...request.body, id: request.params.id });
      reply.header('cache-control', 'no-store');
      return connection;
    },
  );

  app.delete(
    '/v1/restores/:id/preserved-branch',
    {
      preHandler: takesNoBody,
      config: { action: 'preserved_branch.delete' },
      schema: {
        operationId: 'deletePreservedBranch',
        summary: 'Delete the undo copy of a restore in place',
        tags,
        params,
        querystring: NoQuery,
        headers: WaitHeaders,
        response: answers(
          {
            200: { description: 'It is gone, in the time that was preferred.', ...worked },
            202: { description: 'Requested.', ...worked },
          },
          [...withBody, 'not_found', 'no_preserved_branch', 'project_removed', 'transition_refused'],
        ),
      },
    },
    async (request, reply) => {
      const { actor } = request;
      const first = await domain.restores.deletePreservedBranch(actor, request.params.id);
      reply.header('location', `/v1/restores/${first.id}`);
      const look = () => domain.restores.get(actor, first.id);
      return withEtag(reply, await settle(request, reply, first, { look, hasEnded: isUndoCopyGone }));
    },
  );
};

function isRestored({ status }: RestoreView): boolean {
  return hasEnded('restore', status);
}

function isUndoCopyGone({ preservedBranch }: RestoreView): boolean {
  return !preservedBranch || hasEnded('preserved_branch', preservedBranch.status);
}
