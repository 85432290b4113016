// Owns giving the names and the expiry that the user wished, after the restore is proved. All of it can be repeated.

import { NeonFailure } from '../../../core/errors.ts';
import type { Warning } from '../../../store/database.ts';
import type { NeonBranch } from '../../../neon/api.ts';
import { listPresentBranches, updateBranch } from '../../../store/branches.ts';
import { findPreservedBranch, patchPreservedBranch } from '../../../store/restores.ts';
import type { Unit } from '../../change.ts';
import { recorded, type StepContext, type StepOutcome } from './step.ts';

/** A name that was taken in Neon since the preflight does not spoil the restore: it is said as a warning. */
export async function giveNames(context: StepContext): Promise<StepOutcome> {
  const { deps, row } = context;
  if (row.target_kind === 'new_branch') {
    // A branch made at a point was given its expiry when it was made; one restored from a snapshot was not.
    const expiresAt = row.source_kind === 'neon_snapshot' ? row.expires_at : null;
    return rename(context, recorded(context, 'neonBranchId'), row.target_name, expiresAt, async () => undefined);
  }
  const preserved = await findPreservedBranch(deps.db, row.id);
  if (!preserved) return { kind: 'done' };
  return rename(context, preserved.neon_branch_id, row.preserve_as, null, (unit, name) =>
    patchPreservedBranch(unit.tx, row.id, { name, updated_at: unit.now }),
  );
}

async function rename(
  context: StepContext,
  neonBranchId: string,
  name: string | null,
  expiresAt: Date | null,
  write: (unit: Unit, name: string) => Promise<void>,
): Promise<Extract<StepOutcome, { kind: 'done' }>> {
  const { neon, project } = context;
  if (name === null && expiresAt === null) return { kind: 'done' };
  let branch: NeonBranch;
  try {
    branch = await neon.updateBranch(project.neon_project_id, neonBranchId, {
      ...(name === null ? {} : { name }),
      ...(expiresAt === null ? {} : { expiresAt }),
    });
  } catch (error) {
    if (!(error instanceof NeonFailure) || error.kind !== 'conflict' || name === null) throw error;
    const warning: Warning = {
      code: 'name_taken',
      message: `The branch ${neonBranchId} keeps the name that Afterglow gave it: ${JSON.stringify(name)} is taken in Neon.`,
    };
    // The refused call has not set the expiry either.
    const unnamed = await rename(context, neonBranchId, null, expiresAt, write);
    return { ...unnamed, warnings: [warning] };
  }
  return {
    kind: 'done',
    write: async (unit) => {
      const mirrored = (await listPresentBranches(unit.tx, [project.id])).find(
        (one) => one.neon_branch_id === branch.id,
      );
      if (mirrored) {
        await updateBranch(unit.tx, mirrored.id, {
          name: branch.name,
          expires_at: branch.expiresAt ?? null,
          updated_at: unit.now,
        });
      }
      await write(unit, branch.name);
    },
  };
}
