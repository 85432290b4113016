// Starts what the benchmarks of jobs need: a Postgres, a Redis, a Neon emulator without rows, and Afterglow's workers as processes of
// their own. The emulator and the bench share a process, which is idle otherwise.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/local/neon-emulator/index.ts';
import { connectStore } from '../../src/store/connect.ts';
import type { Db } from '../../src/store/database.ts';
import { startDatabaseServer } from '../../test/harness/database-server.ts';
import { startRedis } from '../../test/harness/redis-server.ts';

export type Backend = 'redis' | 'postgres';

export interface Worker {
  /** Proportional set size of the process, in MB. */
  memoryMb(): Promise<number>;
  stop(): Promise<void>;
}

export interface World {
  readonly db: Db;
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly emulator: Emulator;
  /** Seals as the workers do. */
  readonly encryptionKeys: string;
  startWorker(settings?: Readonly<Record<string, string>>): Promise<Worker>;
  close(): Promise<void>;
}

const root = resolve(import.meta.dirname, '../..');
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
  const workers: Worker[] = [];
  return {
    db: store.db,
    databaseUrl: database.url,
    redisUrl: redis?.url,
    emulator,
    encryptionKeys,
    async startWorker(settings = {}) {
      const worker = await startProcess({
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

async function startProcess(settings: Readonly<Record<string, string>>): Promise<Worker> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: root,
    env: { PATH, HOME, NODE_OPTIONS: await nodeOptions(), ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  await new Promise<void>((ready, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => text.includes('roles') && ready());
    void ended.then(() => fail(new Error('A worker ended before it was ready.')));
  });
  return {
    async memoryMb() {
      const rollup = await readFile(`/proc/${child.pid}/smaps_rollup`, 'utf8');
      return Number(/^Pss: +(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Those of the image; behind them what this run was given, for profiles or to try others. */
async function nodeOptions(): Promise<string> {
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
  const ofImage = /^ENV NODE_OPTIONS="(.+)"$/m.exec(dockerfile)?.[1];
  if (ofImage === undefined) throw new Error('The Dockerfile sets no NODE_OPTIONS.');
  return `${ofImage} ${process.env['NODE_OPTIONS'] ?? ''}`;
}
