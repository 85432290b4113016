// Owns what becomes of due instants: which are served, which of those that an outage missed are captured after all, and how long each
// waits for its turn. It reads no clock and records nothing.

import { planRetention, type RetentionPoint, type RetentionReason, type RetentionRule } from './retention.ts';
import type { RestoreWindow } from './restore-window.ts';
import { nextFiring, type ScheduleRule } from './schedule.ts';

export interface DueInstants {
  /** The last one, where it may still be served in its own time. */
  readonly onTime: Date | null;
  /** Newest first. Of a schedule that was due long ago only those that a restore window could hold, or all if there are none. */
  readonly missed: readonly Date[];
}

/** Longer than any restore window of Neon's. */
const reachMs = 40 * 86_400_000;

/** The instants from the known firing `first` up to `now`. An instant is missed once it is older than `startWithinMs`. */
export function dueInstants(rule: ScheduleRule, first: Date, now: Date, startWithinMs: number): DueInstants {
  const due: Date[] = [];
  for (let at: Date | null = firstInReach(rule, first, now); at && at <= now; at = nextFiring(rule, at)) due.push(at);
  const last = due.at(-1);
  const onTime = last && now.getTime() - last.getTime() <= startWithinMs ? last : null;
  if (onTime) due.pop();
  return { onTime, missed: due.reverse() };
}

function firstInReach(rule: ScheduleRule, first: Date, now: Date): Date {
  const reach = new Date(now.getTime() - reachMs);
  const within = first < reach ? nextFiring(rule, reach) : null;
  return within && within <= now ? within : first;
}

export interface MissedFacts {
  /** What the policy holds of the branch already. */
  readonly points: readonly RetentionPoint[];
  readonly due: DueInstants;
  readonly retention: RetentionRule;
  /** Of the branch, as of now; null where it has none. */
  readonly window: RestoreWindow | null;
  /** Of points that name none. */
  readonly timeZone: string;
  /** Of the schedule whose instants are due; otherwise the same. */
  readonly firingZone?: string;
  readonly now: Date;
}

export interface Repair {
  /** Missed instants to be captured, newest first. */
  readonly capture: readonly Date[];
  /** Those that would be, and that the restore window does not hold any more. */
  readonly outOfReach: readonly Date[];
}

/**
 * Of the missed instants the ones that retention would keep anyway: for each tier (and each other reason to keep) the newest. So an
 * outage of weeks is followed by a handful of snapshots, not by hundreds.
 */
export function planRepair({
  points,
  due,
  retention,
  window,
  timeZone,
  firingZone = timeZone,
  now,
}: MissedFacts): Repair {
  const branchId = 'branch';
  const instants = new Map(due.missed.map((at): [string, Date] => [`missed:${at.getTime()}`, at]));
  const candidates = [...instants, ...(due.onTime ? [['on-time', due.onTime] as const] : [])];
  const all = [
    ...points.map((point) => ({ ...point, branchId })),
    ...candidates.map(([id, pointAt]): RetentionPoint => ({ id, branchId, pointAt, timeZone: firingZone })),
  ];
  const chosen = new Map<string, Date>();
  // Newest first, as the plan is.
  for (const { id, keep, reasons } of planRetention(all, retention, { timeZone, now })) {
    const at = instants.get(id);
    if (!at || !keep) continue;
    for (const reason of reasons) {
      const line = lineOf(reason);
      if (!chosen.has(line)) chosen.set(line, at);
    }
  }
  const picked = [...new Set(chosen.values())].sort((a, b) => b.getTime() - a.getTime());
  const isReached = (at: Date): boolean => window !== null && at >= window.from && at <= window.until;
  return { capture: picked.filter(isReached), outOfReach: picked.filter((at) => !isReached(at)) };
}

/** `daily:2026-11-25` belongs to the line of days. */
function lineOf(reason: RetentionReason): string {
  return reason.split(':', 1)[0] ?? reason;
}

/** How much later than its instant a firing of the branch starts: the same every time, spread evenly over the jitter. */
export function jitterMs(scheduleId: string, branchId: string, jitterSeconds: number): number {
  return jitterSeconds === 0 ? 0 : hashOf(`${scheduleId}:${branchId}`) % (jitterSeconds * 1000 + 1);
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
