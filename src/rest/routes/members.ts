import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { takesNoBody } from '../body.ts';
import { changeFrom, patchTypes, withEtag } from '../etag.ts';
import { optionsOf } from '../idempotency.ts';
import { pageRequestOf, withNextLink } from '../paging.ts';
import { answers, pageOf, withBody, withKey } from '../schemas/answer.ts';
import { ChangeHeaders, CreateHeaders, NoQuery, pageQuery, strict } from '../schemas/parts.ts';
import { AddMember, memberParams, teamParams, UpdateMember } from '../schemas/teams.ts';
import type { Doors } from './doors.ts';

const tags = ['Teams'];
const one = { $ref: 'Member#' };

export const memberRoutes: FastifyPluginAsyncTypebox<Doors> = async (app, { domain }) => {
  app.post(
    '/v1/teams/:teamId/members',
    {
      config: { action: 'member.write' },
      schema: {
        operationId: 'addMember',
        summary: 'Give a person a role in a team',
        description: 'Not asked where the identity provider names teams and roles (OIDC_TEAMS_CLAIM).',
        tags,
        params: teamParams,
        querystring: NoQuery,
        headers: CreateHeaders,
        body: AddMember,
        response: answers({ 201: { description: 'Added.', schema: one, headers: ['ETag', 'Location'] } }, [
          ...withBody,
          ...withKey,
          'not_found',
          'already_member',
        ]),
      },
    },
    async (request, reply) => {
      const { teamId } = request.params;
      const member = await domain.members.add(request.actor, { ...request.body, teamId }, optionsOf(request));
      reply.code(201).header('location', `/v1/teams/${teamId}/members/${member.id}`);
      return withEtag(reply, member);
    },
  );

  app.get(
    '/v1/teams/:teamId/members',
    {
      config: { action: 'member.read' },
      schema: {
        operationId: 'listMembers',
        summary: 'List the members of a team',
        tags,
        params: teamParams,
        querystring: strict(pageQuery),
        response: answers({ 200: { description: 'A page.', schema: pageOf('Member'), headers: ['Link'] } }, [
          'invalid_cursor',
          'not_found',
        ]),
      },
    },
    async (request, reply) => {
      const page = pageRequestOf(request.query);
      return withNextLink(request, reply, await domain.members.list(request.actor, request.params.teamId, page));
    },
  );

  app.patch(
    '/v1/teams/:teamId/members/:id',
    {
      config: { action: 'member.write' },
      schema: {
        operationId: 'updateMember',
        consumes: patchTypes,
        summary: 'Give a member another role',
        description: 'It counts from the next request of the person on.',
        tags,
        params: memberParams,
        querystring: NoQuery,
        headers: ChangeHeaders,
        body: UpdateMember,
        response: answers({ 200: { description: 'Changed.', schema: one, headers: ['ETag'] } }, [
          ...withBody,
          'if_match_required',
          'last_admin',
          'not_found',
          'version_stale',
        ]),
      },
    },
    async (request, reply) => {
      const { teamId, id } = request.params;
      return changeFrom(request.headers['if-match'], reply, (version) =>
        domain.members.update(request.actor, { ...request.body, teamId, id, version }),
      );
    },
  );

  app.delete(
    '/v1/teams/:teamId/members/:id',
    {
      config: { action: 'member.write' },
      preHandler: takesNoBody,
      schema: {
        operationId: 'removeMember',
        summary: 'Take a person out of a team',
        tags,
        params: memberParams,
        querystring: NoQuery,
        response: answers({ 204: { description: 'Taken out.' } }, [...withBody, 'last_admin', 'not_found']),
      },
    },
    async (request, reply) => {
      const { teamId, id } = request.params;
      await domain.members.remove(request.actor, { teamId, id });
      return reply.code(204).send();
    },
  );
};
