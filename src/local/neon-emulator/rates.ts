/**
 * Owns the count of calls, in memory only: of an account 700 in any minute, and to each route 40 in any second, as Neon allows.
 * It reads no clock but the one given, and never answers a call itself.
 */

export const callsPerMinute = 700;
export const callsPerSecond = 40;

export interface Rates {
  /** False for one call too many, which is not counted: waiting always helps. */
  admit(accountId: string, route: string): boolean;
}

/** `now` in milliseconds; it must never go back, so a wall clock will not do. */
export function createRates(now: () => number): Rates {
  const windows = new Map<string, Window>();
  const windowOf = (key: string, size: number) => {
    const window = windows.get(key) ?? { times: Array.from({ length: size }, () => -Infinity), next: 0 };
    windows.set(key, window);
    return window;
  };
  return {
    admit(accountId, route) {
      const present = now();
      const ofMinute = windowOf(accountId, callsPerMinute);
      const ofSecond = windowOf(`${accountId} ${route}`, callsPerSecond);
      if (oldestOf(ofMinute) > present - 60_000 || oldestOf(ofSecond) > present - 1000) return false;
      note(ofMinute, present);
      note(ofSecond, present);
      return true;
    },
  };
}

/** The times of as many last calls as are allowed at once; `next` is the place of the oldest one. */
interface Window {
  readonly times: number[];
  next: number;
}

function oldestOf({ times, next }: Window): number {
  return times[next] ?? -Infinity;
}

function note(window: Window, at: number): void {
  window.times[window.next] = at;
  window.next = (window.next + 1) % window.times.length;
}
