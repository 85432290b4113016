// Owns waiting for what may never come, for a while.

import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when the promise has settled, at the latest after `ms`. What it settles with is its owner's business. */
export async function within(ms: number, pending: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const settled = pending.catch(() => undefined).finally(() => over.abort());
  await Promise.race([settled, sleep(ms, undefined, { signal: over.signal }).catch(() => undefined)]);
}
