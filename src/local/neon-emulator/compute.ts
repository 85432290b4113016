/**
 * Owns computes: an endpoint is active or idle, and the cluster of its branch runs for it. The endpoints of a branch share its
 * cluster. Never decides when a compute is to rest; idle.ts does, and calls do.
 */
import { getBranch, getEndpoint, type Context } from './context.ts';
import type { ProjectRecord } from './state.ts';

export async function startCompute(context: Context, project: ProjectRecord, endpointId: string): Promise<void> {
  await context.rows.wake(clusterOf(project, endpointId));
}

/** Ends its connections. A client that connects again meanwhile wakes it again. */
export async function suspendCompute(context: Context, project: ProjectRecord, endpointId: string): Promise<void> {
  noteSuspended(context, project, endpointId);
  context.proxies.cut(endpointId);
  await context.rows.rest(project, clusterOf(project, endpointId));
}

/** Whether an endpoint of a branch that has this cluster is active or about to be. */
export function isServed(project: ProjectRecord, clusterId: string): boolean {
  const branchIds = project.branches.filter((branch) => branch.clusterId === clusterId).map(({ id }) => id);
  return project.endpoints.some(({ branchId, state }) => branchIds.includes(branchId) && state !== 'idle');
}

export function clusterOf(project: ProjectRecord, endpointId: string): string {
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
  const branch = getBranch(project, endpoint.branchId);
  if (branch.state !== 'archived') return;
  // Neon takes a branch out of its archive when somebody uses it.
  branch.state = 'ready';
  branch.stateChangedAt = at;
}

export function noteSuspended(context: Context, project: ProjectRecord, endpointId: string): void {
  const endpoint = getEndpoint(project, endpointId);
  const at = context.now().toISOString();
  endpoint.state = 'idle';
  endpoint.suspendedAt = at;
  endpoint.updatedAt = at;
}
