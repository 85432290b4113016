// Schedules that are left to Neon, and what is known of each branch's schedule there.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table schedules
    add column engine text not null default 'afterglow' check (engine in ('afterglow', 'neon'))`,
  `create table delegated_schedules (
    branch_id text primary key references branches,
    team_id text not null references teams,
    project_id text not null references projects,
    neon_branch_id text not null,
    policy_id text not null references policies,
    asked jsonb not null,
    replaced jsonb not null,
    seen jsonb,
    state text not null check (state in ('pending', 'set', 'drifted', 'refused')),
    error jsonb,
    checked_at timestamptz,
    updated_at timestamptz not null
  )`,
  `create index delegated_schedules_policy on delegated_schedules (policy_id)`,
  `create index delegated_schedules_project on delegated_schedules (project_id)`,
];
