// Restores in place, with real rows: the undo copy, and that the host and the lineage stay.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { dropBranch, makeChild } from '../harness/neon.ts';
import { refuses } from '../harness/refusal.ts';
import { readBranch, readRows, writeRow } from '../harness/rows.ts';
import { countCalls, hold, strike } from '../harness/strike.ts';
import { restore, takeSnapshot, untilRestoreEnded } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, emulator, neon, main, project } = at;
const uri = emulator.connectionUri;

t.test('an instant, in place: the served branch holds that moment, the undo copy what was replaced', async (t) => {
  const moment = await writeRow(uri, 1);
  await writeRow(uri, 2);
  const view = await restore(at, { source: { branchId: main.id, at: moment.at }, target: { kind: 'in_place' } });
  t.strictSame(await readRows(uri), [1], 'through the URI that users had before');
  t.match(view.target, { kind: 'in_place', branchId: main.id, neonBranchId: main.neonBranchId, name: 'main' });
  t.strictSame(view.unverified, ['timestamp'], 'Neon names no source moment after a restore in place');
  t.match(view.preservedBranch, {
    name: `afterglow-${view.id.replace('_', '-')}-old`,
    status: 'present',
    waitsFor: null,
  });
  t.strictSame(await readBranch(emulator, view.preservedBranch?.neonBranchId ?? ''), [1, 2]);
  const { restoreWindow } = await domain.branches.get(actor, main.id);
  t.ok((restoreWindow?.from ?? '') > moment.at, 'the window begins at the restore');
});

t.test('an LSN, in place: the rows up to it, and the undo copy has the name wished', async (t) => {
  const moment = await writeRow(uri, 3);
  await writeRow(uri, 4);
  const view = await restore(at, {
    source: { branchId: main.id, lsn: moment.lsn },
    target: { kind: 'in_place', preserveAs: 'before-restore' },
  });
  t.strictSame(await readRows(uri), [1, 3]);
  t.match(view, { unverified: ['lsn'], preservedBranch: { name: 'before-restore', status: 'present' } });
  const listed = (await neon.listBranches(emulator.projectId)).find(({ name }) => name === 'before-restore');
  t.equal(listed?.id, view.preservedBranch?.neonBranchId);
  const { items } = await domain.branches.list(actor, project.id, { limit: 50 });
  t.ok(items.some(({ name, isRoot }) => name === 'before-restore' && isRoot));
});

t.test(
  'deleting the preserved branch: one deletion in Neon, then purged and gone from Neon and the mirror',
  async (t) => {
    const moment = await writeRow(uri, 5);
    const { id, preservedBranch } = await restore(at, {
      source: { branchId: main.id, at: moment.at },
      target: { kind: 'in_place' },
    });
    const deletions = await countCalls(at, 'deleteBranch');
    // Neon's operations take longer than the first look.
    await strike(at, 'deleteBranch', { kind: 'operation', outcome: 'fails_once' }, 1);
    const asked = await domain.restores.deletePreservedBranch(actor, id);
    t.equal(asked.preservedBranch?.status, 'purging');
    t.match(await domain.restores.deletePreservedBranch(actor, id), { id }, 'a second wish is answered as it is');
    const view = await at.until(
      () => domain.restores.get(actor, id),
      ({ preservedBranch: one }) => one?.status === 'purged',
    );
    t.equal(deletions.times(), 1, 'what is on its way out is not deleted again');
    t.equal(view.preservedBranch?.waitsFor, null);
    const listed = await neon.listBranches(emulator.projectId);
    t.notOk(listed.some((one) => one.id === preservedBranch?.neonBranchId));
    const { items } = await domain.branches.list(actor, project.id, { limit: 50 });
    t.notOk(items.some(({ neonBranchId }) => neonBranchId === preservedBranch?.neonBranchId));
    const purges = await at.db.selectFrom('outbox').selectAll().where('job', '=', 'preserved_branch.purge').execute();
    t.equal(purges.length, 1, 'the second wish has promised no second job');
  },
);

t.test('a preserved branch that has children waits and says for what, and goes when they are gone', async (t) => {
  const child = await makeChild(at, 'child-of-main', main.neonBranchId);
  const moment = await writeRow(uri, 6);
  const { id, preservedBranch } = await restore(at, {
    source: { branchId: main.id, at: moment.at },
    target: { kind: 'in_place' },
  });
  const moved = (await neon.listBranches(emulator.projectId)).find((one) => one.id === child.id);
  t.equal(moved?.parentId, preservedBranch?.neonBranchId, 'Neon has moved the child to the preserved branch');
  await domain.restores.deletePreservedBranch(actor, id);
  const read = () => domain.restores.get(actor, id);
  await at.until(read, (view) => view.preservedBranch?.waitsFor === 'has_children');
  await dropBranch(at, child.id);
  const view = await at.until(read, (one) => one.preservedBranch?.status === 'purged');
  t.equal(view.preservedBranch?.waitsFor, null);
});

t.test('a second restore in place while one is under way: target_busy; the first one is not disturbed', async (t) => {
  const moment = await writeRow(uri, 7);
  const held = await hold(at, 'restoreBranch', 'before');
  const wish = { source: { branchId: main.id, at: moment.at }, target: { kind: 'in_place' } } as const;
  const first = await domain.restores.request(actor, wish);
  await held.until();
  await refuses(t, at, 'target_busy', () => domain.restores.request(actor, wish), { restoreId: first.id });
  await refuses(t, at, 'no_preserved_branch', () => domain.restores.deletePreservedBranch(actor, first.id));
  await refuses(t, at, 'restore_not_succeeded', () => domain.restores.connect(actor, { id: first.id }));
  await refuses(t, at, 'project_busy', () => domain.projects.remove(actor, project.id));
  held.end();
  t.equal((await untilRestoreEnded(at, first.id)).status, 'succeeded');
});

t.test(
  'a snapshot, in place: its rows under the same URI, name and lineage id, though Neon has a new id',
  async (t) => {
    const snapshot = await takeSnapshot(at, { branchId: main.id });
    const held = await readRows(uri);
    await writeRow(uri, 8);
    const view = await restore(at, {
      source: { snapshotId: snapshot.id },
      target: { kind: 'in_place', preserveAs: 'before-cutover' },
    });
    t.strictSame(await readRows(uri), held);
    t.strictSame(view.steps.map(({ name }) => name).slice(4, 8), [
      'probe_restored',
      'cut_over',
      'await_cutover',
      'read_back_cutover',
    ]);
    const served = await domain.branches.get(actor, main.id);
    t.match(served, { id: main.id, name: 'main', isDefault: true, isRoot: true, goneAt: null });
    t.not(served.neonBranchId, main.neonBranchId);
    t.match(view.target, { branchId: main.id, neonBranchId: served.neonBranchId, name: 'main' });
    t.match(view.preservedBranch, { neonBranchId: main.neonBranchId, name: 'before-cutover' });
    t.strictSame(await readBranch(emulator, main.neonBranchId), [...held, 8]);
    const { items } = await domain.audit.list(actor, { action: 'branch.neon_id_changed' }, { limit: 10 });
    t.match(items, [{ subject: { id: main.id }, details: { from: main.neonBranchId, to: served.neonBranchId } }]);
    t.strictSame(view.unverified, []);
    const again = await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } });
    t.strictSame(await readRows(uri), held, 'and the same snapshot a second time, for the branch that is served now');
    t.equal(again.preservedBranch?.neonBranchId, served.neonBranchId);
  },
);
