/**
 * Owns the work behind each kind of call: the slow part, then the effect on the state, then what is no longer needed. Each may
 * be done again from the beginning. Never checks whether a call is allowed: the routes did, before the work was recorded.
 */
import { endpointsOf, getBranch, getCluster, getEndpoint, getSnapshot, type Context } from './context.ts';
import { finalizeRestore } from './finalize.ts';
import { recoverCluster, refreshBase } from './recovery.ts';
import type { BranchRecord, ProjectRecord, RestoreUndo, WorkPlan } from './state.ts';
import { sweepProject } from './sweep.ts';

/** Does the slow part. The answer makes the effect on the state, at once and without waiting for anything. */
export async function perform(context: Context, project: ProjectRecord, plan: WorkPlan): Promise<() => void> {
  switch (plan.kind) {
    case 'create_branch':
    case 'restore_branch':
    case 'restore_snapshot': {
      const branch = getBranch(project, plan.branchId);
      await recoverCluster(context, project, getCluster(project, branch.clusterId));
      return () => {
        becomeReady(context, project, branch);
        if (plan.kind === 'restore_snapshot' && plan.finalize) finalizeRestore(context, project, branch, undefined);
      };
    }
    case 'finalize_restore':
      return () => finalizeRestore(context, project, getBranch(project, plan.branchId), plan.oldName);
    case 'take_snapshot':
      return () => {
        getSnapshot(project, plan.snapshotId).fullSizeBytes = plan.sizeBytes;
      };
    case 'start_endpoint':
      await startEndpoint(context, project, plan.endpointId);
      return () => noteStarted(context, project, plan.endpointId);
    case 'restart_endpoint':
      await suspendEndpoint(context, project, plan.endpointId);
      await startEndpoint(context, project, plan.endpointId);
      return () => noteStarted(context, project, plan.endpointId);
    case 'suspend_endpoint':
      await suspendEndpoint(context, project, plan.endpointId);
      return () => noteSuspended(context, project, plan.endpointId);
    case 'stop_cluster':
      await context.clusters.stop(plan.clusterId);
      return () => {};
    case 'sweep':
      return () => {};
  }
}

/** After the effect is saved. */
export async function cleanUp(context: Context, project: ProjectRecord, plan: WorkPlan): Promise<void> {
  if (plan.kind === 'sweep' || plan.kind === 'restore_branch') await sweepProject(context, project);
  if (plan.kind === 'create_branch' || plan.kind === 'restore_branch' || plan.kind === 'restore_snapshot') {
    const source = originOf(project, plan.branchId);
    if (source !== undefined) inBackground(context, refreshBase(context, project, source));
    stopUnserved(context, project, plan.branchId);
  }
}

/** Takes back what the call showed at once, where its work cannot be done. */
export async function rollBack(context: Context, project: ProjectRecord, plan: WorkPlan): Promise<void> {
  if (plan.kind === 'create_branch' || plan.kind === 'restore_snapshot')
    await removeBranch(context, project, plan.branchId);
  if (plan.kind === 'restore_branch') undoRestore(context, project, plan.branchId, plan.undo);
  await sweepProject(context, project);
}

/** Removes a branch and its endpoints from the state and closes their ports. Its cluster is the sweep's. */
export async function removeBranch(context: Context, project: ProjectRecord, branchId: string): Promise<void> {
  const endpoints = endpointsOf(project, branchId);
  for (const endpoint of endpoints) project.endpoints.splice(project.endpoints.indexOf(endpoint), 1);
  const index = project.branches.findIndex((branch) => branch.id === branchId);
  if (index >= 0) project.branches.splice(index, 1);
  project.deletedBranchIds.push(branchId);
  await Promise.all(endpoints.map((endpoint) => context.proxies.close(endpoint.id)));
}

function undoRestore(context: Context, project: ProjectRecord, branchId: string, undo: RestoreUndo): void {
  const branch = getBranch(project, branchId);
  for (const childId of undo.movedChildIds) getBranch(project, childId).parentId = branchId;
  const preserved = project.branches.findIndex(({ id }) => id === undo.preservedBranchId);
  if (preserved >= 0) project.branches.splice(preserved, 1);
  branch.clusterId = undo.clusterId;
  branch.parentLsn = undo.parentLsn;
  branch.parentTimestamp = undo.parentTimestamp;
  branch.lastResetAt = undo.lastResetAt;
  branch.state = 'ready';
  branch.stateChangedAt = context.now().toISOString();
}

function becomeReady(context: Context, project: ProjectRecord, branch: BranchRecord): void {
  const at = context.now().toISOString();
  branch.parentLsn ??= branch.parentId === undefined ? undefined : getCluster(project, branch.clusterId).startLsn;
  branch.state = 'ready';
  branch.stateChangedAt = at;
  branch.updatedAt = at;
  for (const endpoint of endpointsOf(project, branch.id)) noteStarted(context, project, endpoint.id);
}

/** A branch without a compute costs no memory. Nobody waits for this. */
function stopUnserved(context: Context, project: ProjectRecord, branchId: string): void {
  const branch = project.branches.find(({ id }) => id === branchId);
  if (branch === undefined || endpointsOf(project, branchId).length > 0) return;
  inBackground(context, context.clusters.stop(branch.clusterId));
}

function originOf(project: ProjectRecord, branchId: string): string | undefined {
  const branch = project.branches.find(({ id }) => id === branchId);
  return branch === undefined ? undefined : getCluster(project, branch.clusterId).origin?.clusterId;
}

/** The cluster's queue keeps such a step apart from others, and closing waits for it. */
function inBackground(context: Context, step: Promise<void>): void {
  step.catch((error: unknown) => context.log(String(error)));
}

async function startEndpoint(context: Context, project: ProjectRecord, endpointId: string): Promise<void> {
  await context.clusters.running(clusterOf(project, endpointId));
}

async function suspendEndpoint(context: Context, project: ProjectRecord, endpointId: string): Promise<void> {
  context.proxies.cut(endpointId);
  await context.clusters.stop(clusterOf(project, endpointId));
}

function clusterOf(project: ProjectRecord, endpointId: string): string {
  return getBranch(project, getEndpoint(project, endpointId).branchId).clusterId;
}

export function noteStarted(context: Context, project: ProjectRecord, endpointId: string): void {
  const endpoint = getEndpoint(project, endpointId);
  const at = context.now().toISOString();
  endpoint.state = 'active';
  endpoint.startedAt = at;
  endpoint.lastActiveAt = at;
  endpoint.updatedAt = at;
  endpoint.suspendedAt = undefined;
}

function noteSuspended(context: Context, project: ProjectRecord, endpointId: string): void {
  const endpoint = getEndpoint(project, endpointId);
  const at = context.now().toISOString();
  endpoint.state = 'idle';
  endpoint.suspendedAt = at;
  endpoint.updatedAt = at;
}
