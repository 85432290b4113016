// Our id of a branch outlives the change of Neon's id, whoever finalised the restore, and nobody sees it half changed.

import t, { type Test } from 'tap';
import { type Registered, startRegistered } from '../harness/app.ts';
import { untilAtRest } from '../harness/neon.ts';
import { strike } from '../harness/strike.ts';
import { restore, takeSnapshot } from '../harness/work.ts';

for (const hours of [0, 2]) {
  const since = `a restore finalised outside of Afterglow ${hours} hours ago`;
  t.test(`${since}: after a sync the lineage id is with the served branch`, (t) => followLineage(t, hours));
}

async function sync({ domain, actor, project, until }: Registered): Promise<void> {
  const { syncedAt } = await domain.projects.requestSync(actor, project.id);
  await until(
    () => domain.projects.get(actor, project.id),
    (view) => view.syncedAt > syncedAt,
  );
}

/** An hour after it was finalised, Neon shows that a branch is detached from its snapshot. */
async function followLineage(t: Test, hours: number): Promise<void> {
  const at = await startRegistered(t);
  const { domain, actor, emulator, neon, project, main } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  const made = await neon.restoreSnapshot(emulator.projectId, snapshot.neonId ?? '', {
    name: 'by-hand',
    targetBranchId: main.neonBranchId,
  });
  await untilAtRest(at);
  await neon.finalizeRestore(emulator.projectId, made.branch.id, 'main-before');
  await untilAtRest(at);
  await emulator.control.setClock(hours * 3_600_000);

  await sync(at);

  t.match(await domain.branches.get(actor, main.id), {
    name: 'main',
    neonBranchId: made.branch.id,
    isDefault: true,
    goneAt: null,
  });
  const { items } = await domain.branches.list(actor, project.id, { limit: 10 });
  t.strictSame(items.map(({ name }) => name).toSorted(), ['main', 'main-before']);
  const { items: events } = await domain.audit.list(actor, { action: 'branch.neon_id_changed' }, { limit: 10 });
  t.match(events, [{ subject: { id: main.id }, details: { from: main.neonBranchId, to: made.branch.id } }]);
}

t.test('a cutover whose answer is lost keeps its lane: a snapshot that waits is of the restored branch', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, neon, emulator, main } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  const lost = await strike(at, 'finalizeRestore', { kind: 'drop', when: 'after' });
  const restoring = restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } });
  await lost.until();
  const waiting = await domain.snapshots.request(actor, { branchId: main.id });
  const restored = await restoring;
  t.equal(restored.status, 'succeeded');
  t.equal(lost.times(), 1, 'it is not sent again');
  const taken = await at.until(
    () => domain.snapshots.get(actor, waiting.id),
    ({ status }) => status === 'available',
  );
  const served = (await domain.branches.get(actor, main.id)).neonBranchId;
  t.not(served, main.neonBranchId);
  const copy = (await neon.listSnapshots(emulator.projectId)).find(({ id }) => id === taken.neonId);
  t.equal(copy?.sourceBranchId, served);
});

t.test('a lineage that was left on the undo copy of our restore goes on to what replaced it', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, db, main, project, neon, emulator } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  const view = await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } });
  const served = (await domain.branches.get(actor, main.id)).neonBranchId;
  const undo = view.preservedBranch;
  // As after a restore that ended between its cutover and the record of it, and a mirror that took the new name for a rename.
  await db
    .deleteFrom('branches')
    .where('neon_branch_id', '=', undo?.neonBranchId ?? '')
    .execute();
  await db
    .updateTable('branches')
    .set({ neon_branch_id: undo?.neonBranchId ?? '', name: undo?.name ?? '' })
    .where('id', '=', main.id)
    .execute();
  await sync(at);
  t.match(await domain.branches.get(actor, main.id), { neonBranchId: served, name: 'main', goneAt: null });
  const { items } = await domain.branches.list(actor, project.id, { limit: 50 });
  t.strictSame(
    items.map(({ neonBranchId }) => neonBranchId).toSorted(),
    (await neon.listBranches(emulator.projectId)).map(({ id }) => id).toSorted(),
    'each branch of Neon is one of ours',
  );
  await sync(at);
  t.match(await domain.branches.get(actor, main.id), { neonBranchId: served }, 'and it stays there');
});

t.test('an undo copy is shown under the name that Neon has for it', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, main, neon, emulator } = at;
  const source = { branchId: main.id, at: new Date().toISOString() };
  const { id, preservedBranch } = await restore(at, { source, target: { kind: 'in_place' } });
  await neon.updateBranch(emulator.projectId, preservedBranch?.neonBranchId ?? '', { name: 'before-the-accident' });
  await sync(at);
  t.equal((await domain.restores.get(actor, id)).preservedBranch?.name, 'before-the-accident');
});
