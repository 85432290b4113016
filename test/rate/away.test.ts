// Redis dies under a process that governs its calls: takes neither hang nor run free.

import { once } from 'node:events';
import { Redis } from 'ioredis';
import t from 'tap';
import { defaultRateLimits } from '../../src/core/rate.ts';
import { withSpareRate } from '../../src/neon/spare-rate.ts';
import { rateBucketOnRedis } from '../../src/queue/rate.ts';
import { makeTemporaryDir } from '../harness/files.ts';
import { startRedis } from '../harness/redis-server.ts';

t.test('Redis is killed: takes are answered at once at a tenth of the rate, and it is said once', async (t) => {
  const server = await startRedis(await makeTemporaryDir(t));
  if (server === undefined) {
    t.not(process.env['CI'], 'true', 'there is no Redis: CI has one');
    t.comment('There is no redis-server on PATH: its end was not tried.');
    return;
  }
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  t.teardown(() => redis.disconnect());
  redis.on('error', () => undefined);
  await redis.ping();
  const warnings: object[] = [];
  const bucket = withSpareRate(rateBucketOnRedis(redis, { prefix: 'afterglow-away', limits: defaultRateLimits }), {
    limits: defaultRateLimits,
    nowMs: () => performance.now(),
    log: { info: () => undefined, warn: (facts) => void warnings.push(facts) },
  });
  const take = (index: number) => bucket.take('acc', { share: 'restore', route: `r${index}`, waitMaxMs: 0 });
  t.match(await take(0), { waitMs: 0 });
  const closed = once(redis, 'close');
  await server.stop();
  await closed;
  const taken = await Promise.all(Array.from({ length: 40 }, (_, index) => take(index)));
  const granted = taken.filter((one) => 'waitMs' in one).length;
  t.ok(granted >= 10 && granted <= 11, `${granted} of 40 are granted`);
  t.equal(warnings.length, 1);
  t.notMatch(warnings[0], { err: { message: /did not answer/ } }, 'nobody waits for what is known to be away');
});
