// Owns what a policy lets go: the decision is `core/retention`'s, the purge is a job's. It expires only what the policy made.

import type { Protection } from '../../core/protection.ts';
import { planRetention } from '../../core/retention.ts';
import { findPolicyRow } from '../../store/policies.ts';
import { getProjectRow } from '../../store/projects.ts';
import { findCovers } from '../../store/protection.ts';
import { listSnapshotsInRestore } from '../../store/restores.ts';
import { lockAvailableOfPolicy, patchSnapshot } from '../../store/snapshots.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import { retentionZone } from '../policy/retention.ts';
import { lockByPolicy } from './lock.ts';

export interface NewPoint {
  readonly id: string;
  readonly policyId: string;
  readonly branchId: string;
}

/**
 * Expires what lies beyond the rule among the available points of the new one's branch, says of the others why they are kept, and
 * gives the new one the lock that the policy's protection promises for these reasons.
 * Called when a new point has become available, never before; those of a deleted policy stay.
 */
export async function expireByPolicy(
  unit: Unit,
  { id: madeId, policyId, branchId }: NewPoint,
  protection?: Protection,
): Promise<void> {
  const policy = await findPolicyRow(unit.tx, policyId);
  if (!policy) return;
  const available = await lockAvailableOfPolicy(unit.tx, policyId, branchId);
  const ids = available.map((row) => row.id);
  const inRestore = await listSnapshotsInRestore(unit.tx, ids);
  const covers = await findCovers(unit.tx, ids, unit.now);
  const rows = new Map(available.map((row) => [row.id, row] as const));
  const points = [...rows.values()].map((row) => ({
    id: row.id,
    branchId,
    pointAt: row.point_at ?? row.created_at,
    isHeld: (covers.get(row.id)?.holdIds.length ?? 0) > 0,
    lockedUntil: covers.get(row.id)?.lockedUntil ?? null,
  }));
  const timeZone = await retentionZone(unit.tx, policyId);
  for (const decision of planRetention(points, policy.retention, { timeZone, now: unit.now })) {
    const row = rows.get(decision.id);
    // One that is being brought back goes with a later pass; so does one whose lock has run out by one of the two clocks alone.
    if (!row || (!decision.keep && (inRestore.has(row.id) || covers.has(row.id)))) continue;
    const reasons = [...decision.reasons];
    if (decision.keep) {
      if (row.id === madeId) await lockByPolicy(unit, row, { id: policyId, protection }, reasons);
      if (row.kept_because.join() !== reasons.join()) await patchSnapshot(unit.tx, row.id, { kept_because: reasons });
      continue;
    }
    await advance(unit, 'snapshot', row, 'expire', {
      patch: { kept_because: [] },
      details: { cause: 'policy', policyId, reasons, policyVersion: policy.version },
    });
    const project = await getProjectRow(unit.tx, row.project_id);
    unit.promise('snapshot.purge', row.id, project.neon_project_id);
  }
}
