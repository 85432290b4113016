// Schedules as a whole: the longest pause between two firings, windows that leave no gap, and the firings of years at a stretch.

import fc from 'fast-check';
import t from 'tap';
import { neverEnds } from '../../../src/core/maintenance.ts';
import {
  isWindowShorter,
  longestInterval,
  nextFiring,
  previousFiring,
  type ScheduleRule,
} from '../../../src/core/schedule.ts';
import { firingsBetween } from '../../../src/core/schedule/firings.ts';

const hour = 3_600_000;
const day = 24 * hour;
const rule = (cron: string, timeZone = 'UTC'): ScheduleRule => ({ cron, timeZone });

t.test('the longest pause of a rule is that of its whole calendar', async (t) => {
  const pauses: [string, number][] = [
    ['* * * * *', 60_000],
    ['0 * * * *', hour],
    ['*/15 * * * *', 15 * 60_000],
    ['50 * * * *', hour],
    ['0 8-20 * * *', 12 * hour],
    ['0 8-20 * * 1', 6 * day + 12 * hour],
    ['0 9-17 * * 1-5', 2 * day + 16 * hour],
    ['0 2 * * 0', 7 * day],
    ['@monthly', 31 * day],
    ['0 0 31 * *', 61 * day],
    ['@yearly', 366 * day],
    ['0 0 1 3 *', 366 * day],
    ['0 0 29 2 *', (8 * 365 + 1) * day],
    ['0 0 1-7 * *', 25 * day],
    ['*/5 0 1 1,7 *', 184 * day - 55 * 60_000],
  ];
  for (const [cron, pause] of pauses) t.equal(longestInterval([rule(cron)]), pause, cron);
});

t.test('of several rules it is the pause of all together, whichever fires', async (t) => {
  t.equal(longestInterval([]), 0);
  t.equal(longestInterval([rule('0 0 * * *'), rule('0 12 * * *')]), 12 * hour);
  t.equal(longestInterval([rule('0 8-20 * * 1-5'), rule('0 12 * * 6')]), day + 20 * hour, 'Saturday noon to Monday');
  t.equal(longestInterval([rule('@monthly'), rule('0 0 15 * *')]), 17 * day);
  t.equal(longestInterval([rule('0 * * * *', 'Europe/Berlin'), rule('@monthly')]), hour, 'the densest zone counts');
  const many = Array.from({ length: 60 }, (_, minute) => rule(`${minute} 3 * * *`));
  t.ok(longestInterval(many) <= day);
  t.ok(isWindowShorter(86_399, [rule('@daily')]));
  t.notOk(isWindowShorter(86_400, [rule('@daily', 'Europe/Berlin')]), 'the night of 25 hours is left out');
});

t.test('no pause between firings that are really made is longer, and one is as long', async () => {
  const lines = ['0 8-20 * * 1', '*/20 2 * * *', '0 9-17 * * 1-5', '30 1,13 * * 0,3', '15 4 1,15 * *', '0 0 * * 6'];
  fc.assert(
    fc.property(fc.subarray(lines, { minLength: 1 }), (chosen) => {
      const rules = chosen.map((cron) => rule(cron));
      const [from, until] = [Date.UTC(2032, 0), Date.UTC(2034, 0)];
      const found = rules.flatMap((one) => firingsBetween(one, from, until)).sort((a, b) => a - b);
      const longest = found.reduce((most, at, index) => Math.max(most, at - (found[index - 1] ?? at)), 0);
      return longest === longestInterval(rules);
    }),
    { numRuns: 63 },
  );
});

t.test('firings of years at a stretch are those that follow one by one', async () => {
  const lines = [
    '0 * * * *',
    '*/20 2 * * *',
    '0 */2 * * *',
    '30 1-3 * * *',
    '30 2 29 * *',
    '15 0,23 * * 6',
    '@monthly',
  ];
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/Sao_Paulo',
    'Pacific/Apia',
  ];
  const starts = [
    '2032-03-26T00:00Z',
    '2032-10-30T00:00Z',
    '2032-11-05T06:00Z',
    '2011-12-29T00:00Z',
    '2018-11-02T00:00Z',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...lines),
      fc.constantFrom(...zones),
      fc.constantFrom(...starts),
      fc.integer({ min: 0, max: 5 * 24 * 60 }),
      (cron, timeZone, text, minutes) => {
        const from = Date.parse(text) + minutes * 60_000;
        const until = from + 12 * day;
        const expected: number[] = [];
        let at = nextFiring({ cron, timeZone }, new Date(from - 1));
        for (; at && at.getTime() < until; at = nextFiring({ cron, timeZone }, at)) expected.push(at.getTime());
        const found = firingsBetween({ cron, timeZone }, from, until);
        return JSON.stringify(found) === JSON.stringify(expected);
      },
    ),
    { numRuns: 600 },
  );
});

t.test('windows that leave no gap together never end; one gap in years is enough', async (t) => {
  const window = (cron: string, hours: number, timeZone = 'UTC') => {
    return { name: cron, cron, timeZone, durationSeconds: hours * 3_600 };
  };
  t.ok(neverEnds([window('0 0 * * *', 12), window('0 12 * * *', 12)]));
  t.notOk(neverEnds([window('0 0 * * *', 12), window('1 12 * * *', 12)]), 'a minute is left');
  t.notOk(neverEnds([window('0 0 * * *', 12), window('0 12 * * 1-6', 12)]), 'Sunday afternoon is left');
  t.ok(neverEnds([window('0 0 1 * *', 14 * 24), window('0 0 15 * *', 14 * 24), window('0 0 29 * *', 72)]));
  t.notOk(neverEnds([window('0 0 1 * *', 14 * 24), window('0 0 15 * *', 14 * 24), window('0 0 29 * *', 48)]));
  t.notOk(neverEnds([window('0 8-20 * * 1', 2)]));
  t.notOk(neverEnds([]));
  t.notOk(neverEnds([{ name: 'once', from: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z' }]));
});

t.test('the last firing before an instant is the one after which the next is not before it', async () => {
  const lines = [
    '0 * * * *',
    '*/20 2 * * *',
    '30 1-3 * * *',
    '0 9-17 * * 1-5',
    '30 2 1 * *',
    '0 0 29 2 *',
    '* 0 1 1 *',
  ];
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia'];
  fc.assert(
    fc.property(
      fc.constantFrom(...lines),
      fc.constantFrom(...zones),
      fc.integer({ min: Date.parse('1995-01-01'), max: Date.parse('2040-01-01') }),
      fc.constantFrom(60_000, hour, day, 40 * day),
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
