import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { optionsOf } from '../idempotency.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers, pageOf, withBody, withKey } from '../schemas/answer.ts';
import { CreateHeaders, idParams, NoQuery, pageQuery, strict } from '../schemas/parts.ts';
import { CreateTeam } from '../schemas/teams.ts';
import type { Doors } from './doors.ts';

const tags = ['Teams'];
const identity = ['Identity'];
const one = { $ref: 'Team#' };

export const teamRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.get(
    '/v1/me',
    {
      config: { action: 'me.read' },
      schema: {
        operationId: 'getMe',
        summary: 'Show who asks',
        description: 'Your teams, the one in which you act, and everything that you may do there.',
        tags: identity,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: { $ref: 'Me#' } } }, ['not_found']),
      },
    },
    async (request) => domain.me.get(request.actor),
  );

  app.get(
    '/v1/fleet',
    {
      config: { action: 'fleet.read' },
      schema: {
        operationId: 'getFleet',
        summary: 'Show figures of the installation',
        description: "For the platform: of no team, and of nobody's data.",
        tags: identity,
        querystring: NoQuery,
        response: answers({ 200: { description: 'As they are now.', schema: { $ref: 'Fleet#' } } }),
      },
    },
    async (request) => domain.fleet.get(request.actor),
  );

  app.post(
    '/v1/teams',
    {
      config: { action: 'team.create' },
      schema: {
        operationId: 'createTeam',
        summary: 'Make a team',
        description: 'It has no keys and no members yet.',
        tags,
        querystring: NoQuery,
        headers: CreateHeaders,
        body: CreateTeam,
        response: answers({ 201: { description: 'Made.', schema: one, headers: ['Location'] } }, [
          ...withBody,
          ...withKey,
          'slug_taken',
        ]),
      },
    },
    async (request, reply) => {
      const team = await domain.teams.create(request.actor, request.body, optionsOf(request));
      reply.code(201).header('location', `/v1/teams/${team.id}`);
      return team;
    },
  );

  app.get(
    '/v1/teams',
    {
      config: { action: 'team.read' },
      schema: {
        operationId: 'listTeams',
        summary: 'List your teams',
        description: 'Of the platform: every team.',
        tags,
        querystring: strict(pageQuery),
        response: answers({ 200: { description: 'A page.', schema: pageOf('Team'), headers: ['Link'] } }, [
          'invalid_cursor',
        ]),
      },
    },
    async (request, reply) =>
      withNextLink(request, reply, await domain.teams.list(request.actor, pageRequestOf(request.query))),
  );

  app.get(
    '/v1/teams/:id',
    {
      config: { action: 'team.read' },
      schema: {
        operationId: 'getTeam',
        summary: 'Show a team',
        tags,
        params: idParams('team'),
        querystring: NoQuery,
        response: answers({ 200: { description: 'As it is now.', schema: one } }, ['not_found']),
      },
    },
    async (request) => domain.teams.get(request.actor, request.params.id),
  );
};
