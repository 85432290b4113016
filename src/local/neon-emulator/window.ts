/**
 * Owns which moment a call means and whether the project's history reaches it. It marks the source's head, so that the moment
 * can be recovered later; it recovers nothing itself.
 */
import { getCluster, type Context } from './context.ts';
import { findSource, lsnBefore, noteHead } from './history.ts';
import { compareInstants } from './instant.ts';
import { badRequest, unprocessable } from './refusals.ts';
import type { Asked } from './rows/rows.ts';
import type { BranchRecord, ProjectRecord, RecoveryPoint } from './state.ts';
import { compareLsn, type Mark } from './wal.ts';

export interface ResolvedPoint {
  readonly point: RecoveryPoint;
  /** What to show: what was asked, as it was asked, or both of the head. */
  readonly lsn: string | undefined;
  readonly timestamp: string | undefined;
  readonly mark: Mark;
}

/** Nothing asked means the head as of this call. Refuses 400 for both, 422 for what lies outside the window. */
export async function resolvePoint(
  context: Context,
  project: ProjectRecord,
  branch: BranchRecord,
  asked: Asked,
): Promise<ResolvedPoint> {
  const { timestamp, lsn } = asked;
  if (timestamp !== undefined && lsn !== undefined) throw badRequest('a timestamp and an LSN cannot be used together');
  if (branch.state === 'init') throw unprocessable('branch not ready yet');
  const cluster = getCluster(project, branch.clusterId);
  const { id: clusterId } = cluster;
  if (timestamp !== undefined) checkInstant(context, project, branch, timestamp);
  const mark = await context.rows.mark(clusterId);
  noteHead(cluster, mark);
  const head = { clusterId, lsn: mark.lsn };
  if (lsn !== undefined) {
    checkLsn(context, project, branch, lsn, mark.lsn);
    return { point: reached(project, { clusterId, lsn }, `LSN ${lsn}`), lsn, timestamp: undefined, mark };
  }
  if (timestamp === undefined)
    return { point: head, lsn: mark.lsn, timestamp: context.clock.toEmulated(mark.at), mark };
  const moment = context.clock.toReal(timestamp);
  if (compareInstants(moment, mark.at) >= 0) return { point: head, lsn: undefined, timestamp, mark };
  // A branch holds from its creation on what it began with, although its data was whole a moment later.
  const start = cluster.startedAt ?? context.clock.toReal(branch.createdAt);
  const time = compareInstants(moment, start) < 0 ? start : moment;
  return { point: reached(project, { clusterId, time }, `timestamp ${timestamp}`), lsn: undefined, timestamp, mark };
}

/** What was trimmed is not brought back by a longer window. */
function reached(project: ProjectRecord, point: RecoveryPoint, asked: string): RecoveryPoint {
  if (findSource(project, point) === undefined)
    throw outside(`${asked} is outside of the project's history retention window`);
  return point;
}

/** Between two LSNs whose times are known the younger one's counts: what may be inside the window is. */
function checkLsn(context: Context, project: ProjectRecord, branch: BranchRecord, lsn: string, head: string): void {
  const cluster = getCluster(project, branch.clusterId);
  const now = context.now().getTime();
  const isBefore = (instant: string) => {
    const reachedBy = lsnBefore(cluster, context.clock.toReal(instant));
    return reachedBy !== undefined && compareLsn(lsn, reachedBy) < 0;
  };
  if (project.historyRetentionSeconds === 0) throw outside('point-in-time history is turned off for this project');
  if (compareLsn(lsn, head) > 0) throw outside(`LSN ${lsn} is ahead of the branch's last record ${head}`);
  if (isBefore(new Date(now - project.historyRetentionSeconds * 1000).toISOString()))
    throw outside(`LSN ${lsn} is outside of the project's history retention window`);
  if (compareLsn(lsn, cluster.startLsn ?? '0/0') < 0 || isBefore(branch.createdAt))
    throw outside(`LSN ${lsn} is before the creation of the branch`);
  if (branch.lastResetAt !== undefined && isBefore(branch.lastResetAt))
    throw outside(`LSN ${lsn} is before the last restore of the branch`);
}

function checkInstant(context: Context, project: ProjectRecord, branch: BranchRecord, timestamp: string): void {
  const at = Date.parse(timestamp);
  const now = context.now().getTime();
  if (project.historyRetentionSeconds === 0) throw outside('point-in-time history is turned off for this project');
  if (at > now) throw outside(`timestamp ${timestamp} is in the future`);
  if (at < now - project.historyRetentionSeconds * 1000) {
    throw outside(`timestamp ${timestamp} is outside of the project's history retention window`);
  }
  if (at < Date.parse(branch.createdAt)) throw outside(`timestamp ${timestamp} is before the creation of the branch`);
  if (branch.lastResetAt !== undefined && at < Date.parse(branch.lastResetAt)) {
    throw outside(`timestamp ${timestamp} is before the last restore of the branch`);
  }
}

function outside(message: string) {
  return unprocessable(message);
}
