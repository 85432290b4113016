// Registered projects and the mirror of their branches.

import t from 'tap';
import { selectsProject } from '../../src/core/selector.ts';
import { startRegistered } from '../harness/app.ts';
import { dropBranch, makeChild } from '../harness/neon.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { addTeam } from '../harness/teams.ts';
import { takeSnapshot } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, emulator, neon, credential, project, main, db } = at;

const branches = async () => (await domain.branches.list(actor, project.id, { limit: 100 })).items;

/** Asks for a sync and waits until it has run. */
async function sync(): Promise<void> {
  const { syncedAt } = await domain.projects.requestSync(actor, project.id);
  await at.until(
    () => domain.projects.get(actor, project.id),
    (view) => view.syncedAt > syncedAt,
  );
}

t.test('a registered project shows what Neon says of it, and its branches', async (t) => {
  t.match(project, { neonProjectId: emulator.projectId, plan: 'scale', pgVersion: 17, version: 1, labels: {} });
  t.strictSame(project.limits, { rootBranches: 25, snapshots: 100 });
  t.match(main, {
    id: /^brn_/,
    neonBranchId: emulator.branchId,
    name: 'main',
    isDefault: true,
    isRoot: true,
    goneAt: null,
  });
});

t.test('a project is registered once per installation, and the refusal names no team', async (t) => {
  const input = { neonProjectId: emulator.projectId, credentialId: credential.id };
  await refuses(t, at, 'project_already_registered', () => domain.projects.register(actor, input));
  const other = await addTeam(at, 'other');
  const theirs = await domain.credentials.create(other, { name: 'neon', neonApiKey: emulator.apiKey });
  const refusal = await refuses(t, at, 'project_already_registered', () =>
    domain.projects.register(other, { ...input, credentialId: theirs.id }),
  );
  t.notOk(JSON.stringify([refusal.message, refusal.members]).includes(actor.teamId));
});

t.test('a project that Neon does not show, and a credential that is not there, are refused', async (t) => {
  const input = { neonProjectId: 'absent-field-12345678', credentialId: credential.id };
  await refuses(t, at, 'neon_project_not_found', () => domain.projects.register(actor, input), {
    field: 'neonProjectId',
  });
  await refuses(t, at, 'not_found', () => domain.projects.register(actor, { ...input, credentialId: 'crd_0' }));
});

t.test('labels and limits change by merge-patch, against a version', async (t) => {
  const labelled = await domain.projects.update(actor, {
    id: project.id,
    version: 1,
    labels: { env: 'test', owner: 'shop' },
    limits: { rootBranches: 7 },
  });
  t.match(labelled, {
    version: 2,
    labels: { env: 'test', owner: 'shop' },
    limits: { rootBranches: 7, snapshots: 100 },
  });
  const patch = { id: project.id, labels: { owner: null }, limits: { rootBranches: null } };
  await refuses(t, at, 'version_stale', () => domain.projects.update(actor, { ...patch, version: 1 }), { version: 2 });
  const patched = await domain.projects.update(actor, { ...patch, version: 2 });
  t.strictSame(patched.labels, { env: 'test' });
  t.strictSame(patched.limits, { rootBranches: 25, snapshots: 100 });
});

t.test('labels find the projects that carry all of them, as those of a policy do', async (t) => {
  const { items } = await domain.projects.list(actor, {}, { limit: 1 });
  const { version } = items[0] ?? project;
  const labelled = await domain.projects.update(actor, {
    id: project.id,
    version,
    labels: { env: 'test', owner: 'shop', 'a.b/c': 'x:y "z" {}', empty: '' },
  });
  const wanted: [Record<string, string>, boolean][] = [
    [{ env: 'test' }, true],
    [{ env: 'test', owner: 'shop' }, true],
    [{ 'a.b/c': 'x:y "z" {}' }, true],
    [{ empty: '' }, true],
    [{ env: 'test', owner: 'other' }, false],
    [{ env: 'Test' }, false],
    [{ env: '' }, false],
    [{ constructor: 'x' }, false],
  ];
  const other = await addTeam(at, 'stranger');
  for (const [labels, isFound] of wanted) {
    const found = await domain.projects.list(actor, { labels }, { limit: 5 });
    t.equal(found.items.length, isFound ? 1 : 0, JSON.stringify(labels));
    t.equal(selectsProject({ labels, branches: 'default' }, labelled), isFound, 'and so does a policy');
    t.strictSame((await domain.projects.list(other, { labels }, { limit: 5 })).items, [], 'nothing in another team');
  }
  const removed = Object.fromEntries(Object.keys(labelled.labels).map((key) => [key, null]));
  await domain.projects.update(actor, { id: project.id, version: labelled.version, labels: removed });
});

t.test('a sync mirrors a branch that is new, renamed and then gone, under one lineage id', async (t) => {
  const branch = await makeChild(at, 'feature', main.neonBranchId);
  await sync();
  const found = (await branches()).find(({ neonBranchId }) => neonBranchId === branch.id);
  t.match(found, { name: 'feature', isRoot: false, parentNeonBranchId: main.neonBranchId });
  const id = found?.id ?? '';
  await neon.updateBranch(emulator.projectId, branch.id, { name: 'renamed' });
  await sync();
  t.match(await domain.branches.get(actor, id), { name: 'renamed', neonBranchId: branch.id, goneAt: null });
  await dropBranch(at, branch.id);
  await sync();
  t.notOk(
    (await branches()).some((one) => one.id === id),
    'it is not listed any more',
  );
  t.match(await domain.branches.get(actor, id), { goneAt: /Z$/, restoreWindow: null }, 'and can still be read');
  const { items } = await domain.audit.list(actor, { action: 'branch.gone' }, { limit: 5 });
  t.match(items, [{ subject: { kind: 'branch', id }, details: { neonBranchId: branch.id, name: 'renamed' } }]);
  t.equal((await branches()).find(({ isDefault }) => isDefault)?.id, main.id);
});

t.test('a mirror older than the setting is refreshed once, by any number of schedulers', async (t) => {
  at.faults.aheadMs = 6 * 60_000;
  const jobs = async () => db.selectFrom('outbox').selectAll().where('job', '=', 'project.reconcile').execute();
  const before = (await jobs()).length;
  t.equal(await domain.refreshMirrors(), 1);
  await at.until(jobs, (rows) => rows.length === before + 1 && rows.every(({ status }) => status === 'done'));
  t.equal(await domain.refreshMirrors(), 0);
  at.faults.aheadMs = 0;
});

t.test('a project that a policy selects is not removed', async (t) => {
  const policy = await domain.policies.create(actor, {
    name: 'keeps',
    selector: { projects: [project.id] },
    schedules: [],
    retention: { keepLast: 1 },
  });
  await refuses(t, at, 'project_in_use', () => domain.projects.remove(actor, project.id), { policies: ['keeps'] });
  await domain.policies.delete(actor, { id: policy.id });
});

t.test('a removed project is not found, its snapshots are, and it comes back with its ids', async (t) => {
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  await domain.projects.remove(actor, project.id);
  for (const act of [
    () => domain.projects.get(actor, project.id),
    () => domain.branches.list(actor, project.id, { limit: 1 }),
    () => domain.snapshots.request(actor, { branchId: main.id }),
    () => domain.restores.request(actor, { source: { snapshotId: snapshot.id }, target: { kind: 'new_branch' } }),
    () => domain.projects.requestSync(actor, project.id),
    () => domain.projects.remove(actor, project.id),
  ]) {
    t.equal((await refusalOf(act())).code, 'not_found');
  }
  t.match(await domain.snapshots.get(actor, snapshot.id), { status: 'available' });
  t.equal((await neon.listSnapshots(emulator.projectId)).length, 1, 'nothing is removed in Neon');
  const input = { neonProjectId: emulator.projectId, credentialId: credential.id, labels: { back: 'yes' } };
  const both = await Promise.allSettled([1, 2].map(() => domain.projects.register(actor, input)));
  const revived = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  t.match(revived, [{ id: project.id, labels: { back: 'yes' } }], 'once, under its old id');
  t.equal((await domain.branches.get(actor, main.id)).neonBranchId, main.neonBranchId);
});
