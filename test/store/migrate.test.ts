// Bringing a database to the newest tables, again and from several processes at once.

import { randomUUID } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path, { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import pg from 'pg';
import t from 'tap';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { query } from '../harness/database-server.ts';
import { testDatabaseServer } from '../harness/servers.ts';

const { url } = await testDatabaseServer(t);
const name = `test_migrate_${randomUUID().slice(0, 8)}`;
await query(url, `create database ${name}`);
t.teardown(() => query(url, `drop database if exists ${name} with (force)`));
const empty = new URL(url);
empty.pathname = `/${name}`;

async function applied(): Promise<string[]> {
  const client = new pg.Client({ connectionString: empty.href });
  await client.connect();
  try {
    return (await client.query('select name from kysely_migration order by name')).rows.map((row) => String(row.name));
  } finally {
    await client.end();
  }
}

t.test('four processes at once bring an empty database to the newest tables, each migration once', async (t) => {
  await Promise.all([1, 2, 3, 4].map(() => migrateToLatest(empty.href)));
  const names = await applied();
  t.equal(names[0], '0001-foundation');
  t.equal(new Set(names).size, names.length);
});

t.test('a second time changes nothing', async (t) => {
  const before = await applied();
  await migrateToLatest(empty.href);
  t.strictSame(await applied(), before);
});

t.test('a database that is not there is an error, not a wait', async (t) => {
  const absent = new URL(url);
  absent.pathname = '/absent';
  await t.rejects(migrateToLatest(absent.href), { code: '3D000' });
});

t.test('a change of the former version that it meets in a deadlock is let go first, and it begins again', async (t) => {
  const own = new URL(url);
  own.pathname = `/${name}_former`;
  await query(url, `create database ${name}_former`);
  t.teardown(() => query(url, `drop database if exists ${name}_former with (force)`));
  const pool = new pg.Pool({ connectionString: own.href, max: 4 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const provider = new FileMigrationProvider({
    fs,
    path,
    migrationFolder: resolve(import.meta.dirname, '../../migrations'),
  });
  const { error } = await new Migrator({ db, provider }).migrateTo('0016-schedule-since');
  t.equal(error, undefined);
  const former = await pool.connect();
  // What taking a snapshot locks: its row first, then what it promises.
  await former.query('begin');
  await former.query('lock table snapshots in row exclusive mode');
  const migrating = migrateToLatest(own.href);
  migrating.catch(() => undefined);
  const waiting = `select 1 from pg_locks where not granted and relation = 'snapshots'::regclass`;
  for (let tries = 0; tries < 500 && (await pool.query(waiting)).rowCount === 0; tries += 1) await sleep(20);
  await sleep(300);
  await former.query('lock table outbox in row exclusive mode');
  await former.query('commit');
  former.release();
  await migrating;
  const { rows } = await pool.query(`select name from kysely_migration where name = '0018-job-ends'`);
  t.equal(rows.length, 1);
  await db.destroy();
});
