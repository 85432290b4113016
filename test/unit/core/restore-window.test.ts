// Which instants can be reached, and what the refusal of the others says.

import fc from 'fast-check';
import t from 'tap';
import { checkInstant, restoreWindow } from '../../../src/core/restore-window.ts';

const now = new Date('2026-11-22T12:00:00.000Z');
const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
const day = 86_400;
const nearest = { id: 'snp_1', pointAt: ago(9 * day) };

t.test("the window reaches back for the retention, and no further than the branch's history", async (t) => {
  const old = ago(30 * day);
  t.strictSame(restoreWindow({ now, historyRetentionSeconds: day, historyStartedAt: old }), {
    from: ago(day),
    until: now,
  });
  const young = restoreWindow({ now, historyRetentionSeconds: day, historyStartedAt: ago(60) });
  t.strictSame(young, { from: ago(60), until: now });
});

t.test('without history there is no window, nor before it has begun', async (t) => {
  t.equal(restoreWindow({ now, historyRetentionSeconds: 0, historyStartedAt: ago(60) }), null);
  t.equal(restoreWindow({ now, historyRetentionSeconds: -1, historyStartedAt: ago(60) }), null);
  t.equal(restoreWindow({ now, historyRetentionSeconds: day, historyStartedAt: ago(-1) }), null);
});

t.test('both ends of the window can be reached, and one millisecond beyond neither', async (t) => {
  const window = restoreWindow({ now, historyRetentionSeconds: day, historyStartedAt: ago(30 * day) });
  for (const at of [ago(day), now]) t.doesNotThrow(() => checkInstant(at, window, now, undefined));
  const early = new Date(ago(day).getTime() - 1);
  t.throws(() => checkInstant(early, window, now, nearest), {
    code: 'outside_restore_window',
    members: {
      earliest: ago(day).toISOString(),
      latest: now.toISOString(),
      nearestSnapshot: { id: 'snp_1', pointAt: nearest.pointAt.toISOString() },
    },
  });
  const late = new Date(now.getTime() + 1);
  t.throws(() => checkInstant(late, window, now, nearest), {
    code: 'instant_in_future',
    members: { now: now.toISOString() },
  });
});

t.test('without a window every past instant is refused, and the members say that there is none', async (t) => {
  t.throws(() => checkInstant(ago(1), null, now, undefined), {
    code: 'outside_restore_window',
    members: { earliest: null, latest: null, nearestSnapshot: null },
  });
  t.throws(() => checkInstant(ago(-1), null, now, undefined), { code: 'instant_in_future' });
});

t.test('an instant is accepted exactly where the window holds it', async (t) => {
  const seconds = fc.integer({ min: -2 * day, max: 3 * day });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 0, max: 2 * day }), seconds, (instant, retention, started) => {
      const window = restoreWindow({ now, historyRetentionSeconds: retention, historyStartedAt: ago(started) });
      const at = ago(instant);
      const isHeld = window !== null && at >= window.from && at <= window.until;
      try {
        checkInstant(at, window, now, undefined);
        return isHeld;
      } catch (error) {
        const expected = instant < 0 ? 'instant_in_future' : 'outside_restore_window';
        return !isHeld && (error as { code?: string }).code === expected;
      }
    }),
  );
  t.pass();
});
