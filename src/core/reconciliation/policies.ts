// Owns which policies are harmed by a branch that is gone. It changes nothing: a policy is a person's to change.

import { selectsBranch } from '../selector.ts';
import type { Finding, Known, MirroredBranch, Seen, SelectingPolicy } from './facts.ts';

/** Branches that a policy names and Neon has not, and those that it selected when the mirror was last refreshed. */
export function findHarmedPolicies(known: Known, seen: Seen): Finding[] {
  const undoCopies = new Set(known.preserved.map(({ neonBranchId }) => neonBranchId));
  const listed = seen.branches.filter(({ id }) => !undoCopies.has(id));
  const ids = new Set(listed.map(({ id }) => id));
  const names = new Set(listed.map(({ name }) => name));
  const gone = known.branches.filter(({ neonBranchId }) => !ids.has(neonBranchId) && !undoCopies.has(neonBranchId));
  return known.policies.flatMap((policy) => {
    if (typeof policy.branches === 'string') {
      return gone.filter((branch) => selectsBranch(policy.branches, branch)).map((branch) => harmed(policy, branch));
    }
    return policy.branches
      .filter((name) => !names.has(name))
      .map((name) => harmed(policy, gone.find((branch) => branch.name === name) ?? { name }));
  });
}

function harmed(
  policy: SelectingPolicy,
  branch: Pick<MirroredBranch, 'name'> & Partial<Pick<MirroredBranch, 'id' | 'neonBranchId'>>,
): Finding {
  return {
    kind: 'policy_branch_gone',
    what: 'branch',
    subjectKind: branch.id === undefined ? null : 'branch',
    subjectId: branch.id ?? null,
    neonId: branch.neonBranchId ?? null,
    name: branch.name,
    policyId: policy.id,
    action: 'none',
    reason: null,
  };
}
