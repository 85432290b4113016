// What a rule keeps in the long run: the forecast against retention itself, over firings that are really made; and its bounds.

import fc from 'fast-check';
import t from 'tap';
import { forecastKept } from '../../../src/core/forecast.ts';
import { expandPreset } from '../../../src/core/policy.ts';
import { planRetention, type RetentionRule } from '../../../src/core/retention.ts';
import { nextFiring, previousFiring, type ScheduleRule } from '../../../src/core/schedule.ts';

const day = 86_400_000;
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
];
const dense = ['0 * * * *', '*/20 2 * * *', '0 */2 * * *', '30 1-3 * * *', '15 3,15 * * *', '0 9-17 * * 1-5', '@daily'];
const sparse = ['0 2 * * 0', '0 0 * * 1', '30 2 1 * *', '@monthly', '@yearly', '0 0 29 2 *'];
/** Days on which clocks are set, ends of years, and others. */
const moments = [
  '2026-03-29T01:30:00Z',
  '2026-10-25T01:10:00Z',
  '2026-11-01T06:30:00Z',
  '2026-04-04T15:20:00Z',
  '2018-11-04T04:00:00Z',
  '2027-01-01T00:00:00Z',
  '2026-06-15T12:34:56Z',
].map((text) => new Date(text));

/** Firings up to `now` over so many days. */
function firingsOf(rule: ScheduleRule, now: Date, days: number): Date[] {
  const found: Date[] = [];
  let at = nextFiring(rule, new Date(now.getTime() - days * day));
  for (; at && at <= now; at = nextFiring(rule, at)) found.push(at);
  return found;
}

/** The same by retention itself. */
function counted(schedules: readonly ScheduleRule[], rule: RetentionRule, timeZone: string, now: Date, days: number) {
  const points = schedules.flatMap((schedule, index) =>
    firingsOf(schedule, now, days).map((pointAt) => ({ id: `${pointAt.getTime()}:${index}`, branchId: 'b', pointAt })),
  );
  const kept = planRetention(points, rule, { timeZone, now }).filter(({ keep }) => keep);
  const by = (line: string) =>
    kept.filter(({ reasons }) => reasons.some((reason) => reason.split(':')[0] === line)).length;
  const [hourly, daily, weekly, monthly, yearly] = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'].map(by);
  const others = { keepLast: by('keep_last'), minimumKept: by('minimum'), keepWithin: by('keep_within') };
  return { total: kept.length, isAtLeast: false, tiers: { hourly, daily, weekly, monthly, yearly, ...others } };
}

const few = fc.integer({ min: 1, max: 6 });
const bucketKeeps = fc.constantFrom('first' as const, 'last' as const);
const others = { keepLast: few, minimumKept: few, bucketKeeps };
const short = fc.record(
  {
    hourly: few,
    daily: few,
    weekly: fc.integer({ min: 1, max: 3 }),
    keepWithin: fc.constantFrom('PT7H', 'P2D', 'P1W'),
    ...others,
  },
  { requiredKeys: ['hourly'] },
);
const long = fc.record(
  {
    daily: few,
    weekly: few,
    monthly: few,
    yearly: fc.integer({ min: 1, max: 2 }),
    keepWithin: fc.constant('P1M'),
    ...others,
  },
  { requiredKeys: ['monthly'] },
);
const schedulesOf = (lines: readonly string[]) =>
  fc.array(fc.record({ cron: fc.constantFrom(...lines), timeZone: fc.constantFrom(...zones) }), {
    minLength: 1,
    maxLength: 3,
  });
const place = { timeZone: fc.constantFrom(...zones), now: fc.constantFrom(...moments) };

for (const [name, lines, rules, days, numRuns] of [
  ['hours and days', dense, short, 45, 150],
  ['months and years', ['@daily', ...sparse], long, 9 * 366, 40],
] as const) {
  t.test(`${name}: the forecast is what retention keeps of years of firings`, async () => {
    fc.assert(
      fc.property(schedulesOf(lines), rules as typeof short, fc.record(place), (schedules, rule, { timeZone, now }) => {
        // A rule whose schedules are too rare for the years that are made is not compared.
        const given = lines === dense ? schedules : [...schedules, { cron: '0 2 1 * *', timeZone }];
        const expected = counted(given, rule, timeZone, now, days);
        t.strictSame(
          forecastKept(given, rule, { timeZone, now }),
          expected,
          JSON.stringify({ given, rule, timeZone, now }),
        );
      }),
      { numRuns },
    );
  });
}

t.test('the last firing before an instant is the one after which the next is not before it', async () => {
  const lines = [...dense, ...sparse, '* * * * *', '* 0 1 1 *', '7 */5 * * *'];
  fc.assert(
    fc.property(
      fc.constantFrom(...lines),
      fc.constantFrom(...zones, 'Pacific/Apia'),
      fc.integer({ min: Date.parse('1995-01-01'), max: Date.parse('2040-01-01') }),
      fc.constantFrom(60_000, 3_600_000, day, 40 * day),
      (cron, timeZone, from, stepMs) => {
        const rule = { cron, timeZone };
        const since = new Date('1970-01-01');
        const first = nextFiring(rule, new Date(from));
        const second = first && nextFiring(rule, first);
        if (!first || !second) throw new Error('it fires no more');
        const found = [second, new Date(second.getTime() + 1), first].map((before) =>
          previousFiring(rule, before, { since, stepMs }),
        );
        t.strictSame(found.slice(0, 2), [first, second], `${cron} ${timeZone} ${from}`);
        const [, , earlier] = found;
        if (!earlier) throw new Error('nothing since 1970');
        t.strictSame(nextFiring(rule, earlier), first, `${cron} ${timeZone} ${from}`);
        t.equal(previousFiring(rule, second, { since: second, stepMs }), null, 'not before `since`');
      },
    ),
    { numRuns: 300 },
  );
});

t.test('the presets: what they need of a branch, and how little is looked up for it', async (t) => {
  const now = new Date('2026-06-15T12:34:56Z');
  const effortOf = (name: 'gfs' | 'compliance') => {
    const effort = { left: 8_000 };
    const { schedules, retention } = expandPreset(name, 'Europe/Berlin');
    const kept = forecastKept(schedules, retention, { timeZone: 'Europe/Berlin', now }, effort);
    return { kept, calls: 8_000 - effort.left };
  };
  const gfs = effortOf('gfs');
  // 106, but for the day among the hours and the four or five weeks among the days.
  t.match(gfs.kept, { total: 100, isAtLeast: false, tiers: { hourly: 24, daily: 30, weekly: 52 } });
  t.ok(gfs.calls < 500, `${gfs.calls} calls`);
  const compliance = effortOf('compliance');
  t.match(compliance.kept, { isAtLeast: false, tiers: { daily: 7, weekly: 5, monthly: 84 } });
  t.ok(compliance.kept.total < 100 && compliance.calls < 700, `${compliance.calls} calls`);
});

t.test('too much to be counted is bounded, and says so', async (t) => {
  const now = new Date('2026-06-15T12:34:56Z');
  const every = { hourly: 10_000, daily: 10_000, weekly: 10_000, monthly: 10_000, yearly: 10_000, keepLast: 10_000 };
  const schedules = Array.from({ length: 20 }, (_, index) => ({ cron: `${index} * * * *`, timeZone: 'Europe/Berlin' }));
  const began = performance.now();
  const { total, isAtLeast } = forecastKept(schedules, { ...every, keepWithin: 'P9999Y' }, { timeZone: 'UTC', now });
  t.ok(total >= 10_000 && isAtLeast, `${total}`);
  t.ok(performance.now() - began < 5_000, 'about a second on an idle machine');
  const minutes = forecastKept(
    [{ cron: '* * * * *', timeZone: 'UTC' }],
    { keepWithin: 'P1Y' },
    { timeZone: 'UTC', now },
  );
  t.ok(minutes.isAtLeast && minutes.total > 1_000);
  const yearly = forecastKept([{ cron: '@yearly', timeZone: 'UTC' }], { yearly: 100 }, { timeZone: 'UTC', now });
  t.strictSame([yearly.total, yearly.isAtLeast], [100, false], 'beyond 1970 there is one a year too');
});

t.test('without a schedule nothing is kept', async (t) => {
  const kept = forecastKept([], { daily: 7 }, { timeZone: 'UTC', now: new Date() });
  t.match(kept, { total: 0, tiers: { daily: 0 } });
});
