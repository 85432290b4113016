// What a policy lets go, and who decides: a pass that would let too much go waits for a person, and so does a policy that is failing.

import t from 'tap';
import type { RetentionPlanView } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { refuses } from '../harness/refusal.ts';
import { inRole } from '../harness/teams.ts';
import { untilSnapshot } from '../harness/work.ts';

const at = await startRegistered(t, { emulator: { rows: 'none' } });
const { domain, actor, project, db } = at;
const page = { limit: 50 };
const person = { ...actor, kind: 'person' as const };

const makePolicy = async (name: string, keepLast: number, wish: object = {}) =>
  domain.policies.create(actor, {
    name,
    selector: { projects: [project.id] },
    schedules: [],
    retention: { keepLast },
    ...wish,
  });

const run = async (policyId: string, times = 1): Promise<string[]> => {
  const ids: string[] = [];
  for (let count = 0; count < times; count += 1) {
    const { snapshots } = await domain.policies.run(actor, policyId);
    ids.push(...snapshots.map(({ id }) => id));
    await untilSnapshot(at, ids.at(-1) ?? '', 'available');
  }
  return ids;
};

const plansOf = async (policyId: string): Promise<RetentionPlanView[]> =>
  (await domain.retentionPlans.list(actor, { policyId }, page)).items;

const edit = async (id: string, keepLast: number) => {
  const { version } = await domain.policies.get(actor, id);
  return domain.policies.update(actor, { id, version, retention: { keepLast } });
};

const statuses = async (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await domain.snapshots.get(actor, id)).status));

/** Twelve points of which the rule wants one: the pass that follows the last one would let eleven go. */
const overreach = async (name: string) => {
  const policy = await makePolicy(name, 20);
  const old = await run(policy.id, 11);
  await edit(policy.id, 1);
  const [last = ''] = await run(policy.id);
  const [plan, ...others] = await plansOf(policy.id);
  if (!plan) throw new Error('no plan was made');
  return { policy, old, last, plan, others };
};

t.test('a pass that would let too much go makes a plan and lets nothing go', async (t) => {
  const { policy, old, last, plan, others } = await overreach('much');
  t.strictSame(others, []);
  t.match(plan, { status: 'pending', cause: 'limit', policyVersion: 2, keeps: 1, expires: 11, decisions: null });
  t.strictSame([...new Set(await statuses(old))], ['available']);
  t.strictSame((await domain.snapshots.get(actor, old[0] ?? '')).keptBecause, ['waits_for_approval']);
  t.match((await domain.snapshots.get(actor, last)).keptBecause, ['keep_last', 'newest']);
  const [next = ''] = await run(policy.id);
  t.equal((await plansOf(policy.id)).length, 1, 'while one waits no second one is made');
  t.strictSame(await statuses([last, next]), ['available', 'available'], 'and nothing goes beside it');

  const read = await domain.retentionPlans.get(actor, plan.id);
  t.equal(read.decisions?.length, 12);
  t.match(
    read.decisions?.filter(({ keep }) => !keep).map(({ reasons }) => reasons.join()),
    Array.from({ length: 11 }, () => 'beyond_retention'),
  );
  const service = { ...actor, kind: 'service' as const };
  const approve = { id: plan.id, hash: plan.hash };
  await refuses(t, at, 'person_required', () => domain.retentionPlans.approve(service, approve));
  await refuses(t, at, 'forbidden', () => domain.retentionPlans.approve(inRole(person, 'operator'), approve));
  await refuses(t, at, 'plan_stale', () => domain.retentionPlans.approve(person, { ...approve, hash: 'f'.repeat(64) }));
  t.match(await domain.retentionPlans.approve(person, approve), { status: 'approved', decidedBy: { kind: 'person' } });
  for (const id of old) await untilSnapshot(at, id, 'purged');
  await refuses(t, at, 'already_decided', () => domain.retentionPlans.reject(person, plan.id));
});

t.test('a preview names the branches of which so many would go that a person must approve', async (t) => {
  const policy = await makePolicy('foreseen', 20);
  await run(policy.id, 7);
  const preview = async (keepLast: number) =>
    domain.policies.preview(actor, {
      policyId: policy.id,
      form: { name: 'foreseen', selector: { projects: [project.id] }, schedules: [], retention: { keepLast } },
    });
  t.match((await preview(1)).wouldExpireNow, { count: 6, needApproval: [at.main.id] });
  t.match((await preview(2)).wouldExpireNow, { count: 5, needApproval: [] }, 'so few are let go freely');
});

t.test('a plan is stale once something that it names is held, and nothing of it goes', async (t) => {
  const { old, plan } = await overreach('held');
  const hold = { matter: 'Smith v. Shop', reason: 'The court asked.', selector: { snapshotIds: [old[3] ?? ''] } };
  await domain.holds.place(actor, hold);
  const act = () => domain.retentionPlans.approve(person, { id: plan.id, hash: plan.hash });
  await refuses(t, at, 'plan_stale', act, { snapshotIds: [old[3]] });
  t.strictSame([...new Set(await statuses(old))], ['available']);
});

t.test('a plan is stale once its policy has changed, and the next pass judges anew', async (t) => {
  const { policy, plan } = await overreach('edited');
  await edit(policy.id, 2);
  await refuses(t, at, 'plan_stale', () => domain.retentionPlans.approve(person, { id: plan.id, hash: plan.hash }));
  await run(policy.id);
  t.match(await plansOf(policy.id), [
    { status: 'pending', policyVersion: 3 },
    { id: plan.id, status: 'superseded' },
  ]);
});

t.test('a plan is stale once its policy no longer selects the branch, and nothing of it goes', async (t) => {
  await domain.projects.update(actor, {
    id: project.id,
    version: (await domain.projects.get(actor, project.id)).version,
    labels: { env: 'plan' },
  });
  const policy = await makePolicy('labelled', 20, { selector: { labels: { env: 'plan' } } });
  const [old = ''] = await run(policy.id, 2);
  await edit(policy.id, 1);
  const plan = await domain.retentionPlans.request(actor, policy.id);
  t.equal(plan.expires, 1);
  await domain.projects.update(actor, {
    id: project.id,
    version: (await domain.projects.get(actor, project.id)).version,
    labels: { env: 'other' },
  });
  await refuses(t, at, 'plan_stale', () => domain.retentionPlans.approve(person, { id: plan.id, hash: plan.hash }));
  t.strictSame(await statuses([old]), ['available']);
});

t.test('a newer request takes the place of the one that nobody has decided', async (t) => {
  const policy = await makePolicy('twice', 1);
  const first = await domain.retentionPlans.request(actor, policy.id);
  const second = await domain.retentionPlans.request(actor, policy.id);
  t.match(await plansOf(policy.id), [
    { id: second.id, status: 'pending' },
    { id: first.id, status: 'superseded' },
  ]);
});

t.test('what was rejected stays, and nobody is asked again until the policy is changed', async (t) => {
  const { policy, old, plan } = await overreach('rejected');
  t.match(await domain.retentionPlans.reject(person, plan.id), { status: 'rejected' });
  const [first = '', second = ''] = await run(policy.id, 2);
  t.match(await plansOf(policy.id), [{ id: plan.id, status: 'rejected' }]);
  t.strictSame([...new Set(await statuses(old))], ['available']);
  t.strictSame((await domain.snapshots.get(actor, old[0] ?? '')).keptBecause, ['approval_rejected']);
  await untilSnapshot(at, first, 'purged');
  t.equal((await domain.snapshots.get(actor, second)).status, 'available', 'what it does not name is let go as ever');
  await edit(policy.id, 30);
  await run(policy.id);
  t.match((await domain.snapshots.get(actor, old[0] ?? '')).keptBecause, ['keep_last']);
});

t.test('after a rejection too much more at once makes a plan that names what is new alone', async (t) => {
  const { policy, old, last, plan } = await overreach('rejected twice');
  await domain.retentionPlans.reject(person, plan.id);
  const selector = { branchId: at.main.id, from: new Date().toISOString() };
  const hold = await domain.holds.place(actor, { matter: 'A', reason: 'B', selector });
  const held = await run(policy.id, 7);
  await domain.holds.release(actor, { id: hold.id, reason: 'C' });
  await run(policy.id);
  const [second, ...others] = await plansOf(policy.id);
  t.match(others, [{ id: plan.id, status: 'rejected' }]);
  const { decisions } = await domain.retentionPlans.get(actor, second?.id ?? '');
  const named = decisions?.flatMap(({ snapshotId, keep }) => (keep ? [] : [snapshotId]));
  t.strictSame(named?.sort(), held.sort());
  t.strictSame([...new Set(await statuses(old))], ['available']);
  t.equal((await domain.snapshots.get(actor, last)).status, 'purged', 'it was alone beyond the rule');
  await domain.retentionPlans.reject(person, second?.id ?? '');
  await run(policy.id);
  t.strictSame([...new Set(await statuses([...old, ...held]))], ['available'], 'both rejections count');
});

t.test('five may always go, and everything where the policy allows all', async (t) => {
  const few = await makePolicy('few', 20);
  const old = await run(few.id, 5);
  await edit(few.id, 1);
  await run(few.id);
  for (const id of old) await untilSnapshot(at, id, 'purged');
  const all = await makePolicy('all', 20, { limits: { expireAtMostShare: 1 } });
  const many = await run(all.id, 8);
  await edit(all.id, 1);
  await run(all.id);
  for (const id of many) await untilSnapshot(at, id, 'purged');
  t.strictSame(await plansOf(all.id), []);
});

t.test('a dry run says what would go, expires nothing, and can be approved', async (t) => {
  const policy = await makePolicy('dry', 20);
  const [first = '', second = ''] = await run(policy.id, 2);
  await edit(policy.id, 1);
  const plan = await domain.retentionPlans.request(actor, policy.id);
  t.match(plan, { cause: 'requested', status: 'pending', keeps: 1, expires: 1, frozenBranchIds: [] });
  t.strictSame(
    plan.decisions?.map(({ snapshotId, keep }) => [snapshotId, keep]),
    [
      [second, true],
      [first, false],
    ],
  );
  t.strictSame(await statuses([first, second]), ['available', 'available']);
  await domain.retentionPlans.approve(person, { id: plan.id, hash: plan.hash });
  await untilSnapshot(at, first, 'purged');
  t.equal((await domain.snapshots.get(actor, second)).status, 'available');
});

t.test(
  'a policy whose newest success is older than two firings is frozen: a pass lets nothing go, a person may',
  async (t) => {
    const hourly = [{ name: 'hourly', cron: '0 * * * *', timeZone: 'UTC' }];
    const policy = await makePolicy('frozen', 20, { schedules: hourly });
    const [first = ''] = await run(policy.id);
    await edit(policy.id, 1);
    // To our clock, which alone is ahead, this success is one of five hours ago.
    at.faults.aheadMs = 5 * 3_600_000;
    const [second = ''] = await run(policy.id);
    t.match(await domain.snapshots.get(actor, first), { status: 'available', keptBecause: ['frozen'] });
    const plan = await domain.retentionPlans.request(actor, policy.id);
    t.match(plan, { frozenBranchIds: [at.main.id], expires: 1, keeps: 1 });
    await domain.retentionPlans.approve(person, { id: plan.id, hash: plan.hash });
    await untilSnapshot(at, first, 'purged');
    at.faults.aheadMs = 0;
    await run(policy.id);
    await untilSnapshot(at, second, 'purged');
  },
);

t.test('of a branch that the policy no longer selects, and of other teams, nothing is judged', async (t) => {
  const policy = await makePolicy('moved', 20);
  const old = await run(policy.id, 7);
  const { version } = await domain.policies.get(actor, policy.id);
  const selector = { projects: [project.id], branches: ['another'] };
  await domain.policies.update(actor, { id: policy.id, version, selector, retention: { keepLast: 1 } });
  t.match(await domain.retentionPlans.request(actor, policy.id), { expires: 0, keeps: 0, branchIds: [] });
  t.strictSame([...new Set(await statuses(old))], ['available']);
  t.ok((await db.selectFrom('retention_plans').selectAll().execute()).length > 0);
});
