// What a restore leaves behind when it cannot be, and what nobody may take from under it.

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { Failure, NeonFailure } from '../../src/core/errors.ts';
import { probeTarget } from '../../src/neon/probe.ts';
import { releaseJobs } from '../../src/store/outbox/release.ts';
import { startRegistered } from '../harness/app.ts';
import { untilAtRest } from '../harness/neon.ts';
import { refuses } from '../harness/refusal.ts';
import { restore, restoreToEnd, takeSnapshot, untilSnapshot } from '../harness/work.ts';

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
    let isChanged = false;
    at.faults.neon = (real) => ({
      restoreBranch: async (...asked) => {
        const answer = await real.restoreBranch(...asked);
        isChanged = true;
        return answer;
      },
      listOperations: async (id) => {
        if (isChanged) throw new Failure('operation_failed', 'An operation failed.');
        return real.listOperations(id);
      },
    });
    const failed = await restoreToEnd(at, {
      source: { branchId: main.id, at: new Date().toISOString() },
      target: { kind: 'in_place' },
    });
    at.faults.neon = undefined;
    t.match(failed, { status: 'failed', error: { code: 'operation_failed' }, preservedBranch: { status: 'present' } });
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
  const [released] = await releaseJobs(at.db, 10);
  await domain.runJob({ outboxId: released?.id ?? '', release: released?.release ?? 0 });
  t.not((await domain.snapshots.get(actor, id)).status, 'failed');
});

t.test('a job out of time that has changed nothing ends without a call that changes Neon', async (t) => {
  const at = await startRegistered(t);
  at.faults.neon = () => ({
    listBranches: async () => {
      await sql`update outbox set begun_at = now() - interval '2 hours'`.execute(at.db);
      throw new NeonFailure('away', { kind: 'again', failure: 'neon_unreachable' });
    },
  });
  const ended = await restoreToEnd(at, {
    source: { branchId: at.main.id, at: new Date().toISOString() },
    target: { kind: 'new_branch' },
  });
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
  const at = await startRegistered(t);
  const { domain, actor, emulator, main } = at;
  const operation = {
    id: 'op-late',
    branchId: main.neonBranchId,
    error: undefined,
    retryAt: undefined,
    updatedAt: new Date(),
  };
  let isLost = false;
  let hasEnded = false;
  let looks = 0;
  const looked = Promise.withResolvers<void>();
  at.faults.neon = (real) => ({
    createSnapshot: async (...asked) => {
      await real.createSnapshot(...asked);
      isLost = true;
      throw new NeonFailure('lost', { kind: 'again', failure: 'neon_unreachable' });
    },
    listOperations: async (id) => {
      looks += 1;
      if (looks > 2) looked.resolve();
      const listed = await real.listOperations(id);
      return isLost ? [...listed, { ...operation, status: hasEnded ? 'finished' : 'running' }] : listed;
    },
  });
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await looked.promise;
  t.equal((await domain.snapshots.get(actor, id)).status, 'creating');
  hasEnded = true;
  await untilSnapshot(at, id, 'available');
  t.equal((await at.neon.listSnapshots(emulator.projectId)).length, 1, 'and it is there once');
});

t.test('a restore whose calls together last longer than a lease keeps it, and ends', async (t) => {
  const at = await startRegistered(t, { settings: { leaseMs: 600 } });
  const slowly = <A extends unknown[], R>(call: (...given: A) => Promise<R>) => {
    return async (...given: A): Promise<R> => {
      await sleep(400);
      return call(...given);
    };
  };
  at.faults.neon = (real) => ({
    listDatabases: slowly(real.listDatabases),
    getConnectionUri: slowly(real.getConnectionUri),
  });
  at.faults.probe = slowly(probeTarget);
  const view = await restore(at, {
    source: { branchId: at.main.id, at: new Date().toISOString() },
    target: { kind: 'new_branch' },
  });
  t.match(view, { status: 'succeeded', error: null });
});
