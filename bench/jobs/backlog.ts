// Puts work into the outbox as commands do, many rows in one statement, and waits for its end.

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../../src/store/database.ts';

/** Scheduled snapshots, `perProject` of each project, all due now. */
export async function promiseSnapshots(db: Db, perProject: number): Promise<number> {
  const { numAffectedRows } = await sql`
    with wanted as materialized (
      select gen_random_uuid()::text as uuid, projects.id as project_id, projects.team_id, projects.neon_project_id,
        projects.credential_id, credentials.neon_account_id, branches.id as branch_id
      from projects
      join credentials on credentials.id = projects.credential_id
      join branches on branches.project_id = projects.id
      cross join generate_series(1, ${perProject}::int)
    ), lane as (
      insert into lanes (key) select distinct neon_project_id from wanted on conflict do nothing
    ), snapshot as (
      insert into snapshots (id, team_id, project_id, branch_id, name, kind, status, kept_because, created_at, updated_at)
      select 'snp_' || uuid, team_id, project_id, branch_id, 'afterglow-snp-' || uuid, 'neon_snapshot', 'requested', '{manual}',
        now(), now() from wanted
    )
    insert into outbox (id, team_id, job, subject_id, lane, priority, not_before, created_at, credential_id, account_id)
    select 'job_' || uuid, team_id, 'snapshot.create_scheduled', 'snp_' || uuid, neon_project_id, 30, now(), now(),
      credential_id, neon_account_id from wanted`.execute(db);
  await sql`analyze`.execute(db);
  await sql`select pg_notify('afterglow_outbox', '')`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

export async function countUnfinished(db: Db, job: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from outbox where job = ${job} and status <> 'done'`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Waits until none of the job is unfinished. */
export async function untilDone(db: Db, job: string, withinMs: number): Promise<void> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(200)) {
    if ((await countUnfinished(db, job)) === 0) return;
  }
  throw new Error(`${await countUnfinished(db, job)} of ${job} were unfinished after ${withinMs} ms`);
}

/** How many snapshots became available in each whole second between the first and the last, and how many ended otherwise. */
export async function readThroughput(db: Db): Promise<{ perSecond: number; steadyPerSecond: number; failed: number }> {
  const { rows } = await sql<{ all_s: number; steady: number; count: number; failed: number }>`
    with ends as (
      select available_at, percent_rank() over (order by available_at) as rank from snapshots where status = 'available'
    )
    select (select count(*) from ends) as count, (select count(*) from snapshots where status <> 'available') as failed,
      (select extract(epoch from max(available_at) - min(available_at))::float8 from ends) as all_s,
      (select count(*) / extract(epoch from max(available_at) - min(available_at))::float8 from ends
        where rank between 0.1 and 0.9) as steady`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('nothing was measured');
  return { perSecond: row.count / row.all_s, steadyPerSecond: row.steady, failed: row.failed };
}
