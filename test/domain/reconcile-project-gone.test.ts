// A project that Neon does not show any more: everything says so, nothing loops, and all of it is found again if it is back.

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { makeChild } from '../harness/neon.ts';
import { briefly, loseProject, reconcile, untilCleanUp } from '../harness/reconcile.ts';
import { refuses } from '../harness/refusal.ts';
import { hold, strike } from '../harness/strike.ts';
import { restore, takeSnapshot, untilSnapshot } from '../harness/work.ts';

const gone = /gone from Neon/;
const page = { limit: 50 };

t.test('work that meets a project which is gone says so, leaves nothing, and has it compared at once', async (t) => {
  const at = await startRegistered(t);
  at.log.expect(gone);
  const { domain, actor, db, project, main } = at;
  const source = { branchId: main.id, at: new Date().toISOString() };
  const made = await hold(at, 'createBranch', 'after');
  const restoring = await domain.restores.request(actor, { source, target: { kind: 'new_branch' } });
  await made.until();
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  const lost = await loseProject(at);
  made.end();
  const failed = await untilCleanUp(at, restoring.id, 'done');
  t.match(failed, { status: 'failed', error: { code: 'project_gone', message: /404/ } });
  await at.until(
    () => domain.projects.get(actor, project.id),
    ({ goneAt }) => goneAt !== null,
  );
  t.match(await untilSnapshot(at, id, 'failed'), { error: { code: 'project_gone' } });
  await untilCleanUp(at, id, 'done');

  t.test('and nothing loops: all jobs end, and one comparison has found it', async (t) => {
    const unfinished = () => db.selectFrom('outbox').select('id').where('status', '!=', 'done').execute();
    await at.until(unfinished, (rows) => rows.length === 0);
    const { items } = await domain.jobs.list(actor, { job: 'project.reconcile' }, page);
    t.equal(items.length, 1);
    const calls = lost.times();
    await sleep(600);
    t.equal(lost.times(), calls, 'Neon is asked no more');
  });
});

t.test(
  'a copy that is gone, of a project that is there: it is refused, and the next look at mirrors compares',
  async (t) => {
    const at = await startRegistered(t);
    const { domain, actor, project, main } = at;
    await strike(at, 'createSnapshot', { kind: 'status', status: 404 }, 1);
    const { id } = await domain.snapshots.request(actor, { branchId: main.id });
    t.match((await untilSnapshot(at, id, 'failed')).error, { code: 'neon_refused', message: /404/ });
    t.equal((await domain.projects.get(actor, project.id)).goneAt, null);
    t.equal(await domain.refreshMirrors(), 1);
  },
);

t.test(
  'whether the project is there cannot be asked: nothing is judged by the one 404, and it is tried again',
  async (t) => {
    const at = await startRegistered(t);
    const { domain, actor, main } = at;
    await strike(at, 'createSnapshot', { kind: 'status', status: 404 }, 1);
    await strike(at, 'getProject', { kind: 'status', status: 503 }, 1);
    const { id } = await domain.snapshots.request(actor, { branchId: main.id });
    await untilSnapshot(at, id, 'available');
    const [job] = (await domain.jobs.list(actor, { subjectId: id }, page)).items;
    t.match(job, { outcome: 'finished', failedAttempts: 1 });
  },
);

t.test('everything of it is missing, its policies stop, and work is refused; back again, all is found', async (t) => {
  const at = await startRegistered(t);
  at.log.expect(gone);
  const { domain, actor, db, project, main } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  const undone = await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } });
  const dev = await makeChild(at, 'dev', main.neonBranchId);
  const copy = await domain.branches.list(actor, project.id, page);
  const policy = await domain.policies.create(actor, {
    name: 'nightly',
    selector: { projects: [project.id] },
    schedules: [{ name: 'night', cron: '0 2 * * *', timeZone: 'UTC' }],
    retention: { keepLast: 2 },
  });
  const lost = await loseProject(at);
  const report = await reconcile(at);
  t.equal(report.isProjectGone, true);
  t.strictSame(briefly(report.findings), [
    'project_gone none',
    'missing mark_missing done',
    'missing mark_missing done',
  ]);
  t.match(report.findings[0], { subjectId: project.id, policyId: policy.id });
  t.equal((await domain.projects.get(actor, project.id)).goneAt, report.comparedAt);
  t.strictSame((await domain.policies.get(actor, policy.id)).stops, [{ projectId: project.id, code: 'project_gone' }]);
  t.strictSame((await domain.policies.list(actor, page)).items[0]?.stops.length, 1);
  t.equal((await domain.snapshots.get(actor, snapshot.id)).status, 'missing');
  t.equal((await domain.restores.get(actor, undone.id)).preservedBranch?.status, 'missing');
  t.ok((await domain.branches.get(actor, main.id)).goneAt);
  t.strictSame((await domain.branches.list(actor, project.id, page)).items, []);

  t.test('what would be work in it is refused', async (t) => {
    const members = { projectId: project.id };
    const source = { branchId: main.id, at: new Date().toISOString() };
    const target = { kind: 'new_branch' } as const;
    const calls: (() => Promise<unknown>)[] = [
      () => domain.snapshots.request(actor, { branchId: main.id }),
      () => domain.restores.request(actor, { source, target }),
      () => domain.restores.request(actor, { source: { snapshotId: snapshot.id }, target }),
      () => domain.policies.run(actor, policy.id),
      () => domain.projects.requestSync(actor, project.id),
      () => domain.projects.adopt(actor, { id: project.id, neonSnapshotId: 'snap-x' }),
    ];
    lost.end();
    for (const call of calls) await refuses(t, at, 'project_gone', call, members);
  });

  t.test('its schedules fire for nothing, and move on', async (t) => {
    await db
      .updateTable('schedules')
      .set({ next_firing_at: new Date(Date.now() - 86_400_000) })
      .execute();
    t.equal(await domain.fireDueSchedules(), 1);
    t.equal((await db.selectFrom('firings').select('id').execute()).length, 0);
    t.equal(await domain.fireDueSchedules(), 0);
  });

  t.test('back again: found, under the ids that everything had', async (t) => {
    const found = await reconcile(at);
    t.strictSame(briefly(found.findings), ['found mark_found done', 'found mark_found done']);
    t.match(found, { isProjectGone: false, present: { snapshots: 1, preservedBranches: 1 } });
    t.equal((await domain.projects.get(actor, project.id)).goneAt, null);
    t.strictSame((await domain.policies.get(actor, policy.id)).stops, []);
    t.equal((await domain.snapshots.get(actor, snapshot.id)).status, 'available');
    t.equal((await domain.branches.get(actor, main.id)).goneAt, null);
    const { items } = await domain.branches.list(actor, project.id, page);
    t.ok(items.some(({ neonBranchId }) => neonBranchId === dev.id));
    for (const { id } of copy.items) t.ok(items.some((branch) => branch.id === id));
    await takeSnapshot(at, { branchId: main.id });
  });
});

t.test('one 404 is not believed: Neon also says so too early', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project, main } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  await strike(at, 'getProject', { kind: 'status', status: 404 }, 1);
  const report = await reconcile(at);
  t.match(report, { isProjectGone: false, findings: [] });
  t.equal((await domain.projects.get(actor, project.id)).goneAt, null);
  t.equal((await domain.snapshots.get(actor, snapshot.id)).status, 'available');
});

t.test('a project that is registered anew after it was gone is there again', async (t) => {
  const at = await startRegistered(t);
  at.log.expect(gone);
  const { domain, actor, project, credential, main } = at;
  const lost = await loseProject(at);
  await reconcile(at);
  lost.end();
  await domain.projects.remove(actor, project.id);
  const again = await domain.projects.register(actor, {
    neonProjectId: project.neonProjectId,
    credentialId: credential.id,
  });
  t.match(again, { id: project.id, goneAt: null });
  t.match(await domain.branches.get(actor, main.id), { id: main.id, goneAt: null });
});
