import type { PlaceHoldInput } from '../../domain/index.ts';
import { byId, pageOf } from '../connection.ts';
import { refuseInput } from '../errors.ts';
import type { HoldSelectorInput, MutationResolvers, QueryResolvers } from '../generated.ts';
import { given, onceOptions } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'hold' | 'holds'>>;
type Mutations = Required<Pick<MutationResolvers, 'placeHold' | 'releaseHold'>>;

export const holdQueries: Queries = {
  hold: (_, { id }, { domain, actor }) => domain.holds.get(actor, id),
  holds: async (_, { filter, ...args }, { domain, actor }) =>
    byId(await domain.holds.list(actor, given(filter ?? {}), pageOf(args)), args),
};

export const holdMutations: Mutations = {
  placeHold: (_, { input, idempotencyKey }, { domain, actor }) => {
    const asked = { ...input, selector: readSelector(input.selector) };
    return domain.holds.place(actor, asked, onceOptions('placeHold', input, idempotencyKey));
  },
  releaseHold: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.holds.release(actor, input, onceOptions('releaseHold', input, idempotencyKey)),
};

/** GraphQL has no unions of inputs: exactly one of the two must be there. */
function readSelector(input: HoldSelectorInput): PlaceHoldInput['selector'] {
  const { snapshotIds, branchId, from, until } = given(input);
  if (snapshotIds !== undefined && branchId === undefined && from === undefined && until === undefined) {
    return { snapshotIds };
  }
  if (branchId !== undefined && from !== undefined && snapshotIds === undefined) return { branchId, from, until };
  throw refuseInput('selector', 'must be one of {snapshotIds}, {branchId, from, until}');
}
