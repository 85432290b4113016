// Owns what a policy lets go: the decision is `core/retention`'s, the purge is a job's. It expires only what the policy made.

import { planRetention } from '../../core/retention.ts';
import { findPolicyRow } from '../../store/policies.ts';
import { getProjectRow } from '../../store/projects.ts';
import { listSnapshotsInRestore } from '../../store/restores.ts';
import { lockAvailableOfPolicy, patchSnapshot } from '../../store/snapshots.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import { retentionZone } from '../policy/retention.ts';

/**
 * Expires what lies beyond the rule among the available points of one branch, and says of the others why they are kept.
 * Called when a new point has become available, never before; those of a deleted policy stay.
 */
export async function expireByPolicy(unit: Unit, policyId: string, branchId: string): Promise<void> {
  const policy = await findPolicyRow(unit.tx, policyId);
  if (!policy) return;
  const available = await lockAvailableOfPolicy(unit.tx, policyId, branchId);
  const inRestore = await listSnapshotsInRestore(
    unit.tx,
    available.map((row) => row.id),
  );
  const rows = new Map(available.map((row) => [row.id, row] as const));
  const points = [...rows.values()].map((row) => ({ id: row.id, branchId, pointAt: row.point_at ?? row.created_at }));
  const timeZone = await retentionZone(unit.tx, policyId);
  for (const decision of planRetention(points, policy.retention, { timeZone, now: unit.now })) {
    const row = rows.get(decision.id);
    // One that is being brought back goes with a later pass.
    if (!row || (!decision.keep && inRestore.has(row.id))) continue;
    const reasons = [...decision.reasons];
    if (decision.keep) {
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
