// Owns promising work: an outbox row in the transaction of the change that it follows from.

import { sql } from 'kysely';
import type { Db, Tx } from '../database.ts';
import { outboxChannel } from '../listen.ts';

export interface PromisedJob {
  readonly id: string;
  readonly teamId: string;
  readonly job: string;
  readonly subjectId: string;
  /** Neon's project id, or null for work that changes no Neon project. */
  readonly lane: string | null;
  /** Smaller goes first. */
  readonly priority: number;
}

/** Keeps the promise, with the credential and the account of its project; the relays of all processes are woken when the transaction commits. */
export async function promiseJob(tx: Tx, job: PromisedJob): Promise<void> {
  await sql`
    with lane as (
      insert into lanes (key) select ${job.lane}::text where ${job.lane}::text is not null on conflict do nothing
    )
    insert into outbox (id, team_id, job, subject_id, lane, priority, not_before, created_at, credential_id, account_id)
    select ${job.id}, ${job.teamId}, ${job.job}, ${job.subjectId}, ${job.lane}, ${job.priority}::int, now(), now(),
      credentials.id, credentials.neon_account_id
    from (select) one
    left join projects on projects.neon_project_id = ${job.lane} and projects.removed_at is null
    left join credentials on credentials.id = projects.credential_id`.execute(tx);
  await wakeRelays(tx);
}

/** Tells the relays of all processes to look, when the transaction commits. */
export async function wakeRelays(db: Db): Promise<void> {
  await sql`select pg_notify(${outboxChannel}, '')`.execute(db);
}
