// Snapshots of both kinds: what they capture, their names, and how they go.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { dropBranch, makeChild } from '../harness/neon.ts';
import { refuses } from '../harness/refusal.ts';
import { writeRow } from '../harness/rows.ts';
import { strike } from '../harness/strike.ts';
import { restore, rowsOfRestore, takeSnapshot, untilSnapshot } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, emulator, neon, main, project } = at;
const uri = emulator.connectionUri;

const rowsOf = async (snapshotId: string): Promise<number[]> => {
  const { id } = await restore(at, { source: { snapshotId }, target: { kind: 'new_branch' } });
  return rowsOfRestore(at, id);
};

/** The child branch as the mirror knows it. */
async function mirrorChild(name: string): Promise<{ id: string; neonBranchId: string }> {
  const child = await makeChild(at, name, main.neonBranchId);
  await domain.projects.requestSync(actor, project.id);
  const items = await at.until(
    async () => (await domain.branches.list(actor, project.id, { limit: 50 })).items,
    (list) => list.some(({ neonBranchId }) => neonBranchId === child.id),
  );
  return { id: items.find(({ neonBranchId }) => neonBranchId === child.id)?.id ?? '', neonBranchId: child.id };
}

t.test('at the head: available, verified, with what Neon says it captured', async (t) => {
  await writeRow(uri, 1);
  const asked = Date.now();
  const view = await takeSnapshot(at, { branchId: main.id });
  t.match(view, { kind: 'neon_snapshot', keptBecause: ['manual'], requestedAt: null, requestedLsn: null, error: null });
  t.match(view, { unverified: [], warnings: [], neonId: /^snap-/, lsn: /^[0-9A-F]+\/[0-9A-F]+$/, availableAt: /Z$/ });
  t.ok(Math.abs(Date.parse(view.pointAt ?? '') - asked) < 10_000);
  t.equal(view.name, `afterglow-${view.id.replace('_', '-')}`);
  t.not(view.sizeBytes, 0, 'Neon computes the size later: what is absent is not 0');
  const { items } = await domain.audit.list(actor, { subjectId: view.id }, { limit: 10 });
  t.strictSame(
    items.map(({ action }) => action),
    ['snapshot.available', 'snapshot.creating', 'snapshot.requested'],
  );
});

t.test('at an instant and at an LSN: those moments, and a restore of each holds their rows', async (t) => {
  const two = await writeRow(uri, 2);
  const three = await writeRow(uri, 3);
  await writeRow(uri, 4);
  const atInstant = await takeSnapshot(at, { branchId: main.id, at: two.at, name: 'after two' });
  t.match(atInstant, { requestedAt: two.at, pointAt: two.at, name: 'after two', unverified: [] });
  const atLsn = await takeSnapshot(at, { branchId: main.id, lsn: three.lsn });
  t.match(atLsn, { requestedLsn: three.lsn, lsn: three.lsn, unverified: [] });
  t.equal(atLsn.pointAt, null, 'Neon does not say which moment that is, and it is not that of the copy');
  t.strictSame(await rowsOf(atInstant.id), [1, 2]);
  t.strictSame(await rowsOf(atLsn.id), [1, 2, 3]);
  t.ok((await neon.listSnapshots(emulator.projectId)).some(({ name }) => name === 'after two'));
  const { points } = await domain.branches.timeline(actor, main.id);
  t.match(
    points.find(({ id }) => id === atInstant.id),
    { kind: 'snapshot', at: two.at, name: 'after two', status: 'available' },
  );
});

t.test('a name is free again when its snapshot is purged; the copy is gone from Neon', async (t) => {
  const view = await takeSnapshot(at, { branchId: main.id, name: 'short-lived' });
  await refuses(t, at, 'name_taken', () => domain.snapshots.request(actor, { branchId: main.id, name: 'short-lived' }));
  const expiring = await domain.snapshots.delete(actor, view.id);
  t.equal(expiring.status, 'expiring');
  const purged = await untilSnapshot(at, view.id, 'purged');
  t.match(purged, { endedAt: /Z$/, warnings: [] });
  t.notOk((await neon.listSnapshots(emulator.projectId)).some(({ id }) => id === view.neonId));
  t.match(await domain.snapshots.delete(actor, view.id), { status: 'purged' }, 'a second wish changes nothing');
  await refuses(t, at, 'snapshot_not_available', () =>
    domain.restores.request(actor, { source: { snapshotId: view.id }, target: { kind: 'new_branch' } }),
  );
  await takeSnapshot(at, { branchId: main.id, name: 'short-lived' });
});

t.test('a name that is taken in Neon does not spoil the snapshot: a warning says under which it is', async (t) => {
  await neon.createSnapshot(emulator.projectId, main.neonBranchId, {
    name: 'theirs',
    slug: 'theirs',
    point: { head: true },
  });
  const view = await takeSnapshot(at, { branchId: main.id, name: 'theirs' });
  t.match(view.warnings, [{ code: 'name_taken' }]);
  const listed = (await neon.listSnapshots(emulator.projectId)).find(({ id }) => id === view.neonId);
  t.equal(listed?.name, `afterglow-${view.id.replace('_', '-')}`);
});

t.test('a copy that was removed in Neon behind our back counts as purged', async (t) => {
  const view = await takeSnapshot(at, { branchId: main.id });
  await neon.deleteSnapshot(emulator.projectId, view.neonId ?? '');
  await domain.snapshots.delete(actor, view.id);
  t.match(await untilSnapshot(at, view.id, 'purged'), { endedAt: /Z$/ });
});

t.test(
  'of a child branch: a branch that stands for it; with a child of its own it stays until that is gone',
  async (t) => {
    const child = await mirrorChild('child');
    const view = await takeSnapshot(at, { branchId: child.id, name: 'copy-of-child' });
    t.match(view, { kind: 'branch', neonId: /^br-/, unverified: [], warnings: [], name: 'copy-of-child' });
    const copy = (await neon.listBranches(emulator.projectId)).find(({ id }) => id === view.neonId);
    t.match(copy, { name: 'copy-of-child', parentId: child.neonBranchId });
    const grandchild = await makeChild(at, 'of-the-copy', view.neonId ?? '');
    await domain.snapshots.delete(actor, view.id);
    const read = () => domain.snapshots.get(actor, view.id);
    const waiting = await at.until(read, ({ warnings }) => warnings.length > 0);
    t.match(waiting, { status: 'purging', warnings: [{ code: 'has_children' }] });
    t.ok((await neon.listBranches(emulator.projectId)).some(({ id }) => id === view.neonId));
    const busy = await takeSnapshot(at, { branchId: main.id });
    t.equal(busy.status, 'available', 'the lane is not blocked meanwhile');
    await dropBranch(at, grandchild.id);
    t.match(await untilSnapshot(at, view.id, 'purged'), { warnings: [] });
    t.notOk((await neon.listBranches(emulator.projectId)).some(({ id }) => id === view.neonId));
  },
);

t.test('a snapshot that is not available yet is not deleted, and one that failed says why', async (t) => {
  await strike(at, 'createSnapshot', { kind: 'status', status: 422 }, 1);
  const { id } = await domain.snapshots.request(actor, { branchId: main.id, name: 'doomed' });
  const failed = await untilSnapshot(at, id, 'failed');
  t.match(failed, { error: { code: 'neon_refused' }, endedAt: /Z$/, availableAt: null, pointAt: null });
  await refuses(t, at, 'transition_refused', () => domain.snapshots.delete(actor, id));
  await takeSnapshot(at, { branchId: main.id, name: 'doomed' });
});
