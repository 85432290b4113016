// Owns when a schedule fires next, as far as a pause of its policy lets it.

import { nextFiring, type ScheduleRule } from '../../core/schedule.ts';
import type { PolicyRow } from '../../store/policies.ts';

type Pause = Pick<PolicyRow, 'paused_at' | 'paused_until'>;

/** One whose end has come is over by itself. */
export function isInPause({ paused_at, paused_until }: Pause, now: Date): boolean {
  return paused_at !== null && (paused_until === null || paused_until > now);
}

/** Strictly after now and after the pause; null where it fires no more, and while the pause has no end. */
export function firesNext(schedule: ScheduleRule, pause: Pause, now: Date): Date | null {
  if (!isInPause(pause, now)) return nextFiring(schedule, now);
  return pause.paused_until && nextFiring(schedule, pause.paused_until);
}
