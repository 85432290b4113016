// Owns what a policy would let go of one branch now: its points, locked, and a decision with reasons for each. It changes nothing.

import { firedByUs } from '../../core/delegation.ts';
import { isFrozen } from '../../core/freshness.ts';
import { planRetention, type RetentionDecision } from '../../core/retention.ts';
import { selectsProject } from '../../core/selector.ts';
import { getBranchRow } from '../../store/branches.ts';
import { listSchedules, type PolicyRow } from '../../store/policies.ts';
import { getProjectRow } from '../../store/projects.ts';
import { findCovers } from '../../store/protection.ts';
import { listSnapshotsInRestore } from '../../store/restores.ts';
import { lockAvailableOfPolicy, type SnapshotRow } from '../../store/snapshots.ts';
import type { Unit } from '../change.ts';
import { meansBranch } from '../policy/coverage.ts';
import { inTheirZones, zoneOfSchedules } from '../policy/retention.ts';
import { scheduleOf } from '../policy/rule.ts';
import { toRetentionPoint } from './point.ts';

export interface JudgedPoint {
  readonly row: SnapshotRow;
  readonly decision: RetentionDecision;
}

export interface Judgement {
  readonly branchId: string;
  /** Newest first. */
  readonly points: readonly JudgedPoint[];
  /** Those that may go: beyond the rule, covered by nothing, and in no restore. */
  readonly expires: readonly JudgedPoint[];
  /** While it is, nothing goes but by a person's approval. */
  readonly isFrozen: boolean;
}

/** Snapshots of a branch that the policy no longer means are a person's to delete. */
export async function isSelected(unit: Unit, { selector }: PolicyRow, branchId: string): Promise<boolean> {
  const branch = await getBranchRow(unit.tx, branchId);
  const project = await getProjectRow(unit.tx, branch.project_id);
  return selectsProject(selector, project) && meansBranch(selector, branch);
}

/** Judged as if it were not frozen: who lets go by itself must ask for that. */
export async function judgeBranch(unit: Unit, policy: PolicyRow, branchId: string): Promise<Judgement> {
  const available = await lockAvailableOfPolicy(unit.tx, policy.id, branchId);
  const ids = available.map((row) => row.id);
  const inRestore = await listSnapshotsInRestore(unit.tx, ids);
  const covers = await findCovers(unit.tx, ids, unit.now);
  const schedules = (await listSchedules(unit.tx, [policy.id])).map(scheduleOf);
  const rows = new Map(available.map((row) => [row.id, row] as const));
  const facts = await inTheirZones(
    unit.tx,
    available.map((row) => toRetentionPoint(row, covers.get(row.id))),
  );
  const points = planRetention(facts, policy.retention, {
    timeZone: zoneOfSchedules(schedules),
    now: unit.now,
  }).flatMap((decision) => {
    const row = rows.get(decision.id);
    return row ? [{ row, decision }] : [];
  });
  const newest = facts.reduce<Date | null>((last, { pointAt }) => (last && last >= pointAt ? last : pointAt), null);
  return {
    branchId,
    points,
    // One that is being brought back goes with a later pass; so does one whose lock has run out by one of the two clocks alone.
    expires: points.filter(({ row, decision }) => !decision.keep && !inRestore.has(row.id) && !covers.has(row.id)),
    isFrozen: isFrozen(firedByUs(schedules), newest, unit.now),
  };
}
