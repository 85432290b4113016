// What the comparison of a project with Neon found, and projects that Neon does not show any more.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table projects add column gone_at timestamptz`,
  // A project whose mirror is old, and that waits for no job, is looked for every half minute.
  `create index projects_synced on projects (synced_at) where removed_at is null`,
  `create table reconcile_reports (
    id text primary key,
    team_id text not null references teams,
    project_id text not null references projects,
    requested_by text not null,
    created_at timestamptz not null,
    compared_at timestamptz,
    ended_at timestamptz,
    is_project_gone boolean not null default false,
    present jsonb,
    findings jsonb not null default '[]',
    error jsonb
  )`,
  `create index reconcile_reports_project on reconcile_reports (project_id, id)`,
  // What Neon lists is looked up by its id, and a branch that is back by the id that it had.
  `create index snapshots_neon_id on snapshots (project_id, neon_id) where neon_id is not null`,
  `create index branches_gone on branches (project_id, neon_branch_id) where gone_at is not null`,
  `create index restores_cleaning on restores (project_id) where clean_up in ('pending', 'left')`,
];
