// A start that cannot be ends in one clear sentence, a non-zero exit, and nothing left running.

import { truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { makeTemporaryDir } from '../harness/files.ts';
import { startRedis } from '../harness/redis-server.ts';
import { startProcess, type Start, untilNothingRuns } from './running.ts';

t.setTimeout(300_000);

/** Starts what must not start; answers with what it said on standard error after the first line. */
async function refusedStart(t: Test, start: Start): Promise<string[]> {
  const service = startProcess(t, start);
  const { code, signal } = await service.ended;
  t.equal(signal, null, 'it ended by itself');
  t.ok(code !== null && code > 0, `it ended with ${code}`);
  t.equal(service.out(), '', 'it did not say that it is ready');
  const [first, ...lines] = service.err().trimEnd().split('\n');
  t.equal(first, 'Afterglow did not start.');
  for (const line of lines) t.notMatch(line, /^\s+at |node:internal|Error:/, 'no stack is shown');
  return lines;
}

async function redisOrNone(t: Test, folder: string, maxmemoryPolicy = 'noeviction') {
  const redis = await startRedis(folder, { maxmemoryPolicy });
  if (redis) t.teardown(() => redis.stop());
  else {
    t.not(process.env['CI'], 'true', 'there is no Redis: CI has one');
    t.comment('There is no redis-server on PATH: what it may refuse was not tried.');
  }
  return redis;
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

t.test('a port in use: one sentence names it', async (t) => {
  const dataDir = join(await makeTemporaryDir(t), 'data');
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  t.teardown(() => holder.close());
  const address = holder.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const lines = await refusedStart(t, { dataDir, settings: { PORT: String(port) } });
  t.equal(lines.length, 1);
  t.match(lines[0], String(port));
  t.strictSame(await untilNothingRuns(dataDir), []);
});

t.test('a DATABASE_URL that nobody answers at: one sentence names the setting and no password', async (t) => {
  const dataDir = join(await makeTemporaryDir(t), 'data');
  const url = `postgresql://afterglow:not-to-be-shown@127.0.0.1:${await closedPort()}/afterglow`;
  const lines = await refusedStart(t, { dataDir, settings: { DATABASE_URL: url } });
  t.equal(lines.length, 1);
  t.match(lines[0], /DATABASE_URL/);
  t.notMatch(lines[0], /REDIS_URL/, 'of no other server');
  t.notMatch(lines[0], /not-to-be-shown/);
  t.strictSame(await untilNothingRuns(dataDir), []);
});

t.test('a REDIS_URL whose Redis refuses the password: one sentence names the server and no password', async (t) => {
  const folder = await makeTemporaryDir(t);
  const redis = await redisOrNone(t, folder);
  if (!redis) return;
  const dataDir = join(folder, 'data');
  const url = redis.url.replace('//', '//nobody:not-to-be-shown@');
  const lines = await refusedStart(t, { dataDir, settings: { REDIS_URL: url } });
  t.equal(lines.length, 1);
  for (const said of [/REDIS_URL/, redis.url.replace('redis://', ''), /WRONGPASS/]) t.match(lines[0], said);
  t.notMatch(lines[0], /not-to-be-shown/);
  t.strictSame(await untilNothingRuns(dataDir), []);
});

t.test('a REDIS_URL whose Redis evicts keys: one sentence says why, and what to set', async (t) => {
  const folder = await makeTemporaryDir(t);
  const redis = await redisOrNone(t, folder, 'allkeys-lru');
  if (!redis) return;
  const dataDir = join(folder, 'data');
  const lines = await refusedStart(t, { dataDir, settings: { REDIS_URL: redis.url } });
  t.equal(lines.length, 1);
  for (const said of [/REDIS_URL/, /allkeys-lru/, /nothing was started/, /set its maxmemory-policy to noeviction/]) {
    t.match(lines[0], said);
  }
  t.strictSame(await untilNothingRuns(dataDir), []);
});

t.test('settings at fault: each is named in a line of its own, and nothing is made', async (t) => {
  const dataDir = join(await makeTemporaryDir(t), 'data');
  const settings = { PORT: 'eighty', ROLES: 'api,cook', LOG_LEVEL: 'loud', REDIS_URL: 'http://127.0.0.1' };
  const lines = await refusedStart(t, { dataDir, settings });
  for (const name of Object.keys(settings)) {
    t.equal(lines.filter((line) => line.startsWith(name)).length, 1, `${name} is named once`);
  }
  t.equal(lines.length, 4);
  t.notMatch(lines.join(), /eighty|cook|loud|127\.0\.0\.1/, 'no value is shown');
  t.throws(() => truncateSync(dataDir), { code: 'ENOENT' }, 'no data directory is made');
});

t.test('NODE_ENV=production with settings missing and at fault: all of them are named', async (t) => {
  const dataDir = join(await makeTemporaryDir(t), 'data');
  const settings = { NODE_ENV: 'production', PORT: '-1', DATABASE_URL: 'mysql://127.0.0.1/a' };
  const lines = await refusedStart(t, { dataDir, settings });
  const named = lines.map((line) => line.split(' ', 1)[0] ?? '').sort();
  const expected = [
    'AFTERGLOW_API_KEY',
    'AUDIT_SIGNING_KEYS',
    'DATABASE_URL',
    'ENCRYPTION_KEYS',
    'NEON_API_URL',
    'PORT',
    'REDIS_URL',
  ];
  t.strictSame(named, expected);
});

t.test('ENCRYPTION_KEYS at fault: said without the key', async (t) => {
  const dataDir = join(await makeTemporaryDir(t), 'data');
  const lines = await refusedStart(t, { dataDir, settings: { ENCRYPTION_KEYS: 'first:tooshort' } });
  t.match(lines[0], /ENCRYPTION_KEYS/);
  t.notMatch(lines.join(), /tooshort/);
  t.strictSame(await untilNothingRuns(dataDir), []);
});

t.test('one data directory, twice', async (t) => {
  const dataDir = join(await makeTemporaryDir(t), 'data');
  const service = startProcess(t, { dataDir });
  const address = await service.ready();

  await t.test('a second start while the first runs: one sentence, and the first goes on', async (t) => {
    const lines = await refusedStart(t, { dataDir: `${dataDir}/../data`, settings: {} });
    t.equal(lines.length, 1);
    t.match(lines[0], dataDir);
    t.equal((await fetch(`${address}/readyz`)).status, 200, 'the first one answers');
  });
  t.equal((await service.end('SIGTERM')).code, 0);
  t.equal(service.err(), '');
  t.strictSame(await untilNothingRuns(dataDir), []);

  await t.test('a truncated pg_control: one sentence names the directory', async (t) => {
    truncateSync(join(dataDir, 'postgres/global/pg_control'), 100);
    const lines = await refusedStart(t, { dataDir });
    t.equal(lines.length, 1);
    t.match(lines[0], join(dataDir, 'postgres'));
    t.strictSame(await untilNothingRuns(dataDir), []);
  });

  await t.test('a state file of the emulator that is cut off: one sentence names it', async (t) => {
    writeFileSync(join(dataDir, 'neon/state.json'), '{"version":1,');
    const lines = await refusedStart(t, { dataDir });
    t.equal(lines.length, 1);
    t.match(lines[0], dataDir);
    t.strictSame(await untilNothingRuns(dataDir), []);
  });
});
