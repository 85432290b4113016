// Maintenance windows: how they are kept, that nothing of the project fires while one lasts, what becomes of the instant then, and that
// what a person asks for is not held back.

import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { startRegistered } from '../harness/app.ts';
import { refuses } from '../harness/refusal.ts';
import { restore, takeSnapshot, untilSnapshot } from '../harness/work.ts';
import type { MissedFirings } from '../../src/core/policy.ts';

const minute = 60_000;

const main = await startRegistered(t);

t.test('windows replace the list, are shown as they are kept, and can be sent again', async (t) => {
  const { domain, actor, project } = main;
  t.strictSame(project.maintenanceWindows, []);
  const windows = [
    { name: 'move', from: '2026-12-01T02:00:00+02:00', until: '2026-12-15T00:00:00Z' },
    { name: 'sundays', cron: '0 2 * * 0', timeZone: 'Europe/Berlin', durationSeconds: 43_200 },
  ];
  const none = { from: null, until: null, cron: null, timeZone: null, durationSeconds: null };
  const set = await domain.projects.update(actor, { id: project.id, version: 1, maintenanceWindows: windows });
  t.strictSame(set.maintenanceWindows, [
    { ...none, name: 'move', from: '2026-12-01T00:00:00.000Z', until: '2026-12-15T00:00:00.000Z' },
    { ...none, ...windows[1] },
  ]);
  const again = { id: project.id, version: 2, maintenanceWindows: set.maintenanceWindows };
  t.strictSame((await domain.projects.update(actor, again)).maintenanceWindows, set.maintenanceWindows);
  const other = await domain.projects.update(actor, { id: project.id, version: 3, labels: { a: 'b' } });
  t.strictSame(other.maintenanceWindows, set.maintenanceWindows, 'what is not given stays');
  const cleared = await domain.projects.update(actor, { id: project.id, version: 4, maintenanceWindows: [] });
  t.strictSame(cleared.maintenanceWindows, []);
});

t.test('the answer to a change says what fires next, and what waits for the end of a window', async (t) => {
  const { domain, actor, project } = await startRegistered(t);
  const make = (name: string, cron: string, more: object = {}) =>
    domain.policies.create(actor, {
      name,
      selector: { projects: [project.id] },
      schedules: [{ name, cron, timeZone: 'UTC' }],
      retention: { keepLast: 5 },
      ...more,
    });
  const hourly = await make('hourly', '0 * * * *');
  const labelled = await make('labelled', '30 * * * *', { selector: { labels: { tier: 'gold' } } });
  await domain.policies.pause(actor, { id: (await make('paused', '0 * * * *')).id });
  const due = hourly.schedules[0]?.nextFiringAt ?? '';
  const until = new Date(Date.parse(due) + 10 * minute).toISOString();
  const from = new Date(Date.parse(due) - 10 * minute).toISOString();
  const held = { policyId: hourly.id, schedule: 'hourly', at: due, maintenanceUntil: until };
  const windows = [{ name: 'now', from, until }];
  const set = await domain.projects.update(actor, { id: project.id, version: 1, maintenanceWindows: windows });
  t.strictSame(set.nextFirings, [held]);
  const gold = await domain.projects.update(actor, { id: project.id, version: 2, labels: { tier: 'gold' } });
  const other = { policyId: labelled.id, schedule: 'labelled', at: labelled.schedules[0]?.nextFiringAt ?? '' };
  const expected = [held, { ...other, maintenanceUntil: null }].sort((a, b) => (a.at < b.at ? -1 : 1));
  t.strictSame(gold.nextFirings, expected, 'a label brings a policy with it');
  t.strictSame((await domain.projects.nextFirings(actor, [project.id])).get(project.id), expected);
  const cleared = await domain.projects.update(actor, { id: project.id, version: 3, maintenanceWindows: [] });
  t.ok(cleared.nextFirings.every(({ maintenanceUntil }) => maintenanceUntil === null));
});

t.test('a window that cannot be is refused with the path of its field', async (t) => {
  const { domain, actor, project } = main;
  const once = { name: 'once', from: '2026-12-01T00:00:00Z', until: '2026-12-02T00:00:00Z' };
  const nightly = { name: 'nightly', cron: '0 2 * * *', timeZone: 'UTC', durationSeconds: 3_600 };
  const bad = [
    ['invalid_request', '', { name: 'neither' }],
    ['invalid_request', '', { ...once, ...nightly }],
    ['invalid_request', '', { name: 'half', from: once.from }],
    ['invalid_request', '', { name: 'half', cron: nightly.cron, timeZone: 'UTC' }],
    ['invalid_instant', '.from', { ...once, from: '2026-12-01' }],
    ['invalid_instant', '.until', { ...once, until: '2026-02-30T00:00:00Z' }],
    ['maintenance_window_out_of_range', '.until', { ...once, until: once.from }],
    ['maintenance_window_out_of_range', '.until', { ...once, until: '2026-12-15T00:00:00.001Z' }],
    ['invalid_cron', '.cron', { ...nightly, cron: '0 0 31 2 *' }],
    ['invalid_time_zone', '.timeZone', { ...nightly, timeZone: 'Europe/Atlantis' }],
    ['maintenance_window_out_of_range', '.durationSeconds', { ...nightly, cron: '0 * * * *' }],
    ['name_taken', '.name', { ...nightly, name: 'first' }],
  ] as const;
  const { version } = await domain.projects.get(actor, project.id);
  for (const [code, field, window] of bad) {
    const maintenanceWindows = [{ ...nightly, name: 'first' }, window];
    const act = () => domain.projects.update(actor, { id: project.id, version, maintenanceWindows });
    await refuses(t, main, code, act, { field: `maintenanceWindows[1]${field}` });
  }
});

t.test('windows that leave no gap together are refused; the longest pause counts, not the next one', async (t) => {
  const { domain, actor, project } = main;
  const { version } = await domain.projects.get(actor, project.id);
  const half = { timeZone: 'UTC', durationSeconds: 12 * 3_600 };
  const both = [
    { ...half, name: 'night', cron: '0 0 * * *' },
    { ...half, name: 'day', cron: '0 12 * * *' },
  ];
  const always = () => domain.projects.update(actor, { id: project.id, version, maintenanceWindows: both });
  await refuses(t, main, 'maintenance_window_out_of_range', always, { field: 'maintenanceWindows' });
  const mondays = { ...half, name: 'mondays', cron: '0 8-20 * * 1', durationSeconds: 7_200 };
  const saved = await domain.projects.update(actor, { id: project.id, version, maintenanceWindows: [mondays] });
  t.match(saved.maintenanceWindows, [{ name: 'mondays' }]);
  await domain.projects.update(actor, { id: project.id, version: saved.version, maintenanceWindows: [] });
});

/** An Afterglow of its own, whose policy is due in the middle of a window of an hour. */
async function start(test: Test, missedFirings: MissedFirings) {
  const at = await startRegistered(test);
  const { domain, actor, project } = at;
  const policy = await domain.policies.create(actor, {
    name: 'watched',
    selector: { projects: [project.id] },
    schedules: [{ name: 'hourly', cron: '0 * * * *', timeZone: 'UTC' }],
    retention: { keepLast: 5 },
    missedFirings,
  });
  const due = Date.parse(policy.schedules[0]?.nextFiringAt ?? '');
  const windowOf = (ms: number) => new Date(due + ms).toISOString();
  await domain.projects.update(actor, {
    id: project.id,
    version: 1,
    maintenanceWindows: [{ name: 'now', from: windowOf(-30 * minute), until: windowOf(30 * minute) }],
  });
  return {
    ...at,
    due,
    policyId: policy.id,
    /** Sets the clocks so far after the instant, and fires. */
    async fireAt(ms: number) {
      await at.setAhead(due + ms - Date.now());
      await domain.fireDueSchedules();
      return at.db.selectFrom('firings').selectAll().orderBy('due_at').execute();
    },
    /** As if the time until then had passed for the database as well. */
    async endWindow() {
      await at.setAhead(due + 31 * minute - Date.now());
      await sql`update outbox set not_before = now(), delayed_until = now() where delayed_until > now()`.execute(at.db);
      await domain.relay();
    },
  };
}

t.test('capture_moment: the instant is captured when the window is over, not before', async (t) => {
  const at = await start(t, 'capture_moment');
  const [firing] = await at.fireAt(1_000);
  t.match(firing, { status: 'pending', due_at: new Date(at.due) });
  const job = at.db
    .selectFrom('outbox')
    .selectAll()
    .where('subject_id', '=', firing?.snapshot_id ?? '');
  const { delayed_until, created_at } = await job.executeTakeFirstOrThrow();
  const delayMs = (delayed_until?.getTime() ?? 0) - created_at.getTime();
  t.ok(delayMs > 28 * minute && delayMs <= 30 * minute, `${delayMs} ms`);
  await at.domain.relay();
  t.equal((await job.executeTakeFirstOrThrow()).status, 'waiting');
  t.strictSame(await at.neon.listSnapshots(at.emulator.projectId), [], 'nothing is made in Neon meanwhile');
  await at.endWindow();
  const snapshot = await untilSnapshot(at, firing?.snapshot_id ?? '', 'available');
  t.equal(snapshot.pointAt, new Date(at.due).toISOString());
});

t.test('run_once: one of the present is taken when the window is over', async (t) => {
  const at = await start(t, 'run_once');
  const [firing] = await at.fireAt(1_000);
  t.match(firing, { status: 'pending' });
  await at.endWindow();
  const snapshot = await untilSnapshot(at, firing?.snapshot_id ?? '', 'available');
  t.ok(Date.parse(snapshot.pointAt ?? '') >= at.due + 30 * minute, snapshot.pointAt ?? '');
});

t.test('skip: it is missed, with the reason', async (t) => {
  const at = await start(t, 'skip');
  const firings = await at.fireAt(1_000);
  t.match(firings, [{ status: 'missed', reason: 'maintenance_window', snapshot_id: null }]);
  t.strictSame((await at.domain.snapshots.list(at.actor, {}, { limit: 5 })).items, []);
  t.match((await at.fireAt(60 * minute + 1_000)).slice(1), [{ status: 'pending' }], 'the next one fires in its time');
});

t.test('a scheduler that comes after the window fires at once, though the instant lies in it', async (t) => {
  const at = await start(t, 'capture_moment');
  const [firing] = await at.fireAt(31 * minute);
  const snapshot = await untilSnapshot(at, firing?.snapshot_id ?? '', 'available');
  t.equal(snapshot.pointAt, new Date(at.due).toISOString());
});

t.test('a window that comes again holds for as long as it lasts', async (t) => {
  const at = await start(t, 'capture_moment');
  const { domain, actor, project } = at;
  const hour = new Date(at.due).getUTCHours();
  const windows = [{ name: 'daily', cron: `0 ${hour} * * *`, timeZone: 'UTC', durationSeconds: 600 }];
  await domain.projects.update(actor, { id: project.id, version: 2, maintenanceWindows: windows });
  const [firing] = await at.fireAt(1_000);
  const { delayed_until, created_at } = await at.db
    .selectFrom('outbox')
    .selectAll()
    .where('subject_id', '=', firing?.snapshot_id ?? '')
    .executeTakeFirstOrThrow();
  const delayMs = (delayed_until?.getTime() ?? 0) - created_at.getTime();
  t.ok(delayMs > 8 * minute && delayMs <= 10 * minute, `${delayMs} ms`);
});

t.test('what a person asks for is done while a window lasts: a snapshot, its removal, a restore, a run', async (t) => {
  const at = await start(t, 'capture_moment');
  const { domain, actor } = at;
  const branchId = at.main.id;
  await at.fireAt(1_000);
  const snapshot = await takeSnapshot(at, { branchId });
  await domain.snapshots.delete(actor, snapshot.id);
  await untilSnapshot(at, snapshot.id, 'purged');
  const ran = await domain.policies.run(actor, at.policyId);
  await untilSnapshot(at, ran.snapshots[0]?.id ?? '', 'available');
  const moment = new Date(at.due).toISOString();
  const restored = await restore(at, { source: { branchId, at: moment }, target: { kind: 'new_branch' } });
  t.equal(restored.status, 'succeeded');
});

t.test('a job that is promised for later is not reaped before: its deadline counts from then', async (t) => {
  const at = await start(t, 'capture_moment');
  const [firing] = await at.fireAt(1_000);
  const id = firing?.snapshot_id ?? '';
  // Promised two days ago, for half an hour from now; a promise lapses after a day at most.
  await sql`update outbox set created_at = now() - interval '2 days' where subject_id = ${id}`.execute(at.db);
  t.equal(await at.domain.reapOverdue(), 0);
  t.equal((await at.domain.snapshots.get(at.actor, id)).status, 'requested');
  at.log.expect(/past its deadline/);
  await sql`
    update outbox set not_before = now() + interval '1 day', delayed_until = now() - interval '2 days'
    where subject_id = ${id}`.execute(at.db);
  t.equal(await at.domain.reapOverdue(), 1, 'and past it, it is');
  t.match(await at.domain.snapshots.get(at.actor, id), { status: 'failed', error: { code: 'deadline_exceeded' } });
});
