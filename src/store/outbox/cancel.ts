// Owns ending a job from outside of its attempts: because somebody cancelled its subject, or because its deadline passed. Whoever
// holds the row can write nothing any more; what it still does in Neon keeps the lane until its lease has ended.

import { type Selectable, sql } from 'kysely';
import type { Database, Db, Tx } from '../database.ts';
import { wakeRelays } from './promise.ts';
import { cameTo } from './settle.ts';

export type JobRow = Selectable<Database['outbox']>;

/** Why a job is ended from outside. */
export type EndedFor = 'cancelled' | 'deadline_exceeded';
const endings = {
  cancelled: cameTo('cancelled', null),
  deadline_exceeded: cameTo('overdue', 'deadline_exceeded'),
} as const satisfies Record<EndedFor, unknown>;

/** The unfinished job of the subject, locked; before any row of the subject, as attempts do. */
export async function lockJobOfSubject(
  tx: Tx,
  subjectId: string,
  jobs: readonly string[],
): Promise<JobRow | undefined> {
  return tx
    .selectFrom('outbox')
    .selectAll()
    .where('subject_id', '=', subjectId)
    .where('job', 'in', jobs)
    .where('status', '!=', 'done')
    .forUpdate()
    .executeTakeFirst();
}

/** Nothing is left to be done: the job ends, and its lane is free. For a locked row. */
export async function dropJob(tx: Tx, id: string, reason: EndedFor): Promise<void> {
  await endAttempt(tx, id, reason);
  await sql`
    update outbox set status = 'done', fence = fence + 1, finished_at = now(), claimed_until = null, look_at = null, reason = ${reason},
      ${endings[reason]}
    where id = ${id} and status <> 'done'`.execute(tx);
  await wakeRelays(tx);
}

/** What follows (the clean-up) is done by the same job, in the same lane, after the lease of the attempt under way. For a locked row. */
export async function takeOverJob(tx: Tx, id: string, reason: EndedFor): Promise<void> {
  await endAttempt(tx, id, reason);
  await sql`
    update outbox set fence = fence + 1, begun_at = now(), paused_at = null, attempts = 0, not_before = least(not_before, now()), reason = ${reason},
      awaited_until = claimed_until, ${endings[reason]}
    where id = ${id} and status <> 'done'`.execute(tx);
  await wakeRelays(tx);
}

/** The attempt under way, if there is one, has nothing to say any more. It may have begun since this transaction has. */
async function endAttempt(tx: Tx, jobId: string, reason: string): Promise<void> {
  await sql`
    update attempts set ended_at = greatest(started_at, now()), outcome = 'taken_over', code = ${reason}
    where job_id = ${jobId} and ended_at is null`.execute(tx);
}

export interface OverdueJob {
  readonly id: string;
  readonly team_id: string;
  readonly job: string;
  readonly subject_id: string;
  readonly fence: number;
  readonly reason: string | null;
  readonly lane: string | null;
  /** It had an attempt. */
  readonly isBegun: boolean;
}

export interface Deadlines {
  readonly jobs: readonly string[];
  /** From the promise until the first attempt. */
  readonly beginWithinMs: number;
  /** From the first attempt until the end, without the time in which it was not allowed to try; that ends after both together. */
  readonly endWithinMs: number;
}

/** Unfinished jobs past their deadline that no attempt holds, by the database's clock. */
export async function listOverdueJobs(db: Db, deadlines: Deadlines, limit: number): Promise<OverdueJob[]> {
  const { rows } = await sql<OverdueJob>`
    select id, team_id, job, subject_id, fence, lane, begun_at is not null as "isBegun",
      coalesce(reason, (select 'credential_refused' from credentials where credentials.id = credential_id and credentials.status = 'refused'))
        as reason
    from outbox
    where status <> 'done' and job = any(${deadlines.jobs})
      and (claimed_until is null or claimed_until < now())
      and case
        when begun_at is null then coalesce(delayed_until, created_at) < now() - make_interval(secs => ${deadlines.beginWithinMs} / 1000.0)
        when paused_at is null then begun_at < now() - make_interval(secs => ${deadlines.endWithinMs} / 1000.0)
        else coalesce(delayed_until, created_at) < now() - make_interval(secs => ${deadlines.beginWithinMs + deadlines.endWithinMs} / 1000.0) end
    order by created_at
    limit ${limit}`.execute(db);
  return rows;
}

/** The row, locked, if it still is what was listed and nobody has taken it since. */
export async function lockOverdueJob(tx: Tx, job: OverdueJob): Promise<boolean> {
  const { rows } = await sql`
    select id from outbox
    where id = ${job.id} and fence = ${job.fence} and status <> 'done' and (claimed_until is null or claimed_until < now())
    for update`.execute(tx);
  return rows.length === 1;
}
