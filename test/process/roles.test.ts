// One installation in several processes, on the servers that its settings name.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import type { BranchView, CredentialView, ProjectView, SnapshotView } from '../../src/domain/index.ts';
import { type Emulator, startEmulator } from '../../src/local/neon-emulator/index.ts';
import { makeTemporaryDir } from '../harness/files.ts';
import { cloneDatabase, testRedisServer } from '../harness/servers.ts';
import { Client, embeddedDatabase, readLocal, rowsOf, until } from './client.ts';
import { type Running, startProcess, untilNothingRuns } from './running.ts';

t.setTimeout(120_000);

/** Of the test's Redis, one that no other test uses. */
const redisDatabase = 6;

t.test('ROLES=api answers and ROLES=worker works, on one database', async (t) => {
  const folder = await makeTemporaryDir(t);
  const databaseUrl = await cloneDatabase(t);
  const emulator = await startEmulator({ dataDir: join(folder, 'neon'), sample: false, rateLimited: false });
  t.teardown(() => emulator.close());
  const settings = {
    DATABASE_URL: databaseUrl,
    NEON_API_URL: emulator.baseUrl,
    NEON_POLL_MIN_MS: '100',
    ENCRYPTION_KEYS: `first:${randomBytes(32).toString('base64url')}`,
    AUDIT_SIGNING_KEYS: `first:${randomBytes(32).toString('base64url')}`,
    AFTERGLOW_API_KEY: 'key-of-the-several-processes',
  };
  const dataDir = join(folder, 'api');
  const api = startProcess(t, { dataDir, settings: { ...settings, ROLES: 'api' } });
  const client = new Client(await api.ready(), settings.AFTERGLOW_API_KEY);
  t.match(api.out(), /database +DATABASE_URL\n/, 'it says whose database it uses');
  t.match(api.out(), /Neon +NEON_API_URL\n/, 'and whose Neon');
  t.match(api.out(), /roles +api\n/);

  const branch = await register(client, emulator);
  const { id } = await client.ask<SnapshotView>('POST', '/v1/snapshots', { branchId: branch.id });
  await sleep(2_500);
  const look = () => client.ask<SnapshotView>('GET', `/v1/snapshots/${id}`);
  t.equal((await look()).status, 'requested', 'without a worker it waits');
  const waiting = await rowsOf(databaseUrl, 'select status, release from outbox where subject_id = $1', [id]);
  t.strictSame(waiting, [{ status: 'waiting', release: 0 }], 'as a promise that nobody has released');

  const worker = startProcess(t, { dataDir: join(folder, 'worker'), settings: { ...settings, ROLES: 'worker' } });
  await worker.ready();
  t.match(worker.out(), /roles +worker\n/);
  t.equal((await until(look, ({ status }) => status !== 'requested' && status !== 'creating')).status, 'available');

  t.strictSame(await worker.end('SIGKILL'), { code: null, signal: 'SIGKILL' });
  const later = await client.ask<SnapshotView>('POST', '/v1/snapshots', { branchId: branch.id });
  t.equal(later.status, 'requested', 'without the worker, requests are still taken');
  await endWell(t, api, dataDir);
});

t.test('REDIS_URL: the queue is on Redis, which it says', async (t) => {
  const server = await testRedisServer(t);
  if (server === undefined) {
    t.not(process.env['CI'], 'true', 'there is no Redis: CI has one');
    t.comment('There is no redis-server on PATH and no TEST_REDIS_URL: REDIS_URL was not tried.');
    return;
  }
  const url = `${server}/${redisDatabase}`;
  const redis = new Redis(url);
  t.teardown(() => redis.disconnect());
  await redis.flushdb();
  const dataDir = join(await makeTemporaryDir(t), 'data');
  const service = startProcess(t, { dataDir, settings: { REDIS_URL: url } });
  const client = new Client(await service.ready(), readLocal(dataDir).apiKey);
  t.match(service.out(), /queue +BullMQ on Redis \(REDIS_URL\)\n/);

  const [project] = await client.list<ProjectView>('/v1/projects');
  const [branch] = await client.list<BranchView>(`/v1/projects/${project?.id ?? ''}/branches`);
  const { id } = await client.ask<SnapshotView>('POST', '/v1/snapshots', { branchId: branch?.id });
  const look = () => client.ask<SnapshotView>('GET', `/v1/snapshots/${id}`);
  t.equal((await until(look, ({ status }) => status !== 'requested' && status !== 'creating')).status, 'available');
  t.ok((await redis.keys('afterglow-*:*')).length > 0, 'Redis holds its queues');
  const tables = await rowsOf(
    embeddedDatabase(dataDir),
    `select table_schema from information_schema.tables where table_name in ('job', 'scheduler')`,
  );
  t.strictSame(tables, [], 'and Postgres holds none');
  await redis.flushdb();
  await endWell(t, service, dataDir);
});

async function register(client: Client, emulator: Emulator): Promise<BranchView> {
  const credential = await client.ask<CredentialView>('POST', '/v1/credentials', {
    name: 'neon',
    neonApiKey: emulator.apiKey,
  });
  const project = await client.ask<ProjectView>('POST', '/v1/projects', {
    neonProjectId: emulator.projectId,
    credentialId: credential.id,
  });
  const [branch] = await client.list<BranchView>(`/v1/projects/${project.id}/branches`);
  if (!branch) throw new Error('the project has no branch');
  return branch;
}

async function endWell(t: Test, service: Running, dataDir: string): Promise<void> {
  t.strictSame(await service.end('SIGTERM'), { code: 0, signal: null });
  t.equal(service.err(), '', 'it has logged no fault');
  t.strictSame(await untilNothingRuns(dataDir), []);
}
