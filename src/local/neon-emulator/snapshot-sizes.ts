/**
 * Owns the sizes of snapshots, and what of LSN and timestamp was not asked. Neon computes sizes a while after the snapshot was
 * taken: until then they are absent. What cannot be known truthfully stays absent.
 */
import type { Context, Operations } from './context.ts';
import type { ProjectRecord, SnapshotRecord } from './state.ts';
import { lookAt } from './travel.ts';
import { ask, bytesBetween } from './wal.ts';

/** A duty of upkeep.ts. One of a past moment must be recovered for being measured: one of them a round. */
export async function computeSizes(context: Context, _operations: Operations, project: ProjectRecord): Promise<void> {
  const due = project.snapshots.filter((snapshot) => isDue(project, snapshot));
  if (due.length === 0) return;
  const unmeasured = due.filter((snapshot) => !compute(project, snapshot));
  if (due.length > unmeasured.length) await context.save();
  const [next] = unmeasured;
  if (next === undefined) return;
  await measure(context, project, next);
  await context.save();
}

/** From what is known of it. False where nothing is. */
function compute(project: ProjectRecord, snapshot: SnapshotRecord): boolean {
  const previous = findPrevious(project, snapshot);
  if (previous?.lsn !== undefined && snapshot.lsn !== undefined)
    snapshot.diffSizeBytes = bytesBetween(previous.lsn, snapshot.lsn);
  else snapshot.fullSizeBytes = snapshot.headSizeBytes;
  return snapshot.diffSizeBytes !== undefined || snapshot.fullSizeBytes !== undefined;
}

/** Those that could not be measured are not tried again before the next start. */
const failed = new WeakSet<SnapshotRecord>();

function isDue(project: ProjectRecord, snapshot: SnapshotRecord): boolean {
  if (snapshot.fullSizeBytes !== undefined || snapshot.diffSizeBytes !== undefined || failed.has(snapshot))
    return false;
  return !project.works.some(({ plan }) => plan.kind === 'take_snapshot' && plan.snapshotId === snapshot.id);
}

/**
 * The scheduled snapshot before a scheduled one: the later is charged for what was written since. Undefined where that is not
 * one history, since the branch was restored in between.
 */
function findPrevious(project: ProjectRecord, snapshot: SnapshotRecord): SnapshotRecord | undefined {
  if (snapshot.isManual) return undefined;
  const earlier = project.snapshots.slice(0, project.snapshots.indexOf(snapshot));
  const previous = earlier.findLast(
    ({ isManual, sourceBranchId }) => !isManual && sourceBranchId === snapshot.sourceBranchId,
  );
  const resetAt = project.branches.find(({ id }) => id === snapshot.sourceBranchId)?.lastResetAt;
  const isOneHistory = resetAt === undefined || (previous !== undefined && previous.createdAt > resetAt);
  return isOneHistory ? previous : undefined;
}

interface Found {
  readonly size: string;
  /** Where replay ended: recovering up to it gives the same rows. Null where the server is not in recovery any more. */
  readonly lsn: string | null;
  /** Of the last commit that is part of it; null where none was replayed. */
  readonly at: string | null;
}

async function measure(context: Context, project: ProjectRecord, snapshot: SnapshotRecord): Promise<void> {
  try {
    const [found] = await lookAt(context, project, snapshot.point, (server) =>
      ask<Found>(
        server,
        `select (select sum(pg_database_size(oid)) from pg_database where datallowconn)::text as size,
                case when pg_is_in_recovery() then pg_last_wal_replay_lsn()::text end as lsn,
                to_char(pg_last_xact_replay_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`,
      ),
    );
    if (found === undefined) throw new Error('Postgres did not answer with a size.');
    snapshot.fullSizeBytes = Number(found.size);
    snapshot.lsn ??= found.lsn ?? undefined;
    snapshot.timestamp ??= found.at === null ? undefined : context.clock.toEmulated(found.at);
  } catch (error) {
    failed.add(snapshot);
    throw error;
  }
}
