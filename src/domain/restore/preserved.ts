// Owns recording an undo copy, so that it can be shown, deleted, and left out of policies; and knowing one by its name.

import { derivedName } from '../../core/names.ts';
import type { NeonBranch } from '../../neon/api.ts';
import type { Db } from '../../store/database.ts';
import { insertPreservedBranch, listInPlace, type RestoreRow } from '../../store/restores.ts';
import type { Unit } from '../change.ts';

/**
 * Whether it is what a restore in place of the branch preserved. Neon moves the children of a branch that is restored in place there, so
 * that what was made of the branch a moment before names it as its parent.
 */
export async function isPreservedOf(db: Db, branchId: string, found: NeonBranch | undefined): Promise<boolean> {
  if (!found) return false;
  const restores = await listInPlace(db, branchId);
  return restores.some((row) => found.name === derivedName(row.id, 'preserved') || found.name === row.preserve_as);
}

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
