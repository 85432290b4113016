// What came of a job, and what an attempt waits for, as facts of its row; and missing snapshots, to be counted.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // All null: what ended before this, or is ended by the version before, does not say how.
  await sql`
    alter table outbox add column outcome text, add column code text, add column slot_at timestamptz, add column awaited_until timestamptz`.execute(
    db,
  );
  await sql`create index snapshots_missing on snapshots (id) where status = 'missing'`.execute(db);
}
