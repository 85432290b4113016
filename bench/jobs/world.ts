// Starts what the benchmarks of jobs need: a Postgres, a Redis, a Neon emulator without rows, and Afterglow's workers as processes of
// their own. The emulator and the bench share a process, which is idle otherwise.

import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/local/neon-emulator/index.ts';
import { connectStore } from '../../src/store/connect.ts';
import type { Db } from '../../src/store/database.ts';
import { startDatabaseServer } from '../../test/harness/database-server.ts';
import { startRedis } from '../../test/harness/redis-server.ts';
import { type Program, serviceReady, startProgram } from '../program.ts';

export type Backend = 'redis' | 'postgres';

export interface World {
  readonly db: Db;
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly emulator: Emulator;
  /** Seals as the workers do. */
  readonly encryptionKeys: string;
  startWorker(settings?: Readonly<Record<string, string>>): Promise<Program>;
  close(): Promise<void>;
}

const apiKey = 'the-key-of-the-benchmark';

export async function startWorld(backend: Backend, emulated: Partial<EmulatorOptions> = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'afterglow-bench-'));
  // Postgres may run under another uid, which must reach its own folder in here.
  await chmod(folder, 0o711);
  const database = await startDatabaseServer(folder);
  const redis = backend === 'redis' ? await startRedis(folder) : undefined;
  if (backend === 'redis' && redis === undefined) throw new Error('There is no redis-server on PATH.');
  const emulator = await startEmulator({
    rows: 'none',
    sample: false,
    empty: true,
    rateLimited: false,
    ...emulated,
    dataDir: join(folder, 'neon'),
  });
  const encryptionKeys = `first:${randomBytes(32).toString('base64url')}`;
  const auditSigningKeys = `first:${randomBytes(32).toString('base64url')}`;
  // Makes the first team, whose key the workers are given too.
  const app = await buildApp({
    databaseUrl: database.url,
    redisUrl: redis?.url,
    neonApiUrl: emulator.baseUrl,
    encryptionKeys,
    auditSigningKeys,
    apiKey,
    roles: new Set(['api']),
    production: false,
    logger: pino({ level: 'silent' }),
  });
  await app.close();
  const store = connectStore(database.url, { connectionsMax: 4, onError: () => undefined });
  const workers: Program[] = [];
  return {
    db: store.db,
    databaseUrl: database.url,
    redisUrl: redis?.url,
    emulator,
    encryptionKeys,
    async startWorker(settings = {}) {
      const worker = await startProgram({
        script: 'src/main.ts',
        ready: serviceReady,
        settings: {
          DATABASE_URL: database.url,
          ...(redis ? { REDIS_URL: redis.url } : {}),
          NEON_API_URL: emulator.baseUrl,
          ENCRYPTION_KEYS: encryptionKeys,
          AUDIT_SIGNING_KEYS: auditSigningKeys,
          AFTERGLOW_API_KEY: apiKey,
          AFTERGLOW_DATA_DIR: join(folder, 'data'),
          ROLES: 'worker',
          PORT: '0',
          ...settings,
        },
      });
      workers.push(worker);
      return worker;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await store.close();
      await emulator.close();
      await redis?.stop();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
