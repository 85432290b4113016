// Owns recording an undo copy, so that it can be shown, deleted, and left out of policies.

import type { NeonBranch } from '../../neon/api.ts';
import { insertPreservedBranch, type RestoreRow } from '../../store/restores.ts';
import type { Unit } from '../change.ts';

/** Keeps what an in-place restore preserved; a second time changes nothing. */
export async function keepPreserved(unit: Unit, row: RestoreRow, preserved: NeonBranch): Promise<void> {
  const isNew = await insertPreservedBranch(unit.tx, {
    id: row.id,
    team_id: row.team_id,
    project_id: row.project_id,
    neon_branch_id: preserved.id,
    name: preserved.name,
    status: 'present',
    created_at: unit.now,
    updated_at: unit.now,
  });
  if (!isNew) return;
  const told = { neonBranchId: preserved.id, after: { status: 'present' } };
  unit.audit('preserved_branch.present', { kind: 'preserved_branch', id: row.id }, told);
}
