// Speaks to a running service, to the Neon emulator in it, and to the databases behind both, as a test needs it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Page } from '../../src/domain/index.ts';

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** Calls one HTTP API with one key. A test names the body that it expects. */
export class Client {
  readonly base: string;
  readonly key: string;

  constructor(base: string, key: string) {
    this.base = base;
    this.key = key;
  }

  async call<T = { readonly code: string }>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: T = text === '' ? {} : JSON.parse(text);
    return { status: response.status, body: parsed };
  }

  /** As `call`, for an answer that must be 2xx. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call<T>(method, path, body);
    if (answer.status < 200 || answer.status > 299) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  /** The items of a list's first page. */
  async list<T>(path: string): Promise<readonly T[]> {
    return (await this.ask<Page<T>>('GET', path)).items;
  }
}

/** Looks again until it is so; throws with what it saw last. */
export async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean, withinMs = 30_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; ; await sleep(30)) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`It was not so within ${withinMs} ms: ${JSON.stringify(seen)}`);
  }
}

/** The rows of one statement on a connection of its own. */
export async function rowsOf<T extends pg.QueryResultRow>(
  uri: string,
  statement: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: uri });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(statement, values)).rows;
  } finally {
    await client.end();
  }
}

interface LocalAddresses {
  readonly address: string;
  readonly apiKey: string;
  readonly neonApiUrl: string;
  readonly neonApiKey: string;
  readonly sampleUri: string;
}

/** What a service in local mode has written about itself; read it after the service is ready. */
export function readLocal(dataDir: string): LocalAddresses {
  const local: LocalAddresses = JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8'));
  return local;
}

/** The service's own embedded database. */
export function embeddedDatabase(dataDir: string): string {
  const password = readFileSync(join(dataDir, 'postgres-password'), 'utf8').trim();
  const [, , , port = ''] = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
  return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

interface EmulatorState {
  readonly projects: readonly { readonly id: string }[];
}

/** The emulator inside a service in local mode: a client at its first project. */
export function embeddedNeon(dataDir: string): Client {
  const state: EmulatorState = JSON.parse(readFileSync(join(dataDir, 'neon/state.json'), 'utf8'));
  const { neonApiUrl, neonApiKey } = readLocal(dataDir);
  const [project] = state.projects;
  if (!project) throw new Error('The emulator has no project.');
  return new Client(`${neonApiUrl}/projects/${project.id}`, neonApiKey);
}
