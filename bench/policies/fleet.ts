// A store with many policies in it, each of a project of its own, and an Afterglow that runs nothing by itself: the bench calls it.

import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { type App, buildApp } from '../../src/app.ts';
import { connectStore } from '../../src/store/connect.ts';
import type { Db } from '../../src/store/database.ts';
import { query, startDatabaseServer } from '../../test/harness/database-server.ts';

export interface Fleet {
  readonly app: App;
  readonly db: Db;
  /** Makes them in the first team, with nothing due. */
  addPolicies(count: number): Promise<void>;
  /** Makes so many of the schedules due at one instant, a second ago. */
  makeDue(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startFleet(): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'afterglow-bench-'));
  await chmod(folder, 0o755);
  const server = await startDatabaseServer(folder);
  await query(server.url, `create database fleet template ${server.template}`);
  const databaseUrl = server.url.replace(/\/postgres(\?|$)/, '/fleet$1');
  const app = await buildApp({
    databaseUrl,
    // Never called: nothing of this app works.
    neonApiUrl: 'http://127.0.0.1:9',
    encryptionKeys: `first:${randomBytes(32).toString('base64url')}`,
    auditSigningKeys: `a1:${randomBytes(32).toString('base64url')}`,
    apiKey: `ag_${randomBytes(24).toString('hex')}`,
    roles: new Set(),
    production: false,
    logger: pino({ level: 'error' }, pino.destination(2)),
  });
  const store = connectStore(databaseUrl, { connectionsMax: 4, onError: () => undefined });
  const { db } = store;
  return {
    app,
    db,
    addPolicies: (count) => addPolicies(db, app.firstActor.teamId, count),
    async makeDue(count) {
      await sql`
        update schedules set next_firing_at = date_trunc('minute', now())
        where id in (select id from schedules order by id limit ${count})`.execute(db);
    },
    async close() {
      await app.close();
      await store.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function addPolicies(db: Db, teamId: string, count: number): Promise<void> {
  await sql`
    insert into credentials (id, team_id, name, sealed_key, neon_account_id, status, created_at, updated_at)
    values ('crd_bench', ${teamId}, 'bench', 'x', 'account', 'active', now(), now())`.execute(db);
  await sql`
    insert into projects (id, team_id, credential_id, neon_project_id, name, region, pg_version, plan,
      history_retention_seconds, labels, limits, created_at, updated_at, synced_at)
    select 'prj_' || lpad(n::text, 8, '0'), ${teamId}, 'crd_bench', 'project-' || n, 'project ' || n, 'r', 17, 'scale', 86400,
      '{}', '{}', now(), now(), now()
    from generate_series(1, ${count}::int) n`.execute(db);
  await sql`
    insert into branches (id, team_id, project_id, neon_branch_id, name, is_default, is_protected, state,
      neon_created_at, history_started_at, created_at, updated_at)
    select 'brn_' || lpad(n::text, 8, '0'), ${teamId}, 'prj_' || lpad(n::text, 8, '0'), 'br-' || n, 'main', true, false, 'ready',
      now() - interval '30 days', now() - interval '30 days', now(), now()
    from generate_series(1, ${count}::int) n`.execute(db);
  await sql`
    insert into policies (id, team_id, name, selector, retention, created_at, updated_at)
    select 'pol_' || lpad(n::text, 8, '0'), ${teamId}, 'policy ' || n,
      jsonb_build_object('projects', jsonb_build_array('prj_' || lpad(n::text, 8, '0')), 'branches', 'default'),
      '{"hourly": 24}', now(), now()
    from generate_series(1, ${count}::int) n`.execute(db);
  await sql`
    insert into schedules (id, policy_id, name, cron, time_zone, next_firing_at)
    select 'sch_' || lpad(n::text, 8, '0'), 'pol_' || lpad(n::text, 8, '0'), 'hourly', '0 * * * *', 'Europe/Berlin',
      now() + interval '1 hour'
    from generate_series(1, ${count}::int) n`.execute(db);
  await sql`vacuum analyze projects, branches, policies, schedules`.execute(db);
}
