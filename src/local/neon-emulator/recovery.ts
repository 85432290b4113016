/**
 * Owns the making of a cluster as another one was at a moment: base copy, then WAL up to the point, then a timeline of its own.
 * Never changes the cluster it recovers from.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresServer } from '../postgres/index.ts';
import { copyBase, makeBase, removeTree } from './base.ts';
import { getCluster, type ClusterContext } from './context.ts';
import { findSource, noteHead } from './history.ts';
import type { ClusterRecord, ProjectRecord, RecoveryPoint } from './state.ts';
import { clusterPaths, readHead, readTimeline, restoreCommand, type ClusterPaths } from './wal.ts';

/** How many recoveries read bases and WAL at the moment. */
const reading = new WeakMap<ClusterContext, number>();

/**
 * Makes the data of a cluster from its origin and leaves it running. Does nothing for one that is whole. A crash before the end
 * leaves a cluster without `startedAt`: the same call then begins anew and gives the same rows, since its point is fixed. With
 * `empty`, that is done before anybody sees the cluster, and nothing of its origin is part of its history.
 */
export async function recoverCluster(
  context: ClusterContext,
  project: ProjectRecord,
  cluster: ClusterRecord,
  empty?: (server: PostgresServer) => Promise<void>,
): Promise<void> {
  await context.clusters.exclusively(cluster.id, async (access) => {
    if (cluster.startedAt !== undefined || cluster.origin === undefined || !project.clusters.includes(cluster)) return;
    const { origin } = cluster;
    const paths = clusterPaths(context.dataDir, cluster.id);
    await access.stop();
    const server = await tryTwice(context, cluster.id, async () => {
      const settings = await prepareRecovery(context, project, origin, paths);
      return access.start({ ...settings, recovery_target_action: 'promote' });
    });
    const { timeline, startLsn } = await readTimeline(paths.data);
    if (empty !== undefined) {
      await empty(server);
      const base = await makeBase(server, paths);
      // Its history begins here: what it held before can be reached by nobody.
      Object.assign(cluster, {
        timeline,
        startLsn: base.endLsn,
        startedAt: base.endAt,
        bases: [base],
        origin: undefined,
      });
      noteHead(cluster, await readHead(server));
      return;
    }
    cluster.timeline = timeline;
    cluster.startLsn = startLsn;
    cluster.startedAt = new Date().toISOString();
  });
}

/** Postgres reads this setting before it knows any zone's name, so Z becomes an offset; digits past microseconds are cut. */
function targetTime(instant: string): string {
  return instant
    .replace(/[tT]/, ' ')
    .replace(/[zZ]$/, '+00')
    .replace(/(\.\d{6})\d+/, '$1');
}

/**
 * Recovers, and once more where that fails: a segment that moves from a live pg_wal to its archive under the reader's hands can
 * spoil one attempt, not two. Nothing is trimmed meanwhile.
 */
export async function tryTwice<T>(context: ClusterContext, clusterId: string, recover: () => Promise<T>): Promise<T> {
  const count = (change: number) => reading.set(context, (reading.get(context) ?? 0) + change);
  count(1);
  try {
    return await recover().catch(async (error: unknown) => {
      context.log(`${clusterId}: recovering again after ${String(error)}`);
      return recover();
    });
  } finally {
    count(-1);
  }
}

/** Whether any recovery reads bases and WAL now. */
export function isRecovering(context: ClusterContext): boolean {
  return (reading.get(context) ?? 0) > 0;
}

/**
 * Makes the directories of a cluster anew, with a copy from which the point can be reached. The answer holds the settings that
 * lead there; what is done at the point is the caller's to add.
 */
export async function prepareRecovery(
  context: ClusterContext,
  project: ProjectRecord,
  point: RecoveryPoint,
  paths: ClusterPaths,
): Promise<Record<string, string>> {
  const source = findSource(project, point);
  if (source === undefined) throw new Error(`The history of ${point.clusterId} does not reach the wanted point.`);
  await removeTree(paths.root);
  await mkdir(paths.archive, { recursive: true });
  await mkdir(paths.bases);
  await copyBase(join(clusterPaths(context.dataDir, source.owner.id).bases, source.base.id), paths.data);
  const chain = source.chain.map((link) => clusterPaths(context.dataDir, link.id));
  return {
    restore_command: restoreCommand(chain),
    recovery_target_timeline: String(getCluster(project, point.clusterId).timeline),
    ...('lsn' in point
      ? { recovery_target_lsn: point.lsn, recovery_target_inclusive: 'off' }
      : { recovery_target_time: targetTime(point.time) }),
  };
}
