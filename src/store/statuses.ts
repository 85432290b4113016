// Owns how covered branches were when they were last seen, and the facts by which they are judged, many branches in one statement each.

import { type RawBuilder, type Selectable, sql } from 'kysely';
import { type BranchState, branchStates, type StateReason } from '../core/branch-status.ts';
import type { CredentialStatus, FiringStatus } from '../core/lifecycle.ts';
import type { BranchRow } from './branches.ts';
import type { CoveringSince, Database, Db, Tx } from './database.ts';
import { directionOf, inRange, type Page, type PageRequest, rangeWithin, toPage } from './page.ts';
import type { ProjectRow } from './projects.ts';
import { inScope, type Scope } from './scope.ts';

export type StatusRow = Selectable<Database['branch_statuses']>;
export type WatchedProject = ProjectRow & { readonly credentialStatus: CredentialStatus };

/** The teams that may have something to be watched, in the order of their ids. */
export async function listWatchedTeams(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from teams
    where exists (select from policies where team_id = teams.id and deleted_at is null)
      or exists (select from branch_statuses where team_id = teams.id)
    order by id`.execute(db);
  return rows.map(({ id }) => id);
}

/** Projects of the team after the id, by id: those that are registered, and those in which a branch is still said to be covered. */
export async function listWatchedProjects(
  db: Db,
  scope: Scope,
  after: string,
  limit: number,
): Promise<WatchedProject[]> {
  return watchedProjects(db, scope)
    .where('projects.id', '>', after)
    .where(({ eb, or, exists, selectFrom }) =>
      or([
        eb('removed_at', 'is', null),
        exists(
          selectFrom('branch_statuses').select('branch_id').whereRef('branch_statuses.project_id', '=', 'projects.id'),
        ),
      ]),
    )
    .orderBy('projects.id')
    .limit(limit)
    .execute();
}

function watchedProjects(db: Db, scope: Scope) {
  return db
    .selectFrom('projects')
    .innerJoin('credentials', 'credentials.id', 'projects.credential_id')
    .selectAll('projects')
    .select('credentials.status as credentialStatus')
    .where(inScope(scope, 'projects'));
}

/** The branches of the projects that Neon shows, and those that have gone together with their project. */
export async function listWatchedBranches(db: Db, projectIds: readonly string[]): Promise<BranchRow[]> {
  return db
    .selectFrom('branches')
    .innerJoin('projects', 'projects.id', 'branches.project_id')
    .selectAll('branches')
    .where(sql<boolean>`branches.project_id = any(${projectIds})`)
    .where(({ eb, or }) =>
      or([eb('branches.gone_at', 'is', null), eb('branches.gone_at', '>=', eb.ref('projects.gone_at'))]),
    )
    .orderBy('branches.id')
    .execute();
}

/** The newest available point, by the moment that it captures. */
export interface NewestPoint {
  readonly branchId: string;
  readonly id: string;
  readonly at: Date;
}

/** Of each of the branches, of any origin; absent where there is none. */
export async function listNewestPoints(db: Db, branchIds: readonly string[]): Promise<NewestPoint[]> {
  if (branchIds.length === 0) return [];
  return (await newestPointsOf(sql`${branchIds}::text[]`).execute(db)).rows;
}

/** As `listNewestPoints`, as a query. `branchIds` is an array. */
export function newestPointsOf(branchIds: RawBuilder<unknown>): RawBuilder<NewestPoint> {
  return sql<NewestPoint>`
    select branch_id as "branchId", point.id, point.at
    from unnest(${branchIds}) as branch_id
    join lateral (
      select id, coalesce(point_at, created_at) as at from snapshots
      where snapshots.branch_id = branch_id.branch_id and status = 'available'
      order by coalesce(point_at, created_at) desc limit 1
    ) point on true`;
}

/** What a policy has of a branch. */
export interface LineFacts {
  readonly policyId: string;
  readonly branchId: string;
  readonly pointAt: Date | null;
  readonly dueAt: Date | null;
  readonly status: FiringStatus | null;
  readonly reason: string | null;
}

/** Of each line: the newest available point that the policy made of the branch, and its last firing that was not coalesced. */
export async function listLineFacts(
  db: Db,
  lines: readonly { readonly policyId: string; readonly branchId: string }[],
): Promise<LineFacts[]> {
  const given = sql`jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as lines ("policyId" text, "branchId" text)`;
  return (await lineFactsOf(given).execute(db)).rows;
}

/** As `listLineFacts`, as a query. `lines` is what has the columns `policyId` and `branchId`. */
export function lineFactsOf(lines: RawBuilder<unknown>): RawBuilder<LineFacts> {
  return sql<LineFacts>`
    select "policyId", "branchId", point.at as "pointAt", firing.due_at as "dueAt", firing.status, firing.reason
    from ${lines}
    left join lateral (
      select coalesce(point_at, created_at) as at from snapshots
      where branch_id = "branchId" and policy_id = "policyId" and status = 'available'
      order by coalesce(point_at, created_at) desc limit 1
    ) point on true
    left join lateral (
      select due_at, status, reason from firings
      where branch_id = "branchId" and policy_id = "policyId" and status <> 'coalesced'
      order by due_at desc limit 1
    ) firing on true`;
}

/** How many of Neon's snapshots each project holds or is about to, as far as they are ours; absent where none. */
export async function countSnapshotsInCap(db: Db, projectIds: readonly string[]): Promise<HeldInCap[]> {
  return (await snapshotsInCap(sql`${projectIds}`).execute(db)).rows;
}

export interface HeldInCap {
  readonly projectId: string;
  readonly held: number;
}

/** As `countSnapshotsInCap`, as a query. `projectIds` is an array. */
export function snapshotsInCap(projectIds: RawBuilder<unknown>): RawBuilder<HeldInCap> {
  return sql<HeldInCap>`
    select project_id as "projectId", count(*)::int as held from snapshots
    where project_id = any(${projectIds}) and kind = 'neon_snapshot'
      and status in ('creating', 'available', 'expiring', 'purging')
    group by project_id`;
}

export async function listStatusesOfProjects(db: Db, projectIds: readonly string[]): Promise<StatusRow[]> {
  return db.selectFrom('branch_statuses').selectAll().where(sql<boolean>`project_id = any(${projectIds})`).execute();
}

/** A status as it is to be: `version` is that of the row that was read, 0 for none. */
export interface NewStatus {
  readonly branch_id: string;
  readonly project_id: string;
  readonly policies: readonly CoveringSince[];
  readonly state: BranchState;
  readonly reasons: readonly StateReason[];
  readonly last_point_id: string | null;
  readonly last_point_at: Date | null;
  readonly rpo_seconds: number | null;
  readonly next_firing_at: Date | null;
  readonly version: number;
  readonly changed_at: Date;
}

/** Writes those whose rows are still as they were read, and returns their branches: of two who write the same, one does. */
export async function putStatuses(tx: Tx, teamId: string, statuses: readonly NewStatus[]): Promise<Set<string>> {
  if (statuses.length === 0) return new Set();
  const { rows } = await sql<{ branch_id: string }>`
    insert into branch_statuses as present (branch_id, team_id, project_id, policies, state, reasons, last_point_id, last_point_at,
      rpo_seconds, next_firing_at, version, changed_at)
    select branch_id, ${teamId}, project_id, policies, state, reasons, last_point_id, last_point_at,
      rpo_seconds, next_firing_at, version + 1, changed_at
    from jsonb_to_recordset(${JSON.stringify(statuses)}::jsonb) as given (branch_id text, project_id text, policies jsonb,
      state text, reasons text[], last_point_id text, last_point_at timestamptz, rpo_seconds integer, next_firing_at timestamptz,
      version integer, changed_at timestamptz)
    order by branch_id
    on conflict (branch_id) do update set project_id = excluded.project_id, policies = excluded.policies, state = excluded.state,
      reasons = excluded.reasons, last_point_id = excluded.last_point_id, last_point_at = excluded.last_point_at,
      rpo_seconds = excluded.rpo_seconds, next_firing_at = excluded.next_firing_at, version = excluded.version,
      changed_at = excluded.changed_at
    where present.version = excluded.version - 1
    returning branch_id`.execute(tx);
  return new Set(rows.map(({ branch_id }) => branch_id));
}

/** Removes those that are still as they were read, and returns their branches. */
export async function removeStatuses(
  tx: Tx,
  read: readonly Pick<StatusRow, 'branch_id' | 'version'>[],
): Promise<Set<string>> {
  if (read.length === 0) return new Set();
  const { rows } = await sql<{ branch_id: string }>`
    delete from branch_statuses using
      jsonb_to_recordset(${JSON.stringify(read)}::jsonb) as given (branch_id text, version integer)
    where branch_statuses.branch_id = given.branch_id and branch_statuses.version = given.version
    returning branch_statuses.branch_id`.execute(tx);
  return new Set(rows.map(({ branch_id }) => branch_id));
}

export async function recordStatusCheck(db: Db, teamId: string, at: Date): Promise<void> {
  await sql`
    insert into status_checks (team_id, checked_at) values (${teamId}, ${at})
    on conflict (team_id) do update set checked_at = greatest(status_checks.checked_at, excluded.checked_at)`.execute(
    db,
  );
}

/** When the branches of the team were last looked at, each of them; undefined before the first time. */
export async function findStatusCheck(db: Db, teamId: string): Promise<Date | undefined> {
  const row = await db
    .selectFrom('status_checks')
    .select('checked_at')
    .where('team_id', '=', teamId)
    .executeTakeFirst();
  return row?.checked_at;
}

export interface StatusFilter {
  readonly state?: BranchState | undefined;
}

const keyStart = 'status.';

/** What the cursor of a status names: not what that of its branch does, in the list of branches. */
export function statusKeyOf({ branchId }: { readonly branchId: string }): string {
  return `${keyStart}${branchId}`;
}

/** Of the team, newest branches first; without a state every one that is not ok. Refuses with `invalid_cursor`. */
export async function listStatuses(
  db: Db,
  scope: Scope,
  { state }: StatusFilter,
  page: PageRequest,
): Promise<Page<StatusRow & { name: string }>> {
  const range = rangeWithin(page, keyStart, (id) => id);
  let query = db
    .selectFrom('branch_statuses')
    .innerJoin('branches', 'branches.id', 'branch_statuses.branch_id')
    .selectAll('branch_statuses')
    .select('branches.name')
    .where(inScope(scope, 'branch_statuses'));
  query = state ? query.where('branch_statuses.state', '=', state) : query.where('branch_statuses.state', '!=', 'ok');
  const rows = await query
    .where(inRange(range, sql.ref('branch_id')))
    .orderBy('branch_id', directionOf(page))
    .limit(page.limit + 1)
    .execute();
  return toPage(rows, page, (row) => statusKeyOf({ branchId: row.branch_id }));
}

export type StateCounts = Record<BranchState, number>;

/** Covered branches by state; of all teams without a scope. */
export async function countStates(db: Db, scope?: Scope): Promise<StateCounts> {
  const rows = await db
    .selectFrom('branch_statuses')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .where(scope ? inScope(scope, 'branch_statuses') : sql<boolean>`true`)
    .groupBy('state')
    .execute();
  const counts = new Map(rows.map(({ state, count }) => [state, Number(count)] as const));
  return Object.fromEntries(branchStates.map((state) => [state, counts.get(state) ?? 0])) as StateCounts;
}
