// Owns comparing what Neon says it made with what was asked, and bringing our mirror to it. A contradiction fails the restore;
// what Neon does not return is listed as unverified.

import { Failure } from '../../../core/errors.ts';
import { derivedName } from '../../../core/names.ts';
import type { NeonBranch } from '../../../neon/api.ts';
import { listPresentBranches } from '../../../store/branches.ts';
import { patchRestore } from '../../../store/restores.ts';
import type { Unit } from '../../change.ts';
import { compareFact, comparePoint } from '../../job/neon-work.ts';
import { mirrorBranches, moveLineage } from '../../project/mirror.ts';
import { isPreservedOf, keepPreserved } from '../preserved.ts';
import { neonIdOf, recorded, type StepContext, type StepOutcome } from './step.ts';

/** After the restore itself. Before a cutover nothing is mirrored: the restored branch is about to become the served one. */
export async function readBack(context: StepContext): Promise<StepOutcome> {
  const { neon, project, row } = context;
  const branches = await neon.listBranches(project.neon_project_id);
  const made = branches.find((branch) => branch.id === recorded(context, 'neonBranchId'));
  if (!made) throw new Failure('read_back_mismatch', 'Neon does not list the branch that it restored.');
  if (made.state !== 'ready') return { kind: 'waits_for_neon' };
  const unverified = await compare(context, made, branches);
  if (row.target_kind === 'in_place' && row.source_kind === 'neon_snapshot') return { kind: 'done', unverified };
  const preserved = row.target_kind === 'in_place' ? findPreserved(context, branches) : undefined;
  return {
    kind: 'done',
    unverified,
    write: async (unit) => {
      await mirrorBranches(context.deps, unit, project, branches);
      await keepTarget(context, unit, made, preserved);
    },
  };
}

/** After the cutover: the served branch is the restored one, under its old name; our lineage id moves to its new Neon id. */
export async function readBackCutover(context: StepContext): Promise<StepOutcome> {
  const { deps, neon, project, branch } = context;
  const branches = await neon.listBranches(project.neon_project_id);
  const served = branches.find((one) => one.id === recorded(context, 'neonBranchId'));
  if (!served) throw new Failure('read_back_mismatch', 'Neon does not list the branch that it made the served one.');
  if (served.state !== 'ready') return { kind: 'waits_for_neon' };
  compareFact('the name of the served branch', recorded(context, 'servedName'), served.name);
  const preserved = findPreserved(context, branches);
  compareFact('the preserved branch', recorded(context, 'servedNeonBranchId'), preserved.id);
  return {
    kind: 'done',
    write: async (unit) => {
      await moveLineage(unit, branch, served);
      await mirrorBranches(deps, unit, project, branches);
      await keepTarget(context, unit, served, preserved);
    },
  };
}

async function compare(
  { deps, branch, snapshot, row }: StepContext,
  made: NeonBranch,
  branches: readonly NeonBranch[],
): Promise<string[]> {
  if (row.target_kind === 'in_place' && row.source_kind === 'point') {
    // Neon names no source moment after a restore in place (design section 4).
    return [row.source_at ? 'timestamp' : 'lsn'];
  }
  if (row.source_kind === 'neon_snapshot') return compareFact('restored_from', neonIdOf(snapshot), made.restoredFrom);
  const parentId = row.source_kind === 'branch_snapshot' ? neonIdOf(snapshot) : branch.neon_branch_id;
  const hasMoved = made.parentId !== parentId && (await isPreservedOf(deps.db, branch.id, parentOf(made, branches)));
  return [
    ...(hasMoved ? [] : compareFact('parent_id', parentId, made.parentId)),
    ...comparePoint(
      'The branch',
      { at: row.source_at, lsn: row.source_lsn },
      { timestamp: made.parentTimestamp, lsn: made.parentLsn },
    ),
  ];
}

function parentOf({ parentId }: NeonBranch, branches: readonly NeonBranch[]): NeonBranch | undefined {
  return branches.find(({ id }) => id === parentId);
}

function findPreserved({ row }: StepContext, branches: readonly NeonBranch[]): NeonBranch {
  const name = derivedName(row.id, 'preserved');
  const preserved = branches.find((branch) => branch.name === name);
  if (preserved) return preserved;
  throw new Failure('read_back_mismatch', `Neon lists no preserved branch ${name} after the restore in place.`);
}

async function keepTarget(
  { project, row }: StepContext,
  unit: Unit,
  target: NeonBranch,
  preserved: NeonBranch | undefined,
): Promise<void> {
  const mirrored = await listPresentBranches(unit.tx, [project.id]);
  const targetRow = mirrored.find((one) => one.neon_branch_id === target.id);
  if (!targetRow) throw new Failure('internal', `The mirror lacks ${target.id}.`);
  await patchRestore(unit.tx, row.id, { target_branch_id: targetRow.id });
  if (preserved) await keepPreserved(unit, row, preserved);
}
