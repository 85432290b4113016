// Owns what follows a restore without success: what it made beside is removed from Neon, and an undo copy is kept as one. It never
// removes an undo copy, the served branch, or a branch whose cutover was begun.

import { type Failure, NeonFailure } from '../../core/errors.ts';
import { derivedName } from '../../core/names.ts';
import { hasBegun } from '../../core/restore-plan.ts';
import type { NeonBranch } from '../../neon/api.ts';
import type { CleanUp } from '../../store/database.ts';
import { getProjectRow } from '../../store/projects.ts';
import { patchRestore, type RestoreRow } from '../../store/restores.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { type Attempt, endOf, type Settlement } from '../job/attempt.ts';
import { isWorkedOn } from '../job/neon-work.ts';
import { mirrorBranches } from '../project/mirror.ts';
import { keepPreserved } from './preserved.ts';

/**
 * Repeatable: it ends when Neon lists nothing of the restore but the undo copy, or with what cannot be removed. Neon is asked what it works
 * on before it is asked what there is: a branch is hidden while its deletion runs, and is there again if that fails.
 */
export async function cleanUpRestore(deps: Deps, attempt: Attempt, row: RestoreRow): Promise<Settlement> {
  const project = await getProjectRow(deps.db, row.project_id);
  const neon = await attempt.connect(project);
  const { neonBranchId } = row.progress;
  const recorded = neonBranchId === undefined ? [] : [neonBranchId];
  if (await isWorkedOn(neon, project.neon_project_id, recorded, deps.now())) return { kind: 'waits_for_neon' };
  const branches = await neon.listBranches(project.neon_project_id);
  const beside = findBeside(row, branches);
  const end = (cleanUp: CleanUp, reason?: string): Promise<Settlement> =>
    attempt.finish(async (unit) => {
      const preserved = findUndoCopy(row, branches);
      if (preserved) await keepPreserved(unit, row, preserved);
      await mirrorBranches(deps, unit, project, branches);
      await endCleanUp(unit, row, cleanUp, reason);
    });
  if (!beside) {
    // What was asked for without an answer may show late, and nothing else would look for it so soon.
    const isLate = neonBranchId === undefined && attempt.ageMs < deps.settings.lateMs;
    return isLate ? { kind: 'waits_for_neon' } : end('done');
  }
  if (beside.isDefault || hasBegun(row.steps, 'cut_over')) return end('left', 'it may be the served branch');
  if (beside.id !== neonBranchId) {
    // Dies before this: it is found by its name again. After it: by its id, under which its deletion is waited for, listed or not.
    await attempt.save((unit) => recordFound(unit, row, beside));
    return { kind: 'waits_for_neon' };
  }
  try {
    // Dies after this: the next attempt finds it busy, gone, or there again.
    await neon.deleteBranch(project.neon_project_id, beside.id);
  } catch (error) {
    if (error instanceof NeonFailure && error.failure === 'has_children') return end('left', 'it has child branches');
    throw error;
  }
  return { kind: 'waits_for_neon' };
}

async function recordFound({ tx, now }: Unit, row: RestoreRow, beside: NeonBranch): Promise<void> {
  const progress = JSON.stringify({ ...row.progress, neonBranchId: beside.id });
  await patchRestore(tx, row.id, { progress, version: row.version + 1, updated_at: now });
}

/** It cannot be cleaned up: what is left is said, and a person or the reconciliation sees to it. With its project it is gone. */
export async function giveUpCleanUp(attempt: Attempt, row: RestoreRow, failure: Failure): Promise<Settlement> {
  if (failure.code === 'project_gone') {
    return attempt.finish((unit) => endCleanUp(unit, row, 'done', failure.code));
  }
  return attempt.finish((unit) => endCleanUp(unit, row, 'left', failure.message), endOf(failure));
}

/** Nobody cleans up any more: the row says so, and the history why. */
export async function leaveWhatIsLeft(unit: Unit, row: RestoreRow, reason: string): Promise<void> {
  await endCleanUp(unit, row, 'left', reason);
}

async function endCleanUp(unit: Unit, row: RestoreRow, cleanUp: CleanUp, reason?: string): Promise<void> {
  await patchRestore(unit.tx, row.id, { clean_up: cleanUp, version: row.version + 1, updated_at: unit.now });
  unit.audit(
    `restore.clean_up_${cleanUp}`,
    { kind: 'restore', id: row.id },
    { ...(reason === undefined ? {} : { reason }), before: { cleanUp: row.clean_up }, after: { cleanUp } },
  );
}

/** What the restore made and nothing serves, by its name or, for a new branch, by its recorded id. */
export function findBeside(row: RestoreRow, branches: readonly NeonBranch[]): NeonBranch | undefined {
  return branches.find(
    (one) =>
      one.name === derivedName(row.id) || (row.target_kind === 'new_branch' && one.id === row.progress.neonBranchId),
  );
}

/** What an in-place restore preserved. */
export function findUndoCopy(row: RestoreRow, branches: readonly NeonBranch[]): NeonBranch | undefined {
  if (row.target_kind !== 'in_place') return undefined;
  return branches.find((one) => one.name === derivedName(row.id, 'preserved'));
}
