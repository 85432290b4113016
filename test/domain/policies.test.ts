// Policies: what is refused, how they fire, what they let go, and that any number of schedulers fires each instant once.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { refuses } from '../harness/refusal.ts';
import { hold, strike } from '../harness/strike.ts';
import { untilSnapshot } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, main, project, db, neon, emulator } = at;
const nightly = { name: 'nightly', cron: '0 3 * * *', timeZone: 'Europe/Berlin' };
const wish = (name: string, schedules = [nightly], keepLast = 2) => ({
  name,
  selector: { projects: [project.id] },
  schedules,
  retention: { keepLast },
});
const page = { limit: 100 };
const minute = 60_000;

const firings = async () => db.selectFrom('firings').selectAll().orderBy('due_at').execute();
const scheduleOf = async (policyId: string) =>
  db.selectFrom('schedules').selectAll().where('policy_id', '=', policyId).where('removed_at', 'is', null).execute();

t.test('a cron line, a zone or a name that cannot be is refused with the path of its field', async (t) => {
  const bad = [
    ['invalid_cron', 'cron', '0 3 * *'],
    ['invalid_cron', 'cron', '0 0 31 2 *'],
    ['invalid_cron', 'cron', '*/5 0 3 * * *'],
    ['invalid_time_zone', 'timeZone', 'Europe/Atlantis'],
    ['name_taken', 'name', 'nightly'],
    ['name_taken', 'name', 'NIGHTLY'],
    ['invalid_request', 'name', ' nightly'],
    ['invalid_request', 'name', 'nightly '],
  ] as const;
  for (const [code, field, value] of bad) {
    const second = { name: 'second', cron: '0 4 * * *', timeZone: 'UTC', [field]: value };
    const act = () => domain.policies.create(actor, wish('bad', [nightly, second]));
    await refuses(t, at, code, act, { field: `schedules[1].${field}` });
  }
  const foreign = { ...wish('bad'), selector: { projects: [project.id, 'prj_unknown'] } };
  await refuses(t, at, 'not_found', () => domain.policies.create(actor, foreign));
});

t.test('a policy is made, changed against its version, and its name stands for one', async (t) => {
  const policy = await domain.policies.create(actor, wish('shop'));
  t.match(policy, {
    version: 1,
    selector: { projects: [project.id], branches: 'default' },
    retention: { keepLast: 2 },
  });
  t.ok(Date.parse(policy.schedules[0]?.nextFiringAt ?? '') > Date.now());
  await refuses(t, at, 'name_taken', () => domain.policies.create(actor, wish('shop')), { field: 'name' });
  const much = {
    ...wish('shop', [{ ...nightly, cron: '0 * * * *' }]),
    retention: { hourly: 24, daily: 30, weekly: 52 },
  };
  await refuses(t, at, 'name_taken', () => domain.policies.create(actor, much), { field: 'name' });
  const weekly = { name: 'weekly', cron: '0 4 * * 0', timeZone: 'UTC' };
  const change = { id: policy.id, version: 1, schedules: [nightly, weekly], selector: { branches: ['main'] } };
  const updated = await domain.policies.update(actor, change);
  t.match(updated, { version: 2, selector: { projects: [project.id], branches: ['main'] } });
  t.strictSame(
    updated.schedules.find(({ name }) => name === 'nightly'),
    policy.schedules[0],
    'an unchanged schedule keeps its next firing',
  );
  await refuses(t, at, 'version_stale', () => domain.policies.update(actor, change), { version: 2 });
  await domain.policies.delete(actor, { id: policy.id });
  await refuses(t, at, 'not_found', () => domain.policies.get(actor, policy.id));
  t.strictSame(await scheduleOf(policy.id), []);
  t.match(await domain.policies.create(actor, wish('shop', [])), { name: 'shop' }, 'the name is free again');
});

t.test('a policy is deleted from the version that was looked at; its versions stay readable', async (t) => {
  const { id, version } = await domain.policies.create(actor, wish('looked at'));
  await domain.policies.update(actor, { id, version, name: 'changed since' });
  await refuses(t, at, 'version_stale', () => domain.policies.delete(actor, { id, version }), { version: 2 });
  await domain.policies.delete(actor, { id, version: 2 });
  t.match((await domain.policies.versions(actor, id, { limit: 5 })).items, [{ version: 2 }, { version: 1 }]);
});

t.test('a change that changes nothing makes no version, and is refused where it is stale', async (t) => {
  const policy = await domain.policies.create(actor, wish('the same'));
  const { id, version } = policy;
  t.equal((await domain.policies.update(actor, { id, version })).version, version);
  t.equal(
    (await domain.policies.update(actor, { id, version, name: policy.name, retention: policy.retention })).version,
    version,
  );
  t.equal((await domain.policies.versions(actor, id, { limit: 5 })).items.length, 1);
  await refuses(t, at, 'version_stale', () => domain.policies.update(actor, { id, version: version + 1 }));
  await domain.policies.delete(actor, { id });
});

t.test('a rule of tiers is kept and shown whole; one that keeps nothing, or no duration, is refused', async (t) => {
  const rule = { hourly: 24, daily: 30, weekly: null, keepWithin: 'P2D', bucketKeeps: 'last' } as const;
  const policy = await domain.policies.create(actor, { ...wish('tiers'), retention: rule });
  const none = { hourly: null, daily: null, weekly: null, monthly: null, yearly: null, keepLast: null };
  const whole = { ...none, keepWithin: null, minimumKept: null, bucketKeeps: 'first' };
  t.strictSame(policy.retention, { ...whole, hourly: 24, daily: 30, keepWithin: 'P2D', bucketKeeps: 'last' });
  const again = { id: policy.id, version: policy.version, retention: policy.retention };
  t.strictSame((await domain.policies.update(actor, again)).retention, policy.retention, 'what is shown can be sent');
  for (const [retention, code] of [
    [{}, 'retention_keeps_nothing'],
    [none, 'retention_keeps_nothing'],
    [{ bucketKeeps: 'first' }, 'retention_keeps_nothing'],
    [{ keepWithin: 'PT0S' }, 'retention_keeps_nothing'],
    [{ keepWithin: 'P0D', bucketKeeps: 'last' }, 'retention_keeps_nothing'],
    [{ keepWithin: '2 days' }, 'invalid_duration'],
  ] as const) {
    await refuses(t, at, code, () => domain.policies.create(actor, { ...wish('none'), retention }));
  }
  await domain.policies.delete(actor, { id: policy.id });
});

t.test('a change is merged into what was: what is absent stays, null removes, lists are replaced', async (t) => {
  const lock = { mode: 'governance', for: 'P1D', graceHours: 2, tiers: ['daily'] } as const;
  const policy = await domain.policies.create(actor, {
    ...wish('merged'),
    retention: { daily: 7, weekly: 4, keepLast: 2 },
    protection: { lock },
    objectives: { rpoSeconds: 90_000 },
    limits: { expireAtMostShare: 0.5 },
  });
  let { version } = policy;
  const change = async (patch: Omit<Parameters<typeof domain.policies.update>[1], 'id' | 'version'>) => {
    const changed = await domain.policies.update(actor, { id: policy.id, version, ...patch });
    version = changed.version;
    return changed;
  };
  t.match((await change({ retention: { daily: 9 } })).retention, { daily: 9, weekly: 4, keepLast: 2 });
  t.match((await change({ retention: { weekly: null } })).retention, { daily: 9, weekly: null, keepLast: 2 });
  t.strictSame((await change({ protection: { lock: { for: 'P2D' } } })).protection, { lock: { ...lock, for: 'P2D' } });
  t.strictSame((await change({ protection: { lock: { tiers: null } } })).protection?.lock.tiers, null);
  t.strictSame((await change({ protection: { lock: { tiers: ['daily'] } } })).protection?.lock.tiers, ['daily']);
  t.match(await change({ limits: {}, objectives: {} }), {
    objectives: { rpoSeconds: 90_000 },
    limits: { expireAtMostShare: 0.5 },
  });
  t.match(await change({ limits: { expireAtMostShare: null }, objectives: null }), {
    objectives: { rpoSeconds: null },
    limits: { expireAtMostShare: 0.25 },
    retention: { daily: 9 },
  });
  const refused = (code: Parameters<typeof refuses>[2], patch: Parameters<typeof change>[0], field: string) =>
    refuses(t, at, code, () => change(patch), { field });
  await refused('lock_tier_not_kept', { retention: { daily: null } }, 'protection.lock.tiers[0]');
  await refused('invalid_request', { protection: { lock: { mode: null } } }, 'protection.lock.mode');
  t.equal((await change({ protection: { lock: null } })).protection, null);
  await refused(
    'invalid_request',
    { protection: { lock: { mode: 'governance', for: 'P1D' } } },
    'protection.lock.graceHours',
  );
  await refused('retention_keeps_nothing', { retention: { daily: null, keepLast: null } }, 'retention');
  await domain.policies.delete(actor, { id: policy.id });
});

t.test('what would have no effect is refused: a lock of tiers that are not kept, a zone of no schedule', async (t) => {
  const lock = { mode: 'governance', for: 'P1Y', graceHours: 0 } as const;
  const yearly = {
    ...wish('none'),
    retention: { daily: 7 },
    protection: { lock: { ...lock, tiers: ['yearly'] as const } },
  };
  await refuses(t, at, 'lock_tier_not_kept', () => domain.policies.create(actor, yearly), {
    field: 'protection.lock.tiers[0]',
    tier: 'yearly',
  });
  const preset = { name: 'none', selector: { projects: [project.id] }, preset: 'daily' } as const;
  const bad = [
    ['invalid_time_zone', { ...preset, timeZone: 'Nope/Nope' }],
    ['invalid_time_zone', { ...wish('none'), timeZone: 'Nope/Nope' }],
    ['time_zone_unused', { ...wish('none'), timeZone: 'UTC' }],
    ['time_zone_unused', { ...preset, schedules: [nightly], timeZone: 'Europe/Berlin' }],
  ] as const;
  for (const [code, form] of bad) {
    await refuses(t, at, code, () => domain.policies.create(actor, form), { field: 'timeZone' });
  }
});

t.test(
  'what cannot be as it is meant is warned of: an objective below the pauses, a minimum above all else',
  async (t) => {
    const warned = async (more: object) =>
      (await domain.policies.preview(actor, { form: { ...wish('warned'), ...more } })).warnings.map(({ code }) => code);
    const hourly = [{ name: 'hourly', cron: '0 * * * *', timeZone: 'UTC' }];
    const office = [{ name: 'office', cron: '0 8-20 * * 1', timeZone: 'UTC' }];
    t.ok((await warned({ schedules: office, objectives: { rpoSeconds: 90_000 } })).includes('rpo_below_interval'));
    t.ok((await warned({ schedules: office })).includes('window_shorter_than_interval'), 'six days and a half');
    t.notOk((await warned({ schedules: hourly, objectives: { rpoSeconds: 3_600 } })).includes('rpo_below_interval'));
    const within = { schedules: hourly, retention: { keepWithin: 'PT12H', minimumKept: 100 } };
    t.ok((await warned(within)).includes('minimum_above_tiers'));
    t.notOk(
      (await warned({ ...within, retention: { keepWithin: 'PT12H', minimumKept: 12 } })).includes(
        'minimum_above_tiers',
      ),
    );
  },
);

t.test(
  'run takes a snapshot of each selected branch, and keepLast expires the oldest after the newest is there',
  async (t) => {
    const policy = await domain.policies.create(actor, wish('kept', [], 2));
    const taken: string[] = [];
    for (let round = 1; round <= 3; round += 1) {
      const { snapshots } = await domain.policies.run(actor, policy.id);
      t.match(snapshots, [{ branchId: main.id, policyId: policy.id, status: 'requested', keptBecause: ['newest'] }]);
      taken.push(snapshots[0]?.id ?? '');
      await untilSnapshot(at, snapshots[0]?.id ?? '', 'available');
    }
    await untilSnapshot(at, taken[0] ?? '', 'purged');
    const { items } = await domain.snapshots.list(actor, { policyId: policy.id, status: 'available' }, page);
    t.strictSame(
      items.map(({ id, keptBecause }) => [id, ...keptBecause]),
      [
        [taken[2], 'keep_last', 'newest'],
        [taken[1], 'keep_last'],
      ],
    );
    const { items: events } = await domain.audit.list(
      actor,
      { subjectId: taken[0] ?? '', action: 'snapshot.expiring' },
      page,
    );
    t.match(events, [{ actor: { kind: 'scheduler' }, details: { cause: 'policy', reasons: ['beyond_retention'] } }]);
    const manual = await domain.snapshots.list(actor, { branchId: main.id, status: 'available' }, page);
    t.equal(manual.items.length, 2);
  },
);

t.test('a snapshot that fails expires nothing', async (t) => {
  const policy = await domain.policies.create(actor, wish('failing', [], 1));
  const good = (await domain.policies.run(actor, policy.id)).snapshots[0]?.id ?? '';
  await untilSnapshot(at, good, 'available');
  await strike(at, 'createSnapshot', { kind: 'status', status: 422 }, 2);
  for (let round = 1; round <= 2; round += 1) {
    const { snapshots } = await domain.policies.run(actor, policy.id);
    await untilSnapshot(at, snapshots[0]?.id ?? '', 'failed');
  }
  t.equal((await domain.snapshots.get(actor, good)).status, 'available');
});

t.test('the snapshots of a deleted policy stay', async (t) => {
  const policy = await domain.policies.create(actor, wish('deleted', [], 1));
  const id = (await domain.policies.run(actor, policy.id)).snapshots[0]?.id ?? '';
  await untilSnapshot(at, id, 'available');
  const last = (await domain.policies.run(actor, policy.id)).snapshots[0]?.id ?? '';
  await domain.policies.delete(actor, { id: policy.id });
  await untilSnapshot(at, last, 'available');
  t.equal((await domain.snapshots.get(actor, id)).policyId, policy.id);
});

t.test('four schedulers at once: one firing and one snapshot for the instant, served when it is there', async (t) => {
  const policy = await domain.policies.create(
    actor,
    wish('scheduled', [{ ...nightly, cron: '* * * * *', timeZone: 'UTC' }]),
  );
  const due = new Date(policy.schedules[0]?.nextFiringAt ?? '');
  t.equal(await domain.fireDueSchedules(), 0, 'making a policy does not fire it');
  await at.setAhead(due.getTime() - Date.now() + 1_000);
  const fired = await Promise.all([1, 2, 3, 4].map(() => domain.fireDueSchedules()));
  t.equal(
    fired.reduce((sum, count) => sum + count, 0),
    1,
  );
  const [firing, ...others] = await firings();
  t.strictSame(others, []);
  t.match(firing, { policy_id: policy.id, branch_id: main.id, due_at: due, status: 'pending', reason: null });
  await untilSnapshot(at, firing?.snapshot_id ?? '', 'available');
  t.equal((await firings())[0]?.status, 'served');
  const [schedule] = await scheduleOf(policy.id);
  t.equal(schedule?.next_firing_at?.getTime(), due.getTime() + minute);
});

t.test('after an outage the missed instants that retention would keep are captured, the others coalesce', async (t) => {
  const before = await firings();
  const last = before.at(-1)?.due_at.getTime() ?? 0;
  await at.setAhead(last + 10 * minute - Date.now() + 1_000);
  t.equal(await domain.fireDueSchedules(), 1);
  const [kept, firing, ...others] = (await firings()).slice(before.length);
  t.strictSame(others, []);
  t.match(firing, { due_at: new Date(last + 10 * minute), reason: 'coalesces_8_missed' });
  t.match(kept, { due_at: new Date(last + 9 * minute), reason: null }, 'keepLast: 2 would have kept this one too');
  await untilSnapshot(at, kept?.snapshot_id ?? '', 'available');
  await untilSnapshot(at, firing?.snapshot_id ?? '', 'available');
});

t.test(
  'while the last one is still under way: coalesced, no second snapshot; one that fails is missed with its code',
  async (t) => {
    const held = await hold(at, 'createSnapshot', 'before');
    await strike(at, 'createSnapshot', { kind: 'status', status: 422 }, 1);
    const before = await firings();
    await at.setAhead(at.faults.aheadMs + minute);
    await domain.fireDueSchedules();
    await held.until();
    await at.setAhead(at.faults.aheadMs + minute);
    await domain.fireDueSchedules();
    const [first, second] = (await firings()).slice(before.length);
    t.match(second, { status: 'coalesced', reason: 'previous_under_way', snapshot_id: null });
    held.end();
    await untilSnapshot(at, first?.snapshot_id ?? '', 'failed');
    t.match((await firings()).at(-2), { status: 'missed', reason: 'neon_refused' });
  },
);

t.test('editing a schedule never fires it, and a removed one fires no more', async (t) => {
  const { items } = await domain.policies.list(actor, page);
  const policy = items.find(({ name }) => name === 'scheduled');
  const id = policy?.id ?? '';
  await at.setAhead(at.faults.aheadMs + 5 * minute);
  const before = (await firings()).length;
  const hourly = [{ name: 'nightly', cron: '30 * * * *', timeZone: 'UTC' }];
  const edited = await domain.policies.update(actor, { id, version: policy?.version ?? 0, schedules: hourly });
  t.equal(await domain.fireDueSchedules(), 0);
  t.ok(Date.parse(edited.schedules[0]?.nextFiringAt ?? '') > Date.now() + at.faults.aheadMs);
  await domain.policies.update(actor, { id, version: edited.version, schedules: [] });
  await at.setAhead(at.faults.aheadMs + 120 * minute);
  t.equal(await domain.fireDueSchedules(), 0);
  t.equal((await firings()).length, before);
  t.ok((await neon.listSnapshots(emulator.projectId)).length > 0);
});

t.test('tiers let go of all but one of a year, and the newest', async (t) => {
  const policy = await domain.policies.create(actor, { ...wish('yearly', []), retention: { yearly: 2 } });
  const taken: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    const { snapshots } = await domain.policies.run(actor, policy.id);
    taken.push(...snapshots.map(({ id }) => id));
    await untilSnapshot(at, taken.at(-1) ?? '', 'available');
  }
  await untilSnapshot(at, taken[1] ?? '', 'purged');
  const { items } = await domain.snapshots.list(actor, { policyId: policy.id, status: 'available' }, page);
  t.match(
    items.map(({ id, keptBecause }) => [id, ...keptBecause]),
    [
      [taken[2], 'newest'],
      [taken[0], `yearly:${new Date().getUTCFullYear()}`],
    ],
  );
});
