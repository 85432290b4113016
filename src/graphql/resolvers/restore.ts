import type { RequestRestoreInput } from '../../domain/index.ts';
import { byId, pageOf } from '../connection.ts';
import { refuseInput } from '../errors.ts';
import type { MutationResolvers, QueryResolvers, RestoreSourceInput, RestoreTargetInput } from '../generated.ts';
import { given, onceOptions } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'restore' | 'restores'>>;
type Mutations = Required<
  Pick<MutationResolvers, 'requestRestore' | 'cancelRestore' | 'connectRestore' | 'deletePreservedBranch'>
>;

export const restoreQueries: Queries = {
  restore: (_, { id }, { domain, actor }) => domain.restores.get(actor, id),
  restores: async (_, { filter, ...args }, { domain, actor }) =>
    byId(await domain.restores.list(actor, given(filter ?? {}), pageOf(args)), args),
};

export const restoreMutations: Mutations = {
  requestRestore: (_, { input, idempotencyKey }, { domain, actor }) => {
    const asked = { source: readSource(input.source), target: readTarget(input.target) };
    return domain.restores.request(actor, asked, onceOptions('requestRestore', input, idempotencyKey));
  },
  cancelRestore: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.restores.cancel(actor, input.id, onceOptions('cancelRestore', input, idempotencyKey)),
  connectRestore: (_, { input }, { domain, actor }) => domain.restores.connect(actor, given(input)),
  deletePreservedBranch: (_, { input }, { domain, actor }) => domain.restores.deletePreservedBranch(actor, input.id),
};

/** GraphQL has no unions of inputs: exactly one of the three must be there. */
function readSource(input: RestoreSourceInput): RequestRestoreInput['source'] {
  const { snapshotId, branchId, at, lsn } = given(input);
  if (branchId === undefined && at === undefined && lsn === undefined && snapshotId !== undefined)
    return { snapshotId };
  if (branchId !== undefined && snapshotId === undefined) {
    if (at !== undefined && lsn === undefined) return { branchId, at };
    if (lsn !== undefined && at === undefined) return { branchId, lsn };
  }
  throw refuseInput('source', 'must be one of {snapshotId}, {branchId, at}, {branchId, lsn}');
}

function readTarget(input: RestoreTargetInput): RequestRestoreInput['target'] {
  const { kind, name, expiresAt, preserveAs } = given(input);
  if (kind === 'in_place') {
    if (name !== undefined) throw refuseInput('target.name', 'is for new_branch only');
    if (expiresAt !== undefined) throw refuseInput('target.expiresAt', 'is for new_branch only');
    return { kind, preserveAs };
  }
  if (preserveAs !== undefined) throw refuseInput('target.preserveAs', 'is for in_place only');
  return { kind, name, expiresAt };
}
