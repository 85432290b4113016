// Asking for a comparison with Neon, by a person and by the clock, and what its report says of policies and branches.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { dropBranch, makeChild } from '../harness/neon.ts';
import { reconcile } from '../harness/reconcile.ts';
import { refuses } from '../harness/refusal.ts';
import { hold } from '../harness/strike.ts';

t.test('a branch that a policy names and that is gone: the report says which policy is harmed', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project, main } = at;
  const dev = await makeChild(at, 'dev', main.neonBranchId);
  await reconcile(at);
  const policy = await domain.policies.create(actor, {
    name: 'both',
    selector: { projects: [project.id], branches: ['main', 'dev'] },
    schedules: [],
    retention: { keepLast: 2 },
  });
  t.strictSame((await reconcile(at)).findings, []);
  await dropBranch(at, dev.id);
  const report = await reconcile(at);
  t.match(report.findings, [{ kind: 'policy_branch_gone', policyId: policy.id, name: 'dev', neonId: dev.id }]);
  t.match((await reconcile(at)).findings, [{ kind: 'policy_branch_gone', policyId: policy.id, name: 'dev' }]);
});

t.test('a branch that is listed again has the lineage id that it had', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project, main } = at;
  await makeChild(at, 'dev', main.neonBranchId);
  await reconcile(at);
  const read = async () => (await domain.branches.list(actor, project.id, { limit: 10 })).items;
  const before = (await read()).find(({ name }) => name === 'dev');
  at.faults.neon = (real) => ({
    listBranches: async (id) => (await real.listBranches(id)).filter((one) => one.isDefault),
  });
  await reconcile(at);
  t.equal((await read()).length, 1);
  at.faults.neon = undefined;
  await reconcile(at);
  t.match(
    (await read()).find(({ name }) => name === 'dev'),
    { id: before?.id, goneAt: null },
  );
});

t.test('a refused credential: refused at the door, nothing is left behind', async (t) => {
  const at = await startRegistered(t);
  const { db, domain, actor, project, credential } = at;
  await db
    .updateTable('credentials')
    // @ts-expect-error: only `advance` may change a status; here it is the state that a test begins with.
    .set({ status: 'refused' })
    .where('id', '=', credential.id)
    .execute();
  await refuses(t, at, 'credential_refused', () => domain.projects.reconcile(actor, project.id), {
    credentialId: credential.id,
  });
});

t.test('before the first comparison there is no report', async (t) => {
  const at = await startRegistered(t);
  await refuses(t, at, 'not_found', () => at.domain.projects.reconcileReport(at.actor, at.project.id));
  t.equal((await at.domain.projects.reconcileReports(at.actor, [at.project.id])).size, 0);
});

t.test('the clock promises one comparison of a project whose mirror is old, however many schedulers ask', async (t) => {
  const at = await startRegistered(t, { roles: ['api'] });
  const { domain, actor, project } = at;
  t.equal(await domain.refreshMirrors(), 0, 'it is fresh');
  at.faults.aheadMs = 10 * 60_000;
  await Promise.all([domain.refreshMirrors(), domain.refreshMirrors(), domain.refreshMirrors()]);
  t.equal(await domain.refreshMirrors(), 0);
  const { items } = await domain.jobs.list(actor, { projectId: project.id }, { limit: 10 });
  t.match(items, [{ job: 'project.reconcile', priority: 60 }]);
  t.equal(items.length, 1);
  await refuses(t, at, 'not_found', () => domain.projects.reconcileReport(actor, project.id));
});

t.test('asked for again before it has begun: one comparison answers all, and later ones a new one', async (t) => {
  const at = await startRegistered(t);
  const { db, domain, actor, project, main } = at;
  // What holds the lane keeps it from beginning.
  const held = await hold(at, 'createSnapshot', 'before');
  await domain.snapshots.request(actor, { branchId: main.id });
  await held.until();
  const asked = [];
  for (let times = 0; times < 3; times += 1) asked.push((await domain.projects.reconcile(actor, project.id)).id);
  t.equal(new Set(asked).size, 1);
  held.end();
  await at.until(
    () => domain.projects.reconcileReport(actor, project.id),
    ({ endedAt }) => endedAt !== null,
  );
  t.not((await domain.projects.reconcile(actor, project.id)).id, asked[0]);
  const jobs = await db.selectFrom('outbox').select('id').where('job', '=', 'project.reconcile').execute();
  t.equal(jobs.length, 2);
});

t.test('only the newest report is kept', async (t) => {
  const at = await startRegistered(t);
  for (let i = 0; i < 3; i += 1) await reconcile(at);
  const rows = await at.db.selectFrom('reconcile_reports').select('id').execute();
  t.equal(rows.length, 1);
  t.equal((await at.domain.projects.reconcileReports(at.actor, [at.project.id])).get(at.project.id)?.id, rows[0]?.id);
});
