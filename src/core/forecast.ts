// Owns how much a rule keeps of a branch once its schedules have fired for long: counted, not estimated, and without the years of firings.
// It reads no clock and knows no branch.

import { before as calendarBefore, parseDuration } from './duration.ts';
import type { RetentionRule } from './retention.ts';
import { bucketOf, bucketStart, type Tier, tiers } from './retention/tiers.ts';
import { type FindNext, nextFiring, previousFiring, type ScheduleRule } from './schedule.ts';
import { type Zone, zoneOf } from './schedule/zone.ts';

export const keptLines = [...tiers, 'keepLast', 'minimumKept', 'keepWithin'] as const;
export type KeptLine = (typeof keptLines)[number];

export interface KeptForecast {
  /** Points of a branch: what several lines keep is counted once. */
  readonly total: number;
  /** It is too much to be counted: there are so many at least. */
  readonly isAtLeast: boolean;
  /** What each line of the rule keeps, by itself. */
  readonly tiers: Readonly<Record<KeptLine, number>>;
}

/** How many firings may still be looked up, one of them 0.1 ms: several forecasts share one effort. */
export interface Effort {
  left: number;
}

export function makeEffort(): Effort {
  return { left: 8_000 };
}

/** Before it no firing is looked for. */
const earliest = new Date('1970-01-01T00:00:00Z');
const countedWithinMax = 10_000;

/**
 * What `planRetention` keeps at `now` of a branch that the schedules have fired for since ever. Some hundred look-ups for an ordinary
 * rule; where the effort ends, or 1970 is reached, it says how much it is at least. Refuses with `invalid_duration`.
 */
export function forecastKept(
  schedules: readonly ScheduleRule[],
  rule: RetentionRule,
  { timeZone, now }: { readonly timeZone: string; readonly now: Date },
  effort: Effort = makeEffort(),
): KeptForecast {
  const counts = Object.fromEntries(keptLines.map((line) => [line, 0])) as Record<KeptLine, number>;
  if (schedules.length === 0) return { total: 0, isAtLeast: false, tiers: counts };
  const past = openPast(schedules, now, effort);
  const zone = zoneOf(timeZone);
  const kept = new Set<string>();
  // How many of a line lie before 1970.
  const older: number[] = [];
  const keep = (line: KeptLine, count: number, walk: Iterable<string>): void => {
    const found = take(walk, count);
    for (const point of found) kept.add(point);
    // Schedules have no beginning, so there is always one more; but not within a duration.
    counts[line] = line === 'keepWithin' ? found.length : count;
    older.push(counts[line] - found.length);
  };
  for (const point of take(points(past), 1)) kept.add(point);
  for (const tier of tiers) keep(tier, rule[tier] ?? 0, buckets(past, tier, zone, rule.bucketKeeps ?? 'first'));
  keep('keepLast', rule.keepLast ?? 0, points(past));
  keep('minimumKept', rule.minimumKept ?? 0, points(past));
  if (rule.keepWithin !== undefined) keep('keepWithin', countedWithinMax, within(past, zone, rule.keepWithin));
  const isCut = effort.left <= 0;
  return {
    total: isCut ? Math.max(kept.size, ...Object.values(counts)) : kept.size + Math.max(...older),
    isAtLeast: isCut || older.filter((count) => count > 0).length > 1 || counts.keepWithin >= countedWithinMax,
    tiers: counts,
  };
}

function take(walk: Iterable<string>, count: number): string[] {
  const found: string[] = [];
  if (count === 0) return found;
  for (const point of walk) if (found.push(point) === count) break;
  return found;
}

/** What the schedules have fired up to `now`. Schedules that fire together make a point each. */
interface Past {
  readonly schedules: readonly ScheduleRule[];
  /** Of each schedule, how long it pauses as a rule. */
  readonly steps: readonly (number | undefined)[];
  readonly next: FindNext;
  readonly effort: Effort;
  readonly now: Date;
}

function openPast(schedules: readonly ScheduleRule[], now: Date, effort: Effort): Past {
  const next: FindNext = (rule, after) => {
    effort.left -= 1;
    return nextFiring(rule, after);
  };
  const steps = schedules.map((rule) => {
    const first = next(rule, now);
    const second = first && next(rule, first);
    return first && second ? second.getTime() - first.getTime() : undefined;
  });
  return { schedules, steps, next, effort, now };
}

function keyOf(at: number, schedule: number): string {
  return `${at}:${schedule}`;
}

/** Finds, of all schedules, the last firing before an instant that only goes back from call to call. */
function openWalk({ schedules, steps, next, effort }: Past) {
  // Of each schedule; undefined: none any more.
  const last: (number | undefined)[] = schedules.map(() => Number.POSITIVE_INFINITY);
  return {
    /** Undefined where no schedule has one, or the effort has ended. */
    before(instant: number): number | undefined {
      schedules.forEach((rule, index) => {
        const known = last[index];
        if (known === undefined || known < instant) return;
        const stepMs = steps[index];
        const options = { since: earliest, next, ...(stepMs === undefined ? {} : { stepMs }) };
        last[index] = effort.left > 0 ? previousFiring(rule, new Date(instant), options)?.getTime() : undefined;
      });
      const found = last.filter((at) => at !== undefined);
      return found.length === 0 || effort.left <= 0 ? undefined : Math.max(...found);
    },
    /** The points of the instant that `before` gave, in the order of retention: the last schedule first. */
    at: (instant: number): string[] =>
      last.flatMap((at, index) => (at === instant ? [keyOf(instant, index)] : [])).reverse(),
    /** The first point from `start` on, of a stretch that holds one. */
    firstFrom(start: number): string {
      const found = schedules.flatMap((rule, index) => {
        if ((last[index] ?? Number.NEGATIVE_INFINITY) < start) return [];
        const at = next(rule, new Date(start - 1))?.getTime();
        return at === undefined ? [] : [{ at, index }];
      });
      const [first] = found.sort((a, b) => a.at - b.at || a.index - b.index);
      if (!first) throw new Error('the bucket of a firing holds none');
      return keyOf(first.at, first.index);
    },
  };
}

/** Newest first. */
function* instants(past: Past): Generator<{ at: number; points: string[] }> {
  const walk = openWalk(past);
  for (let at = walk.before(past.now.getTime() + 1); at !== undefined; at = walk.before(at)) {
    yield { at, points: walk.at(at) };
  }
}

function* points(past: Past): Generator<string> {
  for (const instant of instants(past)) yield* instant.points;
}

function* within(past: Past, zone: Zone, duration: string): Generator<string> {
  let since: number | undefined;
  for (const instant of instants(past)) {
    const local = instant.at + zone.offset(instant.at);
    since ??= calendarBefore(local, parseDuration(duration, 'keepWithin'));
    if (local <= since) return;
    yield* instant.points;
  }
}

/** The point that stands for each bucket that holds one, newest first. */
function* buckets(past: Past, tier: Tier, zone: Zone, keeps: 'first' | 'last'): Generator<string> {
  const walk = openWalk(past);
  let at = walk.before(past.now.getTime() + 1);
  while (at !== undefined) {
    const start = startOfBucket(tier, at, zone);
    yield keeps === 'first' ? walk.firstFrom(start) : (walk.at(at)[0] ?? '');
    at = walk.before(start);
  }
}

/** The instant from which on all that is up to `at` falls into its bucket: local time may be set back on the way. */
function startOfBucket(tier: Tier, at: number, zone: Zone): number {
  const bucketAt = (instant: number): number => bucketOf[tier](instant + zone.offset(instant), zone.offset(instant));
  const bucket = bucketAt(at);
  for (let from = at; ; ) {
    const offset = zone.offset(from);
    const start = bucketStart[tier](from + offset) - offset;
    const change = zone.changes(start - 1, from).at(-1);
    if (change === undefined) return start;
    if (bucketAt(change - 1) !== bucket) return change;
    from = change - 1;
  }
}
