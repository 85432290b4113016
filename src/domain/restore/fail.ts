// Owns the end of a restore that cannot be: it says why, and names everything that the restore made in Neon. What is beside is removed
// by the clean-up that follows.

import { type Failure, type FailureCode, NeonFailure, Throttled } from '../../core/errors.ts';
import { hasEnded } from '../../core/lifecycle.ts';
import { derivedName } from '../../core/names.ts';
import { hasBegun, hasBegunToChange } from '../../core/restore-plan.ts';
import type { NeonBranch } from '../../neon/api.ts';
import { getProjectRow } from '../../store/projects.ts';
import { getRestoreRow, type RestoreRow } from '../../store/restores.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { type Attempt, endOf, type Settlement } from '../job/attempt.ts';
import { findBeside, findUndoCopy, giveUpCleanUp } from './clean-up.ts';
import { keepPreserved } from './preserved.ts';

/** The row says why, and an undo copy that was made is kept as one. The job ends with it, or goes on as the clean-up. */
export async function failRestore(deps: Deps, attempt: Attempt, failure: Failure): Promise<Settlement> {
  const row = await getRestoreRow(deps.db, attempt.subjectId);
  if (hasEnded('restore', row.status)) return giveUpCleanUp(attempt, row, failure);
  const isProjectGone = failure.code === 'project_gone';
  const made = isProjectGone ? undefined : await lookForMade(deps, attempt, row);
  const told = endOf(failure);
  const write = async (unit: Unit): Promise<void> => {
    if (made?.preserved) await keepPreserved(unit, row, made.preserved);
    await endAsFailed(unit, row, {
      code: failure.code,
      message: [withFullStop(failure.message), ...(isProjectGone ? [] : sentences(row, made))].join(' '),
    });
  };
  return hasBegunToChange(row.steps) ? attempt.handOn(write, told) : attempt.finish(write, told);
}

/** Its status, with whether there is something to be cleaned up, which it returns. */
export async function endAsFailed(
  unit: Unit,
  row: RestoreRow,
  error: { readonly code: FailureCode; readonly message: string },
): Promise<boolean> {
  const { code, message } = error;
  const hasBegun = hasBegunToChange(row.steps);
  await advance(unit, 'restore', row, 'fail', {
    patch: {
      error: JSON.stringify({ code, message }),
      ended_at: unit.now,
      clean_up: hasBegun ? 'pending' : null,
    },
    details: { error: { code, message } },
  });
  return hasBegun;
}

interface Made {
  /** The undo copy. */
  readonly preserved: NeonBranch | undefined;
  /** A branch that was made and is not served. */
  readonly beside: NeonBranch | undefined;
}

/** By their names; undefined where Neon cannot be asked. */
async function lookForMade(deps: Deps, attempt: Attempt, row: RestoreRow): Promise<Made | undefined> {
  try {
    const project = await getProjectRow(deps.db, row.project_id);
    const branches = await (await attempt.connect(project)).listBranches(project.neon_project_id);
    return { preserved: findUndoCopy(row, branches), beside: findBeside(row, branches) };
  } catch (error) {
    if (error instanceof NeonFailure || error instanceof Throttled) return undefined;
    throw error;
  }
}

function sentences(row: RestoreRow, made: Made | undefined): string[] {
  if (!made) {
    return hasBegunToChange(row.steps)
      ? [
          `What was made could not be looked up now; in Neon it is named ${derivedName(row.id)}, with or without "-old".`,
        ]
      : [];
  }
  const { beside, preserved } = made;
  const fate = hasBegun(row.steps, 'cut_over') ? 'is left in Neon' : 'is being removed from Neon';
  return [
    ...(beside ? [`What it made, ${beside.id} (${beside.name}), ${fate}.`] : []),
    ...(preserved
      ? [`The branch was changed; what it was before is preserved as ${preserved.id} (${preserved.name}).`]
      : []),
  ];
}

/** Neon's words may end without one. */
function withFullStop(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
