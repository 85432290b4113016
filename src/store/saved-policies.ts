// Owns the list of a team's policies with their schedules, as one statement that every connection plans once.

import type { Db } from './database.ts';
import { directionOf, type Page, type PageRequest, rangeConditions, readRange, toPage } from './page.ts';
import type { PolicyRow, ScheduleRow } from './policies.ts';
import { prepareAsked } from './prepared.ts';
import { reviveInstants } from './together.ts';

const policyColumns = [
  'id',
  'team_id',
  'name',
  'selector',
  'retention',
  'protection',
  'store',
  'objectives',
  'missed_firings',
  'limits',
  'paused_at',
  'paused_until',
  'version',
  'created_at',
  'updated_at',
  'deleted_at',
] as const satisfies readonly (keyof PolicyRow)[];

const scheduleColumns = [
  'id',
  'policy_id',
  'name',
  'cron',
  'time_zone',
  'jitter_seconds',
  'start_within_seconds',
  'engine',
  'next_firing_at',
  'since',
  'removed_at',
] as const satisfies readonly (keyof ScheduleRow)[];

export type SavedPolicyRow = Pick<PolicyRow, (typeof policyColumns)[number]> & {
  /** The present ones, by name. */
  readonly schedules: Pick<ScheduleRow, (typeof scheduleColumns)[number]>[];
};

/** Newest first. Refuses with `invalid_cursor`. */
export async function listSavedPolicies(db: Db, teamId: string, page: PageRequest): Promise<Page<SavedPolicyRow>> {
  const parameters: unknown[] = [teamId, page.limit + 1];
  const seen = ['team_id = $1', 'deleted_at is null', ...rangeConditions(readRange(page, 'pol_'), 'id', parameters)];
  const read = prepareAsked<SavedPolicyRow>(`
    select ${policyColumns.join(', ')}, (
      select coalesce(json_agg(own order by own.name), '[]') from (
        select ${scheduleColumns.join(', ')} from schedules where policy_id = policies.id and removed_at is null) as own) as schedules
    from policies where ${seen.join(' and ')} order by id ${directionOf(page)} limit $2`);
  const rows = await read(db, parameters);
  for (const { schedules } of rows) schedules.forEach(reviveInstants);
  return toPage(rows, page, ({ id }) => id);
}
