// Owns the pass of retention over a branch: what a policy lets go by itself, when a new point has become available and never before. It
// expires only what the policy made, and nothing of a deleted policy or of a branch that it no longer selects.

import { needsApproval } from '../../core/expiry.ts';
import { findPolicyRow, type PolicyRow } from '../../store/policies.ts';
import { lockStoppedPlans } from '../../store/retention-plans.ts';
import { patchSnapshot, type SnapshotRow } from '../../store/snapshots.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { lockByPolicy } from '../snapshot/lock.ts';
import { addPlan } from './add-plan.ts';
import { expire } from './expire.ts';
import { isSelected, type JudgedPoint, type Judgement, judgeBranch } from './judge.ts';

export interface NewPoint {
  readonly id: string;
  readonly policyId: string;
  readonly branchId: string;
}

/**
 * Gives the new point the lock that the policy promises, says of every point why it is kept, and expires the others: unless the policy
 * is frozen, or so many would go that a person must approve it. What a person has refused to let go stays.
 */
export async function expireByPolicy(deps: Pick<Deps, 'newId'>, unit: Unit, made: NewPoint): Promise<void> {
  const policy = await findPolicyRow(unit.tx, made.policyId);
  if (!policy || !(await isSelected(unit, policy, made.branchId))) return;
  const judged = await judgeBranch(unit, policy, made.branchId);
  const point = judged.points.find(({ row }) => row.id === made.id);
  if (point) await lockByPolicy(unit, point.row, policy, point.decision.reasons);
  const { goes, stays } = await decide(deps, unit, policy, judged);
  const expires = new Set(goes.map(({ row }) => row.id));
  const beyond = new Set(judged.expires.map(({ row }) => row.id));
  for (const { row, decision } of judged.points) {
    if (expires.has(row.id)) continue;
    await keep(unit, row, stays && beyond.has(row.id) ? [stays] : decision.reasons);
  }
  for (const one of goes) await expire(unit, policy, one, { cause: 'policy' });
}

type Stay = 'frozen' | 'waits_for_approval' | 'approval_rejected';

interface Decided {
  readonly goes: readonly JudgedPoint[];
  /** Why the rest of what is beyond the rule stays. */
  readonly stays?: Stay;
}

/** What of that which is beyond the rule may go now, without a person. */
async function decide(deps: Pick<Deps, 'newId'>, unit: Unit, policy: PolicyRow, judged: Judgement): Promise<Decided> {
  if (judged.expires.length === 0) return { goes: [] };
  if (judged.isFrozen) return { goes: [], stays: 'frozen' };
  const { isPending, rejected } = await readStopped(unit, policy, judged);
  // Nothing goes beside what a person looks at.
  if (isPending) return { goes: [], stays: 'waits_for_approval' };
  const free = judged.expires.filter(({ row }) => !rejected.has(row.id));
  const count = { points: judged.points.length - rejected.size, expires: free.length };
  if (!needsApproval(count, policy.limits.expireAtMostShare)) return { goes: free, stays: 'approval_rejected' };
  await addPlan(deps, unit, policy, 'limit', [{ ...judged, expires: free, rejected }]);
  return { goes: [], stays: 'waits_for_approval' };
}

interface Stopped {
  readonly isPending: boolean;
  /** What stays because a person wanted it to. */
  readonly rejected: ReadonlySet<string>;
}

/** A plan of another version, or of which something is kept or gone by now, says nothing any more. */
async function readStopped(unit: Unit, policy: PolicyRow, { branchId, expires }: Judgement): Promise<Stopped> {
  const going = new Set(expires.map(({ row }) => row.id));
  const rejected = new Set<string>();
  let isPending = false;
  for (const plan of await lockStoppedPlans(unit.tx, policy.id, branchId)) {
    const holds = plan.policy_version === policy.version && plan.expire_ids.every((id) => going.has(id));
    if (!holds) await advance(unit, 'retention_plan', plan, 'supersede');
    else if (plan.status === 'pending') isPending = true;
    else for (const id of plan.expire_ids) rejected.add(id);
  }
  return { isPending, rejected };
}

async function keep(unit: Unit, row: SnapshotRow, reasons: readonly string[]): Promise<void> {
  if (row.kept_because.join() !== reasons.join()) await patchSnapshot(unit.tx, row.id, { kept_because: [...reasons] });
}
