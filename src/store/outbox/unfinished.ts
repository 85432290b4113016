// Owns what unfinished jobs of a lane are about, so that nobody else touches it. It changes nothing.

import { sql } from 'kysely';
import type { Db } from '../database.ts';

/** Ids of their subjects, and Neon ids of the branches and copies that these read or change; but for the job `exceptId`. */
export async function listUnfinishedWork(db: Db, lane: string, exceptId: string): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    with unfinished as (
      select subject_id as id from outbox where lane = ${lane} and status <> 'done' and id <> ${exceptId}
    ), used as (
      select branch_id, null as snapshot_id, neon_id as made from snapshots where id in (select id from unfinished)
      union all
      select branch_id, snapshot_id, progress ->> 'neonBranchId' from restores where id in (select id from unfinished)
    )
    select id from unfinished
    union select neon_branch_id from branches where id in (select branch_id from used)
    union select neon_id from snapshots where id in (select snapshot_id from used) and neon_id is not null
    union select made from used where made is not null`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** The subjects of the lane's unfinished jobs of this name. */
export async function listPromisedSubjects(db: Db, lane: string, job: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('outbox')
    .select('subject_id')
    .where('lane', '=', lane)
    .where('job', '=', job)
    .where('status', '!=', 'done')
    .execute();
  return new Set(rows.map(({ subject_id }) => subject_id));
}

/** Whether a job of this name is unfinished in the lane. */
export async function isPromised(db: Db, lane: string, job: string): Promise<boolean> {
  const row = await db
    .selectFrom('outbox')
    .select('id')
    .where('lane', '=', lane)
    .where('job', '=', job)
    .where('status', '!=', 'done')
    .executeTakeFirst();
  return row !== undefined;
}
