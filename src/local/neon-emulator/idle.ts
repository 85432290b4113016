/**
 * Owns which endpoints go to sleep: those that no client uses. A client that arrives wakes one again. Never ends a connection.
 */
import { noteSuspended } from './compute.ts';
import type { Context, Operations } from './context.ts';
import type { EndpointRecord, ProjectRecord } from './state.ts';

/** A duty of upkeep.ts. */
export async function restIdle(context: Context, operations: Operations, project: ProjectRecord): Promise<number> {
  let soonest = Infinity;
  for (const { id, branchId } of [...project.endpoints]) {
    // A while may have passed since the look: the endpoints before this one were saved.
    const endpoint = project.endpoints.find((candidate) => candidate.id === id);
    const dueAt = endpoint === undefined ? Infinity : idleFrom(context, endpoint);
    if (dueAt > context.now().getTime()) {
      soonest = Math.min(soonest, dueAt);
      continue;
    }
    noteSuspended(context, project, id);
    await operations.record(project, { action: 'suspend_compute', branchId, endpointId: id });
  }
  return soonest;
}

/** In emulated milliseconds; Infinity for one that is in use (its last client stirs the project), sleeps, or never does. */
function idleFrom(context: Context, endpoint: EndpointRecord): number {
  const seconds = endpoint.suspendTimeoutSeconds === 0 ? context.suspendAfterSeconds : endpoint.suspendTimeoutSeconds;
  if (endpoint.state !== 'active' || seconds < 0 || context.proxies.connections(endpoint.id) > 0) return Infinity;
  const now = context.now();
  // The clock may have been set back meanwhile.
  if (Date.parse(endpoint.lastActiveAt ?? endpoint.createdAt) > now.getTime())
    endpoint.lastActiveAt = now.toISOString();
  return Date.parse(endpoint.lastActiveAt ?? endpoint.createdAt) + seconds * 1000;
}
