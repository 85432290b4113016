// Plans of retention: what would expire, for a person to look at, to approve or to reject.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table retention_plans (
    id text primary key,
    team_id text not null references teams,
    policy_id text not null references policies,
    policy_version integer not null,
    cause text not null check (cause in ('limit', 'requested')),
    branch_ids text[] not null,
    frozen_branch_ids text[] not null,
    hash text not null,
    keep_count integer not null,
    expire_ids text[] not null,
    decisions jsonb not null,
    status text not null,
    decided_by_kind text,
    decided_by text,
    decided_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create index retention_plans_team on retention_plans (team_id, id)`,
  `create index retention_plans_policy on retention_plans (policy_id, id)`,
  `create index retention_plans_branches on retention_plans using gin (branch_ids) where cause = 'limit' and status in ('pending', 'rejected')`,
];
