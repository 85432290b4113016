// What a dashboard shows beside projects, branches and snapshots: five restores of every branch, and five policies of every team with two
// schedules each.

import { sql } from 'kysely';
import type { Db } from '../../src/store/database.ts';

const restoresOfBranch = 5;
const policiesOfTeam = 5;

const steps = JSON.stringify(
  ['preflight', 'create_branch', 'read_back', 'name', 'probe'].map((name) => {
    return { name, status: 'done', startedAt: '2026-03-01T09:30:00.000Z', endedAt: '2026-03-01T09:30:04.000Z' };
  }),
);

/** References are not checked, as in `loadRows`. */
export async function loadDashboardRows(connection: Db, teams: number, branchesOfTeam: number): Promise<void> {
  const branches = teams * branchesOfTeam;
  await sql`
    insert into restores (id, team_id, project_id, branch_id, source_kind, source_at, target_kind, target_name, status, steps, version,
      created_at, updated_at, started_at, ended_at)
    select 'rst_bench_' || lpad(n::text, 8, '0'), 'tem_bench_' || branch / ${branchesOfTeam}::int, 'prj_bench_' || branch / 10,
      'brn_bench_' || branch, 'point', at - interval '1 h', 'new_branch', 'restored-' || n,
      case when n % 7 = 0 then 'failed' else 'succeeded' end, ${steps}::jsonb, 7, at, at + interval '4 s', at, at + interval '4 s'
    from generate_series(0, ${branches * restoresOfBranch - 1}::int) n,
      lateral (select n % ${branches}::int as branch, '2026-01-01T00:00:00.123Z'::timestamptz + n * interval '1 min' as at) x`.execute(
    connection,
  );
  const policies = teams * policiesOfTeam;
  await sql`
    insert into policies (id, team_id, name, selector, retention, version, created_at, updated_at)
    select 'pol_bench_' || lpad(n::text, 6, '0'), 'tem_bench_' || n / ${policiesOfTeam}::int, 'policy ' || n,
      '{"labels": {"tier": "gold"}, "branches": "default"}', '{"keepLast": 3, "daily": 7}', 1, now(), now()
    from generate_series(0, ${policies - 1}::int) n`.execute(connection);
  await sql`
    insert into schedules (id, policy_id, name, cron, time_zone, next_firing_at)
    select 'sch_bench_' || n || '_' || hour, 'pol_bench_' || lpad(n::text, 6, '0'), 'at ' || hour, '0 ' || hour || ' * * *', 'Europe/Berlin',
      '2027-01-01T00:00:00Z'::timestamptz + hour * interval '1 h'
    from generate_series(0, ${policies - 1}::int) n, unnest(array[3, 15]) hour`.execute(connection);
}
