import { byId, pageOf } from '../connection.ts';
import { refuseInput } from '../errors.ts';
import type { MutationResolvers, QueryResolvers } from '../generated.ts';
import { given, onceOptions } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'snapshot' | 'snapshots'>>;
type Mutations = Required<
  Pick<MutationResolvers, 'requestSnapshot' | 'cancelSnapshot' | 'deleteSnapshot' | 'lockSnapshot'>
>;

export const snapshotQueries: Queries = {
  snapshot: (_, { id }, { domain, actor }) => domain.snapshots.get(actor, id),
  snapshots: async (_, { filter, ...args }, { domain, actor }) =>
    byId(await domain.snapshots.list(actor, given(filter ?? {}), pageOf(args)), args),
};

export const snapshotMutations: Mutations = {
  requestSnapshot: (_, { input, idempotencyKey }, { domain, actor }) => {
    const asked = given(input);
    if (asked.at !== undefined && asked.lsn !== undefined) throw refuseInput('lsn', 'cannot be given together with at');
    return domain.snapshots.request(actor, asked, onceOptions('requestSnapshot', input, idempotencyKey));
  },
  cancelSnapshot: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.snapshots.cancel(actor, input.id, onceOptions('cancelSnapshot', input, idempotencyKey)),
  lockSnapshot: (_, { input, idempotencyKey }, { domain, actor }) => {
    // Here a null is more than nothing: it lifts the lock.
    if (input.until === undefined) throw refuseInput('until', 'is required');
    const asked = { ...given(input), until: input.until };
    return domain.snapshots.lock(actor, asked, onceOptions('lockSnapshot', input, idempotencyKey));
  },
  deleteSnapshot: (_, { input }, { domain, actor }) => domain.snapshots.delete(actor, input.id),
};
