// Owns ISO 8601 durations, as far as calendars need them: years to seconds, without fractions.

import { Refusal } from './errors.ts';

export interface Duration {
  readonly months: number;
  readonly days: number;
  readonly ms: number;
}

const iso8601 =
  /^P(?=.)(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$/;

/** Reads `P1Y6M`, `P2W`, `P2DT12H` and the like. Refuses with `invalid_duration`. */
export function parseDuration(text: string, field: string): Duration {
  const match = iso8601.exec(text);
  if (!match) {
    throw new Refusal(
      'invalid_duration',
      `${field} must be an ISO 8601 duration of whole units, such as P2D or PT12H; got ${JSON.stringify(text.slice(0, 64))}. Nothing was saved.`,
      { members: { field } },
    );
  }
  const [, years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.map((part) =>
    Number(part ?? 0),
  );
  return {
    months: years * 12 + months,
    days: weeks * 7 + days,
    ms: ((hours * 60 + minutes) * 60 + seconds) * 1000,
  };
}

/**
 * Goes back from a local time (milliseconds as if it were UTC): by the calendar first, where a day that the month has not is counted on
 * into the next one (a month before the 31st of March is the 3rd of March), then by time.
 */
export function before(local: number, { months, days, ms }: Duration): number {
  const at = new Date(local);
  at.setUTCMonth(at.getUTCMonth() - months);
  at.setUTCDate(at.getUTCDate() - days);
  return at.getTime() - ms;
}

/** Goes on from an instant, by the calendar of UTC first, then by time; of a day that the month has not as `before` does, so never less. */
export function after(from: Date, { months, days, ms }: Duration): Date {
  const at = new Date(from);
  at.setUTCMonth(at.getUTCMonth() + months);
  at.setUTCDate(at.getUTCDate() + days);
  return new Date(at.getTime() + ms);
}
