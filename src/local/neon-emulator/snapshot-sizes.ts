/**
 * Owns the sizes of snapshots, and what of LSN and timestamp was not asked. Neon computes sizes a while after the snapshot was
 * taken: until then they are absent. What cannot be known truthfully stays absent.
 */
import type { Context, Operations } from './context.ts';
import type { ProjectRecord, SnapshotRecord } from './state.ts';
import { bytesBetween } from './wal.ts';

/** A duty of upkeep.ts. One of a past moment must be recovered for being measured: one of them a round. */
export async function computeSizes(context: Context, _operations: Operations, project: ProjectRecord): Promise<number> {
  const due = project.snapshots.filter((snapshot) => isDue(project, snapshot));
  if (due.length === 0) return Infinity;
  const unmeasured = due.filter((snapshot) => !compute(project, snapshot));
  if (due.length > unmeasured.length) await context.save();
  const [next] = unmeasured;
  if (next === undefined) return Infinity;
  await measure(context, project, next);
  await context.save();
  return 0;
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

async function measure(context: Context, project: ProjectRecord, snapshot: SnapshotRecord): Promise<void> {
  try {
    const { sizeBytes, lsn, at } = await context.rows.measure(project, snapshot.point);
    snapshot.fullSizeBytes = sizeBytes;
    snapshot.lsn ??= lsn;
    snapshot.timestamp ??= at === undefined ? undefined : context.clock.toEmulated(at);
  } catch (error) {
    failed.add(snapshot);
    throw error;
  }
}
