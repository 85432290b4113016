import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { takesNoBody } from '../body.ts';
import { withEtag } from '../etag.ts';
import { optionsOf } from '../idempotency.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { settle } from '../prefer.ts';
import { sendPage, sendWritten } from '../written.ts';
import { answers, pageOf, withBody, withKey } from '../schemas/answer.ts';
import { CreateHeaders, idParams, NoQuery, WaitHeaders, WorkHeaders } from '../schemas/parts.ts';
import { ListSnapshotsQuery, LockSnapshot, RequestSnapshot } from '../schemas/snapshots.ts';
import { isCleanedUp } from './clean-up.ts';
import type { Doors } from './doors.ts';
import { isDeleted, isTaken } from './snapshot-work.ts';

const tags = ['Snapshots'];
const one = { $ref: 'Snapshot#' };
const params = idParams('snapshot');
const worked = { schema: one, headers: ['ETag', 'Location', 'Preference-Applied'] } as const;

export const snapshotRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/snapshots',
    {
      config: { action: 'snapshot.request' },
      schema: {
        operationId: 'requestSnapshot',
        summary: 'Take a snapshot',
        description: 'Of the present, or of a moment or position in the restore window.',
        tags,
        querystring: NoQuery,
        headers: WorkHeaders,
        body: RequestSnapshot,
        response: answers(
          {
            200: { description: 'It has ended, in the time that was preferred: see its status.', ...worked },
            202: { description: 'Requested.', ...worked },
          },
          [
            ...withBody,
            ...withKey,
            'not_found',
            'name_taken',
            'invalid_instant',
            'instant_in_future',
            'outside_restore_window',
            'project_gone',
            'branch_gone',
          ],
        ),
      },
    },
    async (request, reply) => {
      const { actor } = request;
      const first = await domain.snapshots.request(actor, request.body, optionsOf(request));
      reply.header('location', `/v1/snapshots/${first.id}`);
      const look = () => domain.snapshots.get(actor, first.id);
      return withEtag(reply, await settle(request, reply, first, { look, hasEnded: isTaken }));
    },
  );

  app.get(
    '/v1/snapshots',
    {
      config: { action: 'snapshot.read' },
      schema: {
        operationId: 'listSnapshots',
        summary: 'List snapshots',
        tags,
        querystring: ListSnapshotsQuery,
        response: answers({ 200: { description: 'A page.', schema: pageOf('Snapshot'), headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const page = pageRequestOf({ limit, cursor });
      return sendPage(
        reply,
        withNextLink(request, reply, await domain.snapshots.listWritten(request.actor, filter, page)),
      );
    },
  );

  app.get(
    '/v1/snapshots/:id',
    {
      config: { action: 'snapshot.read' },
      schema: {
        operationId: 'getSnapshot',
        summary: 'Show a snapshot',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: one, headers: ['ETag'] } }, ['not_found']),
      },
    },
    async (request, reply) =>
      sendWritten(reply, withEtag(reply, await domain.snapshots.getWritten(request.actor, request.params.id))),
  );

  app.post(
    '/v1/snapshots/:id/cancel',
    {
      preHandler: takesNoBody,
      config: { action: 'snapshot.cancel' },
      schema: {
        operationId: 'cancelSnapshot',
        summary: 'Cancel a snapshot',
        description:
          'It ends at once, and what was made for it is removed from Neon. One that is available is not cancelled but deleted.',
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
          [...withBody, ...withKey, 'not_found', 'already_ended'],
        ),
      },
    },
    async (request, reply) => {
      const { actor } = request;
      const first = await domain.snapshots.cancel(actor, request.params.id, optionsOf(request));
      reply.header('location', `/v1/snapshots/${first.id}`);
      const look = () => domain.snapshots.get(actor, first.id);
      return withEtag(reply, await settle(request, reply, first, { look, hasEnded: isCleanedUp }));
    },
  );

  app.post(
    '/v1/snapshots/:id/lock',
    {
      config: { action: 'lock.set' },
      schema: {
        operationId: 'lockSnapshot',
        summary: 'Lock a snapshot, or change its lock',
        description:
          'Nothing removes it before the lock has run out. Anybody who may lock may extend; to shorten, lift or soften takes an admin and a ' +
          'reason, and a compliance lock cannot be weakened by anybody once its grace is over. One that is expiring is available again.',
        tags,
        params,
        querystring: NoQuery,
        headers: CreateHeaders,
        body: LockSnapshot,
        response: answers({ 200: { description: 'Locked as asked.', schema: one, headers: ['ETag'] } }, [
          ...withBody,
          ...withKey,
          'invalid_instant',
          'not_found',
          'snapshot_not_available',
          'lock_too_short',
          'lock_too_long',
          'reason_required',
          'compliance_lock_fixed',
        ]),
      },
    },
    async (request, reply) => {
      const input = { ...request.body, id: request.params.id };
      return withEtag(reply, await domain.snapshots.lock(request.actor, input, optionsOf(request)));
    },
  );

  app.delete(
    '/v1/snapshots/:id',
    {
      preHandler: takesNoBody,
      config: { action: 'snapshot.delete' },
      schema: {
        operationId: 'deleteSnapshot',
        summary: 'Delete a snapshot',
        description: 'It is purged in Neon, and stays readable here.',
        tags,
        params,
        querystring: NoQuery,
        headers: WaitHeaders,
        response: answers(
          {
            200: { description: 'It is gone, in the time that was preferred, or stays: see its status.', ...worked },
            202: { description: 'Requested.', ...worked },
          },
          [
            ...withBody,
            'not_found',
            'snapshot_in_use',
            'project_removed',
            'transition_refused',
            'snapshot_held',
            'snapshot_locked',
          ],
        ),
      },
    },
    async (request, reply) => {
      const { actor } = request;
      const first = await domain.snapshots.delete(actor, request.params.id);
      reply.header('location', `/v1/snapshots/${first.id}`);
      const look = () => domain.snapshots.get(actor, first.id);
      return withEtag(reply, await settle(request, reply, first, { look, hasEnded: isDeleted }));
    },
  );
};
