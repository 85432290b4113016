import { byId, pageOf } from '../connection.ts';
import type { MutationResolvers, QueryResolvers } from '../generated.ts';
import { onceOptions, patch } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'credential' | 'credentials'>>;
type Mutations = Required<Pick<MutationResolvers, 'createCredential' | 'updateCredential' | 'deleteCredential'>>;

export const credentialQueries: Queries = {
  credential: (_, { id }, { domain, actor }) => domain.credentials.get(actor, id),
  credentials: async (_, args, { domain, actor }) => byId(await domain.credentials.list(actor, pageOf(args)), args),
};

export const credentialMutations: Mutations = {
  createCredential: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.credentials.create(actor, input, onceOptions('createCredential', input, idempotencyKey)),
  updateCredential: (_, { input }, { domain, actor }) => domain.credentials.update(actor, patch(input)),
  deleteCredential: async (_, { input: { id } }, { domain, actor }) => {
    await domain.credentials.delete(actor, id);
    return { id };
  },
};
