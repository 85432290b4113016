// Making a snapshot ours that somebody else took in Neon.

import { sql } from 'kysely';
import t from 'tap';
import type { NeonSnapshot } from '../../src/neon/api.ts';
import { type Registered, startRegistered } from '../harness/app.ts';
import { dropBranch, untilAtRest } from '../harness/neon.ts';
import { briefly, loseSnapshot, reconcile } from '../harness/reconcile.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { countCalls, strike } from '../harness/strike.ts';
import { restore, takeSnapshot, untilSnapshot } from '../harness/work.ts';

/** A snapshot that another tool takes. */
async function takeElsewhere(at: Registered, slug: string, branchId = at.main.neonBranchId): Promise<NeonSnapshot> {
  const { neon, emulator } = at;
  await untilAtRest(at);
  const asked = { name: `of ${slug}`, slug, point: { head: true } } as const;
  const { snapshot } = await neon.createSnapshot(emulator.projectId, branchId, asked);
  await untilAtRest(at);
  return snapshot;
}

t.test('an orphan becomes an available snapshot of its branch, kept because a person said so', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project, main } = at;
  const orphan = await takeElsewhere(at, 'console');
  t.strictSame(briefly((await reconcile(at)).findings), ['orphan none']);
  const adopted = await domain.projects.adopt(actor, { id: project.id, neonSnapshotId: orphan.id });
  t.match(adopted, {
    branchId: main.id,
    policyId: null,
    kind: 'neon_snapshot',
    status: 'available',
    name: 'of console',
    neonId: orphan.id,
    keptBecause: ['manual'],
  });
  t.ok(adopted.pointAt);
  t.strictSame(await domain.snapshots.get(actor, adopted.id), adopted);
  t.match(await reconcile(at), { findings: [], present: { snapshots: 1 } });
  const { items } = await domain.audit.list(actor, { subjectId: adopted.id }, { limit: 10 });
  t.match(items, [{ action: 'snapshot.adopted', details: { neonId: orphan.id } }]);
});

t.test('what was adopted is restored and deleted as every other', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project, emulator, neon } = at;
  const orphan = await takeElsewhere(at, 'console');
  const { id } = await domain.projects.adopt(actor, { id: project.id, neonSnapshotId: orphan.id, name: 'mine' });
  await restore(at, { source: { snapshotId: id }, target: { kind: 'new_branch' } });
  await domain.snapshots.delete(actor, id);
  await untilSnapshot(at, id, 'purged');
  t.strictSame(await neon.listSnapshots(emulator.projectId), []);
});

t.test('refused, with nothing left behind', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project, main } = at;
  const orphan = await takeElsewhere(at, 'console');
  const taken = await takeSnapshot(at, { branchId: main.id, name: 'of console' });
  const adopt =
    (neonSnapshotId: string, more: { branchId?: string; name?: string } = {}) =>
    () =>
      domain.projects.adopt(actor, { id: project.id, neonSnapshotId, ...more });
  await refuses(t, at, 'already_ours', adopt(taken.neonId ?? ''), { snapshotId: taken.id });
  await refuses(t, at, 'snapshot_not_in_neon', adopt('snap-nowhere'), { field: 'neonSnapshotId' });
  await refuses(t, at, 'name_taken', adopt(orphan.id), { field: 'name' });
  await refuses(t, at, 'not_found', adopt(orphan.id, { branchId: 'brn_nowhere' }));
  const { id } = await adopt(orphan.id, { name: 'another' })();
  await refuses(t, at, 'already_ours', adopt(orphan.id, { name: 'third' }), { snapshotId: id });
});

t.test('a refused credential: refused before Neon is asked, and when Neon says so first', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project, credential, db } = at;
  const adopt = () => domain.projects.adopt(actor, { id: project.id, neonSnapshotId: 'snap-any' });
  const { neon } = at;
  await strike(at, 'listSnapshots', { kind: 'status', status: 401 }, 1);
  const told = await refusalOf(adopt());
  t.equal(told.code, 'credential_refused');
  t.match(told.message, /Nothing was done. Give the credential a key that Neon accepts/);
  await sql`update credentials set status = 'refused' where id = ${credential.id}`.execute(db);
  const asked = await countCalls(at, 'listSnapshots');
  t.match(await refusalOf(adopt()), { code: 'credential_refused', members: { credentialId: credential.id } });
  t.equal(asked.times(), 0, 'Neon is not asked');
  t.strictSame(await neon.listSnapshots(at.emulator.projectId), []);
});

t.test('two at once: one adopts it', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project } = at;
  const orphan = await takeElsewhere(at, 'console');
  const ended = await Promise.allSettled(
    ['a', 'b', 'c'].map((name) => domain.projects.adopt(actor, { id: project.id, neonSnapshotId: orphan.id, name })),
  );
  t.equal(ended.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const one of ended) if (one.status === 'rejected') t.match(one.reason, { code: 'already_ours' });
});

t.test('a snapshot that is ours by its name, and failed, is not adopted by hand', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project, emulator, neon } = at;
  const failed = await loseSnapshot(at);
  const [copy] = await neon.listSnapshots(emulator.projectId);
  await refuses(
    t,
    at,
    'already_ours',
    () => domain.projects.adopt(actor, { id: project.id, neonSnapshotId: copy?.id ?? '' }),
    { snapshotId: failed.id, presentStatus: 'failed' },
  );
});

t.test('while Neon works on its branch it may not be whole', async (t) => {
  const at = await startRegistered(t, { emulator: { latencyMs: 3_000 } });
  const { domain, actor, project, emulator, neon, main } = at;
  const { snapshot } = await neon.createSnapshot(emulator.projectId, main.neonBranchId, {
    name: 'new',
    slug: 'new',
    point: { head: true },
  });
  await refuses(t, at, 'project_busy', () =>
    domain.projects.adopt(actor, { id: project.id, neonSnapshotId: snapshot.id }),
  );
  await untilAtRest(at);
  t.equal((await domain.projects.adopt(actor, { id: project.id, neonSnapshotId: snapshot.id })).status, 'available');
});

t.test('of a branch that Afterglow never knew it is adopted under one that is said', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project, main, emulator } = at;
  const copied = await takeElsewhere(at, 'first');
  const { branch } = await at.neon.restoreSnapshot(emulator.projectId, copied.id, {
    name: 'root',
    targetBranchId: main.neonBranchId,
  });
  const orphan = await takeElsewhere(at, 'second', branch.id);
  await dropBranch(at, branch.id);
  const adopt = (branchId?: string) => () =>
    domain.projects.adopt(actor, { id: project.id, neonSnapshotId: orphan.id, branchId });
  await refuses(t, at, 'source_branch_unknown', adopt(), { field: 'branchId', neonBranchId: branch.id });
  t.match(await adopt(main.id)(), { branchId: main.id, neonId: orphan.id });
});

t.test('of a branch that is gone it is adopted under its lineage id', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project, main, emulator } = at;
  const copied = await takeElsewhere(at, 'first');
  const { branch } = await at.neon.restoreSnapshot(emulator.projectId, copied.id, {
    name: 'root',
    targetBranchId: main.neonBranchId,
  });
  await untilAtRest(at);
  await reconcile(at);
  const { items } = await domain.branches.list(actor, project.id, { limit: 10 });
  const known = items.find(({ neonBranchId }) => neonBranchId === branch.id);
  const orphan = await takeElsewhere(at, 'second', branch.id);
  await dropBranch(at, branch.id);
  await reconcile(at);
  const adopted = await domain.projects.adopt(actor, { id: project.id, neonSnapshotId: orphan.id });
  t.equal(adopted.branchId, known?.id);
});

t.test('the same key twice adopts it once, and gives the same answer', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project } = at;
  const orphan = await takeElsewhere(at, 'console');
  const idempotency = { key: 'once', fingerprint: 'adopt' };
  const adopt = () => domain.projects.adopt(actor, { id: project.id, neonSnapshotId: orphan.id }, { idempotency });
  const first = await adopt();
  t.strictSame(await adopt(), first);
});
