// The whole form of a policy: what it makes, what it promises, what becomes of missed firings, and every version that it has had.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table policies
    add column store text not null default 'neon_snapshot' check (store in ('neon_snapshot', 'branch')),
    add column protection jsonb,
    add column objectives jsonb not null default '{}',
    add column missed_firings text not null default 'capture_moment'
      check (missed_firings in ('capture_moment', 'run_once', 'skip')),
    add column limits jsonb not null default '{}',
    add column paused_at timestamptz,
    add column paused_until timestamptz`,
  `alter table schedules
    add column jitter_seconds integer not null default 0,
    add column start_within_seconds integer`,
  `create table policy_versions (
    policy_id text not null references policies,
    version integer not null,
    team_id text not null references teams,
    rule jsonb not null,
    actor_kind text not null,
    actor_id text not null,
    created_at timestamptz not null,
    primary key (policy_id, version)
  )`,
  // Those that were there have one version: the present one.
  `insert into policy_versions (policy_id, version, team_id, rule, actor_kind, actor_id, created_at)
    select policies.id, version, team_id, jsonb_build_object(
      'name', policies.name, 'selector', selector, 'retention', retention, 'protection', protection, 'store', store, 'objectives', objectives,
      'missedFirings', missed_firings, 'limits', limits, 'schedules', coalesce((
        select jsonb_agg(jsonb_build_object('name', schedules.name, 'cron', cron, 'timeZone', time_zone,
          'jitterSeconds', jitter_seconds, 'startWithinSeconds', start_within_seconds) order by schedules.name)
        from schedules where policy_id = policies.id and removed_at is null), '[]')),
      'scheduler', 'migration', updated_at
    from policies where deleted_at is null`,
  // Labels are matched when a policy fires.
  `create index projects_labels on projects using gin (labels jsonb_path_ops) where removed_at is null`,
  // The deadline of a job that is promised for later counts from then.
  `alter table outbox add column delayed_until timestamptz`,
  `create index firings_pending on firings (schedule_id, branch_id) where status = 'pending'`,
  `create index firings_team on firings (team_id, id)`,
  `create index firings_policy on firings (policy_id, id)`,
  `create index firings_branch on firings (branch_id, id)`,
  `alter table projects add column maintenance_windows jsonb not null default '[]'`,
];
