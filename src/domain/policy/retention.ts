// Owns the retention rule of a policy as it is asked for, kept and shown, and the zone in which it counts days.

import { parseDuration } from '../../core/duration.ts';
import { Refusal } from '../../core/errors.ts';
import type { RetentionRule } from '../../core/retention.ts';
import type { Db } from '../../store/database.ts';
import { listSchedules } from '../../store/policies.ts';
import type { RetentionInput } from '../commands.ts';
import type { RetentionView } from '../views.ts';

/** The rule as it is kept: what was given. Refuses with `invalid_duration` and `retention_keeps_nothing`. */
export function checkRetention(input: RetentionInput): RetentionRule {
  const given = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  const rule = Object.fromEntries(given) as RetentionRule;
  if (rule.keepWithin !== undefined) parseDuration(rule.keepWithin, 'retention.keepWithin');
  if (given.every(([name]) => name === 'bucketKeeps')) {
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

/** That of its first schedule by name; UTC for a policy without one. */
export async function retentionZone(db: Db, policyId: string): Promise<string> {
  const schedules = await listSchedules(db, [policyId]);
  return zoneOfSchedules(schedules.map(({ name, time_zone }) => ({ name, timeZone: time_zone })));
}

/** The same of a rule that is not kept yet. */
export function zoneOfSchedules(schedules: readonly { readonly name: string; readonly timeZone: string }[]): string {
  const [first] = schedules.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return first?.timeZone ?? 'UTC';
}
