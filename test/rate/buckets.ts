// The two buckets that processes share, each seen through two connections as two processes have them, with its state to be read
// and set: so a test lets time pass without waiting.

import { Redis } from 'ioredis';
import { sql } from 'kysely';
import type { Test } from 'tap';
import { type RateBucket, type RateLimits, type RateState, unusedRate } from '../../src/core/rate.ts';
import { rateBucketOnRedis } from '../../src/queue/rate.ts';
import { connectStore } from '../../src/store/connect.ts';
import { rateBucketOnPostgres } from '../../src/store/rate.ts';
import { cloneDatabase, testRedisServer } from '../harness/servers.ts';

export interface SharedBucket {
  readonly name: string;
  /** Two processes' views of it. */
  open(limits: RateLimits): Promise<readonly [RateBucket, RateBucket]>;
  read(accountId: string): Promise<RateState>;
  write(accountId: string, state: RateState): Promise<void>;
}

const prefix = 'afterglow-tem_rate';

/** Both, or Postgres alone where there is no Redis, which CI does not let pass. `redisDatabase` is the file's alone. */
export async function listSharedBuckets(t: Test, redisDatabase: number): Promise<SharedBucket[]> {
  const onPostgres = await openPostgres(t);
  const server = await testRedisServer(t);
  if (server !== undefined) return [onPostgres, await openRedis(t, `${server}/${redisDatabase}`)];
  t.not(process.env['CI'], 'true', 'there is no Redis: CI has one');
  t.comment('There is no redis-server on PATH and no TEST_REDIS_URL: the bucket on Redis was not tried.');
  return [onPostgres];
}

async function openPostgres(t: Test): Promise<SharedBucket> {
  const url = await cloneDatabase(t);
  const stores = [1, 2].map(() => connectStore(url, { connectionsMax: 6, onError: () => undefined }));
  t.teardown(() => Promise.all(stores.map((store) => store.close())));
  const [one, two] = stores;
  if (!one || !two) throw new Error('there are two stores');
  return {
    name: 'Postgres',
    open: async (limits) => [rateBucketOnPostgres(one.db, limits), rateBucketOnPostgres(two.db, limits)],
    async read(accountId) {
      const { rows } = await sql<PostgresRow>`select * from rate_buckets where account_id = ${accountId}`.execute(
        one.db,
      );
      const [row] = rows;
      if (!row) return unusedRate;
      return {
        allUs: row.all_us,
        restUs: row.rest_us,
        routesUs: row.routes_us,
        heldUntilUs: row.held_until_us,
        shrunkAtUs: row.shrunk_at_us,
        divisor: row.divisor,
      };
    },
    async write(accountId, state) {
      await sql`delete from rate_buckets where account_id = ${accountId}`.execute(one.db);
      await sql`
        insert into rate_buckets (account_id, all_us, rest_us, routes_us, held_until_us, shrunk_at_us, divisor)
        values (${accountId}, ${state.allUs}, ${state.restUs}, ${JSON.stringify(state.routesUs)}, ${state.heldUntilUs},
          ${state.shrunkAtUs}, ${state.divisor})`.execute(one.db);
    },
  };
}

interface PostgresRow {
  readonly all_us: number;
  readonly rest_us: number;
  readonly routes_us: Readonly<Record<string, number>>;
  readonly held_until_us: number;
  readonly shrunk_at_us: number;
  readonly divisor: number;
}

async function openRedis(t: Test, url: string): Promise<SharedBucket> {
  const connections = [1, 2].map(() => new Redis(url, { maxRetriesPerRequest: null }));
  t.teardown(() => connections.forEach((connection) => connection.disconnect()));
  const [one, two] = connections;
  if (!one || !two) throw new Error('there are two connections');
  const keyOf = (accountId: string): string => `${prefix}:rate:${accountId}`;
  await Promise.all(connections.map((connection) => connection.ping()));
  return {
    name: 'Redis',
    open: async (limits) => [rateBucketOnRedis(one, { prefix, limits }), rateBucketOnRedis(two, { prefix, limits })],
    async read(accountId) {
      const { all, rest, held, shrunk, divisor, ...routes } = await one.hgetall(keyOf(accountId));
      const number = (text: string | undefined): number => Number(text ?? 0);
      return {
        allUs: number(all),
        restUs: number(rest),
        routesUs: Object.fromEntries(Object.entries(routes).map(([route, used]) => [route, Number(used)])),
        heldUntilUs: number(held),
        shrunkAtUs: number(shrunk),
        divisor: divisor === undefined ? 1 : Number(divisor),
      };
    },
    async write(accountId, state) {
      await one.del(keyOf(accountId));
      await one.hset(keyOf(accountId), {
        all: state.allUs,
        rest: state.restUs,
        held: state.heldUntilUs,
        shrunk: state.shrunkAtUs,
        divisor: state.divisor,
        ...state.routesUs,
      });
    },
  };
}
