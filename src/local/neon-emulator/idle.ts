/**
 * Owns what rests: endpoints that no client uses go to sleep, and clusters that run for nobody are stopped. A client that arrives
 * meanwhile waits until the cluster is stopped, and wakes it again. Never ends a connection.
 */
import { isServed, noteSuspended } from './compute.ts';
import { endpointsOf, type Context, type Operations } from './context.ts';
import type { EndpointRecord, ProjectRecord } from './state.ts';

/** A catalogue read, a mark and a base copy often come in rows; starting costs more than waiting so long. */
const unusedMsMax = 5000;
/**
 * So many clusters of a project may run without clients for endpoints that Neon would still call active. Beyond, the process is
 * stopped although the endpoint stays active: one machine has not the room of a cloud, and starting again takes no tenth of a second.
 */
const runningMax = 12;

export async function restIdle(context: Context, operations: Operations, project: ProjectRecord): Promise<void> {
  for (const { id, branchId } of project.endpoints.filter((endpoint) => isIdle(context, endpoint))) {
    // A while may have passed since the look: the endpoints before this one were saved.
    const endpoint = project.endpoints.find((candidate) => candidate.id === id);
    if (endpoint === undefined || !isIdle(context, endpoint)) continue;
    noteSuspended(context, project, id);
    await operations.record(project, { action: 'suspend_compute', branchId, endpointId: id });
  }
  const running = () => project.clusters.filter(({ id }) => context.clusters.isRunning(id));
  for (const { id } of running()) await stopUnused(context, id, () => isServed(project, id));
  for (const { id } of running().slice(0, -runningMax))
    await stopUnused(context, id, () => hasClients(context, project, id));
}

function isIdle(context: Context, endpoint: EndpointRecord): boolean {
  if (endpoint.state !== 'active' || context.proxies.connections(endpoint.id) > 0) return false;
  const seconds = endpoint.suspendTimeoutSeconds === 0 ? context.suspendAfterSeconds : endpoint.suspendTimeoutSeconds;
  const now = context.now();
  // The clock may have been set back meanwhile.
  if (Date.parse(endpoint.lastActiveAt ?? endpoint.createdAt) > now.getTime())
    endpoint.lastActiveAt = now.toISOString();
  return seconds >= 0 && now.getTime() - Date.parse(endpoint.lastActiveAt ?? endpoint.createdAt) >= seconds * 1000;
}

function hasClients(context: Context, project: ProjectRecord, clusterId: string): boolean {
  return project.branches
    .filter((branch) => branch.clusterId === clusterId)
    .flatMap(({ id }) => endpointsOf(project, id))
    .some(({ id }) => context.proxies.connections(id) > 0);
}

async function stopUnused(context: Context, clusterId: string, isWanted: () => boolean): Promise<void> {
  if (isWanted()) return;
  const unusedMs = Math.min(unusedMsMax, context.suspendAfterSeconds * 1000);
  await context.clusters.exclusively(clusterId, async (access) => {
    // From the last look on, whoever wants the cluster waits in its queue.
    if ((await access.isUnused(unusedMs)) && !isWanted()) await access.stop();
  });
}
