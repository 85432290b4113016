/**
 * Owns when backup schedules are due on the emulated clock, and takes their snapshots. Never reads or checks a call: that is
 * routes/schedules.ts.
 */
import type { Context, Operations } from './context.ts';
import { changeAlone, isBusy } from './lane.ts';
import type { BranchRecord, ProjectRecord, ScheduleItem } from './state.ts';
import { takeSnapshot } from './snapshots.ts';

/** Neon's default, and its longest. */
export const retentionSecondsMax = 3_024_000;

const hourMs = 3_600_000;

type When = Pick<ScheduleItem, 'frequency' | 'hour' | 'day'>;

/**
 * The latest instant (ms since 1970) after `after` and not after `now` at which the item is due; undefined where there is none.
 * Of several that were missed, only the latest counts. A month that is too short for the day has it on its last one.
 */
export function latestDue(item: When, after: number, now: number): number | undefined {
  const due = lastAtOrBefore(item, now);
  return due > after ? due : undefined;
}

function lastAtOrBefore(item: When, now: number): number {
  const present = new Date(now);
  const [year, month, date] = [present.getUTCFullYear(), present.getUTCMonth(), present.getUTCDate()];
  const { frequency, hour = 0, day = 1 } = item;
  if (frequency === 'monthly') {
    const inMonth = (of: number) => Date.UTC(year, of, Math.min(day, daysIn(year, of)), hour);
    return inMonth(month) <= now ? inMonth(month) : inMonth(month - 1);
  }
  const weekday = present.getUTCDay() === 0 ? 7 : present.getUTCDay();
  const daysAgo = frequency === 'daily' ? 0 : (weekday - day + 7) % 7;
  const latest = Date.UTC(year, month, date - daysAgo, hour);
  return latest <= now ? latest : Date.UTC(year, month, date - daysAgo - (frequency === 'daily' ? 1 : 7), hour);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
}

/**
 * A duty of upkeep.ts. One snapshot a round: it locks the project. That an item was handled and the snapshot are saved as one,
 * so a crash leaves both or neither.
 */
export async function fireSchedules(context: Context, operations: Operations, project: ProjectRecord): Promise<number> {
  // The end of what runs stirs the project.
  if (isBusy(context, project)) return Infinity;
  let isLeft = false;
  for (const branch of project.branches) {
    const item = branch.schedule.find((candidate) => dueAt(context, candidate) !== undefined);
    if (item === undefined || !['ready', 'archived'].includes(branch.state)) continue;
    try {
      await changeAlone(context, project, () => fire(context, operations, project, branch, item));
      return 0;
    } catch (error) {
      // It is tried again in the next round; the other branches need not wait for it.
      context.log(`the ${item.frequency} snapshot of ${branch.id}: ${String(error)}`);
      isLeft = true;
    }
  }
  if (isLeft) return 0;
  if (project.branches.every(({ schedule }) => schedule.length === 0)) return Infinity;
  // Every item is due at a full hour.
  return (Math.floor(context.now().getTime() / hourMs) + 1) * hourMs;
}

function dueAt(context: Context, item: ScheduleItem): number | undefined {
  return latestDue(item, Date.parse(item.handledUntil), context.now().getTime());
}

async function fire(
  context: Context,
  operations: Operations,
  project: ProjectRecord,
  branch: BranchRecord,
  item: ScheduleItem,
): Promise<void> {
  const now = context.now();
  const handledBefore = item.handledUntil;
  item.handledUntil = now.toISOString();
  const retentionMs = (item.retentionSeconds ?? retentionSecondsMax) * 1000;
  try {
    await takeSnapshot(context, operations, project, branch, {
      asked: { timestamp: undefined, lsn: undefined },
      name: undefined,
      slug: undefined,
      expiresAt: new Date(now.getTime() + retentionMs).toISOString(),
      origin: item.frequency,
    });
  } catch (error) {
    item.handledUntil = handledBefore;
    throw error;
  }
}
