// The rate limit of Neon accounts where there is no Redis: for each line of calls the instant up to which it is used, in
// microseconds by the database's clock. Unlogged: losing it costs one burst of calls. Hot rows, so pages are left half empty.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create unlogged table rate_buckets (
    account_id text primary key,
    all_us bigint not null default 0,
    rest_us bigint not null default 0,
    routes_us jsonb not null default '{}',
    held_until_us bigint not null default 0,
    shrunk_at_us bigint not null default 0,
    divisor integer not null default 1
  ) with (fillfactor = 50)`.execute(db);
}
