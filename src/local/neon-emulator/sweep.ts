/**
 * Owns what is removed from disk: clusters that nothing needs, data of clusters whose history alone is needed, and whatever a
 * crash left half-made. Every step may be done again; what a crash leaves, the sweep at the next start removes.
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openClustersDir, removeTree } from './base.ts';
import { removeFrom, type Context } from './context.ts';
import { copiedPoint, isKept, isSame, stretchesOf } from './history.ts';
import type { ClusterRecord, ProjectRecord } from './state.ts';
import { clusterPaths, segmentNamed } from './wal.ts';

const sweeps = new WeakMap<ProjectRecord, Promise<void>>();

/** Removes what no branch, snapshot or needed cluster of the project refers to. Saves the state. One sweep of a project at a time. */
export async function sweepProject(context: Context, project: ProjectRecord): Promise<void> {
  const before = sweeps.get(project) ?? Promise.resolve();
  const sweep = before.catch(() => {}).then(() => sweepOnce(context, project));
  sweeps.set(project, sweep);
  return sweep;
}

async function sweepOnce(context: Context, project: ProjectRecord): Promise<void> {
  // A change whose work is not done may be taken back: what it found is needed until then.
  const before = [context.changing.get(project.id), ...project.works.map((work) => work.before)];
  const shown = [project, ...before.filter((each) => each !== undefined)];
  const used = new Set(shown.flatMap(({ branches }) => branches.map((branch) => branch.clusterId)));
  const points = shown.flatMap(({ snapshots }) => snapshots.map(({ point }) => point));
  const copies = project.clusters.filter(
    ({ isCopy, origin }) => isCopy && origin !== undefined && points.some((point) => isSame(point, origin)),
  );
  for (const { id, bases } of copies) if (bases.length === 0) used.add(id);
  const named = points.map((point) => copiedPoint(project, point).clusterId);
  const needed = findNeeded(project, [...used, ...named, ...copies.map(({ id }) => id)]);
  for (const cluster of [...project.clusters]) {
    if (!needed.has(cluster.id)) await removeCluster(context, project, cluster);
    else if (!used.has(cluster.id) && !cluster.isRetired) await retireCluster(context, cluster);
  }
  await context.save();
}

function findNeeded(project: ProjectRecord, pending: string[]): Set<string> {
  const needed = new Set<string>();
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (needed.has(id)) continue;
    needed.add(id);
    const cluster = project.clusters.find((candidate) => candidate.id === id);
    if (cluster?.origin !== undefined && !cluster.isDetached) pending.push(cluster.origin.clusterId);
  }
  return needed;
}

async function removeCluster(context: Context, project: ProjectRecord, cluster: ClusterRecord): Promise<void> {
  await context.clusters.exclusively(cluster.id, async (access) => {
    await access.stop();
    // Dying here leaves a record whose files are partly gone; nothing refers to it, and the next sweep does this again.
    await removeTree(clusterPaths(context.dataDir, cluster.id).root);
  });
  removeFrom(project.clusters, cluster);
}

/** Keeps the history: WAL that was not archived yet is moved to the archive before the data is removed. */
async function retireCluster(context: Context, cluster: ClusterRecord): Promise<void> {
  const paths = clusterPaths(context.dataDir, cluster.id);
  await context.clusters.exclusively(cluster.id, async (access) => {
    await access.stop();
    const live = join(paths.data, 'pg_wal');
    const own = cluster.timeline.toString(16).toUpperCase().padStart(8, '0');
    const archived = new Set(await namesIn(paths.archive));
    await mkdir(paths.archive, { recursive: true });
    for (const name of await namesIn(live)) {
      const isOwn = new RegExp(`^${own}([0-9A-F]{16}|\\.history)$`).test(name);
      if (isOwn && !archived.has(name)) await rename(join(live, name), join(paths.archive, name));
    }
    // Dying before this line leaves data whose WAL is archived in part; the next sweep moves the rest.
    await removeTree(paths.data);
    cluster.isRetired = true;
  });
}

/** At the start, before anything runs: removes directories, bases and archived WAL that the state does not know. */
export async function sweepLeftovers(context: Context): Promise<void> {
  const clusters = context.state.projects.flatMap((project) => project.clusters);
  const root = await openClustersDir(context.dataDir);
  for (const name of await namesIn(root)) {
    const cluster = clusters.find((candidate) => candidate.id === name);
    if (cluster === undefined) {
      await removeTree(join(root, name));
      continue;
    }
    const { bases } = clusterPaths(context.dataDir, name);
    for (const base of await namesIn(bases)) {
      if (!cluster.bases.some(({ id }) => id === base)) await removeTree(join(bases, base));
    }
    if (cluster.startedAt !== undefined) await removeUnkeptWal(context, cluster);
  }
}

/** Removes archived WAL that is part of no stretch. May be done at any time, and again. */
export async function removeUnkeptWal(context: Context, cluster: ClusterRecord): Promise<void> {
  const { archive } = clusterPaths(context.dataDir, cluster.id);
  const stretches = stretchesOf(cluster);
  for (const name of await namesIn(archive)) {
    const segment = segmentNamed(name);
    if (segment !== undefined && !isKept(stretches, segment)) await rm(join(archive, name), { force: true });
  }
}

async function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch(() => []);
}
