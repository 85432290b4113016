// Owns whether a policy is frozen. It reads no clock; every instant is an argument.

import { nextFiring, type ScheduleRule } from './schedule.ts';

/** A point of the present is dated by Neon's clock, which may be so far behind ours: it stands for a firing that is so much later. */
const behindMs = 5_000;

/**
 * Whether a policy is frozen for a branch: of one of its schedules two firings after the newest success have passed without another
 * one, so that this success is older than twice the expected interval. While it is, nothing of the branch may expire by this policy.
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
