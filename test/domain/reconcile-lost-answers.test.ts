// What a comparison with Neon finds of work whose answers were lost: adopted where it is wanted, removed where it is not.

import t from 'tap';
import { derivedName } from '../../src/core/names.ts';
import { startRegistered } from '../harness/app.ts';
import { untilAtRest } from '../harness/neon.ts';
import { briefly, loseSnapshot, reconcile, untilCleanUp } from '../harness/reconcile.ts';
import { hold, strike } from '../harness/strike.ts';
import { takeSnapshot, untilSnapshot } from '../harness/work.ts';

t.test('a snapshot that failed and is there after all is adopted: proved, named and available', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, emulator, neon } = at;
  const failed = await loseSnapshot(at, 'before the release');
  const report = await reconcile(at);
  t.strictSame(briefly(report.findings), ['lost_answer adopt done']);
  const adopted = await domain.snapshots.get(actor, failed.id);
  t.match(adopted, { status: 'available', error: null, endedAt: null, cleanUp: null, name: 'before the release' });
  t.ok(adopted.pointAt);
  t.ok(adopted.steps.every(({ endedAt }) => endedAt !== null));
  const [copy] = await neon.listSnapshots(emulator.projectId);
  t.match(copy, { id: adopted.neonId, name: 'before the release' });
  t.strictSame((await reconcile(at)).findings, [], 'and then there is nothing left to do');
});

t.test('an adopted snapshot whose name was given away meanwhile has the one that we made, and says so', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, main } = at;
  const failed = await loseSnapshot(at, 'nightly');
  await takeSnapshot(at, { branchId: main.id, name: 'nightly' });
  await reconcile(at);
  t.match(await domain.snapshots.get(actor, failed.id), {
    status: 'available',
    name: derivedName(failed.id),
    warnings: [{ code: 'name_taken' }],
  });
});

t.test('an adopted snapshot takes its place in the policy: the oldest goes', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, project } = at;
  const policy = await domain.policies.create(actor, {
    name: 'nightly',
    selector: { projects: [project.id] },
    schedules: [],
    retention: { keepLast: 1 },
  });
  const run = async () => (await domain.policies.run(actor, policy.id)).snapshots[0]?.id ?? '';
  const first = await run();
  await untilSnapshot(at, first, 'available');
  await strike(at, 'createSnapshot', { kind: 'drop', when: 'after' }, 1);
  const unsaid = await strike(at, 'listSnapshots', { kind: 'status', status: 422 });
  const second = await run();
  await untilCleanUp(at, second, 'left');
  unsaid.end();
  await untilAtRest(at);
  t.match((await reconcile(at)).findings, [{ kind: 'lost_answer', policyId: policy.id, outcome: 'done' }]);
  t.equal((await domain.snapshots.get(actor, second)).status, 'available');
  await untilSnapshot(at, first, 'purged');
});

t.test('the firing that was missed is served when its snapshot is found', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, db, project } = at;
  await domain.policies.create(actor, {
    name: 'yearly',
    selector: { projects: [project.id] },
    schedules: [{ name: 'yearly', cron: '0 0 1 1 *', timeZone: 'UTC' }],
    retention: { keepLast: 2 },
  });
  await strike(at, 'createSnapshot', { kind: 'drop', when: 'after' }, 1);
  const unsaid = await strike(at, 'listSnapshots', { kind: 'status', status: 422 });
  await db
    .updateTable('schedules')
    .set({ next_firing_at: new Date(Date.now() - 1_000) })
    .execute();
  t.equal(await domain.fireDueSchedules(), 1);
  const read = () => db.selectFrom('firings').select(['status', 'reason', 'snapshot_id']).executeTakeFirstOrThrow();
  const { snapshot_id: id } = await read();
  await untilCleanUp(at, id ?? '', 'left');
  unsaid.end();
  await untilAtRest(at);
  t.match(await read(), { status: 'missed', reason: 'neon_refused' });
  t.strictSame(briefly((await reconcile(at)).findings), ['lost_answer adopt done']);
  t.match(await read(), { status: 'served', reason: null });
});

t.test('a snapshot whose operations failed is not adopted, and is removed by the next comparison', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, emulator, neon } = at;
  const failed = await loseSnapshot(at);
  // Neon's own list says it long after the snapshot was made.
  const [copy] = await neon.listSnapshots(emulator.projectId);
  at.faults.neon = (real) => ({
    listOperations: async (id) =>
      (await real.listOperations(id)).map((one) =>
        one.createdAt.getTime() >= (copy?.createdAt.getTime() ?? 0) ? { ...one, status: 'error', error: 'lost' } : one,
      ),
  });
  t.strictSame(briefly((await reconcile(at)).findings), ['lost_answer adopt failed operation_failed']);
  t.match(await domain.snapshots.get(actor, failed.id), { status: 'failed', error: { code: 'operation_failed' } });
  at.faults.neon = undefined;
  t.strictSame(briefly((await reconcile(at)).findings), ['leftover remove done']);
  t.strictSame(await neon.listSnapshots(emulator.projectId), []);
});

t.test('a snapshot that was cancelled and is there is removed, not adopted', async (t) => {
  const at = await startRegistered(t);
  const { domain, actor, emulator, neon, main } = at;
  const kept = await strike(at, 'deleteSnapshot', { kind: 'status', status: 422 });
  const made = await hold(at, 'createSnapshot', 'after');
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await made.until();
  await domain.snapshots.cancel(actor, id);
  made.end();
  await untilCleanUp(at, id, 'left');
  kept.end();
  await untilAtRest(at);
  t.strictSame(briefly((await reconcile(at)).findings), ['leftover remove done']);
  t.match(await domain.snapshots.get(actor, id), { status: 'cancelled', cleanUp: 'done' });
  t.strictSame(await neon.listSnapshots(emulator.projectId), []);
});
