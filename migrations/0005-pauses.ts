// Time in which a job may not try (the governor, a refused credential) is not drawn on its budget: it is known since when it waits.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [`alter table outbox add column paused_at timestamptz`];
