// Whether what was due is there: cases of one policy, and properties against a walk along every firing.

import fc from 'fast-check';
import t from 'tap';
import { freshness, isFrozen } from '../../../src/core/freshness.ts';
import type { PolicySchedule } from '../../../src/core/policy.ts';
import { plainRhythms, rememberRhythms } from '../../../src/core/rhythm.ts';
import { nextFiring } from '../../../src/core/schedule.ts';

const at = (text: string): Date => new Date(text);
const schedule = (cron: string, timeZone = 'UTC', extra: Partial<PolicySchedule> = {}): PolicySchedule => ({
  name: 'one',
  cron,
  timeZone,
  jitterSeconds: 0,
  startWithinSeconds: null,
  engine: 'afterglow',
  ...extra,
});
const hourly = schedule('0 * * * *');
const long = at('2026-01-01T00:00:00Z');
const look = (now: string, point: string | null, more: object = {}, schedules = [hourly]) =>
  freshness(schedules, {
    newestPointAt: point === null ? null : at(point),
    coveredSince: long,
    maintenanceWindows: [],
    now: at(now),
    ...more,
  });

t.test('a firing is late once its start window and what a snapshot takes have passed', async (t) => {
  const point = '2026-11-20T09:00:00Z';
  const during = look('2026-11-20T10:19:59Z', point);
  t.match(during, { isLate: false, overdueAt: at(point) });
  t.strictSame(during.expected, { at: at('2026-11-20T10:00:00Z'), startsUntil: at('2026-11-20T10:15:00Z') });
  t.match(look('2026-11-20T10:20:00Z', point), { isLate: true, overdueAt: at('2026-11-20T10:00:00Z') });
  t.match(look('2026-11-20T10:59:00Z', '2026-11-20T10:00:00Z'), { isLate: false });
  t.match(look('2026-11-20T10:20:00Z', '2026-11-20T09:59:56Z'), { isLate: false }, "Neon's clock is a little behind");
  const wide = schedule('0 * * * *', 'UTC', { startWithinSeconds: 2_400 });
  t.match(look('2026-11-20T10:44:00Z', point, {}, [wide]), { isLate: false });
  const jitter = schedule('0 * * * *', 'UTC', { jitterSeconds: 1_800 });
  t.match(look('2026-11-20T10:30:00Z', point, {}, [jitter]), { isLate: false });
});

t.test('what was due before the branch was covered, nobody had promised', async (t) => {
  const coveredSince = at('2026-11-20T10:00:01Z');
  t.match(look('2026-11-20T10:30:00Z', null, { coveredSince }), { isLate: false, overdueAt: null, expected: null });
  t.match(look('2026-11-20T11:30:00Z', null, { coveredSince }), { isLate: true });
});

t.test(
  'what was due before its schedule was made, it had not promised; another schedule is late all the same',
  async (t) => {
    const young = { ...hourly, since: at('2026-11-20T10:00:01Z') };
    t.match(look('2026-11-20T10:50:00Z', null, {}, [young]), { isLate: false, overdueAt: null, expected: null });
    t.match(look('2026-11-20T11:50:00Z', null, {}, [young]), { isLate: true });
    const daily = schedule('0 8 * * *');
    t.match(look('2026-11-20T10:50:00Z', null, {}, [young, daily]), { overdueAt: at('2026-11-20T08:00:00Z') });
  },
);

t.test('what is due in a maintenance window may wait for its end', async (t) => {
  const maintenanceWindows = [{ name: 'night', from: '2026-11-20T09:50:00Z', until: '2026-11-20T10:45:00Z' }];
  const point = '2026-11-20T09:00:00Z';
  t.match(look('2026-11-20T10:59:00Z', point, { maintenanceWindows }), { isLate: false });
  t.match(look('2026-11-20T11:05:00Z', point, { maintenanceWindows }), { isLate: true });
});

t.test('a newer point of one schedule stands for another schedule of the policy', async (t) => {
  const daily = schedule('0 2 * * *', 'Europe/Berlin');
  t.match(look('2026-11-20T10:05:00Z', '2026-11-20T10:00:00Z', {}, [hourly, daily]), {
    isLate: false,
    isFrozen: false,
  });
});

t.test('frozen: two firings after the newest success have passed without another one', async (t) => {
  const point = at('2026-11-20T09:00:00Z');
  t.notOk(isFrozen([hourly], point, at('2026-11-20T10:59:59Z')));
  t.ok(isFrozen([hourly], point, at('2026-11-20T11:00:00Z')));
  t.notOk(isFrozen([hourly], null, at('2026-11-20T11:00:00Z')), 'nothing is there that could expire');
  t.notOk(isFrozen([], point, at('2026-11-20T11:00:00Z')));
  t.ok(isFrozen([schedule('0 2 1 * *'), hourly], point, at('2026-11-20T11:00:00Z')), 'the finest schedule decides');
  const berlin = schedule('30 2 * * *', 'Europe/Berlin');
  const skipped = at('2026-03-28T01:30:00Z');
  t.notOk(isFrozen([berlin], skipped, at('2026-03-29T01:00:00Z')), 'the gap day has its firing at the end of the gap');
  t.ok(isFrozen([berlin], skipped, at('2026-03-30T00:30:00Z')));
});

const crons = ['* * * * *', '*/7 * * * *', '0 * * * *', '*/20 2 * * *', '30 2 * * *', '0 4 * * 0', '0 0 1 * *'];
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
const rules = fc.record({ cron: fc.constantFrom(...crons), timeZone: fc.constantFrom(...zones) });
const instants = fc.date({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z'), noInvalidDate: true });

t.test('property: a span has its instant between two firings that follow each other', async (t) => {
  fc.assert(
    fc.property(rules, instants, (rule, now) => {
      const { previous, at: last, next } = plainRhythms.span(rule, now, 0);
      if (!previous || !last || !next) return false;
      return (
        previous < last &&
        last <= now &&
        now < next &&
        nextFiring(rule, previous)?.getTime() === last.getTime() &&
        nextFiring(rule, last)?.getTime() === next.getTime()
      );
    }),
    { numRuns: 200 },
  );
  t.strictSame(plainRhythms.span({ cron: '0 0 29 2 *', timeZone: 'UTC' }, at('2026-06-01T00:00:00Z'), 0), {
    previous: at('2020-02-29T00:00:00Z'),
    at: at('2024-02-29T00:00:00Z'),
    next: at('2028-02-29T00:00:00Z'),
  });
});

t.test('property: what is remembered changes no answer, whichever way the clock goes', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(rules, instants, fc.integer({ min: 0, max: 7_200_000 })), { maxLength: 8 }),
      (asks) => {
        const remembering = rememberRhythms(3);
        for (const [rule, now, stepMs] of asks) {
          for (const instant of [now, new Date(now.getTime() + stepMs), now]) {
            for (const lag of [0, 1_200_000]) {
              const [one, other] = [remembering, plainRhythms].map((rhythms) => rhythms.span(rule, instant, lag));
              if (JSON.stringify(one) !== JSON.stringify(other)) return false;
            }
          }
        }
        return true;
      },
    ),
    { numRuns: 60 },
  );
});

t.test(
  'property: frozen is the same by looking forwards from the point and backwards from now, and time alone does not end it',
  async () => {
    fc.assert(
      fc.property(
        fc.array(rules, { minLength: 1, maxLength: 3 }),
        instants,
        fc.integer({ min: 0, max: 90 * 24 * 60 }),
        (some, now, minutes) => {
          const schedules = some.map(({ cron, timeZone }) => schedule(cron, timeZone));
          const newestPointAt = new Date(now.getTime() - minutes * 60_000);
          const facts = { newestPointAt, coveredSince: long, maintenanceWindows: [], now };
          const fresh = freshness(schedules, facts);
          if (fresh.isFrozen !== isFrozen(schedules, newestPointAt, now)) return false;
          const later = new Date(now.getTime() + 60_000);
          return !fresh.isFrozen || isFrozen(schedules, newestPointAt, later);
        },
      ),
      { numRuns: 200 },
    );
  },
);
