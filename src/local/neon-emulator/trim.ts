/**
 * Owns what of a project's history goes: bases and archived WAL that neither the window nor a snapshot, a branch's origin or
 * unfinished work needs. The state forgets them first and the files go after; the sweep at the next start removes what a crash
 * leaves. What is gone stays gone: a longer window reaches back only to what is left.
 */
import { join } from 'node:path';
import { removeTree } from './base.ts';
import type { ClusterContext } from './context.ts';
import { copiedPoint, stretchesOf, stretchesToKeep, type Wants } from './history.ts';
import { isBusy } from './lane.ts';
import { isRecovering } from './recovery.ts';
import { copyOldSnapshot, refreshBase } from './renewal.ts';
import type { BranchRecord, ClusterRecord, ProjectRecord, SnapshotRecord } from './state.ts';
import { removeUnkeptWal } from './sweep-files.ts';
import { sweepProject } from './sweep.ts';
import { clusterPaths } from './wal.ts';

/** A moment that was inside the window when a call looked may be left by it before the call is done. */
const graceMs = 60_000;

/** A duty of upkeep.ts. */
export async function trimHistory(context: ClusterContext, project: ProjectRecord): Promise<void> {
  for (const { id } of [...project.clusters]) await refreshBase(context, project, id);
  const start = new Date(context.now().getTime() - project.historyRetentionSeconds * 1000 - graceMs);
  const since = context.clock.toReal(start.toISOString());
  await copyOldSnapshot(context, project, since);
  // From here to the end of `cut` nothing waits: what a change or a recovery has found stays until it is done with it.
  if (isBusy(context, project) || isRecovering(context) || !context.projects.has(project)) return;
  const cuts = cut(project, since);
  if (cuts.length === 0) return;
  await context.save();
  for (const { cluster, goneBases } of cuts) {
    const paths = clusterPaths(context.dataDir, cluster.id);
    for (const base of goneBases) await removeTree(join(paths.bases, base));
    await removeUnkeptWal(context, cluster);
  }
  await sweepProject(context, project);
}

/** What of a project decides on its history. */
export interface Historical extends Pick<ProjectRecord, 'clusters'> {
  readonly branches: readonly Pick<BranchRecord, 'clusterId'>[];
  readonly snapshots: readonly Pick<SnapshotRecord, 'point'>[];
}

export interface Cut {
  readonly cluster: ClusterRecord;
  readonly goneBases: readonly string[];
}

/** Forgets what is not needed for the moments since the instant (machine time). Answers with the clusters that it changed. */
export function cut(project: Historical, since: string): Cut[] {
  const used = new Set(project.branches.map(({ clusterId }) => clusterId));
  const points = project.snapshots.map(({ point }) => copiedPoint(project, point));
  for (const { origin, startedAt } of project.clusters)
    if (origin !== undefined && startedAt === undefined) points.push(origin);
  const cuts: Cut[] = [];
  // Descendants first: one that needs its origin no more frees that one's history at once.
  for (const cluster of project.clusters.toReversed()) {
    if (cluster.startedAt === undefined) continue;
    const goneBases = cutOne(cluster, {
      since: used.has(cluster.id) ? since : undefined,
      points: points.filter(({ clusterId }) => clusterId === cluster.id),
      starts: project.clusters.flatMap(({ origin, startLsn, isDetached }) =>
        origin?.clusterId === cluster.id && startLsn !== undefined && !isDetached ? [startLsn] : [],
      ),
    });
    if (goneBases !== undefined) cuts.push({ cluster, goneBases });
  }
  return cuts;
}

/** Undefined where nothing changed. */
function cutOne(cluster: ClusterRecord, wants: Wants): string[] | undefined {
  const had = stretchesOf(cluster);
  const kept = stretchesToKeep(cluster, wants);
  const isAsBefore =
    kept.length === had.length && kept.every(({ keptUntil }, index) => keptUntil === had[index]?.keptUntil);
  if (isAsBefore) return undefined;
  const gone: string[] = [];
  for (const { base } of had) {
    const keeper = kept.find((stretch) => stretch.base === base);
    if (base !== undefined && keeper !== undefined) base.keptUntil = keeper.keptUntil;
    else if (base !== undefined) gone.push(...cluster.bases.splice(cluster.bases.indexOf(base), 1).map(({ id }) => id));
    else if (keeper !== undefined) cluster.originKeptUntil = keeper.keptUntil;
    else cluster.isDetached = true;
  }
  return gone;
}
