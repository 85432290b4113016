// Owns the end of a restore that cannot be: it says why, and names everything that the restore left in Neon. Nothing is removed.

import { type Failure, NeonFailure } from '../../core/errors.ts';
import { hasEnded } from '../../core/lifecycle.ts';
import { derivedName } from '../../core/names.ts';
import type { NeonBranch } from '../../neon/api.ts';
import { getProjectRow } from '../../store/projects.ts';
import { getRestoreRow, type RestoreRow } from '../../store/restores.ts';
import { advance } from '../advance.ts';
import type { Deps } from '../deps.ts';
import type { Attempt, Settlement } from '../job/attempt.ts';
import { keepPreserved } from './preserved.ts';

/** The attempt's last word: the row says why, an undo copy that was made is kept as one, and the job ends with it. */
export async function failRestore(deps: Deps, attempt: Attempt, failure: Failure): Promise<Settlement> {
  const row = await getRestoreRow(deps.db, attempt.subjectId);
  const left = hasEnded('restore', row.status) ? undefined : await lookForLeftovers(deps, attempt, row);
  return attempt.finish(async (unit) => {
    if (hasEnded('restore', row.status)) return;
    const error = { code: failure.code, message: [failure.message, ...sentences(row, left)].join(' ') };
    if (left?.preserved) await keepPreserved(unit, row, left.preserved);
    await advance(unit, 'restore', row, 'fail', {
      patch: { error: JSON.stringify(error), ended_at: unit.now },
      details: { error },
    });
  });
}

interface Leftovers {
  /** The undo copy. */
  readonly preserved: NeonBranch | undefined;
  /** A branch that was made and is not served. */
  readonly beside: NeonBranch | undefined;
}

/** By their names; undefined where Neon cannot be asked. */
async function lookForLeftovers(deps: Deps, attempt: Attempt, row: RestoreRow): Promise<Leftovers | undefined> {
  try {
    const project = await getProjectRow(deps.db, row.project_id);
    const branches = await (await attempt.connect(project)).listBranches(project.neon_project_id);
    const preserved =
      row.target_kind === 'in_place'
        ? branches.find((one) => one.name === derivedName(row.id, 'preserved'))
        : undefined;
    const isMade = (one: NeonBranch): boolean =>
      one.name === derivedName(row.id) || (row.target_kind === 'new_branch' && one.id === row.progress.neonBranchId);
    return { preserved, beside: branches.find(isMade) };
  } catch (error) {
    if (error instanceof NeonFailure) return undefined;
    throw error;
  }
}

function sentences(row: RestoreRow, left: Leftovers | undefined): string[] {
  if (!left) {
    const begun = row.steps.some(({ name, startedAt }) => name !== 'preflight' && startedAt !== null);
    return begun
      ? [`Neon cannot be asked; what was made there is named ${derivedName(row.id)}, with or without "-old".`]
      : [];
  }
  return [
    ...(left.beside ? [`What it made is left in Neon as ${left.beside.id} (${left.beside.name}).`] : []),
    ...(left.preserved
      ? [`The branch was changed; what it was before is preserved as ${left.preserved.id} (${left.preserved.name}).`]
      : []),
  ];
}
