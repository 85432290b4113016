// Owns what a policy keeps and what it lets go, always with all reasons. It removes nothing, and reads no clock.

import { before, parseDuration } from './duration.ts';
import { type BranchLine, linesOf } from './retention/order.ts';
import {
  type BucketName,
  type BucketNames,
  choose,
  type Line,
  makeBucketNames,
  type Tier,
  tiers,
} from './retention/tiers.ts';
import { type Zone, zoneOf } from './schedule/zone.ts';

/**
 * How many buckets of each tier are kept, counted from the newest that holds a point, and what is kept besides. Points of several zones
 * have their buckets apart, so many of each zone: a schedule of another zone beside it lets nothing go of what one keeps.
 */
export interface RetentionRule extends Readonly<Partial<Record<Tier, number>>> {
  /** So many of the newest points. */
  readonly keepLast?: number;
  /** ISO 8601: everything so close to the newest point, by the calendar of the zone. */
  readonly keepWithin?: string;
  /** So many of the newest points, whatever else is kept: were they kept only to fill up a number, a further rule could let one go. */
  readonly minimumKept?: number;
  /**
   * Which point stands for a bucket. `first` (default): what is kept stays the same one as time goes on, and a lock falls on one
   * point of a month, not on each in turn. `last`: as restic does.
   */
  readonly bucketKeeps?: 'first' | 'last';
}

/** Hand in available points only: what failed or is under way must neither take a place nor be let go. */
export interface RetentionPoint {
  readonly id: string;
  /** Points of other branches never mix. */
  readonly branchId: string;
  /** The moment that it captures. */
  readonly pointAt: Date;
  /** The zone whose hours and days it belongs to: that of the schedule that made it; otherwise the context's. */
  readonly timeZone?: string;
  readonly isHeld?: boolean;
  readonly lockedUntil?: Date | null;
  /** A restore of it was proved. */
  readonly isProven?: boolean;
}

export interface RetentionContext {
  /** Buckets are hours, days, weeks, months and years of this zone, but for points that name another; `keepWithin` counts by it. */
  readonly timeZone: string;
  readonly now: Date;
  /** Branches whose policy is failing: nothing of them is let go. */
  readonly frozen?: ReadonlySet<string>;
}

export type RetentionReason =
  | BucketName
  | 'keep_last'
  | 'keep_within'
  | 'minimum'
  | 'newest'
  | 'last_proven'
  | 'hold'
  | 'lock'
  | 'frozen'
  | 'in_future'
  | 'beyond_retention';

export interface RetentionDecision {
  readonly id: string;
  readonly keep: boolean;
  /** Every reason, not the first one only; of what is let go `beyond_retention`. */
  readonly reasons: readonly RetentionReason[];
}

/** The provider's clock may be ahead of ours by this much. What is later comes from a wrong clock: it is kept, and takes no place. */
export const aheadMaxMs = 5 * 60_000;

/**
 * Decides for every point: branch by branch, newest first, points of one moment by id, so that the order of the input changes nothing.
 * Time is linear in the points. Refuses with `invalid_duration`.
 */
export function planRetention(
  points: readonly RetentionPoint[],
  rule: RetentionRule,
  context: RetentionContext,
): RetentionDecision[] {
  const zone = zoneOf(context.timeZone);
  const names = makeBucketNames();
  const decisions: RetentionDecision[] = [];
  for (const line of linesOf(points)) {
    const isFrozen = context.frozen?.has(line.branchId) ?? false;
    planBranch(line, rule, { ...context, zone, names, isFrozen }, decisions);
  }
  return decisions;
}

interface BranchContext extends RetentionContext {
  readonly zone: Zone;
  readonly names: BucketNames;
  readonly isFrozen: boolean;
}

/** Shared by all that have them: most points are let go. */
const inFuture: readonly RetentionReason[] = Object.freeze(['in_future'] as const);
const frozen: readonly RetentionReason[] = Object.freeze(['frozen'] as const);
const beyond: readonly RetentionReason[] = Object.freeze(['beyond_retention'] as const);

function planBranch(
  all: BranchLine<RetentionPoint>,
  rule: RetentionRule,
  context: BranchContext,
  decisions: RetentionDecision[],
): void {
  const latest = context.now.getTime() + aheadMaxMs;
  // The newest come first.
  const ahead = all.at.findIndex((at) => at <= latest);
  const count = ahead === -1 ? all.at.length : ahead;
  const reasons = reasonsToKeep({ points: all.points.slice(count), at: all.at.subarray(count) }, rule, context);
  const otherwise = context.isFrozen ? frozen : beyond;
  all.points.forEach(({ id }, index) => {
    const found = index < count ? inFuture : (reasons[index - count] ?? otherwise);
    decisions.push({ id, keep: found !== beyond, reasons: found });
  });
}

type Found = RetentionReason[] | undefined;

/** By the place of the point; undefined for what no rule keeps. */
function reasonsToKeep(
  { points, at }: Pick<BranchLine<RetentionPoint>, 'points' | 'at'>,
  rule: RetentionRule,
  { now, zone, names }: BranchContext,
): readonly Found[] {
  const found = points.map((): Found => undefined);
  const keep = (index: number, reason: RetentionReason): void => {
    const present = found[index];
    // An array that grows takes room for many more; a million of them are kept.
    found[index] = present ? [...present, reason] : [reason];
  };
  const line = localLine(at, zone);
  for (const { own, places } of linesByZone(points, { at, zone, line })) {
    for (const tier of tiers) {
      const wish = { tier, count: rule[tier] ?? 0, keeps: rule.bucketKeeps ?? 'first' } as const;
      for (const { index, name } of choose(wish, own, names)) keep(places?.[index] ?? index, name);
    }
  }
  for (const [count, reason] of [
    [rule.keepLast ?? 0, 'keep_last'],
    [rule.minimumKept ?? 0, 'minimum'],
  ] as const) {
    for (let index = 0; index < Math.min(count, points.length); index += 1) keep(index, reason);
  }
  const newest = line.local[0];
  if (rule.keepWithin !== undefined && newest !== undefined) {
    const since = before(newest, parseDuration(rule.keepWithin, 'keepWithin'));
    for (let index = 0; index < points.length && (line.local[index] ?? 0) > since; index += 1)
      keep(index, 'keep_within');
  }
  if (points.length > 0) keep(0, 'newest');
  let isProofFound = false;
  points.forEach(({ isProven, isHeld, lockedUntil }, index) => {
    if (isProven && !isProofFound) {
      keep(index, 'last_proven');
      isProofFound = true;
    }
    if (isHeld) keep(index, 'hold');
    if (lockedUntil && lockedUntil.getTime() > now.getTime()) keep(index, 'lock');
  });
  return found;
}

/** The points of each zone with their places; without places: all of them, in the given zone. */
function linesByZone(
  points: readonly RetentionPoint[],
  { at, zone, line }: { readonly at: Float64Array; readonly zone: Zone; readonly line: Line },
): { readonly own: Line; readonly places: readonly number[] | undefined }[] {
  const isOther = ({ timeZone }: RetentionPoint): boolean => timeZone !== undefined && zoneOf(timeZone) !== zone;
  if (!points.some(isOther)) return [{ own: line, places: undefined }];
  const found = new Map<Zone, number[]>();
  points.forEach(({ timeZone }, place) => {
    const own = timeZone === undefined ? zone : zoneOf(timeZone);
    const places = found.get(own) ?? [];
    found.set(own, places);
    places.push(place);
  });
  return [...found].map(([own, places]) => {
    const moments = Float64Array.from(places, (place) => at[place] ?? 0);
    return { own: localLine(moments, own), places };
  });
}

/** The zone is asked once for each of its changes, not for each point. */
function localLine(at: Float64Array, zone: Zone): Line {
  const local = new Float64Array(at.length);
  const offsets = new Float64Array(at.length);
  const newest = at[0] ?? 0;
  const changes = zone.changes(at.at(-1) ?? 0, newest);
  let next = changes.pop();
  let offset = zone.offset(newest);
  at.forEach((moment, index) => {
    while (next !== undefined && moment < next) {
      offset = zone.offset(next - 1000);
      next = changes.pop();
    }
    local[index] = moment + offset;
    offsets[index] = offset;
  });
  return { local, offsets };
}
