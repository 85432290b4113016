/**
 * Owns the making of a cluster as another one was at a moment: base copy, then WAL up to the point, then a timeline of its own.
 * Never changes the cluster it recovers from.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { getCluster, type Context } from './context.ts';
import { copyBase, makeBase, removeTree } from './base.ts';
import type { ClusterAccess } from './clusters.ts';
import type { BaseRecord, ClusterRecord, ProjectRecord, RecoveryPoint } from './state.ts';
import {
  clusterPaths,
  compareLsn,
  markHead,
  parseLsn,
  readTimeline,
  restoreCommand,
  type ClusterPaths,
} from './wal.ts';

const replayBytesMax = 64n * 1024n * 1024n;

/**
 * Makes the data of a cluster from its origin and leaves it running. Does nothing for one that is whole. A crash before the end
 * leaves a cluster without `startedAt`: the same call then begins anew and gives the same rows, since its point is fixed.
 */
export async function recoverCluster(context: Context, project: ProjectRecord, cluster: ClusterRecord): Promise<void> {
  await context.clusters.exclusively(cluster.id, async (access) => {
    if (cluster.startedAt !== undefined || cluster.origin === undefined) return;
    const { origin } = cluster;
    const paths = clusterPaths(context.dataDir, cluster.id);
    await access.stop();
    // A segment that moves from a live pg_wal to its archive under the reader's hands can spoil one attempt, not two.
    await attempt(context, project, origin, paths, access).catch(async (error: unknown) => {
      context.log(`${cluster.id}: recovering again after ${String(error)}`);
      await attempt(context, project, origin, paths, access);
    });
    const { timeline, startLsn } = await readTimeline(paths.data);
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

async function attempt(
  context: Context,
  project: ProjectRecord,
  origin: RecoveryPoint,
  paths: ClusterPaths,
  access: ClusterAccess,
): Promise<void> {
  const source = findBase(project, origin);
  await removeTree(paths.root);
  await mkdir(paths.archive, { recursive: true });
  await mkdir(paths.bases);
  await copyBase(join(clusterPaths(context.dataDir, source.owner.id).bases, source.base.id), paths.data);
  const chain = source.chain.map((link) => clusterPaths(context.dataDir, link.id));
  await access.start({
    restore_command: restoreCommand(chain),
    recovery_target_timeline: String(getCluster(project, origin.clusterId).timeline),
    recovery_target_action: 'promote',
    ...('lsn' in origin
      ? { recovery_target_lsn: origin.lsn, recovery_target_inclusive: 'off' }
      : { recovery_target_time: targetTime(origin.time) }),
  });
}

/** A base of its own, once so much WAL lies after the nearest one that replaying it would be slow. */
export async function refreshBase(context: Context, project: ProjectRecord, clusterId: string): Promise<void> {
  await context.clusters.exclusively(clusterId, async (access) => {
    const cluster = project.clusters.find(({ id }) => id === clusterId);
    if (cluster === undefined || cluster.isRetired || !context.clusters.isRunning(clusterId)) return;
    const server = await access.start();
    const { lsn } = await markHead(server);
    const nearest = findBase(project, { clusterId, lsn }).base.endLsn;
    if ((parseLsn(lsn) ?? 0n) - (parseLsn(nearest) ?? 0n) < replayBytesMax) return;
    const base = await makeBase(server, clusterPaths(context.dataDir, clusterId));
    // Dying before the save leaves a directory that the sweep at the next start removes.
    cluster.bases.push(base);
  });
  await context.save();
}

interface Source {
  readonly owner: ClusterRecord;
  readonly base: BaseRecord;
  /** The clusters whose WAL leads from the base to the point, youngest first. */
  readonly chain: ClusterRecord[];
}

/** The youngest base that ends before the point: the cluster's own, or one of those it descends from. */
function findBase(project: ProjectRecord, point: RecoveryPoint): Source {
  const chain: ClusterRecord[] = [];
  let owner = getCluster(project, point.clusterId);
  let isBefore = (base: BaseRecord) =>
    'lsn' in point ? compareLsn(base.endLsn, point.lsn) <= 0 : Date.parse(base.endAt) <= Date.parse(point.time);
  for (;;) {
    chain.push(owner);
    const base = owner.bases.findLast(isBefore);
    if (base !== undefined) return { owner, base, chain };
    const { origin, startLsn } = owner;
    if (origin === undefined || startLsn === undefined) {
      throw new Error(`No base copy of ${point.clusterId} ends before the wanted point.`);
    }
    owner = getCluster(project, origin.clusterId);
    isBefore = (candidate) => compareLsn(candidate.endLsn, startLsn) <= 0;
  }
}
