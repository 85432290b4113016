// Owns the comparison of our rows, Neon's lists and the policies of one project: what is found, and what is done about it. It removes
// nothing that is not ours by name and by record, and nothing that unfinished work is about. It carries nothing out.

import { hasOurPrefix } from './names.ts';
import type { Finding, Known, ReconciliationPlan, Seen } from './reconciliation/facts.ts';
import { findHarmedPolicies } from './reconciliation/policies.ts';
import { freeParents, tiesOf } from './reconciliation/removal.ts';
import { compareRestores } from './reconciliation/restores.ts';
import { compareSnapshots } from './reconciliation/snapshots.ts';

export type * from './reconciliation/facts.ts';

/**
 * Decides once; carried out and decided again, it finds nothing to do. Findings come in the order in which they can be carried out:
 * a branch goes after its children.
 */
export function planReconciliation(known: Known, seen: Seen, now: Date): ReconciliationPlan {
  const ties = tiesOf(known, seen);
  const snapshots = compareSnapshots(known, seen, ties);
  const restores = compareRestores(known, seen, ties, now);
  const claimed = new Set([...snapshots.claimed, ...restores.claimed]);
  const ours = [...snapshots.findings, ...restores.findings];
  return {
    findings: [...freeParents(ours, ties), ...findOrphans(seen, claimed), ...findHarmedPolicies(known, seen)],
    completions: snapshots.completions,
    cleanedUp: [...snapshots.cleanedUp, ...restores.cleanedUp],
    present: { snapshots: snapshots.present, preservedBranches: restores.present },
  };
}

/** Neon does not show the project any more: all that was there is missing, and its policies stop. */
export function planProjectGone(known: Known, now: Date): ReconciliationPlan {
  const { findings, cleanedUp } = planReconciliation({ ...known, policies: [] }, { branches: [], snapshots: [] }, now);
  const stops = known.policies.length === 0 ? [null] : known.policies.map(({ id }) => id);
  const gone = stops.map((policyId) => ({
    kind: 'project_gone' as const,
    what: 'project' as const,
    subjectKind: 'project' as const,
    subjectId: known.projectId,
    neonId: null,
    name: null,
    policyId,
    action: 'none' as const,
    reason: null,
  }));
  return {
    findings: [...gone, ...findings],
    completions: [],
    cleanedUp,
    present: { snapshots: 0, preservedBranches: 0 },
  };
}

function findOrphans(seen: Seen, claimed: ReadonlySet<string>): Finding[] {
  const orphan = (what: 'snapshot' | 'branch', { id, name }: { id: string; name: string }): Finding => ({
    kind: 'orphan',
    what,
    subjectKind: null,
    subjectId: null,
    neonId: id,
    name,
    policyId: null,
    action: 'none',
    reason: null,
  });
  return [
    ...seen.snapshots
      .filter(({ id, isScheduled }) => !claimed.has(id) && !isScheduled)
      .map((one) => orphan('snapshot', one)),
    ...seen.branches
      .filter(({ id, name }) => !claimed.has(id) && hasOurPrefix(name))
      .map((one) => orphan('branch', one)),
  ];
}
