/**
 * Owns the order of instants to the microsecond, as Postgres knows them and JavaScript's Date does not. Never reads a clock.
 */

/** Microseconds since 1970 of an RFC 3339 instant; finer digits are cut. */
function microsOf(instant: string): number {
  const finer = /\.\d{3}(\d{1,3})/.exec(instant)?.[1] ?? '';
  return Date.parse(instant) * 1000 + Number(finer.padEnd(3, '0'));
}

/** Negative where `a` was before `b`. */
export function compareInstants(a: string, b: string): number {
  return microsOf(a) - microsOf(b);
}
