// How covered branches are: late, missing and well again, what stands in the way, who is told, and how often.

import t, { type Test } from 'tap';
import type { BranchStatusView } from '../../src/domain/index.ts';
import { type Registered, startRegistered, type StartOptions } from '../harness/app.ts';
import { loseProject, reconcile } from '../harness/reconcile.ts';
import { refuses } from '../harness/refusal.ts';
import { strike } from '../harness/strike.ts';
import { addTeam } from '../harness/teams.ts';
import { untilSnapshot } from '../harness/work.ts';

const minute = 60_000;
const hour = 60 * minute;
const page = { limit: 50 };

/** An Afterglow of its own for each test, because each moves the clocks; a policy by the hour, and a point that it has made. */
async function start(test: Test, options: StartOptions = {}) {
  const at = await startRegistered(test, options);
  const policy = await at.domain.policies.create(at.actor, {
    name: 'hourly',
    selector: { projects: [at.project.id] },
    preset: 'hourly',
    objectives: { rpoSeconds: 7_200 },
  });
  const first = Date.parse(policy.schedules[0]?.nextFiringAt ?? '');
  return {
    ...at,
    policy,
    firstAt: new Date(first).toISOString(),
    /** So long after the first instant that is due. */
    goTo: (ms: number) => at.setAhead(first + ms - Date.now()),
    async run() {
      const { snapshots } = await at.domain.policies.run(at.actor, policy.id);
      await untilSnapshot(at, snapshots[0]?.id ?? '', 'available');
    },
    status: () => at.domain.status.branch(at.actor, at.main.id),
    team: () => at.domain.status.team(at.actor, {}, page),
    changes: () => changesOf(at),
  };
}

async function changesOf({ domain, actor, main }: Registered): Promise<unknown[]> {
  const { items } = await domain.audit.list(actor, { action: 'branch.status_changed', subjectId: main.id }, page);
  return items
    .toReversed()
    .map(({ details, actor: who }) => [who.kind, details['from'], details['to'], details['reasons']]);
}

const brief = ({ state, reasons }: BranchStatusView): unknown[] => [state, ...reasons];

t.test('late, then missing, then well again; each change is told once, by whichever of two schedulers', async (t) => {
  const at = await start(t);
  const { domain, main, project, policy } = at;
  const watchTwice = async () => Promise.all([domain.watchBranches(), domain.watchBranches()]);
  await at.run();
  t.strictSame(brief(await at.status()), ['ok']);
  t.strictSame((await watchTwice()).toSorted(), [0, 1]);
  t.strictSame(await watchTwice(), [0, 0], 'nothing has changed');
  t.match(await at.team(), { counts: { ok: 1, late: 0, at_risk: 0, missing: 0 }, items: [], nextCursor: null });

  await at.goTo(19 * minute);
  t.strictSame(brief(await at.status()), ['ok'], 'it still has its time');
  await at.goTo(20 * minute);
  await watchTwice();
  const late = await at.status();
  t.strictSame(brief(late), ['late', 'point_late']);
  t.match(late.policies, [
    { policyId: policy.id, name: 'hourly', state: 'late', expectedAt: at.firstAt, frozen: false, paused: false },
  ]);

  await at.goTo(150 * minute);
  await watchTwice();
  t.strictSame(brief(await at.status()), ['missing', 'rpo_exceeded', 'frozen', 'point_late']);
  const { counts, items, checkedAt } = await at.team();
  t.match(counts, { ok: 0, missing: 1 });
  t.match(items, [
    { branchId: main.id, projectId: project.id, name: 'main', state: 'missing', rpo: { targetSeconds: 7_200 } },
  ]);
  t.ok((items[0]?.rpo.achievedSeconds ?? 0) > 7_200);
  t.ok(Math.abs(Date.parse(checkedAt ?? '') - Date.now() - at.faults.aheadMs) < 10_000);
  t.match(await domain.status.team(at.actor, { state: 'ok' }, page), { items: [] });

  await domain.fireDueSchedules();
  for (const { snapshot_id } of await at.db.selectFrom('firings').selectAll().execute()) {
    if (snapshot_id) await untilSnapshot(at, snapshot_id, 'available');
  }
  await watchTwice();
  const well = await at.status();
  t.strictSame(brief(well), ['ok']);
  t.equal(well.lastPoint?.pointAt, new Date(Date.parse(at.firstAt) + 2 * hour).toISOString());
  t.match(well, { rpo: { targetSeconds: 7_200 }, restoreWindow: { until: /Z$/ }, nextFiringAt: /Z$/ });
  t.strictSame(await at.changes(), [
    ['scheduler', 'uncovered', 'ok', []],
    ['scheduler', 'ok', 'late', ['point_late']],
    ['scheduler', 'late', 'missing', ['rpo_exceeded', 'frozen', 'point_late']],
    ['scheduler', 'missing', 'ok', []],
  ]);
});

t.test('a row is written when something is new, and not because time has passed', async (t) => {
  const at = await start(t);
  await at.run();
  await at.domain.watchBranches();
  const rows = async () => at.db.selectFrom('branch_statuses').selectAll().execute();
  const before = await rows();
  await at.goTo(-1_000);
  await at.domain.watchBranches();
  t.strictSame(await rows(), before);
  await at.run();
  t.equal(await at.domain.watchBranches(), 0, 'a newer point is no news');
  const [row] = await rows();
  t.match(row, { version: (before[0]?.version ?? 0) + 1, changed_at: before[0]?.changed_at });
  t.not(row?.last_point_id, before[0]?.last_point_id);
});

t.test('never a point though one was due: missing', async (t) => {
  const at = await start(t);
  await at.domain.watchBranches();
  t.strictSame(brief(await at.status()), ['ok'], 'none was due yet');
  await at.goTo(30 * minute);
  t.strictSame(brief(await at.status()), ['missing', 'no_point', 'point_late']);
});

t.test('what is missing stays missing when the policy is changed, but for a schedule that is new', async (t) => {
  const at = await start(t);
  await at.domain.watchBranches();
  await at.goTo(30 * minute);
  const { id, version } = at.policy;
  const renamed = await at.domain.policies.update(at.actor, { id, version, name: 'renamed' });
  await at.domain.watchBranches();
  t.strictSame(brief(await at.status()), ['missing', 'no_point', 'point_late']);
  const schedules = [{ name: 'half past', cron: '45 * * * *', timeZone: 'UTC' }];
  await at.domain.policies.update(at.actor, { id, version: renamed.version, schedules });
  await at.domain.watchBranches();
  t.strictSame(brief(await at.status()), ['ok'], 'nothing that it promises was due yet');
});

t.test('a snapshot that fails: missing at once, by the firing that ended without one', async (t) => {
  const at = await start(t);
  await at.run();
  await strike(at, 'createSnapshot', { kind: 'status', status: 422 }, 1);
  await at.goTo(1_000);
  await at.domain.fireDueSchedules();
  const [firing] = await at.db.selectFrom('firings').selectAll().execute();
  await untilSnapshot(at, firing?.snapshot_id ?? '', 'failed');
  t.strictSame(brief(await at.status()), ['missing', 'firing_missed']);
  await at.run();
  t.strictSame(brief(await at.status()), ['ok'], 'a later point makes it good');
});

t.test('a full cap: at risk, while it is full and when a firing was missed because of it', async (t) => {
  const at = await start(t, { settings: { snapshotBudgetMs: 300 } });
  await at.run();
  const setCap = async (snapshots: number | null) => {
    const { version } = await at.domain.projects.get(at.actor, at.project.id);
    await at.domain.projects.update(at.actor, { id: at.project.id, version, limits: { snapshots } });
  };
  await setCap(1);
  t.strictSame(brief(await at.status()), ['at_risk', 'cap_reached']);
  await setCap(null);
  t.strictSame(brief(await at.status()), ['ok']);
  await strike(at, 'createSnapshot', { kind: 'status', status: 422, message: 'snapshots limit exceeded' });
  await at.goTo(1_000);
  await at.domain.fireDueSchedules();
  const [firing] = await at.db.selectFrom('firings').selectAll().execute();
  await untilSnapshot(at, firing?.snapshot_id ?? '', 'failed');
  t.match(await at.db.selectFrom('firings').selectAll().execute(), [{ reason: 'snapshot_cap_reached' }]);
  t.strictSame(brief(await at.status()), ['at_risk', 'cap_reached']);
});

t.test('a credential that Neon refuses: at risk until it is accepted', async (t) => {
  const at = await start(t);
  await at.run();
  at.log.expect(/^Neon refuses the credential; its jobs wait/);
  const struck = await strike(at, 'any', { kind: 'status', status: 401 });
  await at.domain.snapshots.request(at.actor, { branchId: at.main.id });
  await at.until(
    () => at.domain.credentials.get(at.actor, at.credential.id),
    ({ status }) => status === 'refused',
  );
  t.strictSame(brief(await at.status()), ['at_risk', 'credential_refused']);
  struck.end();
  await at.domain.recheckCredentials();
  t.strictSame(brief(await at.status()), ['ok']);
});

t.test('a project that is gone from Neon: its branches stay covered, and at risk', async (t) => {
  const at = await start(t);
  at.log.expect(/gone from Neon/);
  await at.domain.watchBranches();
  await loseProject(at);
  await reconcile(at);
  await at.domain.watchBranches();
  const { state, reasons } = await at.status();
  t.strictSame([state, reasons.includes('project_gone')], ['at_risk', true]);
  t.match(await at.team(), { counts: { at_risk: 1 } });
});

t.test('a policy that is paused until an instant alarms nobody, and says that it is paused', async (t) => {
  const at = await start(t);
  await at.domain.watchBranches();
  const pauseUntil = (ms: number) =>
    at.db
      .updateTable('policies')
      .set({ paused_at: new Date(), paused_until: new Date(Date.now() + ms) })
      .where('id', '=', at.policy.id)
      .execute();
  await pauseUntil(40 * hour);
  await at.goTo(30 * hour);
  const paused = await at.status();
  t.strictSame(brief(paused), ['ok', 'paused']);
  t.match(await at.domain.policies.coverage(at.actor, at.policy.id), { coveredCount: 1, pausedCount: 0 });
  t.match(paused, { nextFiringAt: null, rpo: { targetSeconds: null }, policies: [{ paused: true, state: 'ok' }] });
  await pauseUntil(at.faults.aheadMs - 10 * minute);
  t.notMatch(brief(await at.status()), ['paused'], 'its end has passed');
  t.strictSame((await at.status()).reasons.includes('point_late'), false, 'nothing was due since then');
});

t.test(
  'what only policies cover that are paused without an end is at risk, wherever it is read, until one goes on',
  async (t) => {
    const at = await start(t);
    const { domain, actor, policy, main } = at;
    await at.run();
    await domain.watchBranches();
    await domain.policies.pause(actor, { id: policy.id });
    await domain.watchBranches();
    t.strictSame(brief(await at.status()), ['at_risk', 'paused_without_end', 'paused']);
    t.match(await at.team(), {
      counts: { at_risk: 1 },
      items: [{ branchId: main.id, reasons: ['paused_without_end', 'paused'] }],
    });
    const told = await domain.audit.list(actor, { action: 'branch.status_changed' }, { limit: 1 });
    t.match(told.items, [{ details: { from: 'ok', to: 'at_risk', reasons: ['paused_without_end', 'paused'] } }]);
    const coverage = await domain.policies.coverage(actor, policy.id);
    t.match(coverage, {
      coveredCount: 1,
      uncoveredCount: 0,
      pausedCount: 1,
      paused: [{ branchId: main.id, name: 'main' }],
      warnings: [{ code: 'paused' }],
    });
    const { id } = await domain.policies.create(actor, {
      name: 'second',
      selector: { projects: [at.project.id] },
      schedules: [],
      retention: { keepLast: 3 },
    });
    t.match(await domain.policies.coverage(actor, policy.id), {
      pausedCount: 0,
      paused: [],
      warnings: [{ code: 'paused' }],
    });
    t.strictSame(brief(await at.status()), ['ok', 'paused']);
    await domain.policies.delete(actor, { id });
    await domain.policies.resume(actor, policy.id);
    t.strictSame(brief(await at.status()), ['ok']);
    t.match(await domain.policies.coverage(actor, policy.id), { pausedCount: 0, warnings: [] });
  },
);

t.test('what no policy covers any more is uncovered: told, and forgotten', async (t) => {
  const at = await start(t);
  await at.run();
  await at.domain.watchBranches();
  await at.domain.policies.delete(at.actor, { id: at.policy.id });
  const uncovered = await at.status();
  t.match(uncovered, {
    state: 'uncovered',
    reasons: [],
    policies: [],
    nextFiringAt: null,
    lastPoint: { pointAt: /Z$/ },
  });
  t.strictSame(
    await Promise.all([at.domain.watchBranches(), at.domain.watchBranches()]).then((all) => all.toSorted()),
    [0, 1],
  );
  t.strictSame(await at.db.selectFrom('branch_statuses').selectAll().execute(), []);
  t.strictSame((await at.changes()).at(-1), ['scheduler', 'ok', 'uncovered', []]);
});

t.test('the branches of a project that is removed are not covered any more', async (t) => {
  const at = await start(t);
  await at.domain.watchBranches();
  await at.domain.policies.delete(at.actor, { id: at.policy.id });
  await at.domain.projects.remove(at.actor, at.project.id);
  await at.domain.watchBranches();
  t.strictSame(await at.db.selectFrom('branch_statuses').selectAll().execute(), []);
});

t.test('another team sees nothing of it', async (t) => {
  const at = await start(t);
  await at.domain.watchBranches();
  const other = await addTeam(at, 'other');
  await refuses(t, at, 'not_found', () => at.domain.status.branch(other, at.main.id));
  t.strictSame(await at.domain.status.branches(other, [at.main.id]), new Map());
  t.match(await at.domain.status.team(other, { state: 'ok' }, page), {
    counts: { ok: 0, late: 0, at_risk: 0, missing: 0 },
    items: [],
    checkedAt: null,
  });
});

t.test('one team whose branches cannot be looked at does not keep the others from it', async (t) => {
  const at = await start(t);
  const other = await addTeam(at, 'aside');
  await at.domain.policies.create(other, { name: 'p', selector: { labels: { a: 'b' } }, preset: 'daily' });
  await at.db.updateTable('schedules').set({ cron: 'no cron line' }).where('policy_id', '=', at.policy.id).execute();
  at.log.expect(/^the branches of a team could not be looked at/);
  await at.domain.watchBranches();
  const checks = await at.db.selectFrom('status_checks').selectAll().execute();
  t.strictSame(
    checks.map(({ team_id }) => team_id),
    [other.teamId],
  );
});

t.test('the scheduler watches by itself, and the metrics say how many branches are how', async (t) => {
  const at = await start(t, { roles: ['worker', 'scheduler'] });
  await at.domain.watchBranches();
  const { body } = await at.app.rest.inject('/metrics');
  t.match(body, /\nafterglow_branches\{state="ok"\} 1\n/);
  t.match(body, /\nafterglow_branches\{state="missing"\} 0\n/);
  t.notMatch(body, /tem_/);
});
