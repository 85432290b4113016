/**
 * Owns what faults do behind the API's back: a branch or snapshot is deleted as by a person in Neon's console, or the clock
 * jumps. Protection does not matter, since that person could lift it; what no console can delete is refused.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, type Context, type Operations } from './context.ts';
import type { Fault } from './faults.ts';
import { changeAlone, isBusy } from './lane.ts';
import { conflict, locked, notFound } from './refusals.ts';
import { deleteBranch, deleteSnapshot } from './removal.ts';
import type { ProjectRecord } from './state.ts';

const waitMs = 30_000;

/** Resolves when it has happened; the operations of a removal may still run. Does nothing for faults of other kinds. */
export async function happen(context: Context, operations: Operations, fault: Fault): Promise<void> {
  if (fault.kind === 'clock') await context.clock.shift(fault.offsetMs);
  if (fault.kind !== 'remove') return;
  const project =
    'branchId' in fault
      ? ownerOf(context, 'branches', fault.branchId)
      : ownerOf(context, 'snapshots', fault.snapshotId);
  // The console's change waits for its turn as every change does.
  for (const deadline = Date.now() + waitMs; isBusy(context, project); await sleep(5)) {
    if (Date.now() > deadline) throw locked();
  }
  await changeAlone(context, project, async () => {
    if ('branchId' in fault) await removeBranch(context, operations, project, fault.branchId);
    else await removeSnapshot(operations, project, fault.snapshotId);
  });
}

async function removeBranch(
  context: Context,
  operations: Operations,
  project: ProjectRecord,
  id: string,
): Promise<void> {
  const branch = project.branches.find((candidate) => candidate.id === id);
  if (branch === undefined) throw notFound('branch');
  if (branch.isDefault) throw conflict(`${id} is the default branch, which no console can delete`);
  if (childrenOf(project, id).length > 0) throw conflict(`${id} has children, so no console can delete it`);
  await deleteBranch(context, operations, project, branch);
}

async function removeSnapshot(operations: Operations, project: ProjectRecord, id: string): Promise<void> {
  const snapshot = project.snapshots.find((candidate) => candidate.id === id);
  if (snapshot === undefined) throw notFound('snapshot');
  await deleteSnapshot(operations, project, snapshot);
}

function ownerOf(context: Context, of: 'branches' | 'snapshots', id: string): ProjectRecord {
  const project = context.state.projects.find((candidate) => candidate[of].some((record) => record.id === id));
  if (project === undefined) throw notFound(of === 'branches' ? 'branch' : 'snapshot');
  return project;
}
