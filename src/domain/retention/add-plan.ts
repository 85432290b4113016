// Owns recording a plan of retention: what would expire of the judged branches, for a person to decide.

import type { PlannedDecision } from '../../store/database.ts';
import type { PolicyRow } from '../../store/policies.ts';
import { hashOfPlan, insertRetentionPlan, type RetentionPlanRow } from '../../store/retention-plans.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import type { Judgement } from './judge.ts';
import { momentOf } from './point.ts';

interface ToDecide extends Judgement {
  /** What was refused in an earlier plan. */
  readonly rejected?: ReadonlySet<string>;
}

/** Its hash stands for what it would expire and by which version of the policy. */
export async function addPlan(
  deps: Pick<Deps, 'newId'>,
  unit: Unit,
  policy: PolicyRow,
  cause: RetentionPlanRow['cause'],
  judged: readonly ToDecide[],
): Promise<RetentionPlanRow> {
  const expireIds = judged.flatMap(({ expires }) => expires.map(({ row }) => row.id)).sort();
  const goes = new Set(expireIds);
  const decisions = judged.flatMap(({ branchId, points, rejected }) =>
    points.map(({ row, decision }): PlannedDecision => {
      const keep = !goes.has(row.id);
      // Beyond the rule, and not to go now: a person wanted it to stay, or a restore reads it.
      const stays = rejected?.has(row.id) ? 'approval_rejected' : 'in_use';
      const reasons = keep && !decision.keep ? [stays] : [...decision.reasons];
      return { snapshotId: row.id, branchId, pointAt: momentOf(row).toISOString(), keep, reasons };
    }),
  );
  const row = await insertRetentionPlan(unit.tx, {
    id: deps.newId('rtp'),
    team_id: policy.team_id,
    policy_id: policy.id,
    policy_version: policy.version,
    cause,
    branch_ids: judged.map(({ branchId }) => branchId),
    frozen_branch_ids: judged.filter(({ isFrozen }) => isFrozen).map(({ branchId }) => branchId),
    hash: hashOfPlan(policy, expireIds),
    keep_count: decisions.length - expireIds.length,
    expire_ids: expireIds,
    decisions: JSON.stringify(decisions),
    status: 'pending',
    created_at: unit.now,
    updated_at: unit.now,
  });
  const told = {
    policyId: policy.id,
    policyVersion: policy.version,
    cause,
    hash: row.hash,
    expires: expireIds.length,
    after: { status: row.status },
  };
  unit.audit('retention_plan.pending', { kind: 'retention_plan', id: row.id }, told);
  return row;
}
