import { byId, pageOf } from '../connection.ts';
import { refuseInput } from '../errors.ts';
import type { MutationResolvers, QueryResolvers } from '../generated.ts';
import { given, onceOptions, patch } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'me' | 'fleet' | 'team' | 'teams' | 'members' | 'apiKey' | 'apiKeys'>>;
type Mutations = Required<
  Pick<
    MutationResolvers,
    'createTeam' | 'addMember' | 'updateMember' | 'removeMember' | 'createApiKey' | 'rotateApiKey' | 'revokeApiKey'
  >
>;

export const teamQueries: Queries = {
  me: (_, __, { domain, actor }) => domain.me.get(actor),
  fleet: (_, __, { domain, actor }) => domain.fleet.get(actor),
  team: async (_, args, context) => {
    const { id, slug } = given(args);
    if ((id === undefined) === (slug === undefined)) throw refuseInput('team', 'must be given either id or slug');
    const { domain } = context;
    const team = id === undefined ? undefined : await domain.teams.get(context.actor, id);
    // Whatever is read after this is read in that team: `enteredRule` lets nothing stand beside it.
    context.actor = await domain.teams.enter(context.actor, team?.slug ?? slug ?? '');
    return { team: team ?? (await domain.teams.get(context.actor, context.actor.teamId)), query: {} };
  },
  teams: async (_, args, { domain, actor }) => byId(await domain.teams.list(actor, pageOf(args)), args),
  members: async (_, { teamId, ...args }, { domain, actor }) =>
    byId(await domain.members.list(actor, teamId, pageOf(args)), args),
  apiKey: (_, { id }, { domain, actor }) => domain.apiKeys.get(actor, id),
  apiKeys: async (_, args, { domain, actor }) => byId(await domain.apiKeys.list(actor, pageOf(args)), args),
};

export const teamMutations: Mutations = {
  createTeam: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.teams.create(actor, input, onceOptions('createTeam', input, idempotencyKey)),
  addMember: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.members.add(actor, given(input), onceOptions('addMember', input, idempotencyKey)),
  updateMember: (_, { input }, { domain, actor }) => domain.members.update(actor, patch(input)),
  removeMember: async (_, { input }, { domain, actor }) => {
    await domain.members.remove(actor, input);
    return { id: input.id };
  },
  createApiKey: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.apiKeys.create(actor, given(input), onceOptions('createApiKey', input, idempotencyKey)),
  rotateApiKey: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.apiKeys.rotate(actor, given(input), onceOptions('rotateApiKey', input, idempotencyKey)),
  revokeApiKey: async (_, { input: { id } }, { domain, actor }) => {
    await domain.apiKeys.revoke(actor, id);
    return { id };
  },
};
