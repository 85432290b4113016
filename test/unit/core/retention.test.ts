// What a policy keeps, for every list and rule: a partition, always with reasons, never without what must stay.

import fc from 'fast-check';
import t from 'tap';
import {
  planRetention,
  type RetentionContext,
  type RetentionDecision,
  type RetentionPoint,
  type RetentionRule,
} from '../../../src/core/retention.ts';

const now = new Date('2026-04-01T00:00:00Z');
const day = 86_400_000;

const point: fc.Arbitrary<RetentionPoint> = fc.record({
  id: fc.uuid().map((id) => `snp_${id}`),
  branchId: fc.constantFrom('brn_a', 'brn_b'),
  // Many fall into one bucket, and some on days on which clocks are set.
  pointAt: fc
    .oneof(fc.integer({ min: 0, max: 3 * day }), fc.integer({ min: 0, max: 800 * day }))
    .map((age) => new Date(now.getTime() - Math.floor(age / 600_000) * 600_000)),
  isProven: fc.boolean(),
});
const points = fc.uniqueArray(point, { selector: ({ id }) => id, maxLength: 40 });
const count = fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined });
const rule = fc
  .record({
    hourly: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    keepLast: count,
    minimumKept: count,
    keepWithin: fc.constantFrom(undefined, 'PT6H', 'P2D', 'P1M', 'P1Y2M3DT4H'),
    bucketKeeps: fc.constantFrom(undefined, 'first' as const, 'last' as const),
  })
  .map((rule) => Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) as RetentionRule);
const context: fc.Arbitrary<RetentionContext> = fc
  .constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu')
  .map((timeZone) => ({ timeZone, now }));

const keptOf = (decisions: readonly RetentionDecision[]) =>
  new Set(decisions.flatMap(({ id, keep }) => (keep ? [id] : [])));
const isSubset = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].every((id) => b.has(id));
const branchesOf = (all: readonly RetentionPoint[]) => [...Map.groupBy(all, ({ branchId }) => branchId).values()];

function always(
  title: string,
  holds: (all: RetentionPoint[], rule: RetentionRule, context: RetentionContext) => boolean,
): void {
  t.test(title, async (t) => {
    fc.assert(fc.property(points, rule, context, holds), { numRuns: 400 });
    t.pass();
  });
}

always(
  'every point is decided once, with at least one reason, and what goes has one that says so',
  (all, rule, context) => {
    const decisions = planRetention(all, rule, context);
    const ids = decisions.map(({ id }) => id).toSorted();
    return (
      ids.join() ===
        all
          .map(({ id }) => id)
          .toSorted()
          .join() &&
      decisions.every(({ keep, reasons }) => reasons.length > 0 && reasons.includes('beyond_retention') === !keep)
    );
  },
);

always('the order of the input changes nothing', (all, rule, context) => {
  const shuffled = all.toSorted((a, b) => (a.id.slice(-5) < b.id.slice(-5) ? -1 : 1));
  return JSON.stringify(planRetention(shuffled, rule, context)) === JSON.stringify(planRetention(all, rule, context));
});

always('what is kept is kept again when the rest is gone', (all, rule, context) => {
  const kept = keptOf(planRetention(all, rule, context));
  const left = all.filter(({ id }) => kept.has(id));
  return keptOf(planRetention(left, rule, context)).size === left.length;
});

always('a branch is decided as if there were no other', (all, rule, context) => {
  const together = keptOf(planRetention(all, rule, context));
  const apart = branchesOf(all).flatMap((some) => [...keptOf(planRetention(some, rule, context))]);
  return apart.toSorted().join() === [...together].toSorted().join();
});

always('the newest of each branch, and its last proven one, are kept', (all, rule, context) => {
  const kept = keptOf(planRetention(all, rule, context));
  const newest = (some: readonly RetentionPoint[]) => Math.max(...some.map(({ pointAt }) => pointAt.getTime()));
  const has = (some: readonly RetentionPoint[]) =>
    some.length === 0 || some.some(({ id, pointAt }) => pointAt.getTime() === newest(some) && kept.has(id));
  return branchesOf(all).every((some) => has(some) && has(some.filter(({ isProven }) => isProven)));
});

always('no branch has fewer than the minimum, unless there are no more', (all, rule, context) => {
  const kept = keptOf(planRetention(all, rule, context));
  return branchesOf(all).every(
    (some) => some.filter(({ id }) => kept.has(id)).length >= Math.min(some.length, rule.minimumKept ?? 0),
  );
});

always('a larger rule never lets go of more', (all, rule, context) => {
  const kept = keptOf(planRetention(all, rule, context));
  return (['hourly', 'daily', 'weekly', 'monthly', 'yearly', 'keepLast', 'minimumKept'] as const).every((name) =>
    isSubset(kept, keptOf(planRetention(all, { ...rule, [name]: (rule[name] ?? 0) + 1 }, context))),
  );
});

always(
  'everything so close to the newest beside the rest, or closer still, never lets go of more',
  (all, rule, context) => {
    const { keepWithin: _none, ...without } = rule;
    // Each reaches further back than the one before it, from any day.
    const kept = [
      undefined,
      'PT1S',
      'PT6H',
      'P1D',
      'P1DT1H',
      'P2D',
      'P28D',
      'P1M1D',
      'P2M',
      'P2M1DT4H',
      'P1Y',
      'P1Y2M3DT4H',
    ].map((keepWithin) => keptOf(planRetention(all, { ...without, ...(keepWithin && { keepWithin }) }, context)));
    return kept.every((some, index) => index === 0 || isSubset(kept[index - 1] ?? new Set(), some));
  },
);

always('one that is held or locked is kept, and nothing else is let go for it', (all, rule, context) => {
  const before = planRetention(all, rule, context);
  const gone = before.filter(({ keep }) => !keep);
  return gone.every(({ id }) =>
    [{ isHeld: true }, { lockedUntil: new Date(now.getTime() + 1) }].every((protection) => {
      const guarded = all.map((one) => (one.id === id ? { ...one, ...protection } : one));
      const kept = keptOf(planRetention(guarded, rule, context));
      return kept.has(id) && isSubset(keptOf(before), kept);
    }),
  );
});

always('nothing of a frozen branch is let go, and other branches are decided as ever', (all, rule, context) => {
  const frozen = planRetention(all, rule, { ...context, frozen: new Set(['brn_a']) });
  const usual = new Map(planRetention(all, rule, context).map((one) => [one.id, one]));
  const inA = new Set(all.flatMap(({ id, branchId }) => (branchId === 'brn_a' ? [id] : [])));
  return frozen.every((one) => (inA.has(one.id) ? one.keep : one.keep === usual.get(one.id)?.keep));
});

always('what a wrong clock put into the future is kept and changes nothing for the others', (all, rule, context) => {
  const late = { id: 'snp_late', branchId: 'brn_a', pointAt: new Date('2043-01-01T00:00:00Z') };
  const decisions = planRetention([...all, late], rule, context);
  const others = decisions.filter(({ id }) => id !== 'snp_late');
  return (
    JSON.stringify(others) === JSON.stringify(planRetention(all, rule, context)) &&
    decisions.some(({ id, keep, reasons }) => id === 'snp_late' && keep && reasons.join() === 'in_future')
  );
});

t.test(
  'with `first`, as points are added one after another, what stands for a past bucket stays the same',
  async (t) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 30, maxLength: 200 }), (hours) => {
        let kept: RetentionPoint[] = [];
        let at = Date.UTC(2026, 0);
        const stood = new Map<string, string>();
        for (const [index, gap] of hours.entries()) {
          at += gap * 3_600_000;
          const added = { id: `snp_${index}`, branchId: 'brn_a', pointAt: new Date(at) };
          const decisions = planRetention(
            [...kept, added],
            { daily: 7, weekly: 5, monthly: 12 },
            {
              timeZone: 'Europe/Berlin',
              now: added.pointAt,
            },
          );
          for (const { id, reasons } of decisions) {
            for (const reason of reasons.filter((one) => one.includes(':'))) {
              if ((stood.get(reason) ?? id) !== id) return false;
              stood.set(reason, id);
            }
          }
          const ids = keptOf(decisions);
          kept = [...kept, added].filter(({ id }) => ids.has(id));
        }
        return true;
      }),
      { numRuns: 50 },
    );
    t.pass();
  },
);

t.test('a duration that is none is refused, naming its field', async (t) => {
  for (const keepWithin of ['', 'P', 'PT', '2D', 'P-1D', 'P1.5D', 'P1DT', 'p1d', 'P1H', 'P999999Y']) {
    const act = () =>
      planRetention([{ id: 'a', branchId: 'b', pointAt: now }], { keepWithin }, { timeZone: 'UTC', now });
    t.throws(act, { code: 'invalid_duration', members: { field: 'keepWithin' } }, keepWithin);
  }
});

t.test('points of another zone beside them let nothing go of what the tiers keep', async (t) => {
  const zone = fc.constantFrom(undefined, 'Asia/Tokyo', 'America/New_York');
  const zoned = fc
    .tuple(points, fc.array(zone, { minLength: 40, maxLength: 40 }))
    .map(([all, zones]) => all.map((one, index) => ({ ...one, ...(zones[index] ? { timeZone: zones[index] } : {}) })));
  fc.assert(
    fc.property(zoned, rule, context, (all, whole, given) => {
      const byTier = onlyTiers(whole);
      const together = planRetention(all, byTier, given);
      const kept = keptOf(together);
      const byZone = [...Map.groupBy(all, (one: RetentionPoint) => one.timeZone ?? given.timeZone).values()];
      const alone = byZone.map((own) => planRetention(own, byTier, given));
      const isKept = alone.flat().every(({ id, reasons }) => kept.has(id) || reasons.every(isOfPlace));
      return isKept && (byZone.length > 1 || JSON.stringify(alone[0] ?? []) === JSON.stringify(together));
    }),
    { numRuns: 400 },
  );
  t.pass();
});

/** What else is kept counts all points, whatever their zones. */
function onlyTiers({
  keepLast: _last,
  minimumKept: _minimum,
  keepWithin: _within,
  ...byTier
}: RetentionRule): RetentionRule {
  return byTier;
}

/** What a point is kept for only among those that it is judged with. */
function isOfPlace(reason: string): boolean {
  return ['newest', 'last_proven', 'beyond_retention'].includes(reason);
}
