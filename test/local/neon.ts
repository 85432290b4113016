/**
 * Owns how the tests of the emulator speak to it: one temporary directory and emulator per test file, calls, waiting for
 * operations, SQL through an endpoint.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Branch, ConnectionUriResponse, Endpoint, Operation, Snapshot } from '@neon/sdk/raw';
import pg from 'pg';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/local/neon-emulator/index.ts';

export interface Answered<T> {
  readonly status: number;
  readonly body: T;
}

/** All that any answer of the API may hold; a test names what it expects. */
export interface Body {
  readonly code: string;
  readonly message: string;
  readonly request_id: string;
  readonly branch: Branch;
  readonly branches: Branch[];
  readonly snapshot: Snapshot;
  readonly snapshots: Snapshot[];
  readonly endpoint: Endpoint;
  readonly endpoints: Endpoint[];
  readonly operation: Operation;
  readonly operations: Operation[];
  readonly pagination: { readonly next?: string; readonly cursor?: string };
  readonly role: { readonly name: string; readonly password: string };
  readonly roles: { readonly name: string }[];
  readonly databases: { readonly name: string; readonly owner_name: string }[];
}

export interface Neon {
  readonly emulator: Emulator;
  readonly dir: string;
  call<T = Body>(method: string, path: string, body?: unknown): Promise<Answered<T>>;
  /** As `call`, then waits until no operation runs; fails when one ends badly. */
  change(method: string, path: string, body?: unknown): Promise<Answered<Body>>;
  settled(): Promise<void>;
  branch(fields: Readonly<Record<string, unknown>>): Promise<Branch>;
  uri(branchId: string): Promise<string>;
  close(): Promise<void>;
}

export async function temporaryDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'afterglow-local-'));
  // Root that may not make user namespaces runs Postgres as nobody, who must be able to pass.
  await chmod(dir, 0o755);
  return dir;
}

export async function removeDir(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** A new emulator without the sample's rows, unless asked otherwise; `close` removes its directory. */
export async function openNeon(options: Partial<EmulatorOptions> = {}): Promise<Neon> {
  const dir = options.dataDir ?? (await temporaryDir());
  const emulator = await startEmulator({ sample: false, rateLimited: false, ...options, dataDir: dir });
  return speakTo(emulator, dir);
}

export function speakTo(emulator: Emulator, dir: string): Neon {
  async function call<T = Body>(method: string, path: string, body?: unknown): Promise<Answered<T>> {
    const url = path.startsWith('/') ? path : `/projects/${emulator.projectId}${path === '' ? '' : `/${path}`}`;
    const response = await fetch(`${emulator.baseUrl}${url}`, {
      method,
      headers: { authorization: `Bearer ${emulator.apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: T = text === '' ? {} : JSON.parse(text);
    return { status: response.status, body: parsed };
  }
  async function settled(): Promise<void> {
    for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(5)) {
      const { body } = await call('GET', 'operations?limit=1000');
      const failed = body.operations.find(({ status }) => status === 'error');
      if (failed !== undefined) throw new Error(`operation ${failed.action} ended badly: ${failed.error}`);
      if (body.operations.every(({ status }) => status === 'finished')) return;
    }
    const { operations } = (await call('GET', 'operations')).body;
    const left = operations
      .filter(({ status }) => status !== 'finished')
      .map(({ action, status }) => `${action} ${status}`);
    throw new Error(`operations did not end within 15 seconds: ${left.join(', ')}`);
  }
  async function change(method: string, path: string, body?: unknown): Promise<Answered<Body>> {
    const answer = await call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.message}`);
    await settled();
    return answer;
  }
  return {
    emulator,
    dir,
    call,
    change,
    settled,
    async branch(fields) {
      const { body } = await change('POST', 'branches', { branch: fields, endpoints: [{ type: 'read_write' }] });
      return body.branch;
    },
    async uri(branchId) {
      const query = `branch_id=${branchId}&database_name=neondb&role_name=neondb_owner`;
      const { body } = await call<ConnectionUriResponse>('GET', `connection_uri?${query}`);
      return body.uri;
    },
    async close() {
      await emulator.close();
      await removeDir(dir);
    },
  };
}

/** Runs SQL on a connection of its own and answers with the first row's first column, as text. */
export async function sql(uri: string, text: string, values: unknown[] = []): Promise<string> {
  return withConnection(uri, async (client) => {
    const result = await client.query<unknown[]>({ text, values, rowMode: 'array' });
    return String(result.rows?.[0]?.[0]);
  });
}

export async function withConnection<T>(uri: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: uri });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}
