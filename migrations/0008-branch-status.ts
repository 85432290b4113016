// How every covered branch is, as it was last seen, and the indexes by which many are looked at together.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table branch_statuses (
    branch_id text primary key references branches,
    team_id text not null references teams,
    project_id text not null references projects,
    policies jsonb not null,
    state text not null check (state in ('ok', 'late', 'at_risk', 'missing')),
    reasons text[] not null,
    last_point_id text,
    last_point_at timestamptz,
    rpo_seconds integer,
    next_firing_at timestamptz,
    version integer not null,
    changed_at timestamptz not null
  )`,
  `create index branch_statuses_project on branch_statuses (project_id)`,
  `create index branch_statuses_state on branch_statuses (team_id, state)`,
  `create index branch_statuses_alarmed on branch_statuses (team_id, branch_id) where state <> 'ok'`,
  // Apart from the rows, so that a look that changes nothing writes one row for a team.
  `create table status_checks (
    team_id text primary key references teams,
    checked_at timestamptz not null
  )`,
  // The newest point of a branch, of any origin and of one policy.
  `create index snapshots_points on snapshots (branch_id, coalesce(point_at, created_at)) where status = 'available'`,
  `create index snapshots_points_of_policy on snapshots (branch_id, policy_id, coalesce(point_at, created_at))
    where status = 'available'`,
  `create index snapshots_in_cap on snapshots (project_id)
    where kind = 'neon_snapshot' and status in ('creating', 'available', 'expiring', 'purging')`,
  `create index firings_line on firings (branch_id, policy_id, due_at) where status <> 'coalesced'`,
  `create index policies_projects on policies using gin ((selector -> 'projects')) where deleted_at is null`,
  `create index policies_labels on policies (team_id) where deleted_at is null and selector ? 'labels'`,
];
