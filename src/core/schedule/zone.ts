// Owns local time: what the clocks of a zone show at an instant, when they are set to another offset, and which instant a local time
// names. Zones are those of the runtime's IANA data. A local time is a number here: milliseconds as if it were UTC.

const day = 86_400_000;

/** Where a local time is found: at one instant, at two (the first is given), or at none (the end of the gap is given). */
export interface Place {
  readonly at: number;
  readonly kind: 'once' | 'repeated' | 'skipped';
}

/**
 * No zone has set its clocks twice within a day since there are time zones; what is to come of them by their present rules, not twice
 * within a week.
 */
const regularSince = 2032;

export interface Zone {
  /** What is added to the instant to get the local time. */
  offset(at: number): number;
  /** The instants, in order, at which another offset begins: after `from`, at or before `until`. */
  changes(from: number, until: number): number[];
  locate(local: number): Place;
}

/** The offsets of a zone at instants that only go on, from call to call. */
export interface Clock {
  offset(at: number): number;
}

/** It asks the zone once for each change of its clocks. */
export function openClock(name: string): Clock {
  const zone = zoneOf(name);
  let [from, until, offset] = [0, 0, 0];
  return {
    offset(at) {
      if (at < from || at >= until) {
        from = at;
        offset = zone.offset(at);
        const ahead = at + 366 * day;
        until = zone.changes(at, ahead)[0] ?? ahead;
      }
      return offset;
    },
  };
}

const zones = new Map<string, Zone>();

/** Throws a RangeError for a name that is no zone. */
export function zoneOf(name: string): Zone {
  // Their names may be written in any case.
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known) return known;
  const zone = makeZone(name);
  zones.set(key, zone);
  return zone;
}

function makeZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const changesOfYear = new Map<number, readonly number[]>();

  function offset(at: number): number {
    const seconds = Math.floor(at / 1000) * 1000;
    const [month = 1, date = 1, year = 1970, hour = 0, minute = 0, second = 0] = format
      .format(seconds)
      .split(/[^0-9]+/)
      .map(Number);
    return Date.UTC(year, month - 1, date, hour, minute, second) - seconds;
  }

  function listOfYear(year: number): readonly number[] {
    const known = changesOfYear.get(year);
    if (known) return known;
    const found: number[] = [];
    const end = Date.UTC(year + 1, 0);
    const stepMs = year < regularSince ? day : 7 * day;
    for (let from = Date.UTC(year, 0); from < end; from += stepMs) {
      const before = offset(from);
      const until = Math.min(from + stepMs, end);
      if (offset(until) !== before) found.push(bisect(from, until, before));
    }
    changesOfYear.set(year, found);
    return found;
  }

  /** The first instant with another offset than `before`, to the second. */
  function bisect(from: number, until: number, before: number): number {
    let [low, high] = [from, until];
    while (high - low > 1000) {
      const middle = low + Math.floor((high - low) / 2000) * 1000;
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  function changes(from: number, until: number): number[] {
    const found: number[] = [];
    for (let year = yearOf(from); year <= yearOf(until); year += 1) {
      found.push(...listOfYear(year).filter((at) => at > from && at <= until));
    }
    return found;
  }

  return {
    offset,
    changes,
    locate(local) {
      // No offset, and no jump, is longer than a day and some hours (Samoa left one day out).
      const [from, until] = [local - 2 * day, local + 2 * day];
      const starts = [from, ...changes(from, until)];
      const found = starts.flatMap((start, index) => {
        const at = local - offset(start);
        const isWithin = (index === 0 || at >= start) && at < (starts[index + 1] ?? Number.POSITIVE_INFINITY);
        return isWithin ? [at] : [];
      });
      const [first] = found;
      if (first !== undefined) return { at: first, kind: found.length > 1 ? 'repeated' : 'once' };
      const gapEnd = starts.slice(1).find((start) => start + offset(start) > local);
      if (gapEnd === undefined) throw new Error(`the local time ${local} of ${name} was not found`);
      return { at: gapEnd, kind: 'skipped' };
    },
  };
}

function yearOf(at: number): number {
  return new Date(at).getUTCFullYear();
}
