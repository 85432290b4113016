// Restores to a new branch, from every source, with real rows.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { dropBranch, makeChild, untilAtRest } from '../harness/neon.ts';
import { readBranch, readRows, withClient, writeRow } from '../harness/rows.ts';
import { hold } from '../harness/strike.ts';
import { restore, rowsOfRestore, takeSnapshot, untilRestoreEnded } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, emulator, neon, main } = at;
const uri = emulator.connectionUri;

t.test('an instant, to a new branch: exactly the rows of that moment, and the source keeps its own', async (t) => {
  const moment = await writeRow(uri, 1);
  await writeRow(uri, 2);
  const view = await restore(at, {
    source: { branchId: main.id, at: moment.at },
    target: { kind: 'new_branch', name: 'as-of-one' },
  });
  t.strictSame(await rowsOfRestore(at, view.id), [1]);
  t.strictSame(await readRows(uri), [1, 2]);
  t.match(view, { unverified: [], warnings: [], error: null, preservedBranch: null });
  t.match(view.target, { kind: 'new_branch', name: 'as-of-one', branchId: /^brn_/, neonBranchId: /^br-/ });
  t.strictSame(
    view.steps.map(({ name }) => name),
    ['preflight', 'create_branch', 'await_restore', 'read_back', 'name', 'probe'],
  );
  t.ok(view.steps.every((step) => step.startedAt !== null && step.endedAt !== null));
  const target = await domain.branches.get(actor, view.target.branchId ?? '');
  t.match(target, { name: 'as-of-one', isRoot: false, parentNeonBranchId: main.neonBranchId });
});

t.test('an LSN, to a new branch without a name: the rows up to it, under a name derived from the id', async (t) => {
  const moment = await writeRow(uri, 3);
  await writeRow(uri, 4);
  const view = await restore(at, { source: { branchId: main.id, lsn: moment.lsn }, target: { kind: 'new_branch' } });
  t.strictSame(await rowsOfRestore(at, view.id), [1, 2, 3]);
  t.equal(view.target.name, `afterglow-${view.id.replace('_', '-')}`);
  t.strictSame(view.unverified, []);
});

t.test('a restored branch has the expiry that was wished, in Neon and in the mirror', async (t) => {
  const moment = await writeRow(uri, 5);
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const view = await restore(at, {
    source: { branchId: main.id, at: moment.at },
    target: { kind: 'new_branch', expiresAt },
  });
  const branch = (await neon.listBranches(emulator.projectId)).find(({ id }) => id === view.target.neonBranchId);
  t.equal(branch?.expiresAt?.toISOString(), expiresAt);
  t.equal((await domain.branches.get(actor, view.target.branchId ?? '')).expiresAt, expiresAt);
});

t.test('a snapshot, to a new branch: its rows, whatever was written since, with the expiry wished', async (t) => {
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  const held = await readRows(uri);
  await writeRow(uri, 6);
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const view = await restore(at, {
    source: { snapshotId: snapshot.id },
    target: { kind: 'new_branch', name: 'from-snapshot', expiresAt },
  });
  t.strictSame(await rowsOfRestore(at, view.id), held);
  t.match(view.source, { snapshotId: snapshot.id, branchId: main.id, at: null, lsn: null });
  t.match(await domain.branches.get(actor, view.target.branchId ?? ''), {
    name: 'from-snapshot',
    isRoot: true,
    expiresAt,
  });
  t.strictSame(view.unverified, []);
});

t.test('a snapshot of kind branch, to a new branch: its rows', async (t) => {
  const child = await makeChild(at, 'child', main.neonBranchId);
  await at.domain.projects.requestSync(actor, at.project.id);
  const mirrored = await at.until(
    async () => (await domain.branches.list(actor, at.project.id, { limit: 50 })).items,
    (items) => items.some(({ neonBranchId }) => neonBranchId === child.id),
  );
  const branchId = mirrored.find(({ neonBranchId }) => neonBranchId === child.id)?.id ?? '';
  const held = await readBranch(emulator, child.id);
  const snapshot = await takeSnapshot(at, { branchId });
  t.equal(snapshot.kind, 'branch');
  const childUri = await neon.getConnectionUri(emulator.projectId, {
    branchId: child.id,
    databaseName: 'neondb',
    roleName: 'neondb_owner',
    pooled: false,
  });
  await withClient(childUri, (client) => client.query('truncate numbered'));
  const view = await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'new_branch' } });
  t.strictSame(await rowsOfRestore(at, view.id), held);
  t.strictSame(await readBranch(emulator, child.id), []);
});

t.test('a name that was taken in Neon since the request: the restore fails before anything is made', async (t) => {
  const moment = await writeRow(uri, 7);
  const looking = await hold(at, 'listBranches', 'before');
  const { id } = await domain.restores.request(actor, {
    source: { branchId: main.id, at: moment.at },
    target: { kind: 'new_branch', name: 'raced' },
  });
  await looking.until();
  await makeChild(at, 'raced', main.neonBranchId);
  const before = await neon.listBranches(emulator.projectId);
  looking.end();
  const view = await untilRestoreEnded(at, id);
  t.match(view, { status: 'failed', error: { code: 'name_taken' } });
  t.equal((await neon.listBranches(emulator.projectId)).length, before.length);
});

t.test(
  'a name that is taken after the preflight: the rows are there, a warning says so, and the expiry is kept',
  async (t) => {
    const snapshot = await takeSnapshot(at, { branchId: main.id });
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const made = await hold(at, 'restoreSnapshot', 'after');
    const restoring = restore(at, {
      source: { snapshotId: snapshot.id },
      target: { kind: 'new_branch', name: 'late', expiresAt },
    });
    await made.until();
    await untilAtRest(at);
    await makeChild(at, 'late', main.neonBranchId);
    made.end();
    const view = await restoring;
    t.match(view.warnings, [{ code: 'name_taken' }]);
    t.match(await domain.branches.get(actor, view.target.branchId ?? ''), { name: /^afterglow-rst-/, expiresAt });
  },
);

t.test('a snapshot whose branch is gone from Neon can be restored to a new branch', async (t) => {
  const root = await restore(at, {
    source: { snapshotId: (await takeSnapshot(at, { branchId: main.id })).id },
    target: { kind: 'new_branch', name: 'short-lived' },
  });
  const snapshot = await takeSnapshot(at, { branchId: root.target.branchId ?? '' });
  await untilAtRest(at);
  await dropBranch(at, root.target.neonBranchId ?? '');
  const view = await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'new_branch' } });
  t.ok((await rowsOfRestore(at, view.id)).length > 0);
});
