/**
 * Owns the work behind each kind of call: the slow part, then the effect on the state, then what is no longer needed. Each may
 * be done again from the beginning. Never checks whether a call is allowed: the routes did, before the work was recorded.
 */
import { noteStarted, startCompute, suspendCompute } from './compute.ts';
import { endpointsOf, getBranch, getCluster, removeFrom, type Context } from './context.ts';
import { finalizeRestore } from './finalize.ts';
import type { BranchRecord, ProjectRecord, WorkPlan } from './state.ts';
import { sweepProject } from './sweep.ts';

/** Does the slow part. The answer makes the effect on the state, at once and without waiting for anything. */
export async function perform(context: Context, project: ProjectRecord, plan: WorkPlan): Promise<() => void> {
  switch (plan.kind) {
    case 'create_branch':
    case 'restore_branch':
    case 'restore_snapshot': {
      const branch = getBranch(project, plan.branchId);
      const isEmpty = plan.kind === 'create_branch' && branch.initSource === 'schema-only';
      const cluster = getCluster(project, branch.clusterId);
      await context.rows.recover(project, cluster, isEmpty);
      return () => {
        becomeReady(context, project, branch, plan.kind === 'create_branch' ? plan.becomes : 'ready');
        if (plan.kind === 'restore_snapshot' && plan.finalize) finalizeRestore(context, project, branch, undefined);
      };
    }
    case 'create_project': {
      const branch = getBranch(project, plan.branchId);
      await context.rows.fill(project, getCluster(project, branch.clusterId), 'template');
      return () => becomeReady(context, project, branch, 'ready');
    }
    case 'finalize_restore':
      return () => finalizeRestore(context, project, getBranch(project, plan.branchId), plan.oldName);
    case 'start_endpoint':
      await startCompute(context, project, plan.endpointId);
      return () => noteStarted(context, project, plan.endpointId);
    case 'restart_endpoint':
      await suspendCompute(context, project, plan.endpointId);
      await startCompute(context, project, plan.endpointId);
      return () => noteStarted(context, project, plan.endpointId);
    case 'suspend_endpoint':
      await suspendCompute(context, project, plan.endpointId);
      return () => {};
    case 'stop_cluster':
      await context.rows.rest(project, plan.clusterId);
      return () => {};
    case 'apply_config':
      await context.rows.applyChange(getBranch(project, plan.branchId).clusterId, plan.change);
      return () => cutClients(context, project, plan);
    case 'take_snapshot':
    case 'sweep':
      return () => {};
  }
}

/** After the effect is saved. */
export async function followUp(context: Context, project: ProjectRecord, plan: WorkPlan): Promise<void> {
  if (plan.kind === 'sweep' || plan.kind === 'restore_branch') await sweepProject(context, project);
  if (plan.kind === 'create_branch' || plan.kind === 'restore_branch' || plan.kind === 'restore_snapshot')
    context.rows.settle(project, plan.branchId);
}

/** Removes a branch and its endpoints from the state and closes their ports. Its cluster is the sweep's. */
export async function removeBranch(context: Context, project: ProjectRecord, branchId: string): Promise<void> {
  const endpoints = endpointsOf(project, branchId);
  for (const endpoint of endpoints) removeFrom(project.endpoints, endpoint);
  const index = project.branches.findIndex((branch) => branch.id === branchId);
  if (index >= 0) project.branches.splice(index, 1);
  await Promise.all(endpoints.map((endpoint) => context.proxies.close(endpoint.id)));
}

function becomeReady(
  context: Context,
  project: ProjectRecord,
  branch: BranchRecord,
  state: 'ready' | 'archived',
): void {
  const at = context.now().toISOString();
  const cluster = getCluster(project, branch.clusterId);
  // Of an instant that was asked, the LSN is known now.
  if (branch.parentId !== undefined || branch.parentTimestamp !== undefined) branch.parentLsn ??= cluster.startLsn;
  branch.logicalSizeBytes ??= cluster.sizeBytes;
  branch.state = state;
  branch.stateChangedAt = at;
  branch.updatedAt = at;
  for (const endpoint of endpointsOf(project, branch.id)) noteStarted(context, project, endpoint.id);
}

/** As Neon does where a role gets a password: who is connected has to use it. */
function cutClients(context: Context, project: ProjectRecord, plan: WorkPlan & { kind: 'apply_config' }): void {
  if (plan.change.kind !== 'set_password' && plan.change.kind !== 'create_role') return;
  for (const { id } of endpointsOf(project, plan.branchId)) context.proxies.cut(id);
}
