// Owns which instants point-in-time restore reaches. Pure: `now` is an argument.

import { Refusal } from './errors.ts';

export interface RestoreWindow {
  readonly from: Date;
  readonly until: Date;
}

export interface WindowFacts {
  readonly now: Date;
  /** Neon's `history_retention_seconds`; 0 turns time travel off. */
  readonly historyRetentionSeconds: number;
  /** The branch's creation or its last restore, whichever is later: time travel reaches no further (Neon rule 6). */
  readonly historyStartedAt: Date;
}

export interface NearestSnapshot {
  readonly id: string;
  readonly pointAt: Date;
}

/** The restore window as of `now`, or null where history is off or has not begun. */
export function restoreWindow(facts: WindowFacts): RestoreWindow | null {
  if (facts.historyRetentionSeconds <= 0) return null;
  const reach = facts.now.getTime() - facts.historyRetentionSeconds * 1000;
  const from = new Date(Math.max(reach, facts.historyStartedAt.getTime()));
  return from > facts.now ? null : { from, until: facts.now };
}

/**
 * Refuses an instant that the window does not hold: `instant_in_future`, or `outside_restore_window` with the earliest and
 * latest instants and the nearest snapshot, so that the caller can choose again.
 */
export function checkInstant(
  at: Date,
  window: RestoreWindow | null,
  now: Date,
  nearest: NearestSnapshot | undefined,
): void {
  if (at > now) {
    throw new Refusal(
      'instant_in_future',
      `${at.toISOString()} is in the future; it is ${now.toISOString()} now. Nothing was started. Name an instant that has passed.`,
      { members: { now: now.toISOString() } },
    );
  }
  if (window && at >= window.from && at <= window.until) return;
  const members = {
    earliest: window?.from.toISOString() ?? null,
    latest: window?.until.toISOString() ?? null,
    nearestSnapshot: nearest ? { id: nearest.id, pointAt: nearest.pointAt.toISOString() } : null,
  };
  const reach = window
    ? `the restore window reaches from ${members.earliest} until ${members.latest}`
    : 'the branch has no restore window';
  const advice = nearest
    ? `The nearest snapshot is ${nearest.id}, of ${nearest.pointAt.toISOString()}.`
    : 'No snapshot of the branch is available.';
  throw new Refusal(
    'outside_restore_window',
    `${at.toISOString()} is out of reach: ${reach}. Nothing was started. ${advice}`,
    {
      members,
    },
  );
}
