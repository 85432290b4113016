import pg from 'pg';
import t from 'tap';
import { cloneDatabase, testDatabaseServer, testRedisServer } from '../harness/servers.ts';

t.test('a cloned database holds every migration, and is gone when its test has ended', async (t) => {
  const names: string[] = [];
  await t.test('two at a time', async (t) => {
    const uris = await Promise.all([cloneDatabase(t), cloneDatabase(t)]);
    names.push(...uris.map((uri) => new URL(uri).pathname.slice(1)));
    t.equal(new Set(names).size, 2);
    for (const uri of uris) {
      const rows = await select(uri, 'select count(*)::int as migrations from kysely_migration');
      t.ok((rows[0]?.['migrations'] ?? 0) >= 1);
    }
  });
  const { url } = await testDatabaseServer(t);
  t.strictSame(await select(url, 'select datname from pg_database where datname = any($1)', [names]), []);
});

t.test('the server is Postgres 17 of our own, not the one that the machine runs', async (t) => {
  const { url } = await testDatabaseServer(t);
  const [row] = await select(url, "select current_setting('server_version_num')::int as version");
  t.equal(Math.floor((row?.['version'] ?? 0) / 10_000), 17);
});

t.test('a Redis, where there is one, is not that of the machine', async (t) => {
  const url = await testRedisServer(t);
  t.not(url && new URL(url).port, '6379');
});

async function select(uri: string, statement: string, values: unknown[] = []): Promise<Record<string, number>[]> {
  const client = new pg.Client({ connectionString: uri });
  await client.connect();
  try {
    return (await client.query(statement, values)).rows;
  } finally {
    await client.end();
  }
}
