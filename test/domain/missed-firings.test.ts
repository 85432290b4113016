// What becomes of the instants that an outage has missed, and of those that start late: the snapshot captures the instant or there is none.

import t, { type Test } from 'tap';
import { startRegistered } from '../harness/app.ts';
import { strike } from '../harness/strike.ts';
import { untilSnapshot } from '../harness/work.ts';
import type { CreatePolicyInput } from '../../src/domain/index.ts';

const minute = 60_000;
const everyMinute = { name: 'minutes', cron: '* * * * *', timeZone: 'UTC' };

/** An Afterglow of its own for each test, because each moves the clocks. */
async function start(test: Test, wish: Partial<CreatePolicyInput>) {
  const at = await startRegistered(test);
  const policy = await at.domain.policies.create(at.actor, {
    name: 'watched',
    selector: { projects: [at.project.id] },
    schedules: [everyMinute],
    retention: { keepLast: 10 },
    ...wish,
  });
  const first = Date.parse(policy.schedules[0]?.nextFiringAt ?? '');
  return {
    ...at,
    policy,
    /** The first instant, and those after it. */
    instant: (index: number) => new Date(first + index * minute),
    /** Fires when so many minutes have passed since the first instant, and a second. */
    async fireAfter(minutes: number, ms = 1_000) {
      await at.setAhead(first + minutes * minute + ms - Date.now());
      await at.domain.fireDueSchedules();
      return at.db.selectFrom('firings').selectAll().orderBy('due_at').execute();
    },
  };
}

t.test('capture_moment: the snapshot is of the missed instant, not of the present', async (t) => {
  const hourly = { ...everyMinute, cron: '0 * * * *' };
  const at = await start(t, { schedules: [hourly], retention: { hourly: 1, daily: 7 } });
  const firings = await at.fireAfter(0, 26 * 60 * minute + 50 * minute);
  t.ok(firings.length === 1 || firings.length === 2, 'the newest hour, the first one of its day, and none besides');
  for (const { due_at, status, snapshot_id } of firings) {
    t.equal(status, 'pending');
    const snapshot = await untilSnapshot(at, snapshot_id ?? '', 'available');
    t.equal(snapshot.pointAt, due_at.toISOString());
    t.strictSame(snapshot.warnings, []);
  }
  t.equal(firings.at(-1)?.due_at.getTime(), at.instant(26 * 60).getTime());
});

t.test('skip: what was missed is missed, and the next one fires in its time', async (t) => {
  const at = await start(t, {
    missedFirings: 'skip',
    schedules: [{ ...everyMinute, window: { startWithinSeconds: 60 } }],
  });
  const [missed, onTime, ...others] = await at.fireAfter(7);
  t.strictSame(others, []);
  t.match(missed, { due_at: at.instant(6), status: 'missed', reason: 'skipped', snapshot_id: null });
  t.match(onTime, { due_at: at.instant(7), status: 'pending', reason: 'coalesces_6_missed' });
});

t.test('run_once: one snapshot of the present stands for all', async (t) => {
  const at = await start(t, { missedFirings: 'run_once', schedules: [{ ...everyMinute, cron: '0 * * * *' }] });
  const hours = await at.fireAfter(0, 5 * 60 * minute + 30 * minute);
  t.equal(hours.length, 1);
  t.match(hours[0], { status: 'pending', reason: 'coalesces_5_missed' });
  const snapshot = await untilSnapshot(at, hours[0]?.snapshot_id ?? '', 'available');
  t.ok(Date.parse(snapshot.pointAt ?? '') > (hours[0]?.due_at.getTime() ?? 0) + 29 * minute);
});

t.test(
  'an instant that the window does not hold any more is missed: none of the present is taken instead',
  async (t) => {
    const at = await start(t, { schedules: [{ ...everyMinute, cron: '0 0 1 * *' }], retention: { monthly: 12 } });
    const historyMs = at.project.historyRetentionSeconds * 1_000;
    t.match(await at.fireAfter(0, historyMs + 60 * minute), [
      { due_at: at.instant(0), status: 'missed', reason: 'outside_restore_window', snapshot_id: null },
    ]);
    t.strictSame((await at.domain.snapshots.list(at.actor, {}, { limit: 10 })).items, []);
  },
);

t.test('jitter delays the start and never the instant', async (t) => {
  const at = await start(t, { schedules: [{ ...everyMinute, cron: '0 * * * *', jitterSeconds: 600 }] });
  const [firing] = await at.fireAfter(0);
  const job = await at.db
    .selectFrom('outbox')
    .selectAll()
    .where('subject_id', '=', firing?.snapshot_id ?? '')
    .executeTakeFirstOrThrow();
  const delayMs = (job.delayed_until?.getTime() ?? 0) - job.created_at.getTime();
  t.ok(delayMs > 0 && delayMs <= 600_000, `${delayMs} ms`);
  const snapshot = await at.domain.snapshots.get(at.actor, firing?.snapshot_id ?? '');
  t.equal(snapshot.requestedAt, at.instant(0).toISOString());
});

t.test('a cap that is full: tried again until a slot is free, and nothing else is done meanwhile', async (t) => {
  const at = await start(t, {});
  await strike(at, 'createSnapshot', { kind: 'status', status: 422, message: 'snapshots limit exceeded' }, 3);
  const [firing] = await at.fireAfter(0);
  const snapshot = await untilSnapshot(at, firing?.snapshot_id ?? '', 'available');
  t.equal(snapshot.pointAt, at.instant(0).toISOString());
});

t.test('labels choose projects when the policy fires, so one that is labelled later is covered', async (t) => {
  const at = await start(t, { selector: { labels: { env: 'production' } } });
  t.match(at.policy, {
    selector: { projects: null, labels: { env: 'production' } },
    warnings: [{ code: 'selects_nothing' }],
  });
  t.strictSame(await at.fireAfter(0), []);
  await at.domain.projects.update(at.actor, {
    id: at.project.id,
    version: 1,
    labels: { env: 'production', tier: '1' },
  });
  t.match(await at.fireAfter(1), [{ branch_id: at.main.id, status: 'pending' }]);
  t.strictSame((await at.domain.policies.get(at.actor, at.policy.id)).warnings, []);
});
