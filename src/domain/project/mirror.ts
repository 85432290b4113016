// Owns the mirror of a project's branches: what Neon has now, under our lineage ids. It never changes anything in Neon, and
// runs in the project's lane only (or before the project is registered), so that it never meets a restore's half-made state.

import type { NeonBranch } from '../../neon/api.ts';
import {
  type BranchRow,
  insertBranch,
  listGoneBranches,
  listPresentBranches,
  updateBranch,
} from '../../store/branches.ts';
import { listReplacedBranches, nameUndoCopies } from '../../store/restores.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';

interface MirroredProject {
  readonly id: string;
  readonly team_id: string;
}

/**
 * Brings the mirror to what Neon listed: new branches get a lineage id, changed ones are updated, missing ones are marked gone, and one
 * that is back has the lineage id that it had.
 */
export async function mirrorBranches(
  deps: Pick<Deps, 'newId'>,
  unit: Unit,
  project: MirroredProject,
  listed: readonly NeonBranch[],
): Promise<void> {
  await nameUndoCopies(unit.tx, project.id, listed, unit.now);
  await followCutovers(unit, project, listed);
  const known = new Map(
    (await listPresentBranches(unit.tx, [project.id])).map((row) => [row.neon_branch_id, row] as const),
  );
  const unknown = listed.filter(({ id }) => !known.has(id));
  const gone = await listGoneBranches(
    unit.tx,
    project.id,
    unknown.map(({ id }) => id),
  );
  for (const branch of unknown) {
    const row = gone.find(({ neon_branch_id }) => neon_branch_id === branch.id);
    if (row) await findAgain(unit, row, branch);
    else await addBranch(deps, unit, project, branch);
  }
  for (const branch of listed) {
    const row = known.get(branch.id);
    known.delete(branch.id);
    if (row) await refreshBranch(unit, row, branch);
  }
  for (const row of known.values()) {
    await updateBranch(unit.tx, row.id, { gone_at: unit.now, updated_at: unit.now });
    unit.audit(
      'branch.gone',
      { kind: 'branch', id: row.id },
      {
        neonBranchId: row.neon_branch_id,
        name: row.name,
        before: { goneAt: null },
        after: { goneAt: unit.now.toISOString() },
      },
    );
  }
}

/**
 * A restore that was finalised outside of Afterglow, or by a restore of ours that failed afterwards: Neon gave the branch's name
 * to another id. Our lineage id follows the name.
 */
async function followCutovers(unit: Unit, project: MirroredProject, listed: readonly NeonBranch[]): Promise<void> {
  const replaced = await listReplacedBranches(unit.tx, project.id);
  for (const row of await listPresentBranches(unit.tx, [project.id])) {
    const own = listed.find((branch) => branch.id === row.neon_branch_id);
    const others = listed.filter((branch) => branch.id !== row.neon_branch_id && isFinalized(branch, row));
    const namesake = own?.name === row.name ? undefined : others.find((branch) => branch.name === row.name);
    // Where the name was lost on the way, our own record says what replaced it.
    const { successor_neon_id } =
      replaced.find((one) => one.branch_id === row.id && one.undo_neon_id === row.neon_branch_id) ?? {};
    const successor = namesake ?? others.find(({ id }) => id === successor_neon_id);
    if (successor) await moveLineage(unit, row, successor);
  }
}

/** Neon shows `detaching` for a while instead; then it may also be one that nobody finalised. */
function isFinalized({ restoreStatus, restoredAs }: NeonBranch, row: BranchRow): boolean {
  return restoreStatus === 'finalized' || (restoreStatus === 'detaching' && restoredAs === row.neon_branch_id);
}

/**
 * The branch has a new id in Neon after a finalised restore; our lineage id stays. A row that a sync may have made for the
 * new id in between is retired.
 */
export async function moveLineage(unit: Unit, row: BranchRow, to: NeonBranch): Promise<void> {
  const present = await listPresentBranches(unit.tx, [row.project_id]);
  for (const other of present.filter((one) => one.neon_branch_id === to.id && one.id !== row.id)) {
    await updateBranch(unit.tx, other.id, { gone_at: unit.now, updated_at: unit.now });
  }
  await updateBranch(unit.tx, row.id, { ...mirrored(to), gone_at: null, updated_at: unit.now });
  if (row.neon_branch_id === to.id) return;
  unit.audit(
    'branch.neon_id_changed',
    { kind: 'branch', id: row.id },
    {
      from: row.neon_branch_id,
      to: to.id,
      before: { neonBranchId: row.neon_branch_id },
      after: { neonBranchId: to.id },
    },
  );
}

async function addBranch(
  deps: Pick<Deps, 'newId'>,
  unit: Unit,
  project: MirroredProject,
  branch: NeonBranch,
): Promise<void> {
  await insertBranch(unit.tx, {
    id: deps.newId('brn'),
    team_id: project.team_id,
    project_id: project.id,
    ...mirrored(branch),
    created_at: unit.now,
    updated_at: unit.now,
  });
}

async function findAgain(unit: Unit, row: BranchRow, branch: NeonBranch): Promise<void> {
  await updateBranch(unit.tx, row.id, { ...mirrored(branch), gone_at: null, updated_at: unit.now });
  const before = { goneAt: row.gone_at?.toISOString() ?? null };
  const told = { neonBranchId: branch.id, name: branch.name, before, after: { goneAt: null } };
  unit.audit('branch.found', { kind: 'branch', id: row.id }, told);
}

async function refreshBranch(unit: Unit, row: BranchRow, branch: NeonBranch): Promise<void> {
  const next = mirrored(branch);
  const before: Record<string, unknown> = { ...row };
  const changed = Object.entries(next).some(([column, value]) => comparable(before[column]) !== comparable(value));
  if (changed) await updateBranch(unit.tx, row.id, { ...next, updated_at: unit.now });
}

function comparable(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : (value ?? null);
}

function mirrored(branch: NeonBranch) {
  const { createdAt, lastResetAt } = branch;
  return {
    neon_branch_id: branch.id,
    name: branch.name,
    parent_neon_branch_id: branch.parentId ?? null,
    is_default: branch.isDefault,
    is_protected: branch.isProtected,
    state: branch.state,
    logical_size_bytes: branch.logicalSizeBytes ?? null,
    neon_created_at: createdAt,
    history_started_at: lastResetAt && lastResetAt > createdAt ? lastResetAt : createdAt,
    expires_at: branch.expiresAt ?? null,
  };
}
