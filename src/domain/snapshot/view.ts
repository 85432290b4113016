// Owns how a snapshot is shown.

import type { SnapshotRow } from '../../store/snapshots.ts';
import type { SnapshotView } from '../views.ts';

export function toSnapshotView(row: SnapshotRow): SnapshotView {
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
