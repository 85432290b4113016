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

interface Admitted {
  readonly at: number;
  readonly route: string;
}

/** `now` in milliseconds; it must never go back, so a wall clock will not do. */
export function createRates(now: () => number): Rates {
  const admitted = new Map<string, readonly Admitted[]>();
  return {
    admit(accountId, route) {
      const present = now();
      const lastMinute = (admitted.get(accountId) ?? []).filter(({ at }) => at > present - 60_000);
      const lastSecond = lastMinute.filter((call) => call.route === route && call.at > present - 1000);
      const isAdmitted = lastMinute.length < callsPerMinute && lastSecond.length < callsPerSecond;
      admitted.set(accountId, isAdmitted ? [...lastMinute, { at: present, route }] : lastMinute);
      return isAdmitted;
    },
  };
}
