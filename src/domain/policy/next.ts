// Owns when a schedule fires next, as far as a pause of its policy lets it.

import type { PolicySchedule } from '../../core/policy.ts';
import { nextFiring } from '../../core/schedule.ts';
import type { PolicyRow } from '../../store/policies.ts';

type Pause = Pick<PolicyRow, 'paused_at' | 'paused_until'>;

/** One whose end has come is over by itself. */
export function isInPause({ paused_at, paused_until }: Pause, now: Date): boolean {
  return paused_at !== null && (paused_until === null || paused_until > now);
}

/** A pause is in force that nobody has said the end of. */
export function isPausedWithoutEnd(pause: Pause, now: Date): boolean {
  return isInPause(pause, now) && pause.paused_until === null;
}

/** From when on it may fire: now, or the end of its pause; null while that has none. */
export function opensAt(pause: Pause, now: Date): Date | null {
  return isInPause(pause, now) ? pause.paused_until : now;
}

/** Strictly after now and after the pause; null where it fires no more, while the pause has no end, and for what Neon takes. */
export function firesNext(schedule: PolicySchedule, pause: Pause, now: Date): Date | null {
  if (schedule.engine === 'neon') return null;
  const from = opensAt(pause, now);
  return from && nextFiring(schedule, from);
}
