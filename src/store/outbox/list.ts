// Owns reading jobs as they are seen from outside: what each is doing, what each waits for, and its attempts.

import { type Selectable, sql } from 'kysely';
import type { Database, Db } from '../database.ts';
import { directionOf, inRange, type Page, type PageRequest, readRange, toPage } from '../page.ts';
import { namesProject, type Scope } from '../scope.ts';

export type JobState = 'waiting' | 'released' | 'running' | 'waits_for_neon' | 'done';

/** A row with what explains it. */
export interface ListedJob extends Selectable<Database['outbox']> {
  readonly state: JobState;
  readonly project_id: string | null;
  readonly is_refused: boolean;
  /** Its time has not come, by the database's clock. */
  readonly is_early: boolean;
  readonly first_attempt_at: Date | null;
  readonly failed_attempts: number;
  /** What was delivered waits for the end of the lease of a former attempt. */
  readonly awaits_lease: boolean;
  /** The attempt under way waits for a slot of the rate limit, by the database's clock. */
  readonly is_governed: boolean;
  /** What is released in its lane while it waits, where that is the same team's: a project may have been another's before. */
  readonly busy_job_id: string | null;
  readonly busy_job: string | null;
  readonly busy_subject_id: string | null;
}

export interface JobFilter {
  readonly state?: JobState | undefined;
  readonly projectId?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly job?: string | undefined;
}

export type AttemptRow = Selectable<Database['attempts']>;

const awaitsLease = sql`(outbox.claimed_until > now() and outbox.claimed_until is not distinct from outbox.awaited_until)`;

const listed = sql`
  select outbox.*,
    case when outbox.status <> 'released' then outbox.status
      when ${awaitsLease} then 'released'
      when outbox.claimed_until > now() then 'running'
      when outbox.look_at is not null then 'waits_for_neon'
      else 'released' end as state,
    (select projects.id from projects where projects.neon_project_id = outbox.lane and projects.team_id = outbox.team_id
      order by projects.removed_at desc nulls first limit 1) as project_id,
    coalesce(credentials.status = 'refused', false) as is_refused,
    outbox.not_before > now() as is_early,
    (select min(started_at) from attempts where attempts.job_id = outbox.id) as first_attempt_at,
    (select count(*)::int from attempts where attempts.job_id = outbox.id and outcome in ('tried_again', 'failed', 'lost'))
      as failed_attempts,
    coalesce(${awaitsLease}, false) as awaits_lease, coalesce(outbox.slot_at > now(), false) as is_governed,
    busy.id as busy_job_id, busy.job as busy_job, busy.subject_id as busy_subject_id
  from outbox
  left join credentials on credentials.id = outbox.credential_id
  left join outbox busy on outbox.status = 'waiting' and busy.lane = outbox.lane and busy.status = 'released'
    and busy.team_id = outbox.team_id`;

/** Newest first. Refuses with `invalid_cursor`. */
export async function listJobs(db: Db, scope: Scope, filter: JobFilter, page: PageRequest): Promise<Page<ListedJob>> {
  const range = readRange(page, 'job_');
  const { rows } = await sql<ListedJob>`
    select * from (${listed} where outbox.team_id = ${scope.teamId}) jobs
    where ${namesProject(scope, 'project_id')}
      and ${inRange(range, sql.ref('id'))}
      and (${filter.state ?? null}::text is null or state = ${filter.state ?? null})
      and (${filter.projectId ?? null}::text is null or (project_id = ${filter.projectId ?? null}
        and lane = (select neon_project_id from projects where projects.id = ${filter.projectId ?? null})))
      and (${filter.subjectId ?? null}::text is null or subject_id = ${filter.subjectId ?? null})
      and (${filter.job ?? null}::text is null or job = ${filter.job ?? null})
    order by id ${sql.raw(directionOf(page))}
    limit ${page.limit + 1}`.execute(db);
  return toPage(rows, page, (row) => row.id);
}

export async function findJob(db: Db, scope: Scope, id: string): Promise<ListedJob | undefined> {
  const { rows } = await sql<ListedJob>`
    select * from (${listed} where outbox.team_id = ${scope.teamId} and outbox.id = ${id}) jobs
    where ${namesProject(scope, 'project_id')}`.execute(db);
  return rows[0];
}

/** Those of the ids that the scope lets be seen. */
export async function findJobs(db: Db, scope: Scope, ids: readonly string[]): Promise<ListedJob[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<ListedJob>`
    select * from (${listed} where outbox.team_id = ${scope.teamId} and outbox.id = any(${ids})) jobs
    where ${namesProject(scope, 'project_id')}
    order by id`.execute(db);
  return rows;
}

/** The newest `limit` attempts of each of the team's jobs, in the order of their fences. */
export async function listAttempts(
  db: Db,
  scope: Scope,
  jobIds: readonly string[],
  limit: number,
): Promise<AttemptRow[]> {
  const { rows } = await sql<AttemptRow>`
    select newest.* from (${listed} where outbox.team_id = ${scope.teamId} and outbox.id = any(${jobIds})) jobs
    cross join lateral (select * from attempts where job_id = jobs.id order by fence desc limit ${limit}) newest
    where ${namesProject(scope, 'jobs.project_id')}
    order by newest.job_id, newest.fence`.execute(db);
  return rows;
}

/** Removes jobs that finished before `before`, with their attempts; the audit history tells of them for good. Returns how many. */
export async function dropOldJobs(db: Db, before: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from outbox where id in (
      select id from outbox where status = 'done' and finished_at < ${before} order by finished_at limit ${limit})`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0n);
}
