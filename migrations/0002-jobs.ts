// Attempts as facts, what a job waits for, the account that its calls draw on, and clean-ups after what did not succeed.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // Whose rate limit the job draws on, and whose refusal pauses it.
  `alter table outbox add column credential_id text references credentials`,
  `alter table outbox add column account_id text`,
  // When a paused row is to be delivered again, by the database's clock: the queue's own clock may jump.
  `alter table outbox add column look_at timestamptz`,
  `update outbox set credential_id = projects.credential_id, account_id = credentials.neon_account_id
    from projects join credentials on credentials.id = projects.credential_id
    where outbox.status <> 'done' and projects.neon_project_id = outbox.lane and projects.removed_at is null`,
  `create index outbox_urgent on outbox (priority, not_before, id) where status = 'waiting'`,
  `create index outbox_team on outbox (team_id, id)`,
  `create index outbox_credential on outbox (credential_id) where status <> 'done'`,
  `create index outbox_finished on outbox (finished_at) where status = 'done'`,
  `create table attempts (
    job_id text not null references outbox on delete cascade,
    fence integer not null,
    release integer not null,
    worker text not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    outcome text,
    code text,
    message text,
    neon_request_id text,
    primary key (job_id, fence)
  )`,
  // One row that is written to find out whether the database can be written to.
  `create table readiness_checks (id integer primary key, at timestamptz not null)`,
  `alter table snapshots add column started_at timestamptz`,
  `alter table snapshots add column steps jsonb not null default '[]'`,
  // What became of that which it made in Neon, where it did not succeed: to be removed, removed, or left with the reason.
  `alter table snapshots add column clean_up text check (clean_up in ('pending', 'done', 'left'))`,
  `alter table restores add column clean_up text check (clean_up in ('pending', 'done', 'left'))`,
];
