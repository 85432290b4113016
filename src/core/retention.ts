// Owns what a policy keeps and what it lets go, always with all reasons. It removes nothing, and reads no clock.

import { before, parseDuration } from './duration.ts';
import { choose, type Line, type Tier, tiers } from './retention/tiers.ts';
import { type Zone, zoneOf } from './schedule/zone.ts';

/** How many buckets of each tier are kept, counted from the newest that holds a point, and what is kept besides. */
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
  readonly isHeld?: boolean;
  readonly lockedUntil?: Date | null;
  /** A restore of it was proved. */
  readonly isProven?: boolean;
}

export interface RetentionContext {
  /** Buckets are hours, days, weeks, months and years of this zone. */
  readonly timeZone: string;
  readonly now: Date;
  /** Branches whose policy is failing: nothing of them is let go. */
  readonly frozen?: ReadonlySet<string>;
}

export type RetentionReason =
  | `${Tier}:${string}`
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
const aheadMaxMs = 5 * 60_000;

/**
 * Decides for every point: branch by branch, newest first, points of one moment by id, so that the order of the input changes nothing.
 * Time is linear in the points but for putting them in order. Refuses with `invalid_duration`.
 */
export function planRetention(
  points: readonly RetentionPoint[],
  rule: RetentionRule,
  context: RetentionContext,
): RetentionDecision[] {
  const zone = zoneOf(context.timeZone);
  const branches = Map.groupBy(points, ({ branchId }) => branchId);
  return [...branches.keys()].sort().flatMap((branchId) => {
    const sorted = (branches.get(branchId) ?? []).toSorted(newestFirst);
    return planBranch(sorted, rule, { ...context, zone, isFrozen: context.frozen?.has(branchId) ?? false });
  });
}

/** What the tiers and `keepLast` keep at most; endless with `keepWithin`, which counts no points. */
export function keptAtMost(rule: RetentionRule): number {
  if (rule.keepWithin !== undefined) return Number.POSITIVE_INFINITY;
  return tiers.reduce((sum, tier) => sum + (rule[tier] ?? 0), rule.keepLast ?? 0);
}

function newestFirst(a: RetentionPoint, b: RetentionPoint): number {
  return b.pointAt.getTime() - a.pointAt.getTime() || (a.id < b.id ? 1 : -1);
}

interface BranchContext extends RetentionContext {
  readonly zone: Zone;
  readonly isFrozen: boolean;
}

function planBranch(all: readonly RetentionPoint[], rule: RetentionRule, context: BranchContext): RetentionDecision[] {
  const latest = context.now.getTime() + aheadMaxMs;
  const ahead = all.filter(({ pointAt }) => pointAt.getTime() > latest);
  // The newest come first.
  const points = all.slice(ahead.length);
  const reasons = reasonsToKeep(points, rule, context);
  return [
    ...ahead.map(({ id }): RetentionDecision => ({ id, keep: true, reasons: ['in_future'] })),
    ...points.map(({ id }, index): RetentionDecision => {
      const found = reasons[index];
      if (found) return { id, keep: true, reasons: found };
      return context.isFrozen
        ? { id, keep: true, reasons: ['frozen'] }
        : { id, keep: false, reasons: ['beyond_retention'] };
    }),
  ];
}

/** By the place of the point; undefined for what no rule keeps. */
function reasonsToKeep(
  points: readonly RetentionPoint[],
  rule: RetentionRule,
  { now, zone }: BranchContext,
): (RetentionReason[] | undefined)[] {
  const found: (RetentionReason[] | undefined)[] = [];
  const keep = (index: number, reason: RetentionReason): void => {
    const present = found[index];
    if (present) present.push(reason);
    else found[index] = [reason];
  };
  const line = lineOf(points, zone);
  for (const tier of tiers) {
    for (const { index, bucket } of choose(tier, rule[tier] ?? 0, rule.bucketKeeps ?? 'first', line)) {
      keep(index, `${tier}:${bucket}`);
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
  const proven = points.findIndex(({ isProven }) => isProven);
  if (proven !== -1) keep(proven, 'last_proven');
  points.forEach(({ isHeld, lockedUntil }, index) => {
    if (isHeld) keep(index, 'hold');
    if (lockedUntil && lockedUntil > now) keep(index, 'lock');
  });
  return found;
}

/** The zone is asked once for each of its changes, not for each point. */
function lineOf(points: readonly RetentionPoint[], zone: Zone): Line {
  const local = new Float64Array(points.length);
  const offsets = new Float64Array(points.length);
  const newest = points[0]?.pointAt.getTime() ?? 0;
  const oldest = points.at(-1)?.pointAt.getTime() ?? 0;
  const changes = zone.changes(oldest, newest);
  let next = changes.pop();
  let offset = zone.offset(newest);
  points.forEach(({ pointAt }, index) => {
    const at = pointAt.getTime();
    while (next !== undefined && at < next) {
      offset = zone.offset(next - 1000);
      next = changes.pop();
    }
    local[index] = at + offset;
    offsets[index] = offset;
  });
  return { local, offsets };
}
