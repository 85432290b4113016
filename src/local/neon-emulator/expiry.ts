/**
 * Owns expirations of branches and snapshots: which are allowed, and the removal of what has expired. Never removes what could
 * not be deleted by a call.
 */
import type { Context, Operations } from './context.ts';
import { unprocessable } from './refusals.ts';
import { mayBeDeleted } from './branch-rules.ts';
import { changeAlone, isBusy } from './lane.ts';
import { deleteBranch, deleteSnapshot } from './removal.ts';
import type { ProjectRecord, SnapshotRecord } from './state.ts';

const branchDaysMax = 30;

/** Refuses 422 what is not in the future or more than 30 days ahead. */
export function checkedExpiry(context: Context, at: string | undefined): string | undefined {
  if (at === undefined) return undefined;
  const ahead = Date.parse(at) - context.now().getTime();
  if (ahead <= 0) throw unprocessable('expires_at must be in the future');
  if (ahead > branchDaysMax * 24 * 3600 * 1000)
    throw unprocessable(`expires_at must be at most ${branchDaysMax} days ahead`);
  return at;
}

export function secondsUntil(context: Context, at: string | undefined): number | undefined {
  return at === undefined ? undefined : Math.round((Date.parse(at) - context.now().getTime()) / 1000);
}

/** Of a branch that is reset: its time to live begins anew. */
export function inSeconds(context: Context, seconds: number): string {
  return new Date(context.now().getTime() + seconds * 1000).toISOString();
}

/** A duty of upkeep.ts. One at a time: each removal locks the project, and the next round takes the next one. */
export async function expireDue(context: Context, operations: Operations, project: ProjectRecord): Promise<number> {
  const now = context.now().getTime();
  const isDue = (record: Expiring) => expiryOf(record) <= now;
  // The end of what runs stirs the project.
  if (isBusy(context, project)) return Infinity;
  const snapshot = project.snapshots.find((candidate) => isDue(candidate) && !isKept(project, candidate));
  const branch = project.branches.find((candidate) => isDue(candidate) && mayBeDeleted(project, candidate));
  if (snapshot !== undefined) await changeAlone(context, project, () => deleteSnapshot(operations, project, snapshot));
  else if (branch !== undefined)
    await changeAlone(context, project, () => deleteBranch(context, operations, project, branch));
  if (snapshot !== undefined || branch !== undefined) return 0;
  // What is due and kept may go once something else changes.
  return [...project.snapshots, ...project.branches].reduce((soonest, record) => {
    const at = expiryOf(record);
    return at > now && at < soonest ? at : soonest;
  }, Infinity);
}

type Expiring = Pick<SnapshotRecord, 'expiresAt'>;

function expiryOf({ expiresAt }: Expiring): number {
  return expiresAt === undefined ? Infinity : Date.parse(expiresAt);
}

/** As long as a branch has a schedule, its latest scheduled snapshot outlives its expiration. */
function isKept(project: ProjectRecord, snapshot: SnapshotRecord): boolean {
  const branch = project.branches.find(({ id }) => id === snapshot.sourceBranchId);
  if (snapshot.isManual || branch === undefined || branch.schedule.length === 0) return false;
  const scheduled = project.snapshots.filter(
    ({ isManual, sourceBranchId }) => !isManual && sourceBranchId === branch.id,
  );
  return scheduled.at(-1) === snapshot;
}
