// The oldest of a lane comes first also under the rate limit: since when a row may be tried, which a turning away does not change.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // The version before does not write it: what that promises counts from then on, and what it gives back keeps its place.
  `alter table outbox add column due_since timestamptz not null default now()`,
  `update outbox set due_since = not_before where status <> 'done'`,
  `drop index outbox_waiting`,
  `create index outbox_waiting on outbox (lane, priority, due_since, id) where status = 'waiting'`,
  `drop index outbox_urgent`,
  `create index outbox_urgent on outbox (priority, due_since, id) where status = 'waiting'`,
];
