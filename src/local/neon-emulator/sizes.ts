/**
 * Owns what is known of clusters while they run: how large they are, and which LSN they had reached when. Never starts a cluster,
 * and is no reason to keep one running.
 */
import type { ClusterContext } from './context.ts';
import { noteHead } from './history.ts';
import type { ClusterRecord, ProjectRecord } from './state.ts';
import { readHead } from './wal.ts';

const everyMs = 10_000;
const lookedAt = new WeakMap<ClusterRecord, number>();

/** A duty of upkeep.ts: looks at each running cluster every ten seconds. */
export async function refreshSizes(context: ClusterContext, project: ProjectRecord): Promise<void> {
  let isChanged = false;
  for (const cluster of [...project.clusters]) {
    const server = context.clusters.peek(cluster.id);
    const now = performance.now();
    if (server === undefined || cluster.startedAt === undefined || now - (lookedAt.get(cluster) ?? -everyMs) < everyMs)
      continue;
    lookedAt.set(cluster, now);
    // It may be stopped at any moment: then the next look is after its next start.
    const head = await readHead(server).catch(() => undefined);
    if (head === undefined) continue;
    noteHead(cluster, head);
    const branch = project.branches.find(({ clusterId }) => clusterId === cluster.id);
    if (branch === undefined || branch.logicalSizeBytes === head.sizeBytes) continue;
    branch.logicalSizeBytes = head.sizeBytes;
    isChanged = true;
  }
  if (isChanged) await context.save();
}
