// Owns the reading of instants that people and programs send: RFC 3339 with a zone and at most milliseconds.

import { Refusal } from './errors.ts';

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Reads an RFC 3339 instant with a zone, to the millisecond.
 * Refuses with `invalid_instant` what has no zone, more than milliseconds (Neon's answers could not be compared with it),
 * or names a day or time that does not exist, or one whose year in UTC has not the four digits in which instants are shown.
 */
export function parseInstant(text: string, field: string): Date {
  const match = rfc3339.exec(text);
  if (!match) throw invalid(text, field);
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const instant = new Date(text);
  const written = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second));
  const isRealDay = written.getUTCMonth() + 1 === month && written.getUTCDate() === day;
  if (Number.isNaN(instant.getTime()) || !isRealDay || (hour ?? 99) > 23) throw invalid(text, field);
  // 9999-12-31T23:00:00-02:00: Postgres would write it, and nobody could read it again.
  if (instant.getUTCFullYear() < 1 || instant.getUTCFullYear() > 9999) throw invalid(text, field);
  return instant;
}

/** Each year in between is searched for days on which clocks are set: this bounds how many there are. */
const years = { from: 1970, until: 2200 } as const;

/** The same, of the years 1970 to 2199. */
export function parseNearInstant(text: string, field: string): Date {
  const instant = parseInstant(text, field);
  const year = instant.getUTCFullYear();
  if (year >= years.from && year < years.until) return instant;
  throw new Refusal(
    'invalid_instant',
    `${field} must lie in the years ${years.from} to ${years.until - 1}. Nothing was started.`,
    { members: { field } },
  );
}

function invalid(text: string, field: string): Refusal {
  return new Refusal(
    'invalid_instant',
    `${field} must be an RFC 3339 instant with a zone and at most milliseconds, such as 2026-03-01T09:30:00.000Z; ` +
      `got ${JSON.stringify(text.slice(0, 64))}. Nothing was started.`,
    { members: { field } },
  );
}
