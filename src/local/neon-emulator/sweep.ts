/**
 * Owns which clusters of a project go: those that nothing needs, and the rows of those whose history alone is needed. Never
 * touches files (sweep-files.ts). Every step may be done again.
 */
import { removeFrom, type Context } from './context.ts';
import { copiedPoint, isSame } from './history.ts';
import type { ProjectRecord } from './state.ts';

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
    if (!needed.has(cluster.id)) {
      // Dying in between leaves a record without its rows; nothing refers to it, and the next sweep does this again.
      await context.rows.remove(cluster);
      removeFrom(project.clusters, cluster);
    } else if (!used.has(cluster.id) && !cluster.isRetired) await context.rows.retire(cluster);
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
