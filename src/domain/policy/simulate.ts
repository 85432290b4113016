// Owns trying a retention rule on any list of points: for people who want to see what a rule keeps, and for tests against other
// systems. It reads and saves nothing.

import { Refusal } from '../../core/errors.ts';
import { parseInstant, parseNearInstant } from '../../core/instant.ts';
import { aheadMaxMs, planRetention, type RetentionPoint } from '../../core/retention.ts';
import { checkTimeZone } from '../../core/schedule.ts';
import type { Actor } from '../actor.ts';
import type { SimulatedPointInput, SimulateRetentionInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import type { RetentionSimulationView } from '../views.ts';
import { checkRetention } from './retention.ts';

/**
 * Decides for each point, in the order of the input, as a pass at `now` would. Refuses with `invalid_time_zone`, `invalid_duration`,
 * `retention_keeps_nothing`, `invalid_instant` (also for what lies outside the years 1970 to 2199), `duplicate_id`, and with
 * `instant_in_future` for a point that is later than `now` by more than a clock may be ahead.
 */
export async function simulateRetention(
  deps: CommandDeps,
  _actor: Actor,
  { points: asked, retention, timeZone, now: nowText }: SimulateRetentionInput,
): Promise<RetentionSimulationView> {
  deps.allow();
  const { rule, now, points } = deciding(() => {
    const read = checkRetention(retention);
    checkTimeZone(timeZone, 'timeZone');
    const at = parseNearInstant(nowText, 'now');
    return { rule: read, now: at, points: asked.map((point, index) => readPoint(point, `points[${index}]`, at)) };
  });
  checkIds(points);
  const decisions = new Map(planRetention(points, rule, { timeZone, now }).map((decision) => [decision.id, decision]));
  return { decisions: points.flatMap(({ id }) => decisions.get(id) ?? []) };
}

function readPoint(asked: SimulatedPointInput, field: string, now: Date): RetentionPoint {
  const pointAt = parseNearInstant(asked.pointAt, `${field}.pointAt`);
  if (pointAt.getTime() > now.getTime() + aheadMaxMs) {
    throw new Refusal(
      'instant_in_future',
      `${field}.pointAt lies after now. Nothing was decided. Leave the point out, or give a later now.`,
      { members: { field: `${field}.pointAt`, id: asked.id, now: now.toISOString() } },
    );
  }
  return {
    id: asked.id,
    branchId: asked.branchId ?? '',
    pointAt,
    isHeld: asked.held ?? false,
    lockedUntil: asked.lockedUntil ? parseInstant(asked.lockedUntil, `${field}.lockedUntil`) : null,
    isProven: asked.proven ?? false,
  };
}

/** What is read here saves and starts nothing, and its refusals say so. */
function deciding<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const message = error.message.replace(/Nothing was (saved|started)\./, 'Nothing was decided.');
    throw new Refusal(error.code, message, { members: error.members });
  }
}

function checkIds(points: readonly RetentionPoint[]): void {
  const places = new Map<string, number>();
  for (const [index, { id }] of points.entries()) {
    const before = places.get(id);
    if (before !== undefined) {
      throw new Refusal(
        'duplicate_id',
        `points[${index}].id is that of points[${before}]. Nothing was decided. Give each point an id of its own.`,
        { members: { field: `points[${index}].id`, id } },
      );
    }
    places.set(id, index);
  }
}
