// The two queues that Afterglow runs on, each with a way to lose all that it holds.

import { Redis } from 'ioredis';
import type { Test } from 'tap';
import type { Registered } from '../harness/app.ts';
import { testRedisServer } from '../harness/servers.ts';
import { rowsOf } from './client.ts';

export interface Backend {
  readonly name: string;
  readonly redisUrl: string | undefined;
  /** Forgets every job of the queue, as when Redis is restarted without its data. */
  wipe(world: Pick<Registered, 'databaseUrl'>): Promise<void>;
}

/** Both, or Postgres alone where there is no Redis, which CI does not let pass. `redisDatabase` is this file's alone. */
export async function listBackends(t: Test, redisDatabase: number): Promise<Backend[]> {
  const onPostgres: Backend = {
    name: 'Postgres',
    redisUrl: undefined,
    wipe: async ({ databaseUrl }) => {
      await rowsOf(databaseUrl, 'truncate bullmq.job cascade');
    },
  };
  const server = await testRedisServer(t);
  if (server === undefined) {
    t.not(process.env['CI'], 'true', 'there is no Redis: CI has one');
    t.comment('There is no redis-server on PATH and no TEST_REDIS_URL: the queue on Redis was not tried.');
    return [onPostgres];
  }
  const redisUrl = `${server}/${redisDatabase}`;
  const wipe = async (): Promise<void> => {
    const redis = new Redis(redisUrl);
    await redis.flushdb();
    redis.disconnect();
  };
  await wipe();
  return [onPostgres, { name: 'Redis', redisUrl, wipe }];
}
