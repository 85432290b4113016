// Owns a Postgres and a Redis that are a test's alone, because both are broken and started anew on their ports.

import { join } from 'node:path';
import type { Test } from 'tap';
import { Redis } from 'ioredis';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../../../src/local/postgres/index.ts';
import { migrateToLatest } from '../../../src/store/migrate.ts';
import { makeTemporaryDir } from '../files.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import type { Servers } from './world.ts';
import { query } from '../database-server.ts';

export interface BreakableServers extends Servers {
  /** `immediate` as when the machine's Postgres is killed: the next start recovers. */
  restartPostgres(how: 'fast' | 'immediate', downMs: number): Promise<void>;
  /** Ends every connection but the asker's. Answers how many there were. */
  cutConnections(): Promise<number>;
  flushRedis(): Promise<void>;
  restartRedis(downMs: number): Promise<void>;
}

const databaseName = 'afterglow';

export async function startBreakableServers(t: Test): Promise<BreakableServers> {
  const folder = await makeTemporaryDir(t);
  const dataDir = join(folder, 'postgres');
  let postgres: PostgresServer = await startPostgres({ dataDir, durable: false });
  t.teardown(() => postgres.stop());
  const { port } = postgres;
  await query(postgres.uri(), `create database ${databaseName}`);
  const databaseUrl = postgres.uri(databaseName);
  await migrateToLatest(databaseUrl);
  let redis = await launchRedis(folder);
  t.teardown(() => redis.stop());
  const redisUrl = redis.url;
  return {
    databaseUrl,
    redisUrl,
    async restartPostgres(how, downMs) {
      if (how === 'immediate') {
        process.kill(postgres.pid, 'SIGQUIT');
        await postgres.ended;
      } else await postgres.stop();
      await wait(downMs);
      postgres = await startPostgres({ dataDir, durable: false, port });
    },
    async cutConnections() {
      const client = new pg.Client({ connectionString: databaseUrl });
      client.on('error', () => undefined);
      await client.connect();
      try {
        const { rowCount } = await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where pid <> pg_backend_pid() and backend_type = 'client backend' and datname = current_database()`,
        );
        return rowCount ?? 0;
      } finally {
        await client.end();
      }
    },
    async flushRedis() {
      const client = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
      client.on('error', () => undefined);
      await client.flushall().finally(() => client.disconnect());
    },
    async restartRedis(downMs) {
      await redis.stop();
      await wait(downMs);
      redis = await launchRedis(folder, Number(new URL(redisUrl).port));
    },
  };
}

async function launchRedis(folder: string, port?: number): Promise<RedisServer> {
  const server = await startRedis(folder, port === undefined ? {} : { port });
  if (!server) throw new Error('There is no redis-server on PATH: chaos cannot be without one.');
  return server;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
