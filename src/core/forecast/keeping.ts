// Owns what a rule and a lock keep of a branch while firings follow one another, each point in and out once: the same as
// `planRetention` and `planLock` decide, without looking at all points each time.

import { after, before as calendarBefore, parseDuration } from '../duration.ts';
import type { Protection } from '../protection.ts';
import type { RetentionRule } from '../retention.ts';
import { bucketOf, type Tier, tiers } from '../retention/tiers.ts';
import type { ScheduleRule } from '../schedule.ts';
import { type Clock, openClock } from '../schedule/zone.ts';
import { openQueue, openTally, type Queue, type Tally } from './tally.ts';

export const keptLines = [...tiers, 'keepLast', 'minimumKept', 'keepWithin', 'locked'] as const;
export type KeptLine = (typeof keptLines)[number];

export interface Kept {
  readonly schedules: readonly ScheduleRule[];
  readonly rule: RetentionRule;
  readonly lock?: Protection['lock'] | undefined;
  /** The zone by which `keepWithin` counts back. */
  readonly timeZone: string;
  /** A point may become available, and its lock begin, so much later than its firing. */
  readonly lateMs?: number;
}

/** What fires at an instant, by its place among the schedules. */
export interface Moment {
  readonly at: number;
  readonly schedules: readonly number[];
}

export interface Keeping {
  /** Makes the points of a moment, later than all before; answers how many are kept then. */
  take(moment: Moment): number;
  /** Each line lets something go, or would with the next point: from then on the past has no beginning. */
  isFull(): boolean;
  /** Whether what is kept by a duration has begun to go. */
  isEnding(): boolean;
  /** How many `keepWithin` keeps now. */
  within(): number;
  /** How many each line keeps at most, by itself. */
  counts(): Record<KeptLine, number>;
  /** At some moment nothing but being the newest has kept the newest point. */
  isNewestApart(): boolean;
}

export function openKeeping(kept: Kept): Keeping {
  const { schedules, rule } = kept;
  const tally = openTally();
  const zones = [...new Set(schedules.map(({ timeZone }) => timeZone.toLowerCase()))];
  const places = schedules.map(({ timeZone }) => zones.indexOf(timeZone.toLowerCase()));
  const clocks = zones.map(openClock);
  const lines = openLines(kept, zones.length, tally);
  const { within, locked } = lines;
  let isNewestApart = false;
  return {
    take({ at, schedules: due }) {
      for (const schedule of due) {
        const zone = places[schedule] ?? 0;
        const point = tally.add();
        lines.take({ point, at, zone, offset: clocks[zone]?.offset(at) ?? 0 });
        isNewestApart ||= tally.holders(point) === 1;
      }
      return tally.kept();
    },
    isFull: lines.isFull,
    isEnding: () => [within, locked].every((line) => line?.isFull() ?? true),
    within: () => within?.length() ?? 0,
    counts: () => ({
      ...(Object.fromEntries(tiers.map((tier) => [tier, (rule[tier] ?? 0) * zones.length])) as Record<Tier, number>),
      keepLast: rule.keepLast ?? 0,
      minimumKept: rule.minimumKept ?? 0,
      keepWithin: within?.most() ?? 0,
      locked: locked?.most() ?? 0,
    }),
    isNewestApart: () => isNewestApart,
  };
}

interface Made {
  readonly point: number;
  readonly at: number;
  /** By its place among the zones, whose offset then is given. */
  readonly zone: number;
  readonly offset: number;
}

/** Every line of the rule, the newest point, and the lock. */
function openLines({ rule, lock, timeZone, lateMs = 0 }: Kept, zoneCount: number, tally: Tally) {
  const keeps = rule.bucketKeeps ?? 'first';
  const byTier = tiers.flatMap((tier) => {
    const count = rule[tier] ?? 0;
    const own = Array.from({ length: count === 0 ? 0 : zoneCount }, () => openTier({ tier, count, keeps }, tally));
    return own.length === 0 ? [] : [{ tier, isLocked: lock?.tiers?.includes(tier) ?? false, own }];
  });
  const counted = [rule.keepLast ?? 0, rule.minimumKept ?? 0, 1].flatMap((count) => openLast(count, tally) ?? []);
  const within = openWithin(rule.keepWithin, openClock(timeZone), tally);
  // For tiers that the rule has not nothing is ever locked.
  const isIdle = lock?.tiers?.every((tier) => !rule[tier]) ?? false;
  const locked = isIdle ? undefined : openLocked(lock, lateMs, tally);
  const all = [...byTier.flatMap(({ own }) => own), ...counted, within, locked].filter((line) => line !== undefined);
  return {
    within,
    locked,
    isFull: () => all.every((line) => line.isFull()),
    take({ point, at, zone, offset }: Made): void {
      let isLocked = lock !== undefined && lock.tiers === undefined;
      for (const tier of byTier) {
        const stands = tier.own[zone]?.take({ point, local: at + offset, offset }) ?? false;
        isLocked ||= stands && tier.isLocked;
      }
      for (const line of counted) line.take(point);
      within?.take(point, at);
      locked?.take(point, at, isLocked);
    },
  };
}

/** Of one zone. Answers whether the point stands for its bucket when it is made. */
function openTier(
  { tier, count, keeps }: { readonly tier: Tier; readonly count: number; readonly keeps: 'first' | 'last' },
  tally: Tally,
) {
  const queue = openQueue<number>();
  let bucket: number | undefined;
  return {
    take({ point, local, offset }: { point: number; local: number; offset: number }): boolean {
      const own = bucketOf[tier](local, offset);
      const isNew = own !== bucket;
      bucket = own;
      if (!isNew && keeps === 'first') return false;
      tally.hold(point);
      const gone = isNew ? undefined : queue.replaceLast(point);
      if (isNew) queue.push(point);
      if (gone !== undefined) tally.drop(gone);
      trim(queue, count, tally);
      return true;
    },
    isFull: () => queue.length() >= count,
  };
}

function trim(queue: Queue<number>, count: number, tally: Tally): void {
  const gone = queue.length() > count ? queue.shift() : undefined;
  if (gone !== undefined) tally.drop(gone);
}

/** So many of the newest; undefined for none. */
function openLast(count: number, tally: Tally) {
  if (count === 0) return undefined;
  const queue = openQueue<number>();
  return {
    take(point: number): void {
      tally.hold(point);
      queue.push(point);
      trim(queue, count, tally);
    },
    isFull: () => queue.length() >= count,
  };
}

/** All that are so close to the newest. */
function openWithin(text: string | undefined, clock: Clock, tally: Tally) {
  if (text === undefined) return undefined;
  const duration = parseDuration(text, 'keepWithin');
  const queue = openQueue<{ readonly point: number; readonly local: number }>();
  let most = 0;
  let isFull = false;
  return {
    take(point: number, at: number): void {
      const local = at + clock.offset(at);
      const since = calendarBefore(local, duration);
      tally.hold(point);
      queue.push({ point, local });
      for (let first = queue.first(); first && first.local <= since; first = queue.first()) {
        tally.drop(first.point);
        queue.shift();
        isFull = true;
      }
      most = Math.max(most, queue.length());
    },
    isFull: () => isFull,
    length: () => queue.length(),
    most: () => most,
  };
}

/** What a lock keeps, from when it may begin to its end. */
function openLocked(lock: Protection['lock'] | undefined, lateMs: number, tally: Tally) {
  if (!lock) return undefined;
  const duration = parseDuration(lock.for, 'protection.lock.for');
  const queue = openQueue<{ readonly point: number; readonly until: number }>();
  let most = 0;
  let isFull = false;
  return {
    take(point: number, at: number, isLocked: boolean): void {
      if (isLocked) {
        tally.hold(point);
        queue.push({ point, until: after(new Date(at + lateMs), duration).getTime() });
      }
      for (let first = queue.first(); first && first.until <= at; first = queue.first()) {
        tally.drop(first.point);
        queue.shift();
        isFull = true;
      }
      most = Math.max(most, queue.length());
    },
    isFull: () => isFull,
    most: () => most,
  };
}
