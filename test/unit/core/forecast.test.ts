// What a rule and its lock keep of a branch at its worst moment: the forecast against passes that are really made, and its bounds.

import fc from 'fast-check';
import t from 'tap';
import { type Kept, forecastKept, keptLines } from '../../../src/core/forecast.ts';
import { expandPreset } from '../../../src/core/policy.ts';
import { planLock, type Protection } from '../../../src/core/protection.ts';
import { planRetention, type RetentionPoint, type RetentionRule } from '../../../src/core/retention.ts';
import type { ScheduleRule } from '../../../src/core/schedule.ts';
import { firingsBetween } from '../../../src/core/schedule/firings.ts';

const day = 86_400_000;
const utc = 'UTC';
const zones = [utc, 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
const dense = ['0 * * * *', '*/20 2 * * *', '0 */2 * * *', '30 1-3 * * *', '15 3,15 * * *', '0 9-17 * * 1-5', '@daily'];

/** Firings one after the other, each followed by its lock and a pass of retention: how many are kept after each moment. */
function passes({ schedules, rule, lock, timeZone }: Kept, from: number, days: number): { at: number; kept: number }[] {
  const fired = schedules.flatMap((schedule, index) =>
    firingsBetween(schedule, from, from + days * day).map((at) => ({ at, index, timeZone: schedule.timeZone })),
  );
  const moments = [...Map.groupBy(fired, ({ at }) => at)].sort(([a], [b]) => a - b);
  let kept: RetentionPoint[] = [];
  return moments.map(([at, due]) => {
    const now = new Date(at);
    const made = due.map((one) => {
      return { id: `${at}:${one.index}`, branchId: 'b', pointAt: now, timeZone: one.timeZone, lockedUntil: null };
    });
    // Each in turn, as their jobs end.
    for (const point of made) {
      const points = [...kept, point];
      const decisions = planRetention(points, rule, { timeZone, now });
      const reasons = decisions.find(({ id }) => id === point.id)?.reasons ?? [];
      const lockedUntil = lock ? (planLock({ lock }, { availableAt: now, reasons })?.until ?? null) : null;
      const locked = points.map((one) => (one === point ? { ...one, lockedUntil } : one));
      const stays = new Set(
        planRetention(locked, rule, { timeZone, now }).flatMap(({ id, keep }) => (keep ? [id] : [])),
      );
      kept = locked.filter(({ id }) => stays.has(id));
    }
    return { at, kept: kept.length };
  });
}

const few = fc.integer({ min: 1, max: 6 });
const optional = {
  daily: few,
  weekly: fc.integer({ min: 1, max: 2 }),
  keepWithin: fc.constantFrom('PT7H', 'P2D', 'P1W'),
  keepLast: few,
  minimumKept: few,
  bucketKeeps: fc.constantFrom('first' as const, 'last' as const),
};
const rules: fc.Arbitrary<RetentionRule> = fc.record({ hourly: few, ...optional }, { requiredKeys: [] });
const lockFor = (tiers: fc.Arbitrary<Protection['lock']['tiers'] | undefined>) =>
  fc.record({ for: fc.constantFrom('PT9H', 'P3D', 'P9D'), tiers }).map(({ for: length, tiers: named }) => {
    const lock = { mode: 'governance' as const, for: length, graceHours: 0 };
    return named ? { ...lock, tiers: named } : lock;
  });
const locks = fc.option(
  lockFor(fc.constantFrom(undefined, ['daily' as const], ['hourly' as const, 'weekly' as const])),
  {
    nil: undefined,
  },
);
const schedulesIn = (names: readonly string[]) =>
  fc.array(fc.record({ cron: fc.constantFrom(...dense), timeZone: fc.constantFrom(...names) }), {
    minLength: 1,
    maxLength: 2,
  });
const keptIn = (names: readonly string[]): fc.Arbitrary<Kept> =>
  fc.record({ schedules: schedulesIn(names), rule: rules, lock: locks, timeZone: fc.constantFrom(...names) });

/** Tiers that the rule has not are never locked. */
const isLockable = ({ rule, lock }: Kept): boolean => (lock?.tiers ?? []).every((tier) => rule[tier] !== undefined);

t.test('no pass ever keeps more than is forecast, wherever it begins and whenever clocks are set', async () => {
  const starts = ['2026-02-20', '2026-03-12', '2029-10-10', '2033-10-12', '2040-12-01'].map((text) => Date.parse(text));
  fc.assert(
    fc.property(keptIn(zones).filter(isLockable), fc.constantFrom(...starts), (kept, from) => {
      const most = Math.max(0, ...passes(kept, from, 33).map((one) => one.kept));
      return most <= forecastKept(kept).total;
    }),
    { numRuns: 50 },
  );
});

t.test('the worst moment of the forecast comes within a week, where clocks are never set', async () => {
  fc.assert(
    fc.property(keptIn([utc, 'Asia/Kathmandu']).filter(isLockable), (kept) => {
      const most = Math.max(0, ...passes(kept, Date.UTC(2030, 4, 7), 33).map((one) => one.kept));
      return most === forecastKept(kept).total;
    }),
    { numRuns: 30 },
  );
});

t.test('a rule that keeps more is never told to need less', async () => {
  const more: fc.Arbitrary<RetentionRule> = fc.record(
    { ...optional, daily: fc.integer({ min: 1, max: 40 }), monthly: few, yearly: few },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(keptIn(zones), more, (kept, added) => {
      const { bucketKeeps: _other, ...rest } = added;
      const wider = { ...kept.rule };
      for (const [line, value] of Object.entries(rest) as ['daily', number][]) {
        const present = wider[line];
        wider[line] = present === undefined ? value : typeof present === 'number' ? Math.max(present, value) : present;
      }
      const [less, most] = [forecastKept(kept), forecastKept({ ...kept, rule: wider })];
      return less.total <= most.total && keptLines.every((line) => less.tiers[line] <= most.tiers[line]);
    }),
    { numRuns: 30 },
  );
});

t.test('two schedules of two zones need no less than either alone', async () => {
  fc.assert(
    fc.property(keptIn(zones), (kept) => {
      const { total } = forecastKept(kept);
      return kept.schedules.every((schedule) => forecastKept({ ...kept, schedules: [schedule] }).total <= total);
    }),
    { numRuns: 40 },
  );
});

const of = (cron: string, rule: RetentionRule, more: Partial<Kept> = {}): Kept => ({
  schedules: [{ cron, timeZone: utc }],
  rule,
  timeZone: utc,
  ...more,
});

t.test('the worst hour of the day counts, not the present one', async (t) => {
  // Of twelve hours in the afternoon none is the first of its day.
  t.match(forecastKept(of('0 * * * *', { hourly: 12, daily: 88 })), { total: 100, isAtLeast: false });
  t.match(forecastKept(of('0 * * * *', { hourly: 24, daily: 30 })), { total: 53 }, 'one of 24 hours begins its day');
});

t.test('what is locked is counted for as long as it is locked', async (t) => {
  const lock = (length: string, tiers?: Protection['lock']['tiers']): Protection['lock'] => {
    return { mode: 'compliance', for: length, graceHours: 0, ...(tiers ? { tiers } : {}) };
  };
  const hourly = (more: Partial<Kept>) => forecastKept(of('0 * * * *', { hourly: 24 }, more));
  const years = hourly({ lock: lock('P7Y') });
  // Seven years with two leap days.
  t.match(years, { total: 61_368, isAtLeast: false, tiers: { hourly: 24, locked: 61_368 } });
  t.match(hourly({ lock: lock('P2D') }), { total: 48, tiers: { locked: 48 } });
  t.match(hourly({ lock: lock('P2D'), lateMs: 900_000 }), { total: 49 }, 'it begins somewhat later than the firing');
  const monthly = (bucketKeeps: 'first' | 'last') =>
    forecastKept(of('@daily', { daily: 7, monthly: 3, bucketKeeps }, { lock: lock('P1Y', ['monthly']) })).tiers.locked;
  t.equal(monthly('first'), 12, 'one of a month');
  t.equal(monthly('last'), 366, 'each is the newest of its month for a day');
  const ages = forecastKept(of('0 2 * * 0', { weekly: 4 }, { lock: lock('P100Y') }));
  t.ok(ages.isAtLeast && ages.total > 2_000, `${ages.total}`);
});

t.test('the presets: what they need of a branch', async (t) => {
  const forecast = (name: 'gfs' | 'compliance', timeZone: string) => {
    const { schedules, retention, protection } = expandPreset(name, timeZone);
    return forecastKept({ schedules, rule: retention, lock: protection?.lock, timeZone, lateMs: 900_000 });
  };
  // 106, but for a day among the hours and the four weeks that thirty days hold at least.
  t.match(forecast('gfs', utc), { total: 101, isAtLeast: false, tiers: { hourly: 24, daily: 30, weekly: 52 } });
  t.match(forecast('gfs', 'Europe/Berlin'), { total: 102 }, 'after the hour that comes twice no hour begins its day');
  const compliance = forecast('compliance', 'Europe/Berlin');
  t.match(compliance, { isAtLeast: false, tiers: { daily: 7, weekly: 5, monthly: 84, locked: 85 } });
  t.ok(compliance.total < 97, `${compliance.total}`);
});

t.test('too much to be counted is bounded, and says so', async (t) => {
  const every = { hourly: 10_000, daily: 10_000, weekly: 10_000, monthly: 10_000, yearly: 10_000, keepLast: 10_000 };
  const schedules: ScheduleRule[] = Array.from({ length: 20 }, (_, index) => ({
    cron: `${index} * * * *`,
    timeZone: 'Europe/Berlin',
  }));
  const all = forecastKept({ schedules, rule: { ...every, keepWithin: 'P9999Y' }, timeZone: utc });
  t.ok(all.total >= 60_000 && all.isAtLeast, `${all.total}`);
  t.match(forecastKept(of('* * * * *', { keepWithin: 'P1Y' })), { isAtLeast: true });
  t.match(forecastKept(of('@yearly', { yearly: 100 })), { total: 100, isAtLeast: false });
  t.match(forecastKept(of('@yearly', { yearly: 50, daily: 50 })), { total: 100 }, 'the sum, where years are too few');
  const spent = { left: 0 };
  t.match(forecastKept(of('0 1 * * *', { daily: 30, weekly: 9 }), spent), { total: 39 }, 'and without any effort');
  t.match(forecastKept(of('0 1 * * *', { daily: 30, weekly: 9 })), { total: 35 }, 'which is not remembered');
});

t.test('without a schedule nothing is kept', async (t) => {
  t.match(forecastKept({ schedules: [], rule: { daily: 7 }, timeZone: utc }), { total: 0, tiers: { daily: 0 } });
});
