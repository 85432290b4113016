// Owns how much a rule keeps of a branch at its worst moment, once its schedules have fired for long. It fires them for years on end and
// counts what is kept after each firing: what is kept changes at no other time. It reads no clock and knows no branch, and depends on no
// instant.
//
// The years are those from 2032 on. They begin with a branch that has nothing; once every line of the rule is full, a whole turn of the
// calendar follows: 28 years, after which weekdays, months and leap years meet as before (until 2099), where months or years are named;
// otherwise a year, as weeks are alike but for the days on which clocks are set. So every way in which hours, days, weeks, months and
// years may lie to one another comes up, and a rule that keeps more is never told to need less.

import { parseDuration } from './duration.ts';
import { type Keeping, type Kept, type KeptLine, keptLines, type Moment, openKeeping } from './forecast/keeping.ts';
import type { ScheduleRule } from './schedule.ts';
import { calendarOf, dayMs } from './schedule/calendar.ts';
import { firingsBetween } from './schedule/firings.ts';

export { type Kept, type KeptLine, keptLines };

export interface KeptForecast {
  /** Points of a branch at the worst moment: what several lines keep is counted once. */
  readonly total: number;
  /** It is too much to be counted: there are so many at least. */
  readonly isAtLeast: boolean;
  /** What each line of the rule keeps at most, by itself; `locked`: what a lock keeps. */
  readonly tiers: Readonly<Record<KeptLine, number>>;
}

/** How many firings may still be made, a million of them in some tenths of a second: several forecasts share one effort. */
export interface Effort {
  left: number;
}

const firingsMax = 1_300_000;

export function makeEffort(): Effort {
  return { left: firingsMax };
}

/**
 * What is kept of a branch at most. Where the firings of those years are too many to be made, it is the sum of what the lines keep, so
 * never less than the worst moment. Refuses with `invalid_duration`. It remembers.
 */
export function forecastKept(kept: Kept, effort: Effort = makeEffort()): KeptForecast {
  const key = JSON.stringify([
    kept.schedules.map(({ cron, timeZone }) => [cron, timeZone]),
    kept.rule,
    kept.lock,
    kept.timeZone,
    kept.lateMs,
  ]);
  const known = forecasts.get(key);
  if (known) return known;
  const isWhole = effort.left >= firingsMax;
  const forecast = fireForYears(kept, effort);
  if (!isWhole && effort.left <= 0) return forecast;
  if (forecasts.size >= forecastsKept) forecasts.clear();
  forecasts.set(key, forecast);
  return forecast;
}

const forecastsKept = 1_000;
const forecasts = new Map<string, KeptForecast>();

const years = { from: Date.UTC(2032, 0), fullUntil: Date.UTC(2071, 0) } as const;
/** What lies in a duration is counted up to here. */
const countedMax = 10_000;
const stretchMax = 100_000;

function fireForYears(kept: Kept, effort: Effort): KeptForecast {
  const keeping = openKeeping(kept);
  if (kept.schedules.length === 0) return conclude(keeping, 0, true);
  const perDay = kept.schedules.reduce((sum, { cron }) => sum + calendarOf(cron).minutes.length, 0);
  const turnMs = turnDays(kept, perDay) * dayMs;
  const stretchMs = Math.min(366, Math.max(1, Math.floor(stretchMax / perDay))) * dayMs;
  let most = 0;
  let end: number | undefined;
  let start: number = years.from;
  for (; effort.left > 0 && start < (end ?? years.fullUntil); start += stretchMs) {
    for (const moment of momentsOf(kept.schedules, start, start + stretchMs)) {
      effort.left -= moment.schedules.length;
      most = Math.max(most, keeping.take(moment));
    }
    if (keeping.within() >= countedMax) break;
    if (keeping.isFull()) end ??= start + stretchMs + turnMs;
  }
  return conclude(keeping, most, end !== undefined && start >= end);
}

function conclude(keeping: Keeping, most: number, isCounted: boolean): KeptForecast {
  const counts = keeping.counts();
  const sum = keptLines.reduce((all, line) => all + counts[line], keeping.isNewestApart() ? 1 : 0);
  return {
    total: isCounted ? most : Math.max(most, sum),
    isAtLeast: !keeping.isEnding() && !isCounted,
    tiers: counts,
  };
}

/** A whole turn of the calendar, as far as it matters to what is kept. */
function turnDays({ schedules, rule, lock }: Kept, perDay: number): number {
  const durations = [rule.keepWithin, lock?.for].flatMap((text) => text ?? []);
  const isByMonths = durations.some((text) => parseDuration(text, 'duration').months > 0);
  const namesMonths = (rule.monthly ?? rule.yearly) !== undefined;
  if (namesMonths || schedules.some(({ cron }) => !calendarOf(cron).isWeekly)) return 28 * 366;
  if (!isByMonths) return 366 + 8;
  // What is made many times a day differs by days, not by weekdays.
  return (perDay > 4 ? 4 : 28) * 366;
}

/** In order; schedules that fire together make a point each. */
function* momentsOf(schedules: readonly ScheduleRule[], from: number, until: number): Generator<Moment> {
  const firings = schedules.map((rule) => firingsBetween(rule, from, until));
  const places = schedules.map(() => 0);
  const nextOf = (index: number): number => firings[index]?.[places[index] ?? 0] ?? Number.POSITIVE_INFINITY;
  for (;;) {
    const at = schedules.reduce((first, _, index) => Math.min(first, nextOf(index)), Number.POSITIVE_INFINITY);
    if (at === Number.POSITIVE_INFINITY) return;
    const due: number[] = [];
    for (let index = 0; index < schedules.length; index += 1) {
      if (nextOf(index) !== at) continue;
      due.push(index);
      places[index] = (places[index] ?? 0) + 1;
    }
    yield { at, schedules: due };
  }
}
