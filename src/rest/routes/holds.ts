import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { optionsOf } from '../idempotency.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers, pageOf, withBody, withKey } from '../schemas/answer.ts';
import { ListHoldsQuery, PlaceHold, ReleaseHold } from '../schemas/holds.ts';
import { CreateHeaders, idParams, NoQuery } from '../schemas/parts.ts';
import type { Doors } from './doors.ts';

const tags = ['Holds'];
const one = { $ref: 'Hold#' };
const params = idParams('hold');

export const holdRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/holds',
    {
      config: { action: 'hold.place' },
      schema: {
        operationId: 'placeHold',
        summary: 'Place a legal hold',
        description:
          'Nothing that it covers is removed by Afterglow until it is released, also what is made later. What is expiring is available ' +
          'again (`turnedBack`); what Neon is already removing is named (`tooLate`).',
        tags,
        querystring: NoQuery,
        headers: CreateHeaders,
        body: PlaceHold,
        response: answers({ 201: { description: 'Placed.', schema: one, headers: ['Location'] } }, [
          ...withBody,
          ...withKey,
          'invalid_instant',
          'not_found',
          'range_empty',
        ]),
      },
    },
    async (request, reply) => {
      const hold = await domain.holds.place(request.actor, request.body, optionsOf(request));
      reply.code(201).header('location', `/v1/holds/${hold.id}`);
      return hold;
    },
  );

  app.get(
    '/v1/holds',
    {
      config: { action: 'hold.read' },
      schema: {
        operationId: 'listHolds',
        summary: 'List legal holds',
        description: 'Released ones stay listed.',
        tags,
        querystring: ListHoldsQuery,
        response: answers({ 200: { description: 'A page.', schema: pageOf('Hold'), headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const page = pageRequestOf({ limit, cursor });
      return withNextLink(request, reply, await domain.holds.list(request.actor, filter, page));
    },
  );

  app.get(
    '/v1/holds/:id',
    {
      config: { action: 'hold.read' },
      schema: {
        operationId: 'getHold',
        summary: 'Show a legal hold',
        tags,
        params,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: one } }, ['not_found']),
      },
    },
    async (request) => domain.holds.get(request.actor, request.params.id),
  );

  app.post(
    '/v1/holds/:id/release',
    {
      config: { action: 'hold.release' },
      schema: {
        operationId: 'releaseHold',
        summary: 'Release a legal hold',
        description: 'What no other hold and no lock covers may be removed from now on. The hold stays listed.',
        tags,
        params,
        querystring: NoQuery,
        headers: CreateHeaders,
        body: ReleaseHold,
        response: answers({ 200: { description: 'Released.', schema: one } }, [
          ...withBody,
          ...withKey,
          'not_found',
          'hold_released',
        ]),
      },
    },
    async (request) => {
      const input = { ...request.body, id: request.params.id };
      return domain.holds.release(request.actor, input, optionsOf(request));
    },
  );
};
