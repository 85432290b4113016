// What becomes of due instants: properties of the repair after an outage, and of jitter and maintenance windows.

import fc from 'fast-check';
import t from 'tap';
import { dueInstants, jitterMs, planRepair } from '../../../src/core/firing.ts';
import { maintenanceUntil } from '../../../src/core/maintenance.ts';
import { planRetention, type RetentionRule } from '../../../src/core/retention.ts';

const hourly = { cron: '0 * * * *', timeZone: 'UTC' };
const hour = 3_600_000;
const at = (text: string): Date => new Date(text);

t.test('an instant is on time until it is older than the window, and missed from then on', async (t) => {
  const first = at('2026-11-20T10:00:00Z');
  const due = (now: string) => dueInstants(hourly, first, at(now), 900_000);
  t.strictSame(due('2026-11-20T10:15:00Z'), { onTime: first, missed: [] });
  t.strictSame(due('2026-11-20T10:15:01Z'), { onTime: null, missed: [first] });
  t.strictSame(due('2026-11-20T12:00:00Z'), {
    onTime: at('2026-11-20T12:00:00Z'),
    missed: [at('2026-11-20T11:00:00Z'), first],
  });
});

t.test('a schedule that was due years ago: only what a restore window could hold, or the last one', async (t) => {
  const now = at('2026-11-20T10:30:00Z');
  const hours = dueInstants(hourly, at('2020-01-01T00:00:00Z'), now, 60_000);
  t.equal(hours.missed.length, 40 * 24);
  t.strictSame(hours.missed[0], at('2026-11-20T10:00:00Z'));
  const yearly = dueInstants({ cron: '@yearly', timeZone: 'UTC' }, at('2024-01-01T00:00:00Z'), now, 60_000);
  t.strictSame(yearly.missed, [at('2026-01-01T00:00:00Z'), at('2025-01-01T00:00:00Z'), at('2024-01-01T00:00:00Z')]);
});

const outage = {
  points: [],
  due: dueInstants(hourly, at('2026-11-16T00:00:00Z'), at('2026-11-20T10:30:00Z'), 60_000),
  timeZone: 'UTC',
  now: at('2026-11-20T10:30:00Z'),
  window: { from: at('2026-11-18T10:30:00Z'), until: at('2026-11-20T10:30:00Z') },
};

t.test('after days without a firing: the newest of each tier, newest first, not every hour', async (t) => {
  const retention: RetentionRule = { hourly: 24, daily: 30, weekly: 52 };
  t.strictSame(planRepair({ ...outage, retention }), {
    capture: [at('2026-11-20T10:00:00Z'), at('2026-11-20T00:00:00Z')],
    outOfReach: [at('2026-11-16T00:00:00Z')],
  });
});

t.test('what the policy holds already is not taken again', async (t) => {
  const points = [{ id: 'day', branchId: 'b', pointAt: at('2026-11-20T00:10:00Z') }];
  const due = { onTime: null, missed: outage.due.missed.filter((instant) => instant > at('2026-11-20T00:10:00Z')) };
  const { capture } = planRepair({ ...outage, points, due, retention: { daily: 30 } });
  t.strictSame(capture, [at('2026-11-20T10:00:00Z')], 'the newest is kept for being it; the day has its point');
});

t.test('without a restore window nothing is captured', async (t) => {
  const { capture, outOfReach } = planRepair({ ...outage, window: null, retention: { hourly: 2 } });
  t.strictSame(capture, []);
  t.ok(outOfReach.length > 0);
});

const rule = fc.record(
  {
    hourly: fc.integer({ min: 1, max: 30 }),
    daily: fc.integer({ min: 1, max: 30 }),
    weekly: fc.integer({ min: 1, max: 10 }),
    keepLast: fc.integer({ min: 1, max: 5 }),
  },
  { requiredKeys: ['daily'] },
);

t.test('whatever was missed: captured is only what retention keeps, within the window, once, and few', async () => {
  const now = outage.now.getTime();
  fc.assert(
    fc.property(rule, fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (retention, hours) => {
      const missed = hours.sort((a, b) => a - b).map((back) => new Date(now - back * hour));
      const facts = { ...outage, due: { onTime: null, missed }, retention };
      const { capture, outOfReach } = planRepair(facts);
      const all = missed.map((pointAt) => ({ id: pointAt.toISOString(), branchId: 'b', pointAt }));
      const kept = new Set(
        planRetention(all, retention, { timeZone: 'UTC', now: outage.now })
          .filter(({ keep }) => keep)
          .map(({ id }) => id),
      );
      const picked = [...capture, ...outOfReach];
      return (
        picked.every((instant) => kept.has(instant.toISOString())) &&
        capture.every((instant) => instant >= outage.window.from) &&
        new Set(picked.map(Number)).size === picked.length &&
        picked.length <= Object.keys(retention).length + 1
      );
    }),
  );
});

t.test('jitter is the same every time, within its bound, and spread', async (t) => {
  const drawn = Array.from({ length: 1_000 }, (_, index) => jitterMs('sch_1', `brn_${index}`, 300));
  t.strictSame(
    drawn,
    drawn.map((_, index) => jitterMs('sch_1', `brn_${index}`, 300)),
  );
  t.ok(drawn.every((ms) => ms >= 0 && ms <= 300_000));
  const thirds = [0, 1, 2].map((third) => drawn.filter((ms) => Math.floor(ms / 100_001) === third).length);
  t.ok(
    thirds.every((count) => count > 250),
    thirds.join(),
  );
  t.equal(jitterMs('sch_1', 'brn_1', 0), 0);
});

t.test('maintenance lasts until the last of the windows that follow one another has ended', async (t) => {
  const night = { name: 'night', cron: '0 2 * * *', timeZone: 'Europe/Berlin', durationSeconds: 7_200 };
  const move = { name: 'move', from: '2026-11-20T02:30:00Z', until: '2026-11-20T06:00:00Z' };
  const until = (now: string, windows = [night, move]) => maintenanceUntil(windows, at(now));
  t.strictSame(until('2026-11-20T00:59:59Z'), null);
  t.strictSame(until('2026-11-20T01:00:00Z', [night]), at('2026-11-20T03:00:00Z'));
  t.strictSame(until('2026-11-20T01:00:00Z'), at('2026-11-20T06:00:00Z'));
  t.strictSame(until('2026-11-20T06:00:00Z'), null, 'its end is outside');
  t.strictSame(
    maintenanceUntil([{ ...night, cron: '0 * * * *', durationSeconds: 3_600 }], at('2026-11-20T01:00:00Z'))?.getTime(),
    at('2026-11-22T17:00:00Z').getTime(),
    'one that never ends is looked at again later',
  );
});
