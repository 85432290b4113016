/**
 * Owns waits that end early when the emulator closes. Thousands may wait at once: each costs a timer and no more.
 */

export interface Pauses {
  /** Throws Closing when they are ended meanwhile, or were before. */
  pause(ms: number): Promise<void>;
  /** Ends those that wait, and all to come. Repeatable. */
  end(): void;
  readonly areOver: boolean;
}

/** Ends a work's turn without an effect. */
export class Closing extends Error {}

export function createPauses(): Pauses {
  const waiting = new Set<() => void>();
  let areOver = false;
  return {
    async pause(ms) {
      if (ms <= 0) return;
      if (areOver) throw new Closing();
      await new Promise<void>((resolve, reject) => {
        const stop = () => {
          clearTimeout(timer);
          reject(new Closing());
        };
        const timer = setTimeout(() => {
          waiting.delete(stop);
          resolve();
        }, ms);
        waiting.add(stop);
      });
    },
    end() {
      areOver = true;
      for (const stop of waiting) stop();
      waiting.clear();
    },
    get areOver() {
      return areOver;
    },
  };
}
