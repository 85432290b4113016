// Owns the list of a team's policies with their schedules, as one statement that every connection plans once.

import type { Db } from './database.ts';
import { directionOf, type Page, type PageRequest, readRange, toPage } from './page.ts';
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
  const { after, before } = readRange(page, 'pol_');
  const parameters: unknown[] = [teamId, page.limit + 1];
  const bounds = [['<', after] as const, ['>', before] as const]
    .filter(([, key]) => key !== undefined)
    .map(([sign, key]) => ` and id ${sign} $${parameters.push(key)}`);
  const read = prepareAsked<SavedPolicyRow>(`
    select ${policyColumns.join(', ')}, (
      select coalesce(json_agg(own order by own.name), '[]') from (
        select ${scheduleColumns.join(', ')} from schedules where policy_id = policies.id and removed_at is null) as own) as schedules
    from policies where team_id = $1 and deleted_at is null${bounds.join('')} order by id ${directionOf(page)} limit $2`);
  const rows = await read(db, parameters);
  for (const { schedules } of rows) schedules.forEach(reviveInstants);
  return toPage(rows, page, ({ id }) => id);
}
