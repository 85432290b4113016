// SIGTERM: what is under way is finished or handed back between two steps, nothing is lost, and nobody waits for a stall time-out.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { JobView, ProjectView, RestoreView, SnapshotView } from '../../src/domain/index.ts';
import { startEmulator } from '../../src/local/neon-emulator/index.ts';
import { makeTemporaryDir } from '../harness/files.ts';
import { cloneDatabase } from '../harness/servers.ts';
import { readEvents, subscribeAt } from '../harness/streams.ts';
import { hold } from '../harness/strike.ts';
import { type Backend, listBackends } from './backends.ts';
import { Client, until } from './client.ts';
import { startProcess } from './running.ts';

t.setTimeout(180_000);
t.jobs = 2;

/** Far below the time after which BullMQ takes a delivery for stalled (5 s), let alone a lease (9 s). */
const handedOverWithinMs = 3_000;

for (const backend of await listBackends(t, 9)) {
  t.test(`the queue on ${backend.name}`, { buffered: true }, async (t) => {
    const world = await startWorld(t, backend);

    await t.test('a worker in the midst of a restore: it ends with 0, and another one goes on at once', async (t) => {
      const held = await hold(world, 'createBranch', 'after');
      const leaving = await world.startWorker();
      const restore = await world.client.ask<RestoreView>('POST', '/v1/restores', {
        source: { branchId: world.branchId, at: new Date().toISOString() },
        target: { kind: 'new_branch' },
      });
      await held.until();
      const ended = leaving.end('SIGTERM');
      await until(
        () => new Client(leaving.address, '').call('GET', '/readyz'),
        ({ status }) => status === 503,
      );
      held.end();
      t.strictSame(await ended, { code: 0, signal: null });
      t.equal(leaving.err(), '');
      const staying = await world.startWorker();
      const readyAt = Date.now();
      const view = await until(
        () => world.client.ask<RestoreView>('GET', `/v1/restores/${restore.id}`),
        ({ status }) => status !== 'requested' && status !== 'running',
      );
      t.equal(view.status, 'succeeded');
      const [firstOfStaying] = view.steps
        .map(({ endedAt }) => Date.parse(endedAt ?? ''))
        .filter((endedAt) => endedAt > readyAt);
      t.ok((firstOfStaying ?? readyAt) - readyAt < handedOverWithinMs, 'it waited for no time-out');
      const [job] = await world.client.list<JobView>(`/v1/jobs?subjectId=${restore.id}`);
      const { attempts } = await world.client.ask<{ attempts: { outcome: string; worker: string }[] }>(
        'GET',
        `/v1/jobs/${job?.id ?? ''}`,
      );
      t.ok(attempts.some(({ outcome }) => outcome === 'handed_back'));
      t.notOk(attempts.some(({ outcome }) => outcome === 'lost'));
      t.equal(new Set(attempts.map(({ worker }) => worker)).size, 2, 'two processes had their part in it');
      await staying.end('SIGTERM');
    });

    await t.test(
      'a call of Neon outlasts the grace: it ends with 0 all the same, and another one goes on',
      async (t) => {
        const held = await hold(world, 'createBranch', 'before');
        const leaving = await world.startWorker({ SHUTDOWN_GRACE_SECONDS: '1' });
        const restore = await world.client.ask<RestoreView>('POST', '/v1/restores', {
          source: { branchId: world.branchId, at: new Date().toISOString() },
          target: { kind: 'new_branch' },
        });
        await held.until();
        t.strictSame(await leaving.end('SIGTERM'), { code: 0, signal: null });
        held.end();
        const staying = await world.startWorker();
        const view = await until(
          () => world.client.ask<RestoreView>('GET', `/v1/restores/${restore.id}`),
          ({ status }) => status !== 'requested' && status !== 'running',
        );
        t.equal(view.status, 'succeeded');
        await staying.end('SIGTERM');
      },
    );

    await t.test(
      'twenty snapshots, and every worker ends one after the other: none is lost or made twice',
      async (t) => {
        const ids: string[] = [];
        for (let count = 0; count < 20; count += 1) {
          ids.push((await world.client.ask<SnapshotView>('POST', '/v1/snapshots', { branchId: world.branchId })).id);
        }
        let worker = await world.startWorker();
        for (let restarts = 0; restarts < 3; restarts += 1) {
          const ended = worker.end('SIGTERM');
          worker = await world.startWorker();
          t.strictSame(await ended, { code: 0, signal: null });
        }
        const available = await until(
          () => world.client.list<SnapshotView>('/v1/snapshots?limit=200&status=available'),
          (items) => items.length === ids.length,
          90_000,
        );
        t.strictSame(available.map(({ id }) => id).sort(), ids.sort());
        t.equal((await world.client.list<SnapshotView>('/v1/snapshots?limit=200')).length, ids.length);
        const { snapshots } = await world.neon.ask<{ snapshots: unknown[] }>('GET', '/snapshots');
        t.equal(snapshots.length, ids.length, 'Neon holds one for each');
        t.strictSame(await worker.end('SIGTERM'), { code: 0, signal: null });
      },
    );

    await t.test(
      'a process with readers: they are told what another has done, sent away, and not waited for',
      async (t) => {
        const { client, api } = world;
        const events = await readEvents(t, `${client.base}/v1/events?topics=snapshot`, client);
        const socket = subscribeAt(t, client.base, 'subscription { jobsChanged { missed } }', {
          params: { authorization: `Bearer ${client.key}` },
        });
        await Promise.all([events.until(({ event }) => event === 'ready'), socket.until(() => true)]);
        const worker = await world.startWorker();
        await client.ask('POST', '/v1/snapshots', { branchId: world.branchId });
        await events.until(({ data }) => data['snapshot']?.status === 'available');
        const since = Date.now();
        t.strictSame(await api.end('SIGTERM'), { code: 0, signal: null });
        t.ok(Date.now() - since < 10_000, `${Date.now() - since} ms`);
        t.equal(api.err(), '');
        t.match((await events.until(({ event }) => event === 'end')).data, { code: 'starting' });
        t.match(await socket.ended(), { code: 1001 });
        await worker.end('SIGTERM');
      },
    );
  });
}

async function startWorld(t: Test, backend: Backend) {
  const folder = await makeTemporaryDir(t);
  const databaseUrl = await cloneDatabase(t);
  const emulator = await startEmulator({ dataDir: join(folder, 'neon'), sample: false, rateLimited: false });
  t.teardown(() => emulator.close());
  const settings = {
    DATABASE_URL: databaseUrl,
    ...(backend.redisUrl === undefined ? {} : { REDIS_URL: backend.redisUrl }),
    NEON_API_URL: emulator.baseUrl,
    NEON_POLL_MIN_MS: '100',
    ENCRYPTION_KEYS: `first:${randomBytes(32).toString('base64url')}`,
    AUDIT_SIGNING_KEYS: `first:${randomBytes(32).toString('base64url')}`,
    AFTERGLOW_API_KEY: 'key-of-the-workers-that-leave',
  };
  let started = 0;
  const start = (ROLES: string, more: Readonly<Record<string, string>> = {}) => {
    started += 1;
    return startProcess(t, { dataDir: join(folder, `process-${started}`), settings: { ...settings, ...more, ROLES } });
  };
  const api = start('api');
  const client = new Client(await api.ready(), settings.AFTERGLOW_API_KEY);
  const credential = await client.ask<{ id: string }>('POST', '/v1/credentials', {
    name: 'neon',
    neonApiKey: emulator.apiKey,
  });
  const project = await client.ask<ProjectView>('POST', '/v1/projects', {
    neonProjectId: emulator.projectId,
    credentialId: credential.id,
  });
  const [branch] = await client.list<{ id: string }>(`/v1/projects/${project.id}/branches`);
  const neon = new Client(`${emulator.baseUrl}/projects/${emulator.projectId}`, emulator.apiKey);
  return {
    api,
    client,
    neon,
    emulator,
    branchId: branch?.id ?? '',
    async startWorker(more?: Readonly<Record<string, string>>) {
      const worker = start('worker', more);
      return { ...worker, address: await worker.ready() };
    },
  };
}
