// Two installations on one Postgres: a team with ten thousand audit events, and one with as many as are asked for, over the same months.

import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { type App, buildApp } from '../../src/app.ts';
import { makeAuditMonths, monthAfter, monthOf } from '../../src/store/audit-months.ts';
import { connectStore } from '../../src/store/connect.ts';
import type { Db } from '../../src/store/database.ts';
import { query, startDatabaseServer } from '../../test/harness/database-server.ts';

export interface History {
  readonly app: App;
  readonly db: Db;
  readonly teamId: string;
  readonly rows: number;
}

export interface Histories {
  readonly small: History;
  readonly large: History;
  readonly loaded: string;
  readonly seconds: number;
  close(): Promise<void>;
}

const months = 24;
const smallRows = 10_000;
/** Of a round million, so that the end of a long load is near when it is told. */
const rowsAtOnce = 500_000;

export async function startHistories(rows: number): Promise<Histories> {
  const folder = await mkdtemp(join(tmpdir(), 'afterglow-bench-'));
  await chmod(folder, 0o755);
  const server = await startDatabaseServer(folder);
  const closers: (() => Promise<void>)[] = [];
  const open = async (name: string, count: number): Promise<History> => {
    await query(server.url, `create database ${name} template ${server.template}`);
    const databaseUrl = server.url.replace(/\/postgres(\?|$)/, `/${name}$1`);
    const app = await buildApp({
      databaseUrl,
      // Never called: nothing of this app works.
      neonApiUrl: 'http://127.0.0.1:9',
      encryptionKeys: `first:${randomBytes(32).toString('base64url')}`,
      auditSigningKeys: `first:${randomBytes(32).toString('base64url')}`,
      apiKey: `ag_${randomBytes(24).toString('hex')}`,
      roles: new Set(),
      production: false,
      logger: pino({ level: 'error' }, pino.destination(2)),
    });
    const store = connectStore(databaseUrl, { connectionsMax: 4, onError: () => undefined });
    closers.push(async () => {
      await app.close();
      await store.close();
    });
    const history = { app, db: store.db, teamId: app.firstActor.teamId, rows: count };
    await load(history);
    return history;
  };
  const since = performance.now();
  const small = await open('small', smallRows);
  const large = await open('large', rows);
  const { rows: sizes } = await sql<{ size: string }>`
    select pg_size_pretty(sum(pg_total_relation_size(inhrelid))) as size from pg_inherits
    where inhparent = 'audit_events'::regclass`.execute(large.db);
  return {
    small,
    large,
    loaded: `${rows.toLocaleString('en')} events of one team over ${months} months, ${sizes[0]?.size ?? '?'}, beside ${smallRows.toLocaleString('en')}`,
    seconds: (performance.now() - since) / 1000,
    async close() {
      for (const close of closers) await close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Evenly over the months until now; a hundred frequent subjects, twenty actions, fifty actors, and a thousandth of rare subjects. */
async function load({ db, teamId, rows }: History): Promise<void> {
  const present = monthOf(new Date());
  await makeAuditMonths(
    db,
    Array.from({ length: months }, (_, back) => monthAfter(present, -back)),
  );
  const head = await db
    .selectFrom('audit_heads')
    .select('sequence')
    .where('team_id', '=', teamId)
    .executeTakeFirstOrThrow();
  const first = head.sequence + 1;
  for (let from = first; from < first + rows; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, first + rows) - 1;
    await sql`
      insert into audit_events (team_id, sequence, id, at, actor_kind, actor_id, actor_label, action, subject_kind, subject_id,
        request_id, source_address, details, before, after, form, previous_hash, hash)
      select ${teamId}, n, 'evt_' || lpad(to_hex(n), 32, '0'),
        date_trunc('milliseconds', began + (now() - began) * ((n - ${first}) / ${rows}::float8)),
        'service', 'key_' || n % 50, 'ag_12345', 'thing.happened_' || n % 20, 'snapshot',
        case when n % 1000 = 7 then 'rare_' || n / 6000 else 'snp_' || n % 100 end,
        'req-' || n, '192.0.2.1', '{"from": "requested", "policyId": "pol_0198a2b4-0000-7000-8000-000000000000"}',
        '{"status": "requested"}', '{"status": "creating"}', 2, sha256(int8send(n - 1)), sha256(int8send(n))
      from generate_series(${from}::bigint, ${to}::bigint) n,
        (select date_trunc('month', now()) - make_interval(months => ${months - 1}) as began) begin`.execute(db);
  }
  const sequence = first + rows - 1;
  await db
    .updateTable('audit_heads')
    .set({ sequence, at: new Date(), hash: sql<Buffer>`sha256(int8send(${sequence}::bigint))` })
    .where('team_id', '=', teamId)
    .execute();
  await sql`vacuum analyze audit_events`.execute(db);
}
