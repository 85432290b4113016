// A whole installation for one door: its own database, its own Neon emulator, the app with its worker.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import type { Test } from 'tap';
import { type App, buildApp } from '../../src/app.ts';
import { type Emulator, startEmulator } from '../../src/local/neon-emulator/index.ts';
import { cloneDatabase } from '../harness/servers.ts';

export interface World {
  readonly app: App;
  readonly emulator: Emulator;
  /** Ids that steps have kept, by name. */
  readonly kept: Map<string, string>;
  /** Every line of the log at warn or above. */
  readonly alarms: string[];
  send(request: Sent): Promise<Answered>;
  sql<T extends object>(text: string): Promise<T[]>;
  /** Waits until Neon is known to work on every snapshot and restore that was asked for, or they have ended. */
  underWay(): Promise<void>;
  /** Waits until no promised work is left. */
  idle(): Promise<void>;
}

export interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

const apiKey = 'the-key-of-the-parity-test';

/** Operations of this emulator take a while, so that a step finds what the one before has left running. */
const latencyMs = 400;

export async function openWorld(t: Test): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'afterglow-doors-'));
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const emulator = await startEmulator({ dataDir: folder, sample: false, rateLimited: false, latencyMs });
  t.teardown(() => emulator.close());
  const databaseUrl = await cloneDatabase(t);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  t.teardown(() => pool.end());
  const alarms: string[] = [];
  const app = await buildApp({
    databaseUrl,
    neonApiUrl: emulator.baseUrl,
    encryptionKeys: `k1:${randomBytes(32).toString('base64url')}`,
    auditSigningKeys: `a1:${randomBytes(32).toString('base64url')}`,
    apiKey,
    roles: new Set(['api', 'worker']),
    production: false,
    logger: pino({ level: 'warn' }, { write: (line: string) => void alarms.push(line) }),
    settings: { pollMinMs: 100 },
  });
  t.teardown(() => app.close());
  await app.start();

  async function sql<T extends object>(text: string): Promise<T[]> {
    return (await pool.query<T>(text)).rows;
  }
  return {
    app,
    emulator,
    kept: new Map(),
    alarms,
    sql,
    async send({ method, url, body, headers = {} }) {
      const { statusCode, payload } = await app.rest.inject({
        method,
        url,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      });
      return { status: statusCode, body: payload === '' ? undefined : (JSON.parse(payload) as unknown) };
    },
    underWay: () =>
      none(`select id, status from snapshots where status = 'requested' or (status = 'creating' and neon_id is null)
        union all select id, status from restores
          where status = 'requested' or (status = 'running' and progress -> 'operationIds' is null)`),
    idle: () => none(`select id, job, subject_id, status, reason from outbox where status <> 'done'`),
  };

  async function none(query: string): Promise<void> {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(10)) {
      if ((await sql(query)).length === 0) return;
    }
    throw new Error(`waits in vain: ${JSON.stringify(await sql(query))}`);
  }
}
