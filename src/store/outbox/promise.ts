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
  /** Not before so long from now, by the database's clock. */
  readonly delayMs?: number | undefined;
}

/** Keeps the promises, with the credential and the account of their projects; the relays of all processes are woken when the transaction commits. */
export async function promiseJobs(tx: Tx, promised: readonly PromisedJob[]): Promise<void> {
  if (promised.length === 0) return;
  await sql`
    with promised as (
      select *, make_interval(secs => coalesce("delayMs", 0) / 1000.0) as delay
      from jsonb_to_recordset(${JSON.stringify(promised)}::jsonb)
        as promised (id text, "teamId" text, job text, "subjectId" text, lane text, priority int, "delayMs" float8)
    ), present as (
      insert into lanes (key) select distinct lane from promised where lane is not null order by lane on conflict do nothing
    )
    insert into outbox
      (id, team_id, job, subject_id, lane, priority, not_before, due_since, delayed_until, created_at, credential_id, account_id)
    select promised.id, "teamId", job, "subjectId", lane, priority, now() + delay, now() + delay, now() + nullif(delay, '0 s'), now(),
      credentials.id, credentials.neon_account_id
    from promised
    left join projects on projects.neon_project_id = lane and projects.removed_at is null
    left join credentials on credentials.id = projects.credential_id`.execute(tx);
  await wakeRelays(tx);
}

/** Tells the relays of all processes to look, when the transaction commits. */
export async function wakeRelays(db: Db): Promise<void> {
  await sql`select pg_notify(${outboxChannel}, '')`.execute(db);
}
