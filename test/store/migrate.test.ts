// Bringing a database to the newest tables, again and from several processes at once.

import { randomUUID } from 'node:crypto';
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
