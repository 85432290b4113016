// A project compared with Neon: what is there, what is missing and back, and what nobody knows.

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { dropBranch, makeChild } from '../harness/neon.ts';
import { briefly, reconcile } from '../harness/reconcile.ts';
import { strike } from '../harness/strike.ts';
import { restore, takeSnapshot, untilSnapshot } from '../harness/work.ts';

const gone = /gone from Neon/;

t.test('ours and there: nothing is found, and the mirror is as fresh as the report', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project, main } = at;
  await takeSnapshot(at, { branchId: main.id });
  const child = await makeChild(at, 'dev', main.neonBranchId);
  const report = await reconcile(at);
  t.match(report, { present: { snapshots: 1, preservedBranches: 0 }, findings: [], error: null, isProjectGone: false });
  t.equal(report.requestedBy, 'person');
  t.equal((await domain.projects.get(actor, project.id)).syncedAt, report.comparedAt);
  const { items } = await domain.branches.list(actor, project.id, { limit: 10 });
  t.ok(items.some(({ neonBranchId }) => neonBranchId === child.id));
});

t.test('a snapshot removed in the console is missing: audited, warned of, and in nobody’s way', async (t) => {
  const at = await startRegistered(t);
  at.log.expect(gone);
  const { domain, actor, main } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  await at.emulator.control.add({ fault: { kind: 'remove', snapshotId: snapshot.neonId ?? '' } });
  const report = await reconcile(at);
  t.strictSame(briefly(report.findings), ['missing mark_missing done']);
  t.match(report.findings, [{ subjectId: snapshot.id, neonId: snapshot.neonId }]);
  t.equal((await domain.snapshots.get(actor, snapshot.id)).status, 'missing');
  const { items } = await domain.audit.list(actor, { subjectId: snapshot.id }, { limit: 1 });
  t.match(items, [{ action: 'snapshot.missing', details: { from: 'available', neonId: snapshot.neonId } }]);
  t.match(at.log.text(), gone);
  t.strictSame(briefly((await reconcile(at)).findings), ['missing none already_marked'], 'and it is said again, once');
  t.equal((await domain.snapshots.delete(actor, snapshot.id)).status, 'purged');
  t.strictSame((await reconcile(at)).findings, []);
});

t.test('what was missing and is listed again is found, with its undo copy', async (t) => {
  const at = await startRegistered(t);
  at.log.expect(gone);
  const { domain, actor, main } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  const undone = await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } });
  // Nothing that the emulator removed can come back: it is Neon's lists that lack it for a while.
  at.faults.neon = (real) => ({
    listSnapshots: async () => [],
    listBranches: async (id) => (await real.listBranches(id)).filter((one) => one.isDefault),
  });
  const lost = await reconcile(at);
  t.strictSame(briefly(lost.findings), ['missing mark_missing done', 'missing mark_missing done']);
  t.equal((await domain.restores.get(actor, undone.id)).preservedBranch?.status, 'missing');
  at.faults.neon = undefined;
  const found = await reconcile(at);
  t.strictSame(briefly(found.findings), ['found mark_found done', 'found mark_found done']);
  t.equal((await domain.snapshots.get(actor, snapshot.id)).status, 'available');
  t.equal((await domain.restores.get(actor, undone.id)).preservedBranch?.status, 'present');
});

t.test('an undo copy that is missing is let go without a job', async (t) => {
  const at = await startRegistered(t);
  at.log.expect(gone);
  const { domain, actor, main } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  const undone = await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } });
  await dropBranch(at, undone.preservedBranch?.neonBranchId ?? '');
  await reconcile(at);
  const view = await domain.restores.deletePreservedBranch(actor, undone.id);
  t.equal(view.preservedBranch?.status, 'purged');
});

t.test('what others made is an orphan: shown, and never touched', async (t) => {
  const at = await startRegistered(t);
  const { emulator, neon, main } = at;
  await neon.createSnapshot(emulator.projectId, main.neonBranchId, {
    name: 'from the console',
    slug: 'console',
    point: { head: true },
  });
  await makeChild(at, 'afterglow-of-another', main.neonBranchId);
  await makeChild(at, 'dev', main.neonBranchId);
  const report = await reconcile(at);
  t.match(
    report.findings.map(({ kind, what, name, action }) => ({ kind, what, name, action })),
    [
      { kind: 'orphan', what: 'snapshot', name: 'from the console', action: 'none' },
      { kind: 'orphan', what: 'branch', name: 'afterglow-of-another', action: 'none' },
    ],
  );
  await reconcile(at);
  t.equal((await neon.listSnapshots(emulator.projectId)).length, 1);
  t.equal((await neon.listBranches(emulator.projectId)).length, 3);
});

t.test('beside a snapshot that is being taken nothing is found: it is not lost yet', async (t) => {
  const at = await startRegistered(t, { settings: { retryMinMs: 4_000, retryMaxMs: 4_000 } });
  const { domain, actor, emulator, neon, main } = at;
  const lost = await strike(at, 'createSnapshot', { kind: 'drop', when: 'after' }, 1);
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await lost.until();
  const report = await reconcile(at);
  t.equal((await domain.snapshots.get(actor, id)).status, 'creating', 'it waits to be tried again');
  t.equal((await neon.listSnapshots(emulator.projectId)).length, 1, 'and its copy is there');
  t.strictSame(report.findings, []);
  await untilSnapshot(at, id, 'available');
  t.equal((await neon.listSnapshots(emulator.projectId)).length, 1);
});

t.test('a size that Neon computed later is filled in', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, db, emulator, neon, main } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  // Neon tells nobody when it has: it is asked again and again.
  for (const until = Date.now() + 20_000; Date.now() < until; await sleep(20)) {
    if ((await neon.listSnapshots(emulator.projectId))[0]?.sizeBytes !== undefined) break;
  }
  await db.updateTable('snapshots').set({ size_bytes: null }).where('id', '=', snapshot.id).execute();
  const report = await reconcile(at);
  t.strictSame(report.findings, []);
  t.ok((await domain.snapshots.get(actor, snapshot.id)).sizeBytes);
});
