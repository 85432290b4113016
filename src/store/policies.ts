// Owns policies and their schedules. Editing a policy never changes when an unchanged schedule fires next.

import { type Insertable, type RawBuilder, type Selectable, sql, type Updateable } from 'kysely';
import type { ScheduleEngine } from '../core/policy.ts';
import type { Database, Db, Tx } from './database.ts';
import {
  directionOf,
  inRange,
  invalidCursor,
  type Page,
  type PageRequest,
  rangeWithin,
  readPage,
  toPage,
} from './page.ts';

export type PolicyRow = Selectable<Database['policies']>;
export type ScheduleRow = Selectable<Database['schedules']>;

export async function insertPolicy(tx: Tx, row: Insertable<Database['policies']>): Promise<PolicyRow> {
  return tx.insertInto('policies').values(row).returningAll().executeTakeFirstOrThrow();
}

export async function findPolicy(db: Db, teamId: string, id: string): Promise<PolicyRow | undefined> {
  return db
    .selectFrom('policies')
    .selectAll()
    .where('team_id', '=', teamId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

/** Also one that is deleted. */
export async function isPolicyOfTeam(db: Db, teamId: string, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('policies')
    .select('id')
    .where('team_id', '=', teamId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row !== undefined;
}

/** Those of the policies that were not deleted: for the scheduler, which has no team. */
export async function listPolicyRows(db: Db, ids: readonly string[]): Promise<PolicyRow[]> {
  return db
    .selectFrom('policies')
    .selectAll()
    .where(sql<boolean>`id = any(${ids})`)
    .where('deleted_at', 'is', null)
    .execute();
}

export async function isPolicyNameTaken(db: Db, teamId: string, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('policies')
    .select('id')
    .where('team_id', '=', teamId)
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** For the scheduler and the worker, which have no team; undefined when it was deleted. */
export async function findPolicyRow(db: Db, id: string): Promise<PolicyRow | undefined> {
  return db.selectFrom('policies').selectAll().where('id', '=', id).where('deleted_at', 'is', null).executeTakeFirst();
}

export async function listPolicies(db: Db, teamId: string, page: PageRequest): Promise<Page<PolicyRow>> {
  const query = db.selectFrom('policies').selectAll().where('team_id', '=', teamId).where('deleted_at', 'is', null);
  return readPage(query, page, { start: 'pol_' });
}

/** The policies of the team, by what they select and whether they are paused. */
export async function listPolicySelectors(
  db: Db,
  teamId: string,
): Promise<Pick<PolicyRow, 'id' | 'name' | 'selector' | 'paused_at' | 'paused_until'>[]> {
  return db
    .selectFrom('policies')
    .select(['id', 'name', 'selector', 'paused_at', 'paused_until'])
    .where('team_id', '=', teamId)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute();
}

/** The policies of the team that may mean one of the projects: those that name one, and those that choose by labels. */
export async function listPoliciesOfProjects(
  db: Db,
  teamId: string,
  projectIds: readonly string[],
): Promise<PolicyRow[]> {
  if (projectIds.length === 0) return [];
  return (await policiesMeaning(teamId, sql`${projectIds}`).execute(db)).rows;
}

/** As `listPoliciesOfProjects`, as a query. `projectIds` is an array. */
export function policiesMeaning(teamId: string, projectIds: RawBuilder<unknown>): RawBuilder<PolicyRow> {
  // Two halves, because each has an index and their disjunction has none.
  return sql<PolicyRow>`
    select * from policies
    where team_id = ${teamId} and deleted_at is null and (selector -> 'projects') ?| ${projectIds}
    union all
    select * from policies where team_id = ${teamId} and deleted_at is null and selector ? 'labels'
    order by id`;
}

/** Changes the row if it still has `version`; undefined where it has not. */
export async function updatePolicy(
  tx: Tx,
  id: string,
  version: number,
  patch: Updateable<Database['policies']>,
): Promise<PolicyRow | undefined> {
  return tx
    .updateTable('policies')
    .set((eb) => ({ ...patch, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .where('version', '=', version)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** The present schedules of the policies, by name. */
export async function listSchedules(db: Db, policyIds: readonly string[]): Promise<ScheduleRow[]> {
  if (policyIds.length === 0) return [];
  return (await schedulesOf(sql`${policyIds}`).execute(db)).rows;
}

/** As `listSchedules`, as a query. `policyIds` is an array. */
export function schedulesOf(policyIds: RawBuilder<unknown>): RawBuilder<ScheduleRow> {
  return sql<ScheduleRow>`
    select * from schedules where policy_id = any(${policyIds}) and removed_at is null order by name`;
}

/**
 * Adds the schedule, or changes the one of that name: its identity is (policy, name) across versions, removed ones included. One whose
 * instants stay as they are keeps its next firing.
 */
export async function putSchedule(
  tx: Tx,
  row: Omit<Insertable<Database['schedules']>, 'removed_at'> & {
    engine: ScheduleEngine;
    next_firing_at: Date | null;
    since: Date;
  },
): Promise<void> {
  const { cron, time_zone, jitter_seconds, start_within_seconds, engine, next_firing_at, since } = row;
  const isUnchanged = sql<boolean>`(schedules.cron = ${cron} and schedules.time_zone = ${time_zone}
    and schedules.engine = ${engine} and schedules.removed_at is null)`;
  await tx
    .insertInto('schedules')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['policy_id', 'name']).doUpdateSet({
        cron,
        time_zone,
        jitter_seconds,
        start_within_seconds,
        engine,
        next_firing_at: sql`case when ${isUnchanged} then schedules.next_firing_at else ${next_firing_at}::timestamptz end`,
        since: sql`case when ${isUnchanged} then schedules.since else ${since}::timestamptz end`,
        removed_at: null,
      }),
    )
    .execute();
}

/** As if they had just been made: what is due from now on is what they promise. */
export async function beginSchedulesAnew(tx: Tx, policyId: string, now: Date): Promise<void> {
  await tx.updateTable('schedules').set({ since: now }).where('policy_id', '=', policyId).execute();
}

export async function removeSchedulesExcept(
  tx: Tx,
  policyId: string,
  names: readonly string[],
  now: Date,
): Promise<void> {
  let query = tx
    .updateTable('schedules')
    .set({ removed_at: now, next_firing_at: null })
    .where('policy_id', '=', policyId)
    .where('removed_at', 'is', null);
  if (names.length > 0) query = query.where('name', 'not in', names);
  await query.execute();
}

/** Schedules that are due, longest due first, with the team of their policy. */
export async function listDueSchedules(db: Db, now: Date, limit: number): Promise<{ id: string; teamId: string }[]> {
  return db
    .selectFrom('schedules')
    .innerJoin('policies', 'policies.id', 'schedules.policy_id')
    .select(['schedules.id', 'policies.team_id as teamId'])
    .where('schedules.removed_at', 'is', null)
    .where('schedules.engine', '=', 'afterglow')
    .where('schedules.next_firing_at', '<=', now)
    .orderBy('schedules.next_firing_at')
    .limit(limit)
    .execute();
}

/** Those of the schedules that are still due, locked; without those that another scheduler has. */
export async function lockDueSchedules(tx: Tx, ids: readonly string[], now: Date): Promise<ScheduleRow[]> {
  return tx
    .selectFrom('schedules')
    .selectAll()
    .where(sql<boolean>`id = any(${ids})`)
    .where('removed_at', 'is', null)
    .where('next_firing_at', '<=', now)
    .orderBy('id')
    .forUpdate()
    .skipLocked()
    .execute();
}

/** When each of them fires next; null: no more. */
export async function setNextFirings(
  tx: Tx,
  next: readonly { readonly id: string; readonly at: Date | null }[],
): Promise<void> {
  await sql`
    update schedules set next_firing_at = next.at
    from jsonb_to_recordset(${JSON.stringify(next)}::jsonb) as next (id text, at timestamptz)
    where schedules.id = next.id`.execute(tx);
}

export async function insertPolicyVersion(tx: Tx, row: Insertable<Database['policy_versions']>): Promise<void> {
  await tx.insertInto('policy_versions').values(row).execute();
}

/** What the policy said in that version; undefined of one that is older than its record. */
export async function findPolicyVersionRule(
  db: Db,
  policyId: string,
  version: number,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const row = await db
    .selectFrom('policy_versions')
    .select('rule')
    .where('policy_id', '=', policyId)
    .where('version', '=', version)
    .executeTakeFirst();
  return row && { ...row.rule };
}

export type PolicyVersionRow = Selectable<Database['policy_versions']>;

/** What the cursor of a version names: a number means nothing in the versions of another policy. */
export function versionKeyOf(policyId: string, { version }: { readonly version: number }): string {
  return `${startOfVersions(policyId)}${version}`;
}

function startOfVersions(policyId: string): string {
  return `version.${policyId}.`;
}

/** Newest first. Refuses with `invalid_cursor`, also the cursor of another policy. */
export async function listPolicyVersions(db: Db, policyId: string, page: PageRequest): Promise<Page<PolicyVersionRow>> {
  const range = rangeWithin(page, startOfVersions(policyId), (version) => {
    if (!/^\d{1,9}$/.test(version)) throw invalidCursor();
    return Number(version);
  });
  const rows = await db
    .selectFrom('policy_versions')
    .selectAll()
    .where('policy_id', '=', policyId)
    .where(inRange(range, sql.ref('version')))
    .orderBy('version', directionOf(page))
    .limit(page.limit + 1)
    .execute();
  return toPage(rows, page, (row) => versionKeyOf(policyId, row));
}

/** The row, locked against every other change of it for as long as the transaction lasts; undefined where it was deleted. */
export async function lockPolicy(tx: Tx, id: string): Promise<PolicyRow | undefined> {
  return tx
    .selectFrom('policies')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** Sets or lifts its pause. No new version: what the policy says stays as it is. */
export async function setPause(
  tx: Tx,
  id: string,
  pause: Pick<PolicyRow, 'paused_at' | 'paused_until'>,
): Promise<PolicyRow> {
  return tx.updateTable('policies').set(pause).where('id', '=', id).returningAll().executeTakeFirstOrThrow();
}

/** Every policy of the team, in the order of their ids. */
export async function listAllPolicies(db: Db, teamId: string): Promise<PolicyRow[]> {
  return db
    .selectFrom('policies')
    .selectAll()
    .where('team_id', '=', teamId)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute();
}

/** As `listAllPolicies`, each locked against every other change of it for as long as the transaction lasts. */
export async function lockAllPolicies(tx: Tx, teamId: string): Promise<Pick<PolicyRow, 'id' | 'version'>[]> {
  return tx
    .selectFrom('policies')
    .select(['id', 'version'])
    .where('team_id', '=', teamId)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
}
