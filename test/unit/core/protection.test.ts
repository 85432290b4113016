// Retention locks: what may become of one, which one a policy gives, and that a fixed one never ends earlier.

import fc from 'fast-check';
import t from 'tap';
import { Refusal } from '../../../src/core/errors.ts';
import {
  type Clocks,
  isFixed,
  isLocked,
  type Lock,
  type LockMode,
  type LockWish,
  planLock,
  planLockChange,
  weakens,
} from '../../../src/core/protection.ts';
import { planRetention, type RetentionPoint, type RetentionRule } from '../../../src/core/retention.ts';

const now = new Date('2026-03-01T00:00:00Z');
const hour = 3_600_000;
const hours = (count: number): Date => new Date(now.getTime() + count * hour);
const clocks: Clocks = { earliest: now, latest: now };
const lock = (mode: LockMode, until: number, grace: number): Lock => ({
  mode,
  until: hours(until),
  graceUntil: hours(grace),
});

interface Case {
  readonly title: string;
  readonly present: Lock | null;
  readonly wish: LockWish;
  readonly becomes: Lock | null | 'compliance_lock_fixed' | 'lock_too_short';
  readonly kind?: 'none' | 'made' | 'stricter' | 'weaker';
}

const cases: readonly Case[] = [
  {
    title: 'a first lock is of governance, with a day of grace',
    present: null,
    wish: { until: hours(48) },
    becomes: lock('governance', 48, 24),
    kind: 'made',
  },
  {
    title: 'a first lock as it is asked for',
    present: null,
    wish: { mode: 'compliance', until: hours(48), graceHours: 0 },
    becomes: lock('compliance', 48, 0),
    kind: 'made',
  },
  {
    title: 'a lock that ends with its grace',
    present: null,
    wish: { until: hours(5), graceHours: 5 },
    becomes: lock('governance', 5, 5),
    kind: 'made',
  },
  { title: 'a lock shorter than its grace', present: null, wish: { until: hours(23) }, becomes: 'lock_too_short' },
  {
    title: 'a lock that ends now',
    present: null,
    wish: { until: now, graceHours: 0 },
    becomes: 'lock_too_short',
  },
  { title: 'a lock in the past', present: null, wish: { until: hours(-5), graceHours: 0 }, becomes: 'lock_too_short' },
  {
    title: 'one that has run out counts as none',
    present: lock('compliance', 0, -5),
    wish: { until: hours(1), graceHours: 0 },
    becomes: lock('governance', 1, 0),
    kind: 'made',
  },
  { title: 'nothing to lift', present: null, wish: { until: null }, becomes: null, kind: 'none' },
  {
    title: 'one that has run out is not lifted: it stays as it was',
    present: lock('compliance', -1, -5),
    wish: { until: null },
    becomes: lock('compliance', -1, -5),
    kind: 'none',
  },
  {
    title: 'the same again',
    present: lock('compliance', 48, -5),
    wish: { until: hours(48), graceHours: 3 },
    becomes: lock('compliance', 48, -5),
    kind: 'none',
  },
  {
    title: 'a governance lock is extended',
    present: lock('governance', 48, -5),
    wish: { until: hours(49) },
    becomes: lock('governance', 49, -5),
    kind: 'stricter',
  },
  {
    title: 'a governance lock is shortened',
    present: lock('governance', 48, -5),
    wish: { until: hours(1) },
    becomes: lock('governance', 1, -5),
    kind: 'weaker',
  },
  {
    title: 'a governance lock is not shortened into its grace',
    present: lock('governance', 48, 5),
    wish: { until: hours(4) },
    becomes: 'lock_too_short',
  },
  {
    title: 'a governance lock is lifted',
    present: lock('governance', 48, 5),
    wish: { until: null },
    becomes: null,
    kind: 'weaker',
  },
  {
    title: 'a governance lock becomes one of compliance, with a grace of its own',
    present: lock('governance', 48, -5),
    wish: { mode: 'compliance', until: hours(48), graceHours: 2 },
    becomes: lock('compliance', 48, 2),
    kind: 'stricter',
  },
  {
    title: 'stricter by its mode and shorter: weaker',
    present: lock('governance', 48, -5),
    wish: { mode: 'compliance', until: hours(47), graceHours: 0 },
    becomes: lock('compliance', 47, 0),
    kind: 'weaker',
  },
  {
    title: 'a compliance lock past its grace is extended, and keeps its grace',
    present: lock('compliance', 48, 0),
    wish: { until: hours(49), graceHours: 700 },
    becomes: lock('compliance', 49, 0),
    kind: 'stricter',
  },
  {
    title: 'a compliance lock past its grace is not shortened',
    present: lock('compliance', 48, 0),
    wish: { until: hours(47) },
    becomes: 'compliance_lock_fixed',
  },
  {
    title: 'a compliance lock past its grace is not lifted',
    present: lock('compliance', 48, 0),
    wish: { until: null },
    becomes: 'compliance_lock_fixed',
  },
  {
    title: 'a compliance lock past its grace is not softened, also where it is extended',
    present: lock('compliance', 48, 0),
    wish: { mode: 'governance', until: hours(490) },
    becomes: 'compliance_lock_fixed',
  },
  {
    title: 'a compliance lock in its grace is lifted',
    present: lock('compliance', 48, 1),
    wish: { until: null },
    becomes: null,
    kind: 'weaker',
  },
  {
    title: 'a compliance lock in its grace is softened',
    present: lock('compliance', 48, 1),
    wish: { mode: 'governance', until: hours(48) },
    becomes: lock('governance', 48, 1),
    kind: 'weaker',
  },
];

for (const { title, present, wish, becomes, kind } of cases) {
  t.test(title, async (t) => {
    if (typeof becomes === 'string') {
      t.throws(() => planLockChange(present, wish, clocks), { code: becomes });
      return;
    }
    t.strictSame(planLockChange(present, wish, clocks), { kind, lock: becomes });
    t.equal(weakens(present, wish, clocks), kind === 'weaker');
  });
}

t.test('of two clocks each question takes the one that protects for longer', async (t) => {
  const apart: Clocks = { earliest: hours(-10), latest: hours(10) };
  t.ok(isLocked(lock('governance', -5, -6), apart), 'it has run out by one of them only');
  t.ok(isFixed(lock('compliance', 48, 5), apart), 'its grace is over by one of them');
  t.throws(() => planLockChange(null, { until: hours(5), graceHours: 0 }, apart), { code: 'lock_too_short' });
});

const mode = fc.constantFrom<LockMode>('governance', 'compliance');
const wishes = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 20 }),
    wish: fc.record(
      {
        mode,
        until: fc.option(fc.integer({ min: -10, max: 200 }).map(hours), { nil: null, freq: 4 }),
        graceHours: fc.integer({ min: 0, max: 40 }),
      },
      { requiredKeys: ['until'] },
    ),
    skew: fc.integer({ min: -3, max: 3 }),
  }),
  { maxLength: 30 },
);

t.test('no sequence of changes ever makes a compliance lock end earlier once its grace is over', async (t) => {
  fc.assert(
    fc.property(wishes, (changes) => {
      let present: Lock | null = null;
      let passed = 0;
      /** What has once been fixed, until it has run out by every clock. */
      let promised: Date | null = null;
      for (const { after, wish, skew } of changes) {
        passed += after;
        const both = [hours(passed), hours(passed + skew)].sort((a, b) => a.getTime() - b.getTime());
        const seen: Clocks = { earliest: both[0] ?? now, latest: both[1] ?? now };
        // The database's clock is right, and each process's is off by so much.
        const right: Clocks = { earliest: hours(passed), latest: hours(passed) };
        if (isFixed(present, right) && present) promised = present.until;
        present = change(present, wish, seen);
        if (promised !== null && promised > right.latest) {
          if (present?.mode !== 'compliance' || present.until < promised) return false;
        }
      }
      return true;
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

function change(present: Lock | null, wish: LockWish, seen: Clocks): Lock | null {
  try {
    return planLockChange(present, wish, seen).lock;
  } catch (error) {
    if (error instanceof Refusal) return present;
    throw error;
  }
}

t.test('whatever is not told apart as weaker lets nobody remove it earlier', async (t) => {
  fc.assert(
    fc.property(
      fc.option(fc.tuple(mode, fc.integer({ min: 1, max: 90 }), fc.integer({ min: -9, max: 1 })), { nil: null }),
      wishes,
      (from, [first]) => {
        if (!first) return true;
        const present = from && lock(...from);
        const next = change(present, first.wish, clocks);
        if (!isLocked(present, clocks) || weakens(present, first.wish, clocks)) return true;
        return (
          next !== null && next.until >= present.until && (present.mode === 'governance' || next.mode === 'compliance')
        );
      },
    ),
    { numRuns: 2000 },
  );
  t.pass();
});

t.test('a lock by policy counts from when the snapshot became available, and only for its tiers', async (t) => {
  const availableAt = new Date('2026-01-31T12:00:00Z');
  const protection = { lock: { mode: 'compliance', for: 'P7Y', graceHours: 72 } } as const;
  const whole = {
    mode: 'compliance',
    until: new Date('2033-01-31T12:00:00Z'),
    graceUntil: new Date('2026-02-03T12:00:00Z'),
  };
  t.strictSame(planLock(protection, { availableAt, reasons: [] }), whole, 'all without tiers');
  const monthly = { lock: { ...protection.lock, tiers: ['monthly', 'yearly'] } } as const;
  t.strictSame(planLock(monthly, { availableAt, reasons: ['keep_last', 'monthly:2026-01'] }), whole);
  t.equal(planLock(monthly, { availableAt, reasons: ['daily:2026-01-31', 'newest', 'hold'] }), null);
  const month = planLock({ lock: { ...protection.lock, for: 'P1M' } }, { availableAt, reasons: [] });
  t.strictSame(month?.until, new Date('2026-03-03T12:00:00Z'), 'a day that the month has not is counted on');
  const short = planLock({ lock: { ...protection.lock, for: 'PT1H' } }, { availableAt, reasons: [] });
  t.strictSame(short?.graceUntil, short?.until, 'its grace is never later than its end');
  t.throws(() => planLock({ lock: { ...protection.lock, for: '7 years' } }, { availableAt, reasons: [] }), {
    code: 'invalid_duration',
  });
});

t.test('a hold and a lock never let more go', async (t) => {
  const points = fc.uniqueArray(
    fc.record({
      id: fc.uuid(),
      age: fc.integer({ min: 0, max: 90 * 24 }),
      isHeld: fc.boolean(),
      locked: fc.option(fc.integer({ min: -5, max: 5 }), { nil: null }),
    }),
    { selector: ({ id }) => id, maxLength: 30 },
  );
  const rule: fc.Arbitrary<RetentionRule> = fc.record({
    daily: fc.integer({ min: 0, max: 5 }),
    monthly: fc.integer({ min: 0, max: 3 }),
    keepLast: fc.integer({ min: 0, max: 4 }),
  });
  fc.assert(
    fc.property(points, rule, (all, kept) => {
      const plain: RetentionPoint[] = all.map(({ id, age }) => ({ id, branchId: 'brn_1', pointAt: hours(-age) }));
      const covered = plain.map((point, index) => {
        const { isHeld = false, locked = null } = all[index] ?? {};
        return { ...point, isHeld, lockedUntil: locked === null ? null : hours(locked) };
      });
      const gone = (list: readonly RetentionPoint[]) =>
        new Set(planRetention(list, kept, { timeZone: 'UTC', now }).flatMap(({ id, keep }) => (keep ? [] : [id])));
      const [before, after] = [gone(plain), gone(covered)];
      const stays = covered.filter(({ isHeld, lockedUntil }) => isHeld || (lockedUntil !== null && lockedUntil > now));
      return [...after].every((id) => before.has(id)) && stays.every(({ id }) => !after.has(id));
    }),
    { numRuns: 500 },
  );
  t.pass();
});
