// Since when a schedule promises what it promises: what was due before, it may not have asked for.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // A schedule that is there counts from when its policy was last changed, as it did so far.
  await sql`alter table schedules add column since timestamptz not null default now()`.execute(db);
  await sql`update schedules set since = policies.updated_at from policies where policies.id = policy_id`.execute(db);
}
