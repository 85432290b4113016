/**
 * Owns what is removed from disk: clusters that nothing needs, data of clusters whose history alone is needed, and whatever a
 * crash left half-made. Every step may be done again; what a crash leaves, the sweep at the next start removes.
 */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from './base.ts';
import type { Context } from './context.ts';
import type { ClusterRecord, ProjectRecord } from './state.ts';
import { clusterPaths } from './wal.ts';

/** Removes what no branch, snapshot or needed cluster of the project refers to. Saves the state. */
export async function sweepProject(context: Context, project: ProjectRecord): Promise<void> {
  const used = new Set(project.branches.map((branch) => branch.clusterId));
  const needed = findNeeded(project, used);
  for (const cluster of [...project.clusters]) {
    if (!needed.has(cluster.id)) await removeCluster(context, project, cluster);
    else if (!used.has(cluster.id) && !cluster.isRetired) await retireCluster(context, cluster);
  }
  await context.save();
}

function findNeeded(project: ProjectRecord, used: ReadonlySet<string>): Set<string> {
  const needed = new Set<string>();
  const pending = [...used, ...project.snapshots.map((snapshot) => snapshot.point.clusterId)];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (needed.has(id)) continue;
    needed.add(id);
    const origin = project.clusters.find((cluster) => cluster.id === id)?.origin;
    if (origin !== undefined) pending.push(origin.clusterId);
  }
  return needed;
}

async function removeCluster(context: Context, project: ProjectRecord, cluster: ClusterRecord): Promise<void> {
  await context.clusters.exclusively(cluster.id, async (access) => {
    await access.stop();
    // Dying here leaves a record whose files are partly gone; nothing refers to it, and the next sweep does this again.
    await removeTree(clusterPaths(context.dataDir, cluster.id).root);
  });
  project.clusters.splice(project.clusters.indexOf(cluster), 1);
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

/** At the start, before anything runs: removes directories that the state does not know. */
export async function sweepLeftovers(context: Context): Promise<void> {
  const clusters = context.state.projects.flatMap((project) => project.clusters);
  const root = join(context.dataDir, 'clusters');
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
  }
}

async function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch(() => []);
}
