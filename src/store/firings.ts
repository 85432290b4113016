// Owns firings: unique on (schedule, branch, instant), so that any number of schedulers makes each one once.

import { type Insertable, type Selectable, sql } from 'kysely';
import type { FiringStatus } from '../core/lifecycle.ts';
import type { MissedFirings } from '../core/policy.ts';
import type { Database, Db, Tx } from './database.ts';
import { isWithin, type Page, type PageRequest, readPage, type TimeRange } from './page.ts';
import { namesBranch, type Scope } from './scope.ts';

export type FiringRow = Selectable<Database['firings']>;

/** Of a schedule that is locked, and instants that `findFirings` does not know: a firing that is there already is an error. */
export async function insertFirings(tx: Tx, rows: readonly Insertable<Database['firings']>[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    await tx
      .insertInto('firings')
      .values(rows.slice(from, from + rowsAtOnce))
      .execute();
  }
}

const rowsAtOnce = 1_000;

/** A schedule's line for one branch. */
export interface FiringLine {
  readonly scheduleId: string;
  readonly branchId: string;
}

export type KnownFiring = Pick<FiringRow, 'schedule_id' | 'branch_id' | 'due_at'>;

/** Those firings of the lines that are due at or after `since`. */
export async function findFirings(db: Db, lines: readonly FiringLine[], since: Date): Promise<KnownFiring[]> {
  const { rows } = await sql<KnownFiring>`
    select firings.schedule_id, firings.branch_id, firings.due_at
    from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as lines ("scheduleId" text, "branchId" text)
    join firings on schedule_id = "scheduleId" and branch_id = "branchId" and due_at >= ${since}`.execute(db);
  return rows;
}

/** Those of the lines whose last firing that asked for a snapshot is still pending. */
export async function listLinesUnderWay(db: Db, lines: readonly FiringLine[]): Promise<FiringLine[]> {
  const { rows } = await sql<FiringLine>`
    select "scheduleId", "branchId"
    from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as lines ("scheduleId" text, "branchId" text)
    join lateral (
      select status from firings
      where schedule_id = "scheduleId" and branch_id = "branchId" and status <> 'coalesced'
      order by due_at desc limit 1
    ) last on last.status = 'pending'`.execute(db);
  return rows;
}

/** The firing that asked for the snapshot, if one did. */
export async function findFiringOfSnapshot(db: Db, snapshotId: string): Promise<FiringRow | undefined> {
  return db.selectFrom('firings').selectAll().where('snapshot_id', '=', snapshotId).executeTakeFirst();
}

export interface StartWindow {
  readonly dueAt: Date;
  readonly startWithinSeconds: number | null;
  readonly jitterSeconds: number;
  readonly missedFirings: MissedFirings;
}

/** When the snapshot's firing must have begun, and what its policy wants otherwise; undefined for one that no schedule asked for. */
export async function findStartWindow(db: Db, snapshotId: string): Promise<StartWindow | undefined> {
  return db
    .selectFrom('firings')
    .innerJoin('schedules', 'schedules.id', 'firings.schedule_id')
    .innerJoin('policies', 'policies.id', 'firings.policy_id')
    .select([
      'firings.due_at as dueAt',
      'schedules.start_within_seconds as startWithinSeconds',
      'schedules.jitter_seconds as jitterSeconds',
      'policies.missed_firings as missedFirings',
    ])
    .where('firings.snapshot_id', '=', snapshotId)
    .executeTakeFirst();
}

export interface FiringFilter extends TimeRange {
  readonly policyId?: string | undefined;
  readonly branchId?: string | undefined;
  readonly status?: FiringStatus | undefined;
}

/** Newest first, with the name of their schedule. */
export async function listFirings(
  db: Db,
  scope: Scope,
  filter: FiringFilter,
  page: PageRequest,
): Promise<Page<FiringRow & { schedule: string }>> {
  let query = db
    .selectFrom('firings')
    .innerJoin('schedules', 'schedules.id', 'firings.schedule_id')
    .selectAll('firings')
    .select('schedules.name as schedule')
    .where('firings.team_id', '=', scope.teamId)
    .where(namesBranch(scope, 'firings.branch_id'))
    .where(isWithin(filter, sql.ref('firings.due_at')));
  if (filter.policyId !== undefined) query = query.where('firings.policy_id', '=', filter.policyId);
  if (filter.branchId !== undefined) query = query.where('firings.branch_id', '=', filter.branchId);
  if (filter.status !== undefined) query = query.where('firings.status', '=', filter.status);
  return readPage(query, page, { start: 'fir_', by: 'firings.id' });
}

/** The zones of the schedules that made the snapshots, also of schedules that were removed; a snapshot that no firing made is absent. */
export async function findZonesOfSnapshots(db: Db, snapshotIds: readonly string[]): Promise<Map<string, string>> {
  if (snapshotIds.length === 0) return new Map();
  const { rows } = await sql<{ snapshotId: string; timeZone: string }>`
    select snapshot_id as "snapshotId", time_zone as "timeZone"
    from firings join schedules on schedules.id = schedule_id
    where snapshot_id = any(${snapshotIds})`.execute(db);
  return new Map(rows.map(({ snapshotId, timeZone }) => [snapshotId, timeZone]));
}
