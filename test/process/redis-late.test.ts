// A Redis that is not there at the start: requests are taken and kept, and what they ask for is done once it is there.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { BranchView, ProjectView, SnapshotView } from '../../src/domain/index.ts';
import { findFreePort } from '../../src/local/postgres/ports.ts';
import { makeTemporaryDir } from '../harness/files.ts';
import { type RedisServer, startRedis } from '../harness/redis-server.ts';
import { Client, readLocal, until } from './client.ts';
import { type Running, startProcess, untilNothingRuns } from './running.ts';

t.setTimeout(180_000);

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly server?: string;
}

const warn = 40;

async function startWithoutRedis(t: Test) {
  const folder = await makeTemporaryDir(t);
  const dataDir = join(folder, 'data');
  const port = await findFreePort();
  const settings = { REDIS_URL: `redis://:not-to-be-shown@127.0.0.1:${port}`, LOG_LEVEL: 'info' };
  const service = startProcess(t, { dataDir, settings });
  const address = await service.ready();
  const come = async (maxmemoryPolicy = 'noeviction'): Promise<RedisServer> => {
    const redis = await startRedis(folder, { port, maxmemoryPolicy });
    if (!redis) throw new Error('There is no redis-server on PATH.');
    t.teardown(() => redis.stop());
    return redis;
  };
  return { service, dataDir, port, come, client: new Client(address, readLocal(dataDir).apiKey) };
}

/** Its log lines; other lines are none. */
function linesOf(service: Running): Line[] {
  return service
    .err()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}

const awayOf = async (client: Client) => (await client.ask<{ away: string[] }>('GET', '/readyz')).away;

t.test(
  'it starts, takes a request and says what is away; with Redis the request is done, and each is said once',
  async (t) => {
    const { service, dataDir, port, come, client } = await startWithoutRedis(t);
    const [project] = await client.list<ProjectView>('/v1/projects');
    const [branch] = await client.list<BranchView>(`/v1/projects/${project?.id ?? ''}/branches`);
    const { id } = await client.ask<SnapshotView>('POST', '/v1/snapshots', { branchId: branch?.id });
    const look = () => client.ask<SnapshotView>('GET', `/v1/snapshots/${id}`);
    t.strictSame(await awayOf(client), ['queue']);
    await sleep(4_000);
    t.equal((await look()).status, 'requested');
    const redis = await come();
    await until(look, ({ status }) => status === 'available');
    t.strictSame(await awayOf(client), []);

    await redis.stop();
    await sleep(7_000);
    t.strictSame(await awayOf(client), ['queue'], 'it went again');
    await come();
    await until(
      () => awayOf(client),
      (away) => away.length === 0,
    );

    const ofRedis = linesOf(service).filter(({ server }) => server === `127.0.0.1:${port}`);
    t.strictSame(
      ofRedis.map(({ level, msg }) => [level >= warn, msg.includes('away;')]),
      [
        [true, true],
        [false, false],
        [true, true],
        [false, false],
      ],
    );
    const others = linesOf(service).filter(
      (line) => line.level >= warn && !ofRedis.some(({ msg }) => msg === line.msg),
    );
    for (const { msg } of others) t.match(msg, /rate limit/, 'nothing else is at fault');
    t.ok(others.length <= 2, `${others.length} of the rate limit`);
    t.notMatch(service.err(), /not-to-be-shown/);
    t.strictSame(await service.end('SIGTERM'), { code: 0, signal: null });
    t.strictSame(await untilNothingRuns(dataDir), []);
  },
);

t.test('while it has not been there, SIGTERM ends the process with 0 at once', async (t) => {
  const { service } = await startWithoutRedis(t);
  const since = performance.now();
  t.strictSame(await service.end('SIGTERM'), { code: 0, signal: null });
  const tookMs = Math.round(performance.now() - since);
  t.ok(tookMs < 5_000, `it took ${tookMs} ms`);
});

t.test(
  'one that evicts keys, when it is there at last, ends the process with the sentence that says why',
  async (t) => {
    const { service, dataDir, port, come } = await startWithoutRedis(t);
    await come('allkeys-lru');
    t.strictSame(await service.ended, { code: 1, signal: null });
    const said =
      service
        .err()
        .split('\n')
        .find((line) => line.startsWith('Afterglow ends.')) ?? '';
    for (const part of [/REDIS_URL/, `127.0.0.1:${port}`, /allkeys-lru/, /set its maxmemory-policy to noeviction/]) {
      t.match(said, part);
    }
    t.notMatch(service.err(), /not-to-be-shown/);
    t.strictSame(await untilNothingRuns(dataDir), []);
  },
);
