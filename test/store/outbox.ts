// Promising jobs and reading them back, for the tests of the outbox.

import { type Selectable, sql } from 'kysely';
import type { Database, Db } from '../../src/store/database.ts';
import { promiseJob } from '../../src/store/outbox/promise.ts';

let count = 0;

/** Promises a job; ids grow. */
export async function promise(db: Db, lane: string | null, priority = 20): Promise<string> {
  count += 1;
  const id = `job_${String(count).padStart(6, '0')}`;
  await db
    .transaction()
    .execute((tx) =>
      promiseJob(tx, { id, teamId: 'tem_a', job: 'snapshot.create', subjectId: `snp_${count}`, lane, priority }),
    );
  return id;
}

export async function rowOf(db: Db, id: string): Promise<Selectable<Database['outbox']>> {
  return db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** As if the lease had ended: the process that held it is gone. */
export async function endLease(db: Db, id: string): Promise<void> {
  await sql`update outbox set claimed_until = now() - interval '1 ms' where id = ${id} and claimed_until is not null`.execute(
    db,
  );
}

/** As if the time for which it was given back were over. */
export async function makeDue(db: Db): Promise<void> {
  await sql`update outbox set not_before = now() where status = 'waiting' and not_before > now()`.execute(db);
}
