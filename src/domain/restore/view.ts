// Owns how a restore is shown.

import type { Deps } from '../deps.ts';
import { type BranchRow, listBranchRows } from '../../store/branches.ts';
import { findPreservedBranches, type PreservedBranchRow, type RestoreRow } from '../../store/restores.ts';
import type { RestoreView } from '../views.ts';

/** The views of the rows, in their order, with their targets and preserved branches, in two more statements. */
export async function toRestoreViews(deps: Pick<Deps, 'db'>, rows: readonly RestoreRow[]): Promise<RestoreView[]> {
  const targetIds = rows.flatMap((row) => row.target_branch_id ?? []);
  const [branches, preserved] = await Promise.all([
    listBranchRows(deps.db, targetIds),
    findPreservedBranches(
      deps.db,
      rows.filter((row) => row.target_kind === 'in_place').map((row) => row.id),
    ),
  ]);
  const branchOf = new Map(branches.map((branch) => [branch.id, branch] as const));
  const preservedOf = new Map(preserved.map((one) => [one.id, one] as const));
  return rows.map((row) => toRestoreView(row, branchOf.get(row.target_branch_id ?? ''), preservedOf.get(row.id)));
}

/** A restore that has just been asked for has no target and nothing preserved yet. */
export function toRestoreView(
  row: RestoreRow,
  target: Pick<BranchRow, 'neon_branch_id' | 'name'> | undefined,
  preserved: Pick<PreservedBranchRow, 'neon_branch_id' | 'name' | 'status' | 'waits_for'> | undefined,
): RestoreView {
  return {
    id: row.id,
    projectId: row.project_id,
    source: {
      snapshotId: row.snapshot_id,
      branchId: row.branch_id,
      at: row.source_at?.toISOString() ?? null,
      lsn: row.source_lsn,
    },
    target: {
      kind: row.target_kind,
      branchId: row.target_branch_id,
      neonBranchId: target?.neon_branch_id ?? row.progress.neonBranchId ?? null,
      name: target?.name ?? row.target_name,
      expiresAt: row.expires_at?.toISOString() ?? null,
    },
    status: row.status,
    steps: row.steps,
    preservedBranch: preserved
      ? {
          neonBranchId: preserved.neon_branch_id,
          name: preserved.name,
          status: preserved.status,
          waitsFor: preserved.waits_for,
        }
      : null,
    unverified: row.unverified,
    warnings: row.warnings,
    error: row.error,
    cleanUp: row.clean_up,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}
