/**
 * Owns what is removed from disk: data of clusters whose history alone is needed, WAL that is part of no stretch, and whatever a
 * crash left half-made. Every step may be done again; what a crash leaves, the sweep at the next start removes.
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openClustersDir, removeTree } from './base.ts';
import type { ClusterContext, Context } from './context.ts';
import { isKept, stretchesOf } from './history.ts';
import type { ClusterRecord } from './state.ts';
import { clusterPaths, segmentNamed } from './wal.ts';

/** Keeps the history: WAL that was not archived yet is moved to the archive before the data is removed. */
export async function retireCluster(context: ClusterContext, cluster: ClusterRecord): Promise<void> {
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
export async function sweepLeftovers(context: ClusterContext): Promise<void> {
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
