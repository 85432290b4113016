/**
 * Owns that clusters which run for nobody are stopped. Never ends a connection, never decides whether an endpoint sleeps (idle.ts).
 */
import { isServed } from './compute.ts';
import { endpointsOf, type ClusterContext } from './context.ts';
import type { ProjectRecord } from './state.ts';

/** A catalogue read, a mark and a base copy often come in rows; starting costs more than waiting so long. */
const unusedMsMax = 5000;
/**
 * So many clusters of a project may run without clients for endpoints that Neon would still call active. Beyond, the process is
 * stopped although the endpoint stays active: one machine has not the room of a cloud, and starting again takes no tenth of a second.
 */
const runningMax = 12;

/** A duty of upkeep.ts. */
export async function restUnused(context: ClusterContext, project: ProjectRecord): Promise<void> {
  const running = () => project.clusters.filter(({ id }) => context.clusters.isRunning(id));
  for (const { id } of running()) await stopUnused(context, id, () => isServed(project, id));
  for (const { id } of running().slice(0, -runningMax))
    await stopUnused(context, id, () => hasClients(context, project, id));
}

/** Stops a cluster that no endpoint needs. A branch without a compute costs no memory. */
export async function stopUnserved(context: ClusterContext, project: ProjectRecord, clusterId: string): Promise<void> {
  await context.clusters.exclusively(clusterId, async (access) => {
    if (!isServed(project, clusterId)) await access.stop();
  });
}

function hasClients(context: ClusterContext, project: ProjectRecord, clusterId: string): boolean {
  return project.branches
    .filter((branch) => branch.clusterId === clusterId)
    .flatMap(({ id }) => endpointsOf(project, id))
    .some(({ id }) => context.proxies.connections(id) > 0);
}

async function stopUnused(context: ClusterContext, clusterId: string, isWanted: () => boolean): Promise<void> {
  if (isWanted()) return;
  const unusedMs = Math.min(unusedMsMax, context.suspendAfterSeconds * 1000);
  await context.clusters.exclusively(clusterId, async (access) => {
    // From the last look on, whoever wants the cluster waits in its queue.
    if ((await access.isUnused(unusedMs)) && !isWanted()) await access.stop();
  });
}
