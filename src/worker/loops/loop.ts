// Owns the shape of a periodic loop: one round after another, never two at once, woken early on demand, and never ended by a
// round that failed.

import { setTimeout as sleep } from 'node:timers/promises';

export interface Loop {
  /** Begins the next round now. */
  wake(): void;
  /** Waits for the round under way and begins no other. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  readonly everyMs: number;
  /** The least pause between two rounds, also for one that was woken. Default 0. */
  readonly restMs?: number;
  /** One round; true asks for the next one at once. */
  readonly run: () => Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

export function startLoop({ everyMs, restMs = 0, run, onError }: LoopOptions): Loop {
  let stopped = false;
  let woken = false;
  let endPause: (() => void) | undefined;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const rounds = async (): Promise<void> => {
    while (!stopped) {
      woken = false;
      const again = await run().catch((error: unknown) => {
        onError(error);
        return false;
      });
      if (restMs > 0 && !stopped) await sleep(restMs);
      if (!again && !woken && !stopped) await pause();
    }
  };
  const done = rounds();
  const wake = (): void => {
    woken = true;
    endPause?.();
  };
  return {
    wake,
    async stop() {
      stopped = true;
      wake();
      await done;
    },
  };
}
