// Owns the calls of a restore that change Neon. Each makes something under a name derived from the restore's id, and before a
// call is sent again its effect is looked for by that name.

import { NeonFailure } from '../../../core/errors.ts';
import { derivedName } from '../../../core/names.ts';
import type { NeonPoint } from '../../../neon/api.ts';
import { listOperationsSince } from '../../job/neon-work.ts';
import { neonIdOf, recorded, type StepContext, type StepOutcome } from './step.ts';

interface Made {
  readonly neonBranchId: string;
  readonly operationIds: string[];
}

/** A child branch at the point, with a compute. Dies after the call: found by its name. */
export async function createBranch(context: StepContext): Promise<StepOutcome> {
  const { neon, project, branch, row } = context;
  const isCopy = row.source_kind === 'branch_snapshot';
  return done(
    await makeOnce(context, { name: derivedName(row.id) }, async () => {
      const made = await neon.createBranch(project.neon_project_id, {
        name: derivedName(row.id),
        parentId: isCopy ? neonIdOf(context.snapshot) : branch.neon_branch_id,
        point: isCopy ? { head: true } : pointOf(context),
        withCompute: true,
        ...(row.expires_at ? { expiresAt: row.expires_at } : {}),
      });
      return { neonBranchId: made.branch.id, operationIds: made.operationIds };
    }),
  );
}

/** A new root branch from the snapshot, not served. Dies after the call: found by its name. */
export async function restoreSnapshot(context: StepContext): Promise<StepOutcome> {
  const { neon, project, snapshot, row } = context;
  const targetBranchId = await findSnapshotTarget(context);
  return done(
    await makeOnce(context, { name: derivedName(row.id) }, async () => {
      const made = await neon.restoreSnapshot(project.neon_project_id, neonIdOf(snapshot), {
        name: derivedName(row.id),
        targetBranchId,
      });
      return { neonBranchId: made.branch.id, operationIds: made.operationIds };
    }),
  );
}

/**
 * The branch that Neon is told the restore is for: the snapshot's own. Where that is gone, which only a new branch gets past the
 * preflight, the default one stands in: it is there, and nothing replaces it, because this restore is never finalised.
 */
async function findSnapshotTarget({ neon, project, branch, row }: StepContext): Promise<string> {
  if (row.target_kind === 'in_place' || row.progress.servedNeonBranchId !== undefined) return branch.neon_branch_id;
  const branches = await neon.listBranches(project.neon_project_id);
  return branches.find((one) => one.isDefault)?.id ?? branch.neon_branch_id;
}

/** The branch becomes its own past. Dies after the call: the preserved branch is found by its name, so it is not done twice. */
export async function restoreInPlace(context: StepContext): Promise<StepOutcome> {
  const { neon, project, branch, row } = context;
  const preserved = derivedName(row.id, 'preserved');
  const work = { name: preserved, changes: branch.neon_branch_id };
  const made = await makeOnce(context, work, async () => {
    const restored = await neon.restoreBranch(project.neon_project_id, branch.neon_branch_id, {
      point: pointOf(context),
      preserveUnderName: preserved,
    });
    return { neonBranchId: restored.branch.id, operationIds: restored.operationIds };
  });
  // What is found by the preserved name is the undo copy; the target is the branch itself.
  return done({ ...made, neonBranchId: branch.neon_branch_id });
}

/** The restored branch becomes the served one. Dies after the call: the replaced branch is found by its preserved name. */
export async function cutOver(context: StepContext): Promise<StepOutcome> {
  const { neon, project, row } = context;
  const restoredId = recorded(context, 'neonBranchId');
  const preserved = derivedName(row.id, 'preserved');
  const work = { name: preserved, changes: restoredId };
  const made = await makeOnce(context, work, async () => {
    const { operationIds } = await neon.finalizeRestore(project.neon_project_id, restoredId, preserved);
    return { neonBranchId: restoredId, operationIds };
  });
  return done({ ...made, neonBranchId: restoredId });
}

interface Work {
  /** By which its effect is known. */
  readonly name: string;
  /** The Neon id of a branch that is changed besides. */
  readonly changes?: string;
}

/** Makes what carries the name, unless an earlier attempt may have and it is there. */
async function makeOnce(context: StepContext, work: Work, make: () => Promise<Made>): Promise<Made> {
  const found = context.repeated ? await find(context, work) : undefined;
  if (found) return found;
  try {
    return await make();
  } catch (error) {
    // Its effect may have shown only now: then Neon refuses it, by its name or because it is done already.
    const mayBeThere = error instanceof NeonFailure && (error.kind === 'conflict' || error.kind === 'refused');
    const there = mayBeThere ? await find(context, work) : undefined;
    if (there) return there;
    throw error;
  }
}

async function find({ neon, project }: StepContext, { name, changes }: Work): Promise<Made | undefined> {
  const found = (await neon.listBranches(project.neon_project_id)).find((branch) => branch.name === name);
  if (!found) return undefined;
  const branchIds = [found.id, changes ?? found.id];
  const operationIds = await listOperationsSince(neon, project.neon_project_id, branchIds, found.createdAt);
  return { neonBranchId: found.id, operationIds };
}

function done({ neonBranchId, operationIds }: Made): StepOutcome {
  return { kind: 'done', progress: { neonBranchId, operationIds } };
}

function pointOf({ row }: StepContext): NeonPoint {
  if (row.source_at) return { at: row.source_at };
  return row.source_lsn === null ? { head: true } : { lsn: row.source_lsn };
}
