// Owns promising work: an outbox row in the transaction of the change that it follows from.

import { sql } from 'kysely';
import type { Tx } from '../database.ts';
import { outboxChannel } from '../connect.ts';

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

/** Keeps the promise; the relays of all processes are woken when the transaction commits. */
export async function promiseJob(tx: Tx, job: PromisedJob): Promise<void> {
  if (job.lane !== null) {
    await tx
      .insertInto('lanes')
      .values({ key: job.lane })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  await sql`
    insert into outbox (id, team_id, job, subject_id, lane, priority, not_before, created_at)
    values (${job.id}, ${job.teamId}, ${job.job}, ${job.subjectId}, ${job.lane}, ${job.priority}, now(), now())`.execute(
    tx,
  );
  await sql`select pg_notify(${outboxChannel}, '')`.execute(tx);
}
