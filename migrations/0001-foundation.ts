// The first tables: teams and keys, what is mirrored of Neon, what is promised (policies), what is stored (snapshots),
// what is brought back (restores), the outbox with its lanes, and the audit chain.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table teams (
    id text primary key,
    slug text not null unique,
    name text not null,
    created_at timestamptz not null
  )`,
  `create table api_keys (
    id text primary key,
    team_id text not null references teams,
    name text not null,
    prefix text not null,
    hash bytea not null unique,
    role text not null check (role in ('viewer', 'operator', 'approver', 'admin')),
    kind text not null check (kind in ('person', 'service')),
    created_at timestamptz not null,
    revoked_at timestamptz
  )`,
  `create table credentials (
    id text primary key,
    team_id text not null references teams,
    name text not null,
    sealed_key text not null,
    neon_account_id text not null,
    status text not null,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz
  )`,
  `create unique index credentials_name on credentials (team_id, name) where deleted_at is null`,
  `create table projects (
    id text primary key,
    team_id text not null references teams,
    credential_id text not null references credentials,
    neon_project_id text not null,
    name text not null,
    region text not null,
    pg_version integer not null,
    plan text not null,
    history_retention_seconds integer not null,
    labels jsonb not null,
    limits jsonb not null,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    synced_at timestamptz not null,
    removed_at timestamptz
  )`,
  // Once per installation: the lane's key is Neon's project id, and two teams would share its lane and its caps.
  `create unique index projects_neon_id on projects (neon_project_id) where removed_at is null`,
  `create index projects_team on projects (team_id, id)`,
  `create table branches (
    id text primary key,
    team_id text not null references teams,
    project_id text not null references projects,
    neon_branch_id text not null,
    name text not null,
    parent_neon_branch_id text,
    is_default boolean not null,
    is_protected boolean not null,
    state text not null,
    logical_size_bytes bigint,
    neon_created_at timestamptz not null,
    history_started_at timestamptz not null,
    expires_at timestamptz,
    gone_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create unique index branches_neon_id on branches (project_id, neon_branch_id) where gone_at is null`,
  `create index branches_project on branches (project_id, id)`,
  `create table policies (
    id text primary key,
    team_id text not null references teams,
    name text not null,
    selector jsonb not null,
    retention jsonb not null,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz
  )`,
  `create unique index policies_name on policies (team_id, name) where deleted_at is null`,
  `create table schedules (
    id text primary key,
    policy_id text not null references policies,
    name text not null,
    cron text not null,
    time_zone text not null,
    next_firing_at timestamptz,
    removed_at timestamptz,
    unique (policy_id, name)
  )`,
  `create index schedules_due on schedules (next_firing_at) where removed_at is null and next_firing_at is not null`,
  `create table snapshots (
    id text primary key,
    team_id text not null references teams,
    project_id text not null references projects,
    branch_id text not null references branches,
    policy_id text references policies,
    policy_version integer,
    name text not null,
    kind text not null check (kind in ('neon_snapshot', 'branch')),
    status text not null,
    requested_at_instant timestamptz,
    requested_lsn pg_lsn,
    point_at timestamptz,
    lsn pg_lsn,
    neon_id text,
    neon_branch_id text,
    size_bytes bigint,
    kept_because text[] not null,
    operation_ids text[] not null default '{}',
    unverified text[] not null default '{}',
    warnings jsonb not null default '[]',
    error jsonb,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    available_at timestamptz,
    ended_at timestamptz
  )`,
  `create index snapshots_team on snapshots (team_id, id)`,
  `create index snapshots_project on snapshots (project_id, id)`,
  `create index snapshots_branch on snapshots (branch_id, id)`,
  `create index snapshots_policy on snapshots (policy_id, branch_id, status)`,
  // A name stands for one live snapshot of a project, in our eyes as in Neon's.
  `create unique index snapshots_name on snapshots (project_id, name)
    where status in ('requested', 'creating', 'available', 'expiring', 'purging')`,
  `create table firings (
    id text primary key,
    team_id text not null references teams,
    policy_id text not null references policies,
    schedule_id text not null references schedules,
    branch_id text not null references branches,
    due_at timestamptz not null,
    status text not null,
    reason text,
    snapshot_id text references snapshots,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (schedule_id, branch_id, due_at)
  )`,
  `create index firings_snapshot on firings (snapshot_id)`,
  `create table restores (
    id text primary key,
    team_id text not null references teams,
    project_id text not null references projects,
    branch_id text not null references branches,
    snapshot_id text references snapshots,
    source_kind text not null check (source_kind in ('point', 'neon_snapshot', 'branch_snapshot')),
    source_at timestamptz,
    source_lsn pg_lsn,
    target_kind text not null check (target_kind in ('new_branch', 'in_place')),
    target_name text,
    preserve_as text,
    expires_at timestamptz,
    target_branch_id text references branches,
    status text not null,
    steps jsonb not null,
    progress jsonb not null default '{}',
    unverified text[] not null default '{}',
    warnings jsonb not null default '[]',
    error jsonb,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz
  )`,
  `create index restores_team on restores (team_id, id)`,
  `create index restores_branch on restores (branch_id, id)`,
  `create index restores_project on restores (project_id, id)`,
  // target_busy: at most one in-place restore of a branch under way.
  `create unique index restores_target_busy on restores (branch_id)
    where target_kind = 'in_place' and status in ('requested', 'running')`,
  // Two restores cannot both be promised one name.
  `create unique index restores_target_name on restores (project_id, target_name)
    where target_name is not null and status in ('requested', 'running')`,
  `create unique index restores_preserve_as on restores (project_id, preserve_as)
    where preserve_as is not null and status in ('requested', 'running')`,
  `create table preserved_branches (
    id text primary key references restores,
    team_id text not null references teams,
    project_id text not null references projects,
    neon_branch_id text not null,
    name text not null,
    status text not null,
    waits_for text,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create table lanes (
    key text primary key
  )`,
  `create table outbox (
    id text primary key,
    team_id text not null references teams,
    job text not null,
    subject_id text not null,
    lane text references lanes,
    priority smallint not null,
    not_before timestamptz not null,
    status text not null default 'waiting' check (status in ('waiting', 'released', 'done')),
    release integer not null default 0,
    fence integer not null default 0,
    claimed_until timestamptz,
    attempts integer not null default 0,
    reason text,
    created_at timestamptz not null,
    begun_at timestamptz,
    released_at timestamptz,
    finished_at timestamptz
  )`,
  `create index outbox_waiting on outbox (lane, priority, not_before) where status = 'waiting'`,
  `create index outbox_subject on outbox (subject_id)`,
  `create index outbox_released on outbox (released_at) where status = 'released'`,
  // Invariant 5: at most one released, unfinished row in a lane.
  `create unique index outbox_one_released_in_lane on outbox (lane) where status = 'released' and lane is not null`,
  `create table idempotency_keys (
    team_id text not null references teams,
    key text not null,
    fingerprint text not null,
    token text not null,
    claimed_until timestamptz not null,
    response jsonb,
    created_at timestamptz not null,
    primary key (team_id, key)
  )`,
  `create index idempotency_keys_age on idempotency_keys (created_at)`,
  `create table audit_heads (
    team_id text primary key references teams,
    sequence bigint not null,
    hash bytea not null
  )`,
  `create table audit_events (
    team_id text not null references teams,
    sequence bigint not null,
    id text not null unique,
    at timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    request_id text,
    source_address text,
    details jsonb not null,
    previous_hash bytea not null,
    hash bytea not null,
    primary key (team_id, sequence)
  )`,
  `create index audit_events_subject on audit_events (team_id, subject_id, sequence)`,
  `create index audit_events_action on audit_events (team_id, action, sequence)`,
  `create function refuse_change() returns trigger language plpgsql as $$
    begin raise exception 'audit events are append-only'; end $$`,
  `create trigger audit_events_append_only before update or delete on audit_events
    for each row execute function refuse_change()`,
  `create trigger audit_events_no_truncate before truncate on audit_events
    for each statement execute function refuse_change()`,
];
