// Owns the pass of retention over a branch: what a policy lets go by itself, when a new point has become available and never before. It
// expires only what the policy made, and nothing of a deleted policy or of a branch that it no longer selects.

import { needsApproval } from '../../core/expiry.ts';
import { selectsProject } from '../../core/selector.ts';
import { getBranchRow } from '../../store/branches.ts';
import { findPolicyRow, type PolicyRow } from '../../store/policies.ts';
import { getProjectRow } from '../../store/projects.ts';
import { lockStoppedPlan } from '../../store/retention-plans.ts';
import { patchSnapshot, type SnapshotRow } from '../../store/snapshots.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { meansBranch } from '../policy/coverage.ts';
import { lockByPolicy } from '../snapshot/lock.ts';
import { addPlan } from './add-plan.ts';
import { expire } from './expire.ts';
import { type Judgement, judgeBranch } from './judge.ts';

export interface NewPoint {
  readonly id: string;
  readonly policyId: string;
  readonly branchId: string;
}

/**
 * Gives the new point the lock that the policy promises, says of every point why it is kept, and expires the others: unless the policy
 * is frozen, or so many would go that a person must approve it.
 */
export async function expireByPolicy(deps: Pick<Deps, 'newId'>, unit: Unit, made: NewPoint): Promise<void> {
  const policy = await findPolicyRow(unit.tx, made.policyId);
  if (!policy || !(await isSelected(unit, policy, made.branchId))) return;
  const judged = await judgeBranch(unit, policy, made.branchId);
  const point = judged.points.find(({ row }) => row.id === made.id);
  if (point) await lockByPolicy(unit, point.row, policy, point.decision.reasons);
  const stays = await whyAllStay(deps, unit, policy, judged);
  const expires = new Set(stays ? [] : judged.expires.map(({ row }) => row.id));
  for (const { row, decision } of judged.points) {
    if (expires.has(row.id)) continue;
    await keep(unit, row, decision.keep || !stays ? decision.reasons : [stays]);
  }
  if (!stays) for (const one of judged.expires) await expire(unit, policy, one, { cause: 'policy' });
}

/** Snapshots of a branch that the policy no longer means are a person's to delete. */
async function isSelected(unit: Unit, { selector }: PolicyRow, branchId: string): Promise<boolean> {
  const branch = await getBranchRow(unit.tx, branchId);
  const project = await getProjectRow(unit.tx, branch.project_id);
  return selectsProject(selector, project) && meansBranch(selector, branch);
}

type Stay = 'frozen' | 'waits_for_approval';

/** Why nothing goes, although something would; undefined where it may. */
async function whyAllStay(
  deps: Pick<Deps, 'newId'>,
  unit: Unit,
  policy: PolicyRow,
  judged: Judgement,
): Promise<Stay | undefined> {
  if (judged.expires.length === 0) return undefined;
  if (judged.isFrozen) return 'frozen';
  const stopped = await lockStoppedPlan(unit.tx, policy.id, judged.branchId);
  const going = new Set(judged.expires.map(({ row }) => row.id));
  // While a person looks at one, and after it was rejected, nothing of what it names goes by itself, and no second one is made of it.
  const holds = stopped?.policy_version === policy.version && stopped.expire_ids.every((id) => going.has(id));
  if (holds) return 'waits_for_approval';
  if (stopped) await advance(unit, 'retention_plan', stopped, 'supersede');
  const count = { points: judged.points.length, expires: judged.expires.length };
  if (!needsApproval(count, policy.limits.expireAtMostShare)) return undefined;
  await addPlan(deps, unit, policy, 'limit', [judged]);
  return 'waits_for_approval';
}

async function keep(unit: Unit, row: SnapshotRow, reasons: readonly string[]): Promise<void> {
  if (row.kept_because.join() !== reasons.join()) await patchSnapshot(unit.tx, row.id, { kept_because: [...reasons] });
}
