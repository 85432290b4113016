// Owns the firings of years at a stretch: the instants that `nextFiring` gives one by one, at a small part of their cost.

import { type Calendar, calendarOf, dayMs } from './calendar.ts';
import { readPattern } from './pattern.ts';
import { zoneOf } from './zone.ts';

/** One offset of a zone, and how long it lasts. */
interface Era {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
}

/** Every firing from `from` on and before `until`, in order. Throws for a line that does not parse. */
export function firingsBetween(
  { cron, timeZone }: { readonly cron: string; readonly timeZone: string },
  from: number,
  until: number,
): number[] {
  const calendar = calendarOf(cron);
  const zone = zoneOf(timeZone);
  const starts = [from, ...zone.changes(from, until).filter((at) => at < until)];
  const eras = starts.map((start, index) => {
    return { from: start, until: starts[index + 1] ?? until, offset: zone.offset(start) };
  });
  if (!readPattern(cron).namesHours) return eras.flatMap((era) => byElapsedTime(calendar, era));
  // A time that is skipped fires with the gap's end, so what lies before `from` may count.
  return byLocalTime(calendar, [{ from: from - 1, until: from, offset: zone.offset(from - 1) }, ...eras], from);
}

function byElapsedTime(calendar: Calendar, { from, until, offset }: Era): number[] {
  return [...localTimes(calendar, from + offset, until + offset)].map((local) => local - offset);
}

/** One that comes twice fires at its first coming; all that a gap skips fire once, at its end. */
function byLocalTime(calendar: Calendar, eras: readonly Era[], since: number): number[] {
  const found: number[] = [];
  let place = 0;
  const last = eras.at(-1);
  const start = Math.min(...eras.map(({ from, offset }) => from + offset));
  const end = last ? last.until + last.offset : start;
  for (const local of localTimes(calendar, start, end)) {
    while (place < eras.length - 1 && local - (eras[place]?.offset ?? 0) >= (eras[place]?.until ?? 0)) place += 1;
    const era = eras[place];
    const at = Math.max(local - (era?.offset ?? 0), era?.from ?? 0);
    if (at >= since && at !== found.at(-1)) found.push(at);
  }
  return found;
}

/** What it names of local time from `from` on and before `until`. */
function* localTimes({ minutes, firesOn }: Calendar, from: number, until: number): Generator<number> {
  for (let day = Math.floor(from / dayMs); day * dayMs < until; day += 1) {
    if (!firesOn(day)) continue;
    for (const minute of minutes) {
      const local = day * dayMs + minute * 60_000;
      if (local >= from && local < until) yield local;
    }
  }
}
