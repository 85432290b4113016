// Owns removing an undo copy from Neon, after a person asked for it. Provider first, mark second.

import { NeonFailure } from '../../core/errors.ts';
import { getProjectRow } from '../../store/projects.ts';
import { findPreservedBranch, patchPreservedBranch, type PreservedBranchRow } from '../../store/restores.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import type { Attempt, Settlement } from '../job/attempt.ts';
import { isWorkedOn } from '../job/neon-work.ts';
import { mirrorBranches } from '../project/mirror.ts';

/** Repeatable: a branch that is gone already counts as removed. One that has children stays until they are gone. */
export async function executePreservedBranchPurge(deps: Deps, attempt: Attempt): Promise<Settlement> {
  const row = await findPreservedBranch(deps.db, attempt.subjectId);
  if (row?.status !== 'purging') return attempt.finish();
  const project = await getProjectRow(deps.db, row.project_id);
  // With its project it is gone too.
  if (project.gone_at) return attempt.finish((unit) => finish(unit, row));
  const neon = await attempt.connect(project);
  const isListed = async (): Promise<boolean> =>
    (await neon.listBranches(project.neon_project_id)).some((branch) => branch.id === row.neon_branch_id);
  try {
    // Dies after this: the next attempt finds the branch gone. A deletion under way is not sent again: Neon would answer 423.
    if (await isListed()) {
      await neon.deleteBranch(project.neon_project_id, row.neon_branch_id);
    }
  } catch (error) {
    if (error instanceof NeonFailure && error.failure === 'has_children') {
      await attempt.save(({ tx }) => patchPreservedBranch(tx, row.id, { waits_for: 'has_children' }));
    }
    throw error;
  }
  if (await isWorkedOn(neon, project.neon_project_id, [row.neon_branch_id], deps.now()))
    return { kind: 'waits_for_neon' };
  const branches = await neon.listBranches(project.neon_project_id);
  if (branches.some((branch) => branch.id === row.neon_branch_id)) return { kind: 'waits_for_neon' };
  return attempt.finish(async (unit) => {
    await finish(unit, row);
    await mirrorBranches(deps, unit, project, branches);
  });
}

async function finish(unit: Unit, row: PreservedBranchRow): Promise<void> {
  await advance(unit, 'preserved_branch', row, 'finish', { patch: { waits_for: null } });
}
