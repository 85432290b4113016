// Owns the last look at Neon before anything is made: what the doors checked against the mirror is checked against Neon.

import { Failure } from '../../../core/errors.ts';
import { limitsInForce } from '../../../core/limits.ts';
import { updateBranch } from '../../../store/branches.ts';
import { rootSlotsTaken } from '../../../core/restore-plan.ts';
import type { StepContext, StepOutcome } from './step.ts';
import { neonIdOf } from './step.ts';

/** Changes nothing. Fails with `branch_gone`, `branch_not_root`, `snapshot_gone`, `restore_restricted`, `name_taken`, `root_branch_cap_reached`. */
export async function preflight({ neon, project, branch, snapshot, row }: StepContext): Promise<StepOutcome> {
  const branches = await neon.listBranches(project.neon_project_id);
  const source = branches.find((one) => one.id === branch.neon_branch_id);
  const needsBranch = row.source_kind === 'point' || row.target_kind === 'in_place';
  if (needsBranch && !source) {
    throw new Failure(
      'branch_gone',
      `Neon has no branch ${branch.neon_branch_id} (${branch.name}) any more. Nothing was changed.`,
    );
  }
  if (row.target_kind === 'in_place' && source?.parentId !== undefined) {
    throw new Failure('branch_not_root', `${branch.name} is a child branch in Neon. Nothing was changed.`);
  }
  checkRestrictions();
  await checkSnapshot();
  const name = row.target_name ?? row.preserve_as;
  if (name !== null && branches.some((one) => one.name === name)) {
    throw new Failure('name_taken', `A branch in Neon is named ${JSON.stringify(name)}. Nothing was changed.`);
  }
  const needed = rootSlotsTaken(row.source_kind, row.target_kind);
  const cap = limitsInForce(project.plan, project.limits).rootBranches;
  const roots = branches.filter((one) => one.parentId === undefined).length;
  if (needed > 0 && roots + needed > cap) {
    throw new Failure(
      'root_branch_cap_reached',
      `All ${cap} root branch slots are taken in Neon. Nothing was changed.`,
    );
  }
  if (!source) return { kind: 'done' };
  return {
    kind: 'done',
    progress: { servedNeonBranchId: source.id, servedName: source.name },
    // The cutover hands this name on: the mirror must know it, so that our lineage id can follow.
    write: ({ tx, now }) => updateBranch(tx, branch.id, { name: source.name, updated_at: now }),
  };

  /** For a day after a restore from a snapshot Neon lets nobody go back in time on the branch; nor ever on a protected one. */
  function checkRestrictions(): void {
    if (row.target_kind !== 'in_place' || row.source_kind !== 'point') return;
    const restriction = source?.restrictedActions.find(({ name }) => name === 'restore');
    if (!restriction) return;
    throw new Failure(
      'restore_restricted',
      `Neon lets nobody restore ${branch.name} in place now: ${restriction.reason}. Nothing was changed. Restore to a new branch, or try again when that is over.`,
    );
  }

  async function checkSnapshot(): Promise<void> {
    if (!snapshot) return;
    const neonId = neonIdOf(snapshot);
    const isThere =
      row.source_kind === 'branch_snapshot'
        ? branches.some((one) => one.id === neonId)
        : (await neon.listSnapshots(project.neon_project_id)).some((one) => one.id === neonId);
    if (!isThere) throw new Failure('snapshot_gone', `Neon has no ${neonId} any more. Nothing was changed.`);
  }
}
