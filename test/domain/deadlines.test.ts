// Deadlines: what waits past its own ends with a code, whoever forgot it, and leaves nothing in Neon but an undo copy.

import { sql } from 'kysely';
import t from 'tap';
import { NeonFailure } from '../../src/core/errors.ts';
import { startRegistered } from '../harness/app.ts';
import { makeChild, untilAtRest } from '../harness/neon.ts';
import { restore, takeSnapshot, untilCleanedUp, untilSnapshot } from '../harness/work.ts';

/** Nothing runs but what the test asks for: no worker takes anything up, as when all of them are gone. */
const at = await startRegistered(t, { roles: ['api'] });
const { domain, actor, db, main, emulator, neon } = at;
const working = await startRegistered(t);

const refused = new NeonFailure('delete branch: the branch is protected', { kind: 'refused', failure: 'neon_refused' });

t.setTimeout(120_000);

/** As if the job had been promised, and begun if it was, so long ago. */
async function age(where: typeof at, subjectId: string, interval: string): Promise<void> {
  await sql`
    update outbox set created_at = created_at - ${interval}::interval, begun_at = begun_at - ${interval}::interval
    where subject_id = ${subjectId}`.execute(where.db);
}

/** Releases the subject's job and delivers it until it is done or waits. */
async function run(subjectId: string, deliveriesMax: number): Promise<void> {
  await domain.relayUrgent();
  await domain.relay();
  for (let deliveries = 0; deliveries < deliveriesMax; deliveries += 1) {
    const row = await db
      .selectFrom('outbox')
      .select(['id', 'release'])
      .where('subject_id', '=', subjectId)
      .where('status', '=', 'released')
      .executeTakeFirst();
    if (!row || (await domain.runJob({ outboxId: row.id, release: row.release })).kind === 'done') return;
  }
}

t.test('a snapshot that nobody begins within a day fails, and its firing is missed', async (t) => {
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await age(at, id, '23 hours');
  t.equal(await domain.reapOverdue(), 0, 'not a moment before');
  await age(at, id, '2 hours');
  at.log.expect(/^a job was past its deadline/);
  t.equal(await domain.reapOverdue(), 1);
  t.match(await domain.snapshots.get(actor, id), {
    status: 'failed',
    cleanUp: null,
    error: { code: 'deadline_exceeded' },
  });
  t.equal(await domain.reapOverdue(), 0);
  const [job] = (await domain.jobs.list(actor, { subjectId: id }, { limit: 1 })).items;
  t.match(job, { state: 'done', outcome: 'overdue', code: 'deadline_exceeded' });
  const { items } = await domain.audit.list(actor, { action: 'job.reaped' }, { limit: 5 });
  t.match(items, [{ details: { job: 'snapshot.create', subjectId: id } }]);
});

t.test('a restore that is under way for too long fails, and what it made is removed by the same job', async (t) => {
  const { id } = await domain.restores.request(actor, {
    source: { branchId: main.id, at: new Date().toISOString() },
    target: { kind: 'new_branch' },
  });
  at.faults.neon = () => ({ listOperations: async () => Promise.reject(new Error('nobody answers')) });
  at.log.expect(/reason of ours/);
  await run(id, 1);
  at.faults.neon = undefined;
  t.match(await domain.restores.get(actor, id), { status: 'running', target: { neonBranchId: /^br-/ } });
  await age(at, id, '5 hours');
  t.equal(await domain.reapOverdue(), 1);
  t.match(await domain.restores.get(actor, id), {
    status: 'failed',
    cleanUp: 'pending',
    error: { code: 'deadline_exceeded' },
  });
  t.equal(await domain.reapOverdue(), 0, 'the clean-up has time of its own');
  await untilAtRest(at);
  await run(id, 10);
  await untilAtRest(at);
  await run(id, 10);
  t.match(await domain.restores.get(actor, id), { status: 'failed', cleanUp: 'done' });
  t.strictSame(
    (await neon.listBranches(emulator.projectId)).map(({ name }) => name),
    ['main'],
  );
});

t.test('a clean-up that is under way for too long ends as left, and says why', async (t) => {
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  at.faults.neon = () => ({ listOperations: async () => Promise.reject(new Error('nobody answers')) });
  await run(id, 1);
  at.faults.neon = undefined;
  t.match(await domain.snapshots.cancel(actor, id), { status: 'cancelled', cleanUp: 'pending' });
  t.equal(await domain.reapOverdue(), 0);
  await age(at, id, '3 hours');
  t.equal(await domain.reapOverdue(), 1);
  t.match(await domain.snapshots.get(actor, id), { status: 'cancelled', cleanUp: 'left' });
  const { items } = await domain.audit.list(actor, { subjectId: id, action: 'snapshot.clean_up_left' }, { limit: 2 });
  t.match(items, [{ details: { reason: /deadline/ } }]);
  t.equal(await domain.reapOverdue(), 0, 'once');
  // What is left is the reconciliation's; here it would take the lane of the next test.
  const { neonId } = await domain.snapshots.get(actor, id);
  await neon.deleteSnapshot(emulator.projectId, neonId ?? '');
  await untilAtRest(at);
});

t.test('what an attempt holds is not ended from under it', async (t) => {
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await age(at, id, '3 days');
  await sql`update outbox set status = 'released', claimed_until = now() + interval '5 s' where subject_id = ${id}`.execute(
    db,
  );
  t.equal(await domain.reapOverdue(), 0);
  await sql`update outbox set claimed_until = now() - interval '1 s' where subject_id = ${id}`.execute(db);
  t.equal(await domain.reapOverdue(), 1);
});

t.test('a removal that cannot be for a month ends: what it was to remove is there, and says so', async (t) => {
  const { domain, actor, log, project } = working;
  log.expect(/^a job was past its deadline/);
  const child = await makeChild(working, 'child', working.main.neonBranchId);
  await domain.projects.requestSync(actor, project.id);
  const { items } = await working.until(
    () => domain.branches.list(actor, project.id, { limit: 10 }),
    (page) => page.items.length === 2,
  );
  const copied = items.find(({ neonBranchId }) => neonBranchId === child.id);
  const copy = await takeSnapshot(working, { branchId: copied?.id ?? '' });
  const inPlace = await restore(working, {
    source: { branchId: working.main.id, at: new Date().toISOString() },
    target: { kind: 'in_place' },
  });
  // Both have a branch on them, so Neon refuses to remove either.
  await makeChild(working, 'on-the-copy', copy.neonId ?? '');
  await makeChild(working, 'on-the-undo-copy', inPlace.preservedBranch?.neonBranchId ?? '');
  await domain.snapshots.delete(actor, copy.id);
  await domain.restores.deletePreservedBranch(actor, inPlace.id);
  await working.until(
    () => domain.jobs.list(actor, {}, { limit: 2 }),
    (page) => page.items.every(({ failedAttempts }) => failedAttempts > 0),
  );
  t.equal(await domain.reapOverdue(), 0);
  for (const id of [copy.id, inPlace.id]) await age(working, id, '31 days');
  await working.until(
    async () => [await domain.reapOverdue(), await domain.snapshots.get(actor, copy.id)] as const,
    ([, view]) => view.status === 'available',
  );
  t.match(await domain.snapshots.get(actor, copy.id), { warnings: [{ code: 'deadline_exceeded' }] });
  await working.until(
    async () => [await domain.reapOverdue(), await domain.restores.get(actor, inPlace.id)] as const,
    ([, view]) => view.preservedBranch?.status === 'present',
  );
  t.match(await domain.restores.get(actor, inPlace.id), { preservedBranch: { waitsFor: 'deadline_exceeded' } });
});

t.test(
  'a purge that is given up after Neon has done it: the project is compared at once, and it is missing',
  async (t) => {
    const { id } = await domain.snapshots.request(actor, { branchId: main.id });
    await run(id, 10);
    t.equal((await domain.snapshots.get(actor, id)).status, 'available');
    await domain.snapshots.delete(actor, id);
    at.faults.neon = (real) => ({
      deleteSnapshot: async (...given) => {
        await real.deleteSnapshot(...given);
        throw new NeonFailure('delete snapshot: no answer came', { kind: 'again', failure: 'neon_unreachable' });
      },
    });
    await run(id, 1);
    at.faults.neon = undefined;
    await age(at, id, '31 days');
    at.log.expect(/^a job was past its deadline/);
    t.equal(await domain.reapOverdue(), 1);
    t.equal((await domain.snapshots.get(actor, id)).status, 'available', 'as far as anybody knows');
    const [comparison] = (await domain.jobs.list(actor, { job: 'project.reconcile' }, { limit: 1 })).items;
    t.match(comparison, { state: 'waiting' });
    at.log.expect(/^what Afterglow keeps is gone from Neon$/);
    await run(comparison?.subjectId ?? '', 10);
    t.equal((await domain.snapshots.get(actor, id)).status, 'missing');
  },
);

t.test('a clean-up that Neon refuses ends as left, and says why in the history', async (t) => {
  const { domain, actor } = working;
  working.faults.probe = () => Promise.reject(new Error('no way there'));
  working.log.expect(/reason of ours/);
  const { id } = await domain.restores.request(actor, {
    source: { branchId: working.main.id, at: new Date().toISOString() },
    target: { kind: 'new_branch' },
  });
  const made = await working.until(
    () => domain.restores.get(actor, id),
    ({ steps }) => steps.some(({ name, startedAt }) => name === 'probe' && startedAt !== null),
  );
  working.faults.neon = () => ({ deleteBranch: () => Promise.reject(refused) });
  await domain.restores.cancel(actor, id);
  t.equal((await untilCleanedUp(working, id)).cleanUp, 'left');
  working.faults.neon = undefined;
  working.faults.probe = undefined;
  const names = await working.neon.listBranches(working.emulator.projectId);
  t.ok(names.some((branch) => branch.id === made.target.neonBranchId));
  const { items } = await domain.audit.list(actor, { action: 'restore.clean_up_left' }, { limit: 1 });
  t.match(items, [{ subject: { id }, details: { reason: /protected/ } }]);
  await untilSnapshot(working, (await takeSnapshot(working, { branchId: working.main.id })).id, 'available');
});
