// Owns what a cron line names of the calendar, for all of it at once: the minutes of a day and the days on which it fires, in local time.
// Years come in fourteen kinds (by their first weekday, and whether they are leap years), so a line is looked up for fourteen at most.

import { cronFields, readPattern } from './pattern.ts';

export const dayMs = 86_400_000;

/** The years after which the Gregorian calendar repeats, weekdays included: 2001 to 2400, as days since 1970. */
const cycle = { from: Date.UTC(2001, 0) / dayMs, days: 146_097 } as const;

export interface Calendar {
  /** Minutes of a day, in order, the same of every day on which it fires. */
  readonly minutes: readonly number[];
  /** Each week is like the other. */
  readonly isWeekly: boolean;
  /** Days since 1970. */
  firesOn(day: number): boolean;
}

const calendarsKept = 200;
const calendars = new Map<string, Calendar>();

/** Throws for a line that does not parse. It remembers. */
export function calendarOf(line: string): Calendar {
  const known = calendars.get(line);
  if (known) return known;
  const [minute = '', hour = '', date = '', month = '', weekday = ''] = cronFields(line);
  const hours = timesOf(`0 ${hour} * * *`, 0, dayMs).map((at) => at / 60_000);
  const past = timesOf(`${minute} * * * *`, 0, 3_600_000).map((at) => at / 60_000);
  const days = `0 0 ${date} ${month} ${weekday}`;
  const isWeekly = isAny(date) && isAny(month);
  const calendar = {
    minutes: hours.flatMap((start) => past.map((at) => start + at)),
    isWeekly,
    firesOn: isWeekly ? byWeek(days) : byYear(days),
  };
  if (calendars.size >= calendarsKept) calendars.clear();
  calendars.set(line, calendar);
  return calendar;
}

function isAny(field: string): boolean {
  return field === '*' || field === '?';
}

/** What the line names from `from` on and before `until`. */
function timesOf(line: string, from: number, until: number): number[] {
  const pattern = readPattern(line);
  const found: number[] = [];
  for (let at = pattern.next(from - 1000); at !== undefined && at < until; at = pattern.next(at)) found.push(at);
  return found;
}

function byWeek(line: string): (day: number) => boolean {
  const week = new Set(timesOf(line, 0, 7 * dayMs).map((at) => at / dayMs));
  return (day) => week.has(((day % 7) + 7) % 7);
}

function byYear(line: string): (day: number) => boolean {
  const kinds = new Map<string, ReadonlySet<number>>();
  let [start, end]: [number, number] = [0, 0];
  let found: ReadonlySet<number> = new Set();
  return (day) => {
    if (day < start || day >= end) {
      const year = new Date(day * dayMs).getUTCFullYear();
      [start, end] = [Date.UTC(year, 0) / dayMs, Date.UTC(year + 1, 0) / dayMs];
      const kind = `${end - start} ${((start % 7) + 7) % 7}`;
      found = kinds.get(kind) ?? new Set(timesOf(line, start * dayMs, end * dayMs).map((at) => at / dayMs - start));
      kinds.set(kind, found);
    }
    return found.has(day - start);
  };
}

/** Of more the days could not be told apart. */
export const linesMax = 30;

/** From each time that a line names, for so long. */
export interface Lasting {
  readonly line: string;
  readonly lastsMs: number;
}

/**
 * The longest stretch of local time between two of the times that any of the lines names, weekdays and leap years included. Where clocks
 * are set an hour more or less may pass: that is left out, so that the answer is that of the rule and not of one night.
 */
export function longestGap(lines: readonly string[]): number {
  let longest = 0;
  let last: number | undefined;
  for (const { start, times } of daysOf(lines.map((line) => ({ line, lastsMs: 0 })))) {
    if (last !== undefined) longest = Math.max(longest, start + times.first - last);
    longest = Math.max(longest, times.longestGap);
    last = start + times.last;
  }
  return longest;
}

/** Whether what begins with the lines has always begun before what lasted has ended, in local time. */
export function coversAlways(lasting: readonly Lasting[]): boolean {
  let until: number | undefined;
  for (const { start, times } of daysOf(lasting)) {
    for (const stretch of times.stretches) {
      if (until !== undefined && start + stretch.from > until) return false;
      until = Math.max(until ?? 0, start + stretch.until);
    }
  }
  return until !== undefined;
}

/** What some of the lines name of a day, in milliseconds from its beginning. */
interface DayTimes {
  readonly first: number;
  readonly last: number;
  readonly longestGap: number;
  /** In order; what overlaps or touches is one. */
  readonly stretches: readonly { readonly from: number; readonly until: number }[];
}

/** Every day on which one of the lines fires, for a whole cycle and on to where it begins again. At most `linesMax` lines. */
function* daysOf(lasting: readonly Lasting[]): Generator<{ readonly start: number; readonly times: DayTimes }> {
  const all = lasting.map(({ line }) => calendarOf(line));
  const days = all.every(({ isWeekly }) => isWeekly) ? 7 : cycle.days;
  // What begins in the cycle's last days may last into the next one.
  const beyond = 7 + Math.ceil(Math.max(0, ...lasting.map(({ lastsMs }) => lastsMs)) / dayMs);
  const known = new Map<number, DayTimes>();
  let isRepeated = false;
  for (let day = cycle.from; !isRepeated || day < cycle.from + days + beyond; day += 1) {
    const mask = all.reduce((bits, calendar, index) => (calendar.firesOn(day) ? bits | (1 << index) : bits), 0);
    if (mask !== 0) {
      const times = known.get(mask) ?? timesOfDay(lasting.filter((_, index) => (mask & (1 << index)) !== 0));
      known.set(mask, times);
      yield { start: day * dayMs, times };
    }
    isRepeated ||= day >= cycle.from + days && (mask !== 0 || day >= cycle.from + 2 * days);
  }
}

function timesOfDay(lasting: readonly Lasting[]): DayTimes {
  const times = lasting
    .flatMap(({ line, lastsMs }) => calendarOf(line).minutes.map((minute) => ({ from: minute * 60_000, lastsMs })))
    .sort((a, b) => a.from - b.from);
  const stretches: { from: number; until: number }[] = [];
  let longest = 0;
  times.forEach(({ from, lastsMs }, index) => {
    longest = Math.max(longest, from - (times[index - 1]?.from ?? from));
    const open = stretches.at(-1);
    if (open && from <= open.until) open.until = Math.max(open.until, from + lastsMs);
    else stretches.push({ from, until: from + lastsMs });
  });
  return { first: times[0]?.from ?? 0, last: times.at(-1)?.from ?? 0, longestGap: longest, stretches };
}
