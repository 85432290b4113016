/**
 * Owns new copies that let older history go: a base of a cluster's own once enough was written, and a copy of a snapshot's point
 * that the window has left behind. Never removes anything.
 */
import { makeBase } from './base.ts';
import type { ClusterContext } from './context.ts';
import { newCluster } from './creation.ts';
import { copiedPoint, findSource, isSame, lsnBefore, stretchesOf } from './history.ts';
import { compareInstants } from './instant.ts';
import { isBusy } from './lane.ts';
import { recoverCluster } from './recovery.ts';
import type { ClusterRecord, ProjectRecord, RecoveryPoint } from './state.ts';
import { sweepProject } from './sweep.ts';
import { bytesBetween, clusterPaths, compareLsn, markHead } from './wal.ts';

/** Replaying a WAL segment of 1 MB takes about as long as copying 1 MB of a base, which takes disk on top. */
const replayBytesMax = 8 * 1024 * 1024;
/** Half a window after the last base, so little WAL is worth a new one: with it, older bases and WAL can go. */
const agedBytesMin = 4 * 1024 * 1024;
/** A recovery's command names each cluster whose WAL it may read. */
const chainMax = 32;
const hourMs = 3_600_000;

/** Those of which a copy failed: that is not tried again before the next start, and their history stays. */
const hopeless = new WeakSet<ClusterRecord>();

/** As far as the cluster's last look at its head knows. */
function isBaseDue(context: ClusterContext, project: ProjectRecord, cluster: ClusterRecord): boolean {
  const head = cluster.samples.at(-1)?.lsn;
  const own = stretchesOf(cluster).at(-1);
  if (head === undefined || own === undefined || cluster.isRetired || cluster.isCopy || hopeless.has(cluster))
    return false;
  // The last base may be younger than the last look.
  const writtenSinceOwn = bytesBetween(own.endLsn, head);
  if (writtenSinceOwn <= 0) return false;
  const source = findSource(project, { clusterId: cluster.id, lsn: head });
  if (source !== undefined && source.chain.length > chainMax) return true;
  const toReplay = source === undefined ? Infinity : bytesBetween(source.base.endLsn, head);
  if (toReplay >= Math.max(replayBytesMax, (cluster.sizeBytes ?? 0) / 4)) return true;
  if (writtenSinceOwn < agedBytesMin) return false;
  const ageMs = context.now().getTime() - Date.parse(context.clock.toEmulated(own.endAt));
  return ageMs >= Math.max(hourMs, project.historyRetentionSeconds * 500);
}

/** Makes a base where one is due and the cluster runs. */
export async function refreshBase(context: ClusterContext, project: ProjectRecord, clusterId: string): Promise<void> {
  const found = () => project.clusters.find(({ id }) => id === clusterId);
  const isDue = () => {
    const cluster = isThere(context, project) ? found() : undefined;
    return cluster !== undefined && context.clusters.isRunning(clusterId) && isBaseDue(context, project, cluster);
  };
  if (!isDue()) return;
  await context.clusters.exclusively(clusterId, async (access) => {
    if (!isDue()) return;
    const base = await makeBase(await access.start(), clusterPaths(context.dataDir, clusterId)).catch(
      (error: unknown) => {
        const cluster = found();
        if (cluster !== undefined) hopeless.add(cluster);
        throw error;
      },
    );
    // Dying before the save leaves a directory that the sweep at the next start removes.
    found()?.bases.push(base);
  });
  await context.save();
}

/**
 * Copies the rows of one snapshot whose point lies before the instant (machine time): afterwards no WAL is kept for its sake.
 * Does nothing where none is left, and while the project changes. What a crash leaves is taken up by the next call.
 */
export async function copyOldSnapshot(context: ClusterContext, project: ProjectRecord, before: string): Promise<void> {
  const point = project.snapshots
    .map((snapshot) => snapshot.point)
    .find((each) => copiedPoint(project, each) === each && lies(project, each, before) && !isHopeless(project, each));
  if (point === undefined || isBusy(context, project)) return;
  const copy = copyOf(project, point) ?? newCluster(project, point, true);
  await context.save();
  try {
    await recoverCluster(context, project, copy);
    await context.clusters.exclusively(copy.id, async (access) => {
      // The snapshot or the project, and this with it, may have been removed meanwhile.
      if (!isThere(context, project) || !project.clusters.includes(copy) || copy.bases.length > 0) return;
      const server = await access.start();
      const base = await makeBase(server, clusterPaths(context.dataDir, copy.id));
      await markHead(server);
      copy.bases.push(base);
      copy.isDetached = true;
    });
  } catch (error) {
    hopeless.add(copy);
    throw error;
  }
  // The sweep removes the copy's data: dying before this save must not leave a copy that has neither data nor base.
  await context.save();
  await sweepProject(context, project);
}

function isThere(context: ClusterContext, project: ProjectRecord): boolean {
  return context.projects.has(project);
}

/** The copy of a point, whole or not. */
function copyOf(project: ProjectRecord, point: RecoveryPoint): ClusterRecord | undefined {
  return project.clusters.find(({ isCopy, origin }) => isCopy && origin !== undefined && isSame(origin, point));
}

function isHopeless(project: ProjectRecord, point: RecoveryPoint): boolean {
  const copy = copyOf(project, point);
  return copy !== undefined && hopeless.has(copy);
}

function lies(project: ProjectRecord, point: RecoveryPoint, before: string): boolean {
  if ('time' in point) return compareInstants(point.time, before) < 0;
  const cluster = project.clusters.find(({ id }) => id === point.clusterId);
  const known = cluster === undefined ? undefined : lsnBefore(cluster, before);
  return known !== undefined && compareLsn(point.lsn, known) < 0;
}
