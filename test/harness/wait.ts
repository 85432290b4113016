// Waiting for what jobs do, without sleeping: every promise, end and return of a job notifies a channel of Postgres.

import { EventEmitter, once } from 'node:events';
import type { Test } from 'tap';
import type { StoreConnection } from '../../src/store/connect.ts';

export type Wait = <T>(read: () => Promise<T>, isSo: (value: T) => boolean, withinMs?: number) => Promise<T>;

/** Hears of the outbox until `t` ends. */
export async function listenToOutbox(t: Test, store: StoreConnection): Promise<Wait> {
  const heard = new EventEmitter();
  let count = 0;
  const unlisten = await store.listen(() => {
    count += 1;
    heard.emit('outbox');
  });
  t.teardown(unlisten);
  return async (read, isSo, withinMs = 20_000) => {
    const signal = AbortSignal.timeout(withinMs);
    for (;;) {
      const before = count;
      const value = await read();
      if (isSo(value)) return value;
      if (count !== before) continue;
      try {
        await once(heard, 'outbox', { signal });
      } catch {
        throw new Error(`after ${withinMs} ms it was still: ${JSON.stringify(value)}`);
      }
    }
  };
}
