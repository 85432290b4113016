// Owns the world's Neon: an emulator in a process of its own, and what a test does there behind Afterglow's back.

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { NewAccount } from '../../../src/local/neon-emulator/accounts.ts';
import type { FaultOrder, FaultView } from '../../../src/local/neon-emulator/faults.ts';
import type { EmulatorOptions } from '../../../src/local/neon-emulator/index.ts';
import type { NeonApi } from '../../../src/neon/api.ts';
import { connectNeon } from '../../../src/neon/client.ts';
import { until } from '../../process/client.ts';
import { type Child, makeChild } from './child.ts';

interface NeonReady {
  readonly baseUrl: string;
  readonly controlUrl: string;
  /** Of the first account. */
  readonly apiKey: string;
  readonly accountId: string;
}

export interface NeonProjectMade {
  readonly id: string;
  readonly branchId: string;
  readonly apiKey: string;
}

export interface Neon extends NeonReady {
  readonly child: Child<NeonReady>;
  addAccount(name: string): Promise<Pick<NewAccount, 'accountId' | 'apiKey'>>;
  /** A project with one branch, `main`, that is ready. */
  addProject(apiKey?: string): Promise<NeonProjectMade>;
  /** The real port under a key: what Neon truly holds. No fault must be in force. */
  port(apiKey?: string): NeonApi;
  strike(order: FaultOrder): Promise<string>;
  listFaults(): Promise<readonly FaultView[]>;
  /** Ends one fault, or all of them. */
  clear(id?: string): Promise<void>;
  setClock(offsetMs: number): Promise<void>;
}

/** Caps that no test reaches. */
const limits = { projects: 100_000, branches: 100_000, rootBranches: 10_000, manualSnapshots: 100_000 };
const program = fileURLToPath(new URL('neon-program.ts', import.meta.url));
const timeoutMs = 20_000;

export interface NeonOptions {
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly emulator?: Partial<EmulatorOptions> | undefined;
}

export async function startNeon({ dataDir, cacheDir, emulator }: NeonOptions): Promise<Neon> {
  const order: EmulatorOptions = {
    plan: 'custom',
    limits,
    rateLimited: false,
    empty: true,
    rows: 'none',
    controlPort: 0,
    ...emulator,
    dataDir,
  };
  const child = makeChild<NeonReady>({ name: 'neon', program, cacheDir, order: () => order });
  const ready = await child.start();
  const connect = connectNeon({ baseUrl: ready.baseUrl, timeoutMs });
  const port = (apiKey = ready.apiKey): NeonApi => connect(apiKey);
  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    call(`${ready.controlUrl}${path}`, method, { body });
  return {
    ...ready,
    child,
    port,
    addAccount: (name) => control('POST', '/accounts', { name }),
    addProject: (apiKey = ready.apiKey) => addProject(ready.baseUrl, apiKey, port(apiKey)),
    strike: async (order) => (await control<{ id: string }>('POST', '/faults', order)).id,
    listFaults: async () => (await control<{ faults: FaultView[] }>('GET', '/faults')).faults,
    clear: (id) => control('DELETE', id === undefined ? '/faults' : `/faults/${id}`),
    setClock: (offsetMs) => control('PUT', '/clock', { offsetMs }),
  };
}

async function addProject(baseUrl: string, apiKey: string, port: NeonApi): Promise<NeonProjectMade> {
  const body = { project: { name: `project-${randomUUID().slice(0, 8)}`, branch: { name: 'main' } } };
  const made = await call<{ project: { id: string }; branch: { id: string } }>(`${baseUrl}/projects`, 'POST', {
    body,
    apiKey,
  });
  await untilNeonRests(port, made.project.id);
  return { id: made.project.id, branchId: made.branch.id, apiKey };
}

const atRest = new Set(['finished', 'skipped', 'error', 'cancelled', 'failed']);

/** Neon tells nobody when its operations end, so it is asked again and again. */
export async function untilNeonRests(port: NeonApi, projectId: string): Promise<void> {
  await until(
    () => port.listOperations(projectId),
    (operations) => operations.every(({ status }) => atRest.has(status)),
  );
}

async function call<T>(url: string, method: string, { body, apiKey }: { body?: unknown; apiKey?: string }): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  const answer: T = text === '' ? undefined : JSON.parse(text);
  return answer;
}
