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

/** What keeps points for one reason each, the newest first; `next` is the first that is not looked at yet. */
interface Mark {
  readonly places: readonly number[];
  readonly names: readonly RetentionReason[];
  next: number;
}

/**
 * By the place of the point; undefined for what no rule keeps. Each list is made once, of its own length: a million of them are kept, and
 * lists that grow reason by reason are most of what a plan costs.
 */
function reasonsToKeep(
  { points, at }: Pick<BranchLine<RetentionPoint>, 'points' | 'at'>,
  rule: RetentionRule,
  { now, zone, names }: BranchContext,
): readonly Found[] {
  const line = localLine(at, zone);
  const marks = linesByZone(points, { at, zone, line }).flatMap(({ own, places }) =>
    markTiers(rule, own, places, names),
  );
  const newestCounts = [
    { count: rule.keepLast ?? 0, reason: 'keep_last' },
    { count: rule.minimumKept ?? 0, reason: 'minimum' },
    { count: countWithin(rule.keepWithin, line.local), reason: 'keep_within' },
    { count: 1, reason: 'newest' },
  ] as const;
  const proven = points.findIndex(({ isProven }) => isProven);
  const list: RetentionReason[] = [];
  return points.map(({ isHeld, lockedUntil }, index): Found => {
    let count = 0;
    for (const mark of marks) {
      if (mark.places[mark.next] !== index) continue;
      list[count++] = mark.names[mark.next++] as RetentionReason;
    }
    for (const newest of newestCounts) if (index < newest.count) list[count++] = newest.reason;
    if (index === proven) list[count++] = 'last_proven';
    if (isHeld) list[count++] = 'hold';
    if (lockedUntil && lockedUntil.getTime() > now.getTime()) list[count++] = 'lock';
    return count === 0 ? undefined : list.slice(0, count);
  });
}

/** In the order of tiers. `places`: of the points of the line among all; the same where it is undefined. */
function markTiers(rule: RetentionRule, line: Line, places: readonly number[] | undefined, names: BucketNames): Mark[] {
  return tiers.flatMap((tier) => {
    const count = rule[tier] ?? 0;
    if (count === 0) return [];
    const chosen = choose({ tier, count, keeps: rule.bucketKeeps ?? 'first' }, line, names);
    const own = places ? chosen.places.map((place) => places[place] ?? 0) : chosen.places;
    return [{ places: own, names: chosen.names, next: 0 }];
  });
}

/** How many are so close to the newest. */
function countWithin(duration: string | undefined, local: Float64Array): number {
  const newest = local[0];
  if (duration === undefined || newest === undefined) return 0;
  const since = before(newest, parseDuration(duration, 'keepWithin'));
  const beyondIt = local.findIndex((moment) => moment <= since);
  return beyondIt === -1 ? local.length : beyondIt;
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
