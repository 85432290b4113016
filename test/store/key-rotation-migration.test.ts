// Keys that were rotated before their own end was kept: it is found again from what was made in their place.

import { randomUUID } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path, { resolve } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import pg from 'pg';
import t from 'tap';
import { query } from '../harness/database-server.ts';
import { testDatabaseServer } from '../harness/servers.ts';

const { url } = await testDatabaseServer(t);
const name = `test_key_rotation_${randomUUID().slice(0, 8)}`;
await query(url, `create database ${name}`);
const own = new URL(url);
own.pathname = `/${name}`;
const pool = new pg.Pool({ connectionString: own.href, max: 2 });
const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
t.teardown(async () => {
  await db.destroy();
  await query(url, `drop database if exists ${name} with (force)`);
});

const migrationFolder = resolve(import.meta.dirname, '../../migrations');
const migrator = new Migrator({ db, provider: new FileMigrationProvider({ fs, path, migrationFolder }) });

async function migrateTo(migration: string): Promise<void> {
  const { error } = await migrator.migrateTo(migration);
  if (error) throw error;
}

t.test('the own end of a rotated key is that of the first key in its place, along the line', async (t) => {
  await migrateTo('0018-job-ends');
  await pool.query(`insert into teams (id, slug, name, created_at) values ('tem_1', 'one', 'One', now())`);
  const keys: [id: string, from: string | null, day: number, end: string | null][] = [
    ['plain', null, 1, '2027-01-01'],
    // Rotated twice, of which the first was rotated in its turn: its end was copied before its overlap had one.
    ['endless', null, 1, '2026-01-03'],
    ['first', 'endless', 2, '2026-01-04'],
    ['second', 'endless', 3, '2026-01-03'],
    ['third', 'first', 4, null],
    ['bounded', null, 1, '2026-01-03'],
    ['heir', 'bounded', 2, '2027-01-01'],
  ];
  for (const [id, from, day, end] of keys) {
    await pool.query(
      `insert into api_keys (id, team_id, name, prefix, hash, role, kind, created_at, rotated_from, expires_at)
       values ($1, 'tem_1', $1, 'ag_', $2, 'viewer', 'service', make_timestamptz(2026, 1, $3, 0, 0, 0, 'UTC'), $4, $5)`,
      [id, Buffer.from(id), day, from, end && `${end}T00:00:00Z`],
    );
  }
  await migrateTo('0020-keys');
  const { rows } = await pool.query(
    `select id, extract(day from rotated_at at time zone 'UTC')::int as day, own_expires_at from api_keys order by id`,
  );
  const end = new Date('2027-01-01T00:00:00Z');
  t.strictSame(rows, [
    { id: 'bounded', day: 2, own_expires_at: end },
    { id: 'endless', day: 2, own_expires_at: null },
    { id: 'first', day: 4, own_expires_at: null },
    { id: 'heir', day: null, own_expires_at: null },
    { id: 'plain', day: null, own_expires_at: null },
    { id: 'second', day: null, own_expires_at: null },
    { id: 'third', day: null, own_expires_at: null },
  ]);
});
