// Owns how a snapshot is shown, with what protects it.

import type { Db } from '../../store/database.ts';
import { listOpenHolds } from '../../store/protection.ts';
import type { SnapshotRow } from '../../store/snapshots.ts';
import type { LockView, SnapshotView } from '../views.ts';

/** In the order of the rows, with one statement for the holds of all. */
export async function viewSnapshots(db: Db, rows: readonly SnapshotRow[]): Promise<SnapshotView[]> {
  const holds = await listOpenHolds(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => toSnapshotView(row, holds.get(row.id) ?? []));
}

export async function viewSnapshot(db: Db, row: SnapshotRow): Promise<SnapshotView> {
  return toSnapshotView(row, (await listOpenHolds(db, [row.id])).get(row.id) ?? []);
}

/** `holds`: ids of the open ones that cover it. */
export function toSnapshotView(row: SnapshotRow, holds: readonly string[]): SnapshotView {
  return {
    id: row.id,
    projectId: row.project_id,
    branchId: row.branch_id,
    policyId: row.policy_id,
    policyVersion: row.policy_version,
    name: row.name,
    kind: row.kind,
    status: row.status,
    requestedAt: row.requested_at_instant?.toISOString() ?? null,
    requestedLsn: row.requested_lsn,
    pointAt: row.point_at?.toISOString() ?? null,
    lsn: row.lsn,
    neonId: row.neon_id,
    sizeBytes: row.size_bytes,
    keptBecause: row.kept_because,
    holds,
    lock: toLockView(row),
    unverified: row.unverified,
    warnings: row.warnings,
    error: row.error,
    steps: row.steps,
    cleanUp: row.clean_up,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    availableAt: row.available_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

function toLockView(row: SnapshotRow): LockView | null {
  const { lock_mode, lock_until, lock_grace_until, locked_at, locked_by } = row;
  if (!lock_mode || !lock_until || !lock_grace_until || !locked_at || locked_by === null) return null;
  return {
    mode: lock_mode,
    until: lock_until.toISOString(),
    graceUntil: lock_grace_until.toISOString(),
    lockedAt: locked_at.toISOString(),
    lockedBy: locked_by,
  };
}
