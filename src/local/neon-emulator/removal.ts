/**
 * Owns the deletion of branches and snapshots, by a call or because they expired: what leaves the state at once, and the
 * operations that follow. Never checks whether it is allowed (branch-rules.ts), never touches files (sweep.ts).
 */
import type { Operation } from '@neon/sdk/raw';
import { endpointsOf, removeFrom, type Context, type Operations } from './context.ts';
import type { BranchRecord, ProjectRecord, SnapshotRecord } from './state.ts';
import { removeBranch } from './work.ts';

export async function deleteBranch(
  context: Context,
  operations: Operations,
  project: ProjectRecord,
  branch: BranchRecord,
): Promise<Operation[]> {
  const branchId = branch.id;
  const endpointIds = endpointsOf(project, branchId).map(({ id }) => id);
  await removeBranch(context, project, branchId);
  return operations.begin(project, { kind: 'sweep' }, [
    ...endpointIds.map((endpointId) => ({ action: 'suspend_compute' as const, branchId, endpointId })),
    { action: 'delete_timeline', branchId },
  ]);
}

export async function deleteSnapshot(
  operations: Operations,
  project: ProjectRecord,
  snapshot: SnapshotRecord,
): Promise<Operation[]> {
  removeFrom(project.snapshots, snapshot);
  return operations.begin(project, { kind: 'sweep' }, [
    { action: 'delete_timeline', branchId: snapshot.sourceBranchId },
  ]);
}
