// Owns the retention rule of a policy as it is asked for, kept and shown, and the zone in which it counts days.

import { parseDuration } from '../../core/duration.ts';
import { Refusal } from '../../core/errors.ts';
import type { RetentionPoint, RetentionRule } from '../../core/retention.ts';
import type { Db } from '../../store/database.ts';
import { findZonesOfSnapshots } from '../../store/firings.ts';
import { listSchedules } from '../../store/policies.ts';
import type { RetentionInput } from '../commands.ts';
import type { RetentionView } from '../views.ts';

/** The rule as it is kept: what was given. Refuses with `invalid_duration` and `retention_keeps_nothing`. */
export function checkRetention(input: RetentionInput): RetentionRule {
  const given = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  const rule = Object.fromEntries(given) as RetentionRule;
  const within = rule.keepWithin === undefined ? undefined : parseDuration(rule.keepWithin, 'retention.keepWithin');
  const isEmpty = within !== undefined && within.months === 0 && within.days === 0 && within.ms === 0;
  if (given.every(([name]) => name === 'bucketKeeps' || (name === 'keepWithin' && isEmpty))) {
    throw new Refusal(
      'retention_keeps_nothing',
      'retention names nothing that is kept. Nothing was saved. Give it a tier (hourly to yearly), keepLast, keepWithin or minimumKept.',
      { members: { field: 'retention' } },
    );
  }
  return rule;
}

export function toRetentionView(rule: RetentionRule): RetentionView {
  return {
    hourly: rule.hourly ?? null,
    daily: rule.daily ?? null,
    weekly: rule.weekly ?? null,
    monthly: rule.monthly ?? null,
    yearly: rule.yearly ?? null,
    keepLast: rule.keepLast ?? null,
    keepWithin: rule.keepWithin ?? null,
    minimumKept: rule.minimumKept ?? null,
    bucketKeeps: rule.bucketKeeps ?? 'first',
  };
}

/** The policy's zone; UTC for a policy without schedules. */
export async function retentionZone(db: Db, policyId: string): Promise<string> {
  const schedules = await listSchedules(db, [policyId]);
  return zoneOfSchedules(schedules.map(({ time_zone }) => ({ timeZone: time_zone })));
}

/**
 * The zone of what no schedule made, and by which `keepWithin` counts back: that of the schedules. Of several the first by the zone's own
 * name, so that a schedule that is renamed moves nothing.
 */
export function zoneOfSchedules(schedules: readonly { readonly timeZone: string }[]): string {
  return schedules.map(({ timeZone }) => timeZone).sort()[0] ?? 'UTC';
}

/** Each point with the zone of the schedule that made it, by which its buckets are told; those that a person had made have none. */
export async function inTheirZones(db: Db, points: readonly RetentionPoint[]): Promise<RetentionPoint[]> {
  const zones = await findZonesOfSnapshots(
    db,
    points.map(({ id }) => id),
  );
  return points.map((point) => {
    const timeZone = zones.get(point.id);
    return timeZone === undefined ? point : { ...point, timeZone };
  });
}
