// A million snapshots of a hundred teams, loaded in bulk, with everything that belongs to them: keys, projects, branches, holds. A team has
// ten projects of ten branches, each with a hundred snapshots, taken in turn; a fiftieth is locked, and every team holds one branch.

import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { hashMadeKey } from '../../src/store/api-keys.ts';
import type { Db } from '../../src/store/database.ts';
import { loadDashboardRows } from './dashboard-rows.ts';

export interface BenchTeam {
  readonly id: string;
  readonly slug: string;
  readonly key: string;
}

const branchesOfTeam = 100;

const steps = JSON.stringify(
  ['create', 'await_operations', 'read_back', 'name'].map((name) => {
    return { name, startedAt: '2026-03-01T09:30:00.000Z', endedAt: '2026-03-01T09:30:04.000Z' };
  }),
);

/** Every reference holds by how the rows are made, so none is checked: that would take longer than the load. */
export async function loadRows(db: Db, teams: number, snapshots: number): Promise<BenchTeam[]> {
  const made = Array.from({ length: teams }, (_, n) => ({
    id: `tem_bench_${n}`,
    slug: `bench-${n}`,
    key: `ag_${randomBytes(24).toString('base64url')}`,
  }));
  await db.connection().execute(async (connection) => {
    await sql`set session_replication_role = replica`.execute(connection);
    await loadTeams(connection, made);
    const branches = teams * branchesOfTeam;
    await sql`
      insert into snapshots (id, team_id, project_id, branch_id, name, kind, status, point_at, lsn, neon_id, size_bytes, kept_because,
        unverified, warnings, steps, version, created_at, updated_at, available_at, started_at, lock_mode, lock_until, lock_grace_until,
        locked_at, locked_by)
      select 'snp_0198a2b4-' || substr(hex, 1, 4) || '-7' || substr(hex, 5, 3) || '-8' || substr(hex, 8, 3) || '-' || lpad(substr(hex, 11), 12, '0'),
        'tem_bench_' || branch / ${branchesOfTeam}, 'prj_bench_' || branch / 10, 'brn_bench_' || branch, 'nightly-' || n, 'neon_snapshot', 'available',
        at, ('16/' || to_hex(n))::pg_lsn, 'snap-bright-field-' || n, 31457280 + n, array['nightly: daily', 'nightly: weekly'],
        array['lsn'], '[]', ${steps}::jsonb, 6, at,
        at + interval '4 s', at + interval '4 s', at, case when is_locked then 'governance' end,
        case when is_locked then at + interval '5 years' end, case when is_locked then at end, case when is_locked then at end,
        case when is_locked then 'key_bench' end
      from generate_series(0, ${snapshots - 1}::int) n,
        lateral (select n % ${branches}::int as branch, lpad(to_hex(n), 16, '0') as hex, n % 50 = 0 as is_locked,
          '2026-01-01T00:00:00.123Z'::timestamptz + n * interval '3 s' as at) x`.execute(connection);
    await loadDashboardRows(connection, teams, branchesOfTeam);
    await sql`set session_replication_role = default`.execute(connection);
    for (const table of [
      'snapshots',
      'restores',
      'policies',
      'schedules',
      'branches',
      'projects',
      'teams',
      'api_keys',
      'holds',
    ])
      await sql`vacuum analyze ${sql.table(table)}`.execute(connection);
  });
  return made;
}

async function loadTeams(connection: Db, teams: readonly BenchTeam[]): Promise<void> {
  const at = new Date();
  await connection
    .insertInto('teams')
    .values(teams.map(({ id, slug }) => ({ id, slug, name: id, created_at: at })))
    .execute();
  await connection
    .insertInto('audit_heads')
    .values(teams.map(({ id }) => ({ team_id: id, sequence: 0, hash: Buffer.alloc(32) })))
    .execute();
  await connection
    .insertInto('api_keys')
    .values(
      teams.map(({ id, key }) => ({
        id: `key_${id}`,
        team_id: id,
        name: 'bench',
        prefix: key.slice(0, 8),
        hash: hashMadeKey(key),
        role: 'viewer' as const,
        kind: 'service' as const,
        created_at: at,
      })),
    )
    .execute();
  await sql`
    insert into credentials (id, team_id, name, sealed_key, neon_account_id, status, created_at, updated_at)
    select 'crd_bench_' || n, 'tem_bench_' || n, 'neon', 'sealed', 'account-' || n, 'active', now(), now()
    from generate_series(0, ${teams.length - 1}::int) n`.execute(connection);
  await sql`
    insert into projects (id, team_id, credential_id, neon_project_id, name, region, pg_version, plan, history_retention_seconds, labels,
      limits, created_at, updated_at, synced_at)
    select 'prj_bench_' || n, 'tem_bench_' || n / 10, 'crd_bench_' || n / 10, 'bench-' || n, 'project ' || n, 'aws-eu-central-1', 17,
      'scale', 604800, '{"tier": "gold"}', '{}', now(), now(), now()
    from generate_series(0, ${teams.length * 10 - 1}::int) n`.execute(connection);
  await sql`
    insert into branches (id, team_id, project_id, neon_branch_id, name, is_default, is_protected, state, logical_size_bytes,
      neon_created_at, history_started_at, created_at, updated_at)
    select 'brn_bench_' || n, 'tem_bench_' || n / ${branchesOfTeam}, 'prj_bench_' || n / 10, 'br-bench-' || n, 'branch ' || n % 10, n % 10 = 0,
      false, 'ready', 31457280, now() - interval '1 year', now() - interval '7 days', now(), now()
    from generate_series(0, ${teams.length * branchesOfTeam - 1}::int) n`.execute(connection);
  await sql`
    insert into holds (id, team_id, matter, reason, branch_id, from_at, placed_by_kind, placed_by, created_at)
    select 'hld_bench_' || n, 'tem_bench_' || n, 'matter', 'asked for', 'brn_bench_' || n * ${branchesOfTeam} + 7,
      '2026-01-01T00:00:00Z', 'person', 'key_bench', now()
    from generate_series(0, ${teams.length - 1}::int) n`.execute(connection);
}
