// Schedules that are left to Neon: what is refused, what is set, what follows a change, and what becomes of a hand in the console.

import t, { type Test } from 'tap';
import { isSameSchedule, type NativeSchedule } from '../../src/core/delegation.ts';
import type { DelegatedBranchView, PolicyView } from '../../src/domain/index.ts';
import { type Registered, startRegistered } from '../harness/app.ts';
import { makeChild, untilAtRest } from '../harness/neon.ts';
import { reconcile } from '../harness/reconcile.ts';
import { refuses } from '../harness/refusal.ts';
import { strike } from '../harness/strike.ts';
import { restore, takeSnapshot, untilSnapshot } from '../harness/work.ts';

const page = { limit: 100 };
const day = 86_400;
/** Not soon: nothing of it is taken while a test runs. */
const hour = (new Date().getUTCHours() + 12) % 24;
const daily = { name: 'daily', cron: `0 ${hour} * * *`, timeZone: 'UTC', engine: 'neon' } as const;
const wanted = (days: number): NativeSchedule[] => [{ frequency: 'daily', hour, retentionSeconds: days * day }];

async function start(test: Test, plan?: 'free') {
  const at = await startRegistered(test, plan ? { emulator: { rows: 'none', plan } } : { emulator: { rows: 'none' } });
  const { domain, actor, project, main, neon } = at;
  const wish = (name: string, more: object = {}) => {
    return { name, selector: { projects: [project.id] }, schedules: [daily], retention: { daily: 7 }, ...more };
  };
  return {
    ...at,
    wish,
    create: (name: string, more: object = {}) => domain.policies.create(actor, wish(name, more)),
    inNeon: () => neon.getBackupSchedule(project.neonProjectId, main.neonBranchId),
    setInNeon: async (schedule: NativeSchedule[]) => {
      await untilAtRest(at);
      await neon.setBackupSchedule(project.neonProjectId, main.neonBranchId, schedule);
    },
    /** Reads until the default branch stands so under the policy. */
    until_: (policy: Pick<PolicyView, 'id'>, state: DelegatedBranchView['state']) =>
      at.until(
        () => domain.policies.get(actor, policy.id),
        ({ delegation }) => delegation?.branches[0]?.state === state,
      ),
    rows: () => at.db.selectFrom('delegated_schedules').selectAll().execute(),
    told: async () =>
      (await domain.audit.list(actor, { subjectId: main.id }, page)).items
        .toReversed()
        .map(({ action }) => action)
        .filter((action) => action.startsWith('delegation.')),
  };
}

const jobsEnded = (at: Registered) =>
  at.until(
    () => at.db.selectFrom('outbox').select('status').where('job', '=', 'branch.delegate').execute(),
    (jobs) => jobs.every(({ status }) => status === 'done'),
  );

t.test(
  'it is set, changed with the policy, and taken back when the policy is deleted; nothing of it is fired',
  async (t) => {
    const at = await start(t);
    const { domain, actor, main, project } = at;
    const policy = await at.create('night');
    t.match(policy.schedules, [{ engine: 'neon', nextFiringAt: null }]);
    const set = await at.until_(policy, 'set');
    t.match(set.delegation, { counts: { set: 1, pending: 0 }, branches: [{ branchId: main.id, error: null }] });
    t.strictSame(await at.inNeon(), [{ frequency: 'daily', hour, day: undefined, retentionSeconds: 7 * day }]);
    t.match((await domain.status.branch(actor, main.id)).state, 'ok');

    const { version } = await domain.policies.update(actor, { id: policy.id, version: 1, retention: { daily: 9 } });
    await at.until(at.inNeon, (seen) => isSameSchedule(seen, wanted(9)));
    await jobsEnded(at);
    const preview = await domain.policies.previewOf(actor, policy.id, { count: 2 });
    t.match(preview.firings, [{ schedule: 'daily', engine: 'neon' }, { engine: 'neon' }]);
    t.match(
      preview.forecast.projects,
      [{ snapshots: { thisPolicy: 0, needed: 0, beingMade: 0 } }],
      'it draws on no cap',
    );
    t.match((await domain.policies.export(actor)).policies['night'], { schedules: [{ engine: 'neon' }] });

    await at.setAhead(3 * day * 1000);
    t.equal(await domain.fireDueSchedules(), 0);
    t.match((await domain.status.branch(actor, main.id)).state, 'ok', 'nothing of ours is late');
    await at.setAhead(0);

    const own = [{ ...daily, engine: 'afterglow' as const }];
    const back = await domain.policies.update(actor, { id: policy.id, version, schedules: own });
    t.equal(back.delegation, null);
    t.ok(back.schedules[0]?.nextFiringAt);
    await at.until(at.inNeon, (seen) => seen.length === 0);
    await jobsEnded(at);
    t.strictSame(await at.rows(), []);
    const again = await domain.policies.update(actor, { id: policy.id, version: back.version, schedules: [daily] });
    t.match(again.schedules, [{ nextFiringAt: null }], 'an unchanged cron line fires no more');
    await at.until_(policy, 'set');

    await domain.policies.delete(actor, { id: policy.id });
    await at.until(at.inNeon, (seen) => seen.length === 0);
    await jobsEnded(at);
    t.strictSame(await at.told(), [
      'delegation.set',
      'delegation.set',
      'delegation.removed',
      'delegation.set',
      'delegation.removed',
    ]);
    t.strictSame((await reconcile(at)).findings, []);
    t.equal(project.plan === 'free', false);
  },
);

t.test(
  'its preview says what Neon keeps and costs at most, beside the cap, before it is saved and after',
  async (t) => {
    const at = await start(t);
    const { domain, actor, db, main } = at;
    await db.updateTable('branches').set({ logical_size_bytes: 10_000_000_000 }).where('id', '=', main.id).execute();
    const schedules = [
      { ...daily, name: 'nights' },
      { ...daily, name: 'weeks', cron: `0 ${hour} * * MON` },
      { ...daily, name: 'months', cron: `0 ${hour} 1 * *` },
    ];
    const form = at.wish('tiers', { schedules, retention: { daily: 7, weekly: 4, monthly: 1 } });
    const { id } = await domain.policies.create(actor, form);
    for (const preview of [
      await domain.policies.preview(actor, { form, policyId: id }),
      await domain.policies.previewOf(actor, id, {}),
    ]) {
      const { keeps, forecast } = preview;
      // A monthly one is kept for 31 days: in March that of February is there too.
      t.match(keeps, { engine: 'neon', total: 13, isAtLeast: false, tiers: { daily: 7, weekly: 4, monthly: 2 } });
      const cost = { snapshots: 11.7, branches: 0, total: 11.7, isAtMost: true, unknownBecause: null };
      const needed = { needed: 0, thisPolicy: 0, otherPolicies: 0, beingMade: 0, fits: true };
      t.match(forecast.projects, [{ snapshots: needed, leftToNeon: 13, monthlyCost: cost }]);
      t.strictSame(forecast.monthlyCost, cost);
    }
    const own = {
      ...form,
      name: 'own',
      schedules: [{ ...daily, engine: 'afterglow' as const }],
      retention: { daily: 7 },
    };
    const beside = await domain.policies.preview(actor, { form: own });
    t.match(beside, {
      keeps: { engine: 'afterglow', total: 7 },
      forecast: {
        projects: [{ snapshots: { thisPolicy: 7, otherPolicies: 0 }, leftToNeon: 0, monthlyCost: { isAtMost: false } }],
      },
    });
  },
);

t.test('its policy is not run by hand, and its project is not removed before the schedule is taken back', async (t) => {
  const at = await start(t);
  const { domain, actor, project, main } = at;
  await domain.projects.update(actor, { id: project.id, version: project.version, labels: { env: 'kept' } });
  const policy = await at.create('labelled', { selector: { labels: { env: 'kept' } } });
  await at.until_(policy, 'set');
  await jobsEnded(at);
  await refuses(t, at, 'delegation_impossible', () => domain.policies.run(actor, policy.id), { reason: 'run' });
  await refuses(t, at, 'project_in_use', () => domain.projects.remove(actor, project.id), { branchIds: [main.id] });
  await domain.policies.pause(actor, { id: policy.id });
  await at.until(at.rows, (rows) => rows.length === 0);
  await jobsEnded(at);
  t.strictSame(await at.inNeon(), []);
  await domain.projects.remove(actor, project.id);
  t.equal((await domain.projects.list(actor, {}, page)).items.length, 0);
});

t.test('what Neon cannot do is refused, and nothing is saved', async (t) => {
  const at = await start(t);
  const { domain, actor, main } = at;
  const child = await makeChild(at, 'child', main.neonBranchId);
  await reconcile(at);
  const code = 'delegation_impossible';
  const refused = (more: object, members: object) => refuses(t, at, code, () => at.create('bad', more), members);
  await refused({ schedules: [{ ...daily, timeZone: 'Europe/Berlin' }] }, { reason: 'time_zone' });
  await refused({ retention: { daily: 36 } }, { reason: 'retention', most: 3_024_000 });
  await refused({ selector: { projects: [at.project.id], branches: [child.name] } }, { reason: 'child_branch' });
  await refuses(t, at, code, () => domain.policies.preview(actor, { form: at.wish('bad', { store: 'branch' }) }), {
    reason: 'store',
  });
  const policies = { bad: { selector: { projects: [at.project.id] }, schedules: [daily], retention: { keepLast: 1 } } };
  await refuses(t, at, code, () => domain.policies.import(actor, { policies }), {
    field: 'policies.bad.retention.keepLast',
  });
  const first = await at.create('first');
  await at.until_(first, 'set');
  await jobsEnded(at);
  await refused({}, { reason: 'other_policy', policyId: first.id });
  const berlin = [{ ...daily, timeZone: 'Europe/Berlin' }];
  const change = { id: first.id, version: 1, schedules: berlin };
  await refuses(t, at, code, () => domain.policies.update(actor, change), { reason: 'time_zone' });
  t.equal((await domain.policies.update(actor, { id: first.id, version: 1, name: 'other' })).version, 2);
  await jobsEnded(at);
});

t.test('the plan Free has no schedules: refused when it is known, told when it comes later', async (t) => {
  const at = await start(t, 'free');
  const { domain, actor, main, project } = at;
  await refuses(t, at, 'delegation_impossible', () => at.create('night'), { reason: 'plan', projectId: project.id });
  const policy = await at.create('later', { selector: { labels: { env: 'test' } } });
  await domain.projects.update(actor, { id: project.id, version: project.version, labels: { env: 'test' } });
  await reconcile(at);
  const { delegation } = await at.until_(policy, 'refused');
  t.match(delegation?.branches, [{ branchId: main.id, error: { code: 'neon_refused', message: /not enabled/ } }]);
  t.match(await domain.status.branch(actor, main.id), { state: 'at_risk', reasons: ['delegation_refused'] });
  await reconcile(at);
  await jobsEnded(at);
  t.strictSame(await at.told(), ['delegation.refused'], 'it is told once');
});

t.test('what is changed in the console is told, and not fought over', async (t) => {
  const at = await start(t);
  const { domain, actor, main } = at;
  const policy = await at.create('night');
  await at.until_(policy, 'set');
  await at.setInNeon(wanted(2));
  await reconcile(at);
  await at.until_(policy, 'drifted');
  t.match(await domain.status.branch(actor, main.id), { state: 'at_risk', reasons: ['delegation_drifted'] });
  await reconcile(at);
  await jobsEnded(at);
  t.ok(isSameSchedule(await at.inNeon(), wanted(2)), 'it stays as the person left it');
  t.strictSame(await at.told(), ['delegation.set', 'delegation.drifted']);
  await domain.policies.delete(actor, { id: policy.id });
  await jobsEnded(at);
  t.ok(isSameSchedule(await at.inNeon(), wanted(2)), "nor is a person's taken back");
  t.strictSame((await at.told()).slice(2), ['delegation.left']);

  const second = await at.create('second');
  const { delegation } = await at.until_(second, 'refused');
  t.match(delegation?.branches, [{ error: { code: 'schedule_not_ours' } }]);
  await at.setInNeon([]);
  await reconcile(at);
  await at.until_(second, 'set');
  t.ok(isSameSchedule(await at.inNeon(), wanted(7)));
});

t.test('a pause takes it back until the policy goes on, and a cutover takes it along', async (t) => {
  const at = await start(t);
  const { domain, actor, main } = at;
  const policy = await at.create('night');
  await at.until_(policy, 'set');
  await domain.policies.pause(actor, { id: policy.id });
  await at.until(at.inNeon, (seen) => seen.length === 0);
  await jobsEnded(at);
  t.match(await domain.status.branch(actor, main.id), { reasons: ['paused'] });
  await domain.policies.resume(actor, policy.id);
  await at.until_(policy, 'set');
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  await untilSnapshot(at, snapshot.id, 'available');
  await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } });
  await reconcile(at);
  await jobsEnded(at);
  const [row] = await at.rows();
  t.match(row, { branch_id: main.id, state: 'set' });
  t.not(row?.neon_branch_id, main.neonBranchId);
  t.ok(isSameSchedule(await at.neon.getBackupSchedule(at.project.neonProjectId, row?.neon_branch_id ?? ''), wanted(7)));
});

t.test('an answer that is lost, a call that is refused for a while, a job that comes twice', async (t) => {
  const at = await start(t);
  const lost = await strike(at, 'setBackupSchedule', { kind: 'drop', when: 'after' }, 1);
  const busy = await strike(at, 'getBackupSchedule', { kind: 'status', status: 423 }, 1);
  const policy = await at.create('night');
  await at.until_(policy, 'set');
  t.strictSame([lost.times(), busy.times()], [1, 1]);
  t.ok(isSameSchedule(await at.inNeon(), wanted(7)));
  const before = await at.rows();
  await Promise.all([reconcile(at), at.domain.policies.update(at.actor, { id: policy.id, version: 1, name: 'same' })]);
  await jobsEnded(at);
  t.match(await at.rows(), [{ state: 'set', asked: before[0]?.asked }]);
  t.strictSame(await at.told(), ['delegation.set']);
});
