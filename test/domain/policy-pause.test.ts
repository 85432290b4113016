// Pausing and resuming: nothing fires meanwhile, nothing of it is repaired or expired afterwards, and a pause wins over a scheduler.

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startRegistered } from '../harness/app.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { untilSnapshot } from '../harness/work.ts';

const minute = 60_000;
const everyMinute = { name: 'minutes', cron: '* * * * *', timeZone: 'UTC' };

async function start(test: Test) {
  const at = await startRegistered(test);
  const policy = await at.domain.policies.create(at.actor, {
    name: 'watched',
    selector: { projects: [at.project.id] },
    schedules: [everyMinute],
    retention: { keepLast: 10, keepWithin: 'PT1H' },
  });
  const first = Date.parse(policy.schedules[0]?.nextFiringAt ?? '');
  return {
    ...at,
    policy,
    first,
    /** Fires a second after so many minutes past the first instant. */
    async fireAfter(minutes: number) {
      await at.setAhead(first + minutes * minute + 1_000 - Date.now());
      await at.domain.fireDueSchedules();
      return at.db.selectFrom('firings').selectAll().orderBy('due_at').execute();
    },
    instant: (minutes: number) => new Date(first + minutes * minute),
  };
}

t.test(
  'a pause without an end: nothing fires, `run` works, and resuming begins with the next instant after now',
  async (t) => {
    const at = await start(t);
    const { domain, actor, policy } = at;
    const paused = await domain.policies.pause(actor, { id: policy.id, reason: 'a move' });
    t.match(paused, {
      isPaused: true,
      pausedUntil: null,
      version: policy.version,
      schedules: [{ nextFiringAt: null }],
    });
    t.strictSame(await at.fireAfter(30), []);
    const { snapshots } = await domain.policies.run(actor, policy.id);
    await untilSnapshot(at, snapshots[0]?.id ?? '', 'available');
    const resumed = await domain.policies.resume(actor, policy.id);
    t.match(resumed, {
      isPaused: false,
      version: policy.version,
      schedules: [{ nextFiringAt: at.instant(31).toISOString() }],
    });
    t.equal(await domain.fireDueSchedules(), 0, 'what was due meanwhile is not repaired');
    t.match(await at.fireAfter(31), [{ due_at: at.instant(31), status: 'pending', reason: null }]);
    const { items } = await domain.audit.list(actor, { subjectId: policy.id }, { limit: 3 });
    t.match(
      items.map(({ action, details }) => [action, details]),
      [
        ['policy.resumed', {}],
        ['policy.run', {}],
        ['policy.paused', { until: null, reason: 'a move' }],
      ],
    );
  },
);

t.test('a pause with an end is over by itself, and expires nothing however long it was', async (t) => {
  const at = await start(t);
  const { domain, actor, policy } = at;
  const [firing] = await at.fireAfter(0);
  await untilSnapshot(at, firing?.snapshot_id ?? '', 'available');
  const until = at.instant(10 * 24 * 60);
  const paused = await domain.policies.pause(actor, { id: policy.id, until: until.toISOString() });
  t.match(paused, { isPaused: true, pausedUntil: until.toISOString() });
  t.equal(paused.schedules[0]?.nextFiringAt, new Date(until.getTime() + minute).toISOString(), 'strictly after it');
  t.equal((await at.fireAfter(10 * 24 * 60 - 1)).length, 1);
  const later = await at.fireAfter(10 * 24 * 60 + 1);
  t.match(later.slice(1), [{ due_at: new Date(until.getTime() + minute), status: 'pending', reason: null }]);
  t.match(await domain.policies.get(actor, policy.id), { isPaused: false, pausedUntil: null });
  await untilSnapshot(at, later[1]?.snapshot_id ?? '', 'available');
  await refuses(t, at, 'transition_refused', () => domain.policies.resume(actor, policy.id));
  t.equal(
    (await domain.snapshots.get(actor, firing?.snapshot_id ?? '')).status,
    'available',
    'it is one of the last ten',
  );
});

t.test('pausing again changes the end; an end that is past, or too far, is refused', async (t) => {
  const at = await start(t);
  const { domain, actor, policy } = at;
  const { id } = policy;
  await refuses(t, at, 'transition_refused', () => domain.policies.resume(actor, id));
  const hour = new Date(at.first + 60 * minute).toISOString();
  t.match(await domain.policies.pause(actor, { id, until: hour }), { pausedUntil: hour });
  t.match(await domain.policies.pause(actor, { id }), { isPaused: true, pausedUntil: null });
  t.match(await domain.policies.pause(actor, { id, until: hour }), { isPaused: true, pausedUntil: hour });
  for (const until of ['2001-01-01T00:00:00Z', '2999-01-01T00:00:00Z']) {
    await refuses(t, at, 'pause_out_of_range', () => domain.policies.pause(actor, { id, until }), { field: 'until' });
  }
  await refuses(t, at, 'invalid_instant', () => domain.policies.pause(actor, { id, until: 'noon' }), {
    field: 'until',
  });
  t.match(await domain.policies.get(actor, id), { isPaused: true, pausedUntil: hour, version: 1 });
});

t.test('a policy that is edited while it is paused stays paused, with every schedule', async (t) => {
  const at = await start(t);
  const { domain, actor, policy } = at;
  await domain.policies.pause(actor, { id: policy.id });
  const schedules = [everyMinute, { ...everyMinute, name: 'others', cron: '*/5 * * * *' }];
  const edited = await domain.policies.update(actor, { id: policy.id, version: 1, schedules });
  t.match(edited, { version: 2, isPaused: true, schedules: [{ nextFiringAt: null }, { nextFiringAt: null }] });
  t.strictSame(await at.fireAfter(20), []);
  const resumed = await domain.policies.resume(actor, policy.id);
  t.ok(resumed.schedules.every(({ nextFiringAt }) => nextFiringAt !== null));
});

t.test('a pause waits for a scheduler that has the schedule, and what that sets is not in force', async (t) => {
  const at = await start(t);
  const { domain, actor, policy, db } = at;
  let pausing: Promise<unknown> | undefined;
  await db.transaction().execute(async (tx) => {
    await tx.selectFrom('schedules').selectAll().where('policy_id', '=', policy.id).forUpdate().execute();
    pausing = domain.policies.pause(actor, { id: policy.id });
    t.equal(await Promise.race([pausing, sleep(300, 'waits')]), 'waits');
    await tx
      .updateTable('schedules')
      .set({ next_firing_at: at.instant(1) })
      .where('policy_id', '=', policy.id)
      .execute();
  });
  t.match(await pausing, { isPaused: true, schedules: [{ nextFiringAt: null }] });
  t.strictSame(await at.fireAfter(5), []);
});

t.test('schedulers and a pause at once: the pause is in force at the end', async (t) => {
  const at = await start(t);
  const { domain, actor, policy } = at;
  for (let round = 0; round < 5; round += 1) {
    await at.setAhead(at.first + round * 10 * minute + 1_000 - Date.now());
    await Promise.all([
      domain.fireDueSchedules(),
      domain.policies.pause(actor, { id: policy.id }),
      domain.fireDueSchedules(),
    ]);
    t.match(await domain.policies.get(actor, policy.id), { isPaused: true, schedules: [{ nextFiringAt: null }] });
    await domain.policies.resume(actor, policy.id);
  }
});

t.test('every version is kept, newest first, and each snapshot names the one that made it', async (t) => {
  const at = await start(t);
  const { domain, actor, policy } = at;
  const { id } = policy;
  const first = await domain.policies.run(actor, id);
  await domain.policies.update(actor, { id, version: 1, retention: { daily: 7 }, objectives: { rpoSeconds: 3600 } });
  await domain.policies.pause(actor, { id });
  await domain.policies.update(actor, { id, version: 2, name: 'renamed', schedules: [] });
  const second = await domain.policies.run(actor, id);
  t.strictSame(
    [first, second].map(({ snapshots }) => snapshots[0]?.policyVersion),
    [1, 3],
  );
  const one = await domain.policies.versions(actor, id, { limit: 2 });
  const two = await domain.policies.versions(actor, id, { limit: 2, cursor: one.nextCursor ?? '' });
  t.strictSame(
    [...one.items, ...two.items].map(({ version }) => version),
    [3, 2, 1],
  );
  t.equal(two.nextCursor, null);
  t.match(one.items, [
    { name: 'renamed', schedules: [], retention: { daily: 7 }, by: { kind: actor.kind, id: actor.id } },
    {
      name: 'watched',
      schedules: [{ name: 'minutes', window: { startWithinSeconds: 900 } }],
      objectives: { rpoSeconds: 3600 },
    },
  ]);
  const {
    id: _id,
    isPaused: _p,
    pausedUntil: _u,
    stops: _s,
    delegation: _d,
    warnings: _w,
    updatedAt: _at,
    schedules,
    ...said
  } = policy;
  const { by: _by, ...shown } = two.items[0] ?? {};
  t.strictSame(shown, { ...said, schedules: schedules.map(({ nextFiringAt: _next, ...schedule }) => schedule) });
  const cursor = (await domain.snapshots.list(actor, {}, { limit: 1 })).nextCursor ?? '';
  const foreign = refusalOf(domain.policies.versions(actor, id, { limit: 1, cursor }));
  t.equal((await foreign).code, 'invalid_cursor');
});

t.test('firings are listed newest first, by policy, branch and status', async (t) => {
  const at = await start(t);
  const { domain, actor, policy, main } = at;
  const kept = await at.fireAfter(0);
  await untilSnapshot(at, kept[0]?.snapshot_id ?? '', 'available');
  await at.fireAfter(1);
  const page = { limit: 10 };
  const { items } = await domain.firings.list(actor, { policyId: policy.id, branchId: main.id }, page);
  t.match(items, [{ dueAt: at.instant(1).toISOString() }, { dueAt: at.instant(0).toISOString() }]);
  t.match(items[1], {
    policyId: policy.id,
    schedule: 'minutes',
    branchId: main.id,
    status: 'served',
    reason: null,
    snapshotId: kept[0]?.snapshot_id,
  });
  const one = await domain.firings.list(actor, {}, { limit: 1 });
  const two = await domain.firings.list(actor, {}, { limit: 1, cursor: one.nextCursor ?? '' });
  t.strictSame(
    [...one.items, ...two.items].map(({ id }) => id),
    items.map(({ id }) => id),
  );
  t.strictSame(
    (await domain.firings.list(actor, { status: 'served' }, page)).items.map(({ id }) => id),
    [items[1]?.id],
  );
  t.strictSame((await domain.firings.list(actor, { policyId: 'pol_none' }, page)).items, []);
});
