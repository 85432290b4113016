/**
 * Owns which moment a call means and whether the project's history reaches it. It marks the source's head, so that the moment
 * can be recovered later; it recovers nothing itself.
 */
import { getCluster, type Context } from './context.ts';
import { badRequest, unprocessable } from './refusals.ts';
import type { BranchRecord, ProjectRecord, RecoveryPoint } from './state.ts';
import { compareLsn, markHead, type Mark } from './wal.ts';

export interface Asked {
  readonly timestamp: string | undefined;
  readonly lsn: string | undefined;
}

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
  const clusterStart = cluster.startedAt ?? branch.createdAt;
  if (timestamp !== undefined) checkInstant(context, project, branch, timestamp);
  const mark = await markHead(await context.clusters.running(cluster.id));
  const { id: clusterId } = cluster;
  if (lsn !== undefined) {
    if (project.historyRetentionSeconds === 0) throw outside('point-in-time history is turned off for this project');
    if (compareLsn(lsn, mark.lsn) > 0) throw outside(`LSN ${lsn} is ahead of the branch's last record ${mark.lsn}`);
    if (compareLsn(lsn, cluster.startLsn ?? '0/0') < 0) throw outside(`LSN ${lsn} is outside of the branch's history`);
    return { point: { clusterId, lsn }, lsn, timestamp: undefined, mark };
  }
  if (timestamp === undefined) return { point: { clusterId, lsn: mark.lsn }, lsn: mark.lsn, timestamp: mark.at, mark };
  // The API's clock may be set apart from Postgres's: what is later than the last record is the head.
  if (Date.parse(timestamp) >= Date.parse(mark.at))
    return { point: { clusterId, lsn: mark.lsn }, lsn: undefined, timestamp, mark };
  // A branch holds from its creation on what it began with, although its data was whole a moment later.
  const time = Date.parse(timestamp) < Date.parse(clusterStart) ? clusterStart : timestamp;
  return { point: { clusterId, time }, lsn: undefined, timestamp, mark };
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
