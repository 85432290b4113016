// What a restore leaves behind when it cannot be, and what nobody may take from under it.

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { probeTarget } from '../../src/neon/probe.ts';
import { startRegistered } from '../harness/app.ts';
import { untilAtRest } from '../harness/neon.ts';
import { refuses } from '../harness/refusal.ts';
import { countCalls, hold, strike } from '../harness/strike.ts';
import { restore, takeSnapshot, untilRestoreEnded, untilSnapshot } from '../harness/work.ts';

t.test(
  'a branch renamed in Neon since the last sync: the cutover keeps its new name, and our id follows',
  async (t) => {
    const at = await startRegistered(t);
    const { domain, actor, emulator, neon, main } = at;
    const snapshot = await takeSnapshot(at, { branchId: main.id });
    await neon.updateBranch(emulator.projectId, main.neonBranchId, { name: 'production' });
    await untilAtRest(at);
    const view = await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } });
    t.match(view, { target: { branchId: main.id, name: 'production' }, preservedBranch: { status: 'present' } });
    t.not((await domain.branches.get(actor, main.id)).neonBranchId, main.neonBranchId);
  },
);

t.test(
  'a restore in place that fails after it changed the branch: the undo copy is named, and can be deleted',
  async (t) => {
    const at = await startRegistered(t);
    const { domain, actor, emulator, neon, main } = at;
    const changed = await hold(at, 'restoreBranch', 'after');
    const asked = await domain.restores.request(actor, {
      source: { branchId: main.id, at: new Date().toISOString() },
      target: { kind: 'in_place' },
    });
    await changed.until();
    const refused = await strike(at, 'listOperations', { kind: 'status', status: 422 });
    changed.end();
    const failed = await untilRestoreEnded(at, asked.id);
    refused.end();
    t.match(failed, { status: 'failed', error: { code: 'neon_refused' }, preservedBranch: { status: 'present' } });
    const { neonBranchId = '' } = failed.preservedBranch ?? {};
    t.match(failed.error?.message, neonBranchId);
    await untilAtRest(at);
    await domain.restores.deletePreservedBranch(actor, failed.id);
    await at.until(
      () => domain.restores.get(actor, failed.id),
      ({ preservedBranch }) => preservedBranch?.status === 'purged',
    );
    t.notOk((await neon.listBranches(emulator.projectId)).some(({ id }) => id === neonBranchId));
  },
);

t.test('a job first taken up after its budget: waiting in the queue is not counted against it', async (t) => {
  const at = await startRegistered(t, { roles: ['api'], settings: { snapshotBudgetMs: 60_000 } });
  const { domain, actor, main } = at;
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await sql`update outbox set created_at = now() - interval '3 hours'`.execute(at.db);
  await domain.relay();
  const released = await at.db.selectFrom('outbox').select(['id', 'release']).executeTakeFirstOrThrow();
  await domain.runJob({ outboxId: released.id, release: released.release });
  t.not((await domain.snapshots.get(actor, id)).status, 'failed');
});

t.test('a job out of time that has changed nothing ends without a call that changes Neon', async (t) => {
  const at = await startRegistered(t);
  const looking = await hold(at, 'listBranches', 'before');
  const away = await strike(at, 'listBranches', { kind: 'drop', when: 'before' });
  const { id } = await at.domain.restores.request(at.actor, {
    source: { branchId: at.main.id, at: new Date().toISOString() },
    target: { kind: 'new_branch' },
  });
  await looking.until();
  await sql`update outbox set begun_at = now() - interval '2 hours'`.execute(at.db);
  looking.end();
  const ended = await untilRestoreEnded(at, id);
  away.end();
  t.match(ended, { status: 'failed', error: { code: 'deadline_exceeded' } });
  t.strictSame(
    (await at.neon.listBranches(at.emulator.projectId)).map(({ name }) => name),
    ['main'],
  );
});

t.test('a snapshot that a restore brings back is not deleted meanwhile', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, main } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  at.faults.probe = () => {
    reached.resolve();
    return held.promise;
  };
  const restoring = restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'new_branch' } });
  await reached.promise;
  await t.rejects(domain.snapshots.delete(actor, snapshot.id), { code: 'snapshot_in_use' });
  held.resolve();
  await restoring;
  await domain.snapshots.delete(actor, snapshot.id);
  await untilSnapshot(at, snapshot.id, 'purged');
});

t.test('a snapshot of a project that was removed is not deleted: no job could do it', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, main, project, credential } = at;
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  await domain.projects.remove(actor, project.id);
  await domain.credentials.delete(actor, credential.id);
  await refuses(t, at, 'project_removed', () => domain.snapshots.delete(actor, snapshot.id));
});

t.test('a snapshot found after its answer was lost is not available before its operations have ended', async (t) => {
  const at = await startRegistered(t, { emulator: { latencyMs: 1_500 } });
  const { domain, actor, emulator, main } = at;
  await strike(at, 'createSnapshot', { kind: 'drop', when: 'after' }, 1);
  const looks = await countCalls(at, 'listOperations');
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await looks.until(2);
  t.equal((await domain.snapshots.get(actor, id)).status, 'creating');
  await untilSnapshot(at, id, 'available');
  const operations = await at.neon.listOperations(emulator.projectId);
  t.ok(operations.every(({ status }) => status === 'finished'));
  t.equal((await at.neon.listSnapshots(emulator.projectId)).length, 1, 'and it is there once');
});

t.test('a restore whose calls together last longer than a lease keeps it, and ends', async (t) => {
  const at = await startRegistered(t, { settings: { leaseMs: 1_500 } });
  for (const call of ['listDatabases', 'getConnectionUri'] as const)
    await strike(at, call, { kind: 'delay', ms: 1_000 });
  at.faults.probe = async (uri) => {
    await sleep(1_000);
    return probeTarget(uri);
  };
  const view = await restore(at, {
    source: { branchId: at.main.id, at: new Date().toISOString() },
    target: { kind: 'new_branch' },
  });
  t.match(view, { status: 'succeeded', error: null });
});
