// Owns the demo's calls of the REST API: the shapes it reads, and waiting for what was asked for to end.

import type { PolicyView, ProjectView, BranchView, RestoreView, SnapshotView } from '../../src/domain/index.ts';

export interface Api {
  get<T>(path: string): Promise<T>;
  send<T>(method: 'POST' | 'DELETE', path: string, body?: object): Promise<T>;
}

export type { BranchView, PolicyView, ProjectView, RestoreView, SnapshotView };

export interface Items<T> {
  readonly items: readonly T[];
}

/** Throws the problem's own words for every answer that is not 2xx. */
export function connectApi(address: string, apiKey: string): Api {
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (answer.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
    const problem = JSON.parse(text) as { code: string; detail: string };
    throw new Error(`${method} ${path} answered ${answer.status} ${problem.code}: ${problem.detail}`);
  };
  return { get: (path) => call('GET', path), send: call };
}

const pollMs = 100;
const waitAtMostMs = 120_000;

/** Reads until `hasEnded`, telling `progress` what it saw. */
export async function waitFor<T>(
  api: Api,
  path: string,
  hasEnded: (seen: T) => boolean,
  progress: (seen: T) => void,
): Promise<T> {
  const deadline = Date.now() + waitAtMostMs;
  for (;;) {
    const seen = await api.get<T>(path);
    progress(seen);
    if (hasEnded(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`${path} had not ended after ${waitAtMostMs / 1000} seconds.`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
