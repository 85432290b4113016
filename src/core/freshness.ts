// Owns whether what was due is there: which firing should have made a point by now, and whether a policy is frozen. It reads no clock;
// every instant is an argument.

import { type MaintenanceWindow, maintenanceUntil } from './maintenance.ts';
import { type PolicySchedule, startsWithinMs } from './policy.ts';
import { plainRhythms, type Rhythms } from './rhythm.ts';
import { nextFiring, type ScheduleRule } from './schedule.ts';

/** What a snapshot takes beyond its start window before its absence is told. */
const graceMs = 5 * 60_000;

/** A point of the present is dated by Neon's clock, which may be so far behind ours: it stands for a firing that is so much later. */
const behindMs = 5_000;

/** A schedule that was made or changed: what was due before `since`, it had not promised. */
export interface PromisedSchedule extends PolicySchedule {
  readonly since?: Date | undefined;
}

export interface FreshnessFacts {
  /** The moment of the newest available point of the policy and the branch; null where there is none. */
  readonly newestPointAt: Date | null;
  /** What was due before, nobody had promised. */
  readonly coveredSince: Date;
  /** Of the project: what is due in one may wait for its end. */
  readonly maintenanceWindows: readonly MaintenanceWindow[];
  readonly now: Date;
}

export interface Freshness {
  /** The last firing that was due, and when its start window ends; null where none was due since the branch is covered. */
  readonly expected: { readonly at: Date; readonly startsUntil: Date } | null;
  /** The last firing that should have made a point by now, start window and grace included; null where none. */
  readonly overdueAt: Date | null;
  /** There is no point at or after `overdueAt`. */
  readonly isLate: boolean;
  readonly isFrozen: boolean;
}

/** How fresh a branch's points of one policy are. Many branches are judged with one `rhythms`, which remembers; the answer is the same. */
export function freshness(
  schedules: readonly PromisedSchedule[],
  facts: FreshnessFacts,
  rhythms: Rhythms = plainRhythms,
): Freshness {
  const { newestPointAt, coveredSince, now } = facts;
  const isPromised = (at: Date, { since }: PromisedSchedule): boolean => at >= coveredSince && (!since || at >= since);
  const due = schedules.flatMap((schedule) => {
    const { at } = rhythms.span(schedule, now, 0);
    return at && isPromised(at, schedule)
      ? [{ at, startsUntil: new Date(at.getTime() + startsWithinMs(schedule)) }]
      : [];
  });
  const overdue = schedules.flatMap((schedule) => {
    const allowedMs = startsWithinMs(schedule) + graceMs;
    const { at } = rhythms.span(schedule, now, allowedMs);
    return at && isPromised(at, schedule) && !mayWait(at, allowedMs, facts) ? [at] : [];
  });
  const overdueAt = latest(overdue);
  return {
    expected: due.reduce<Freshness['expected']>((last, one) => (last && last.at >= one.at ? last : one), null),
    overdueAt,
    isLate: overdueAt !== null && !standsFor(newestPointAt, overdueAt),
    isFrozen:
      newestPointAt !== null &&
      schedules.some((schedule) => {
        const { previous } = rhythms.span(schedule, now, 0);
        return previous !== null && !standsFor(newestPointAt, previous);
      }),
  };
}

/**
 * Whether a policy is frozen for a branch: of one of its schedules two firings after the newest success have passed without another
 * one, so that this success is older than twice the expected interval. While it is, nothing of the branch may expire by this policy,
 * whatever the retention rule says: backups that fail must not be followed by deletions by age until nothing is left. A person may
 * approve a plan all the same. It holds from the very instant of the second firing, whether the policy is paused or not, and ends with
 * the next success.
 *
 * `newestPointAt` is the moment of the newest available point that the policy made of the branch. Without one (null) there is nothing
 * that could expire, and the answer is false; so it is for a policy without schedules. Costs at most two steps of each schedule.
 */
export function isFrozen(schedules: readonly ScheduleRule[], newestPointAt: Date | null, now: Date): boolean {
  if (!newestPointAt) return false;
  const success = new Date(newestPointAt.getTime() + behindMs);
  return schedules.some((schedule) => {
    const first = nextFiring(schedule, success);
    if (!first || first > now) return false;
    const second = nextFiring(schedule, first);
    return second !== null && second <= now;
  });
}

/** The point captures the instant, or a later one. */
export function standsFor(pointAt: Date | null, at: Date): boolean {
  return pointAt !== null && pointAt.getTime() + behindMs >= at.getTime();
}

function latest(instants: readonly Date[]): Date | null {
  return instants.reduce<Date | null>((last, at) => (last && last >= at ? last : at), null);
}

/** A firing of a project's maintenance starts after it. */
function mayWait(at: Date, allowedMs: number, { maintenanceWindows, now }: FreshnessFacts): boolean {
  const until = maintenanceWindows.length === 0 ? null : maintenanceUntil(maintenanceWindows, at);
  return until !== null && until.getTime() + allowedMs > now.getTime();
}
