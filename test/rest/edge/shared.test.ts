// Counts in Redis are those of all processes, and a Redis that dies takes no answer with it.

import { once } from 'node:events';
import { Redis } from 'ioredis';
import t from 'tap';
import { makeTemporaryDir } from '../../harness/files.ts';
import { startRedis } from '../../harness/redis-server.ts';
import { openDoor } from '../door.ts';

t.test('two processes count as one; with Redis away each counts its own, and says so once', async (t) => {
  const server = await startRedis(await makeTemporaryDir(t));
  if (server === undefined) {
    t.not(process.env['CI'], 'true', 'there is no Redis: CI has one');
    t.comment('There is no redis-server on PATH: counting together was not tried.');
    return;
  }
  t.teardown(() => server.stop());
  const redis = new Redis(server.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 250 });
  t.teardown(() => redis.disconnect());
  redis.on('error', () => undefined);
  await once(redis, 'ready');
  const shared = {
    sharedCounts: { redis, prefix: 'afterglow-test' },
    edge: { requestsPerKey: 4, requestsPerTeam: 0, failedSignIns: 2 },
  };
  const [one, other] = [await openDoor(t, shared), await openDoor(t, shared)];
  const wrong = (door: typeof one) => door.send('GET', '/v1/jobs', undefined, { authorization: 'Bearer wrong' });
  for (const door of [one, other, one, other]) t.equal((await door.send('GET', '/v1/jobs')).statusCode, 200);
  for (const door of [one, other]) t.match((await door.send('GET', '/v1/jobs')).json(), { code: 'rate_limited' });
  for (const door of [one, other]) t.match((await wrong(door)).json(), { code: 'unauthenticated' });
  for (const door of [one, other]) t.match((await wrong(door)).json(), { code: 'sign_in_slowed' });
  const ttls = await Promise.all((await redis.keys('afterglow-test:count:*')).map((key) => redis.pttl(key)));
  t.equal(ttls.length, 2);
  t.ok(
    ttls.every((ttl) => ttl > 0 && ttl <= 60_000),
    'no count outlives its minute',
  );

  const closed = once(redis, 'close');
  await server.stop();
  await closed;
  for (const door of [one, other]) {
    const answers = [];
    for (let sent = 0; sent < 5; sent += 1) answers.push((await door.send('GET', '/v1/jobs')).statusCode);
    t.strictSame(answers, [200, 200, 200, 200, 429], 'the limit holds in each process');
    t.equal(door.lines.filter((line) => line.includes('Redis cannot be reached to count')).length, 1);
  }
});
