// What a job says that it came to, at its end and while its clean-up goes on. No worker runs: the test takes its place.

import { sql } from 'kysely';
import t from 'tap';
import { Failure, NeonFailure } from '../../src/core/errors.ts';
import type { JobView } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { untilAtRest } from '../harness/neon.ts';

const at = await startRegistered(t, { roles: [] });
const { domain, actor, main, db } = at;

t.afterEach(async () => {
  at.faults.neon = undefined;
  await untilAtRest(at);
});

async function jobOf(subjectId: string): Promise<JobView> {
  const [job] = (await domain.jobs.list(actor, { subjectId }, { limit: 1 })).items;
  if (!job) throw new Error(`${subjectId} has no job`);
  return job;
}

/** Delivers the subject's job until it says so. */
async function run(subjectId: string, isThere: (job: JobView) => boolean): Promise<JobView> {
  for (let deliveries = 0; deliveries < 100; deliveries += 1) {
    await sql`update outbox set not_before = now() where subject_id = ${subjectId} and not_before > now()`.execute(db);
    await domain.relay();
    const { id: outboxId, release } = await jobOf(subjectId);
    await domain.runJob({ outboxId, release });
    const job = await jobOf(subjectId);
    if (isThere(job)) return job;
  }
  throw new Error('it does not come to that');
}

const isDone = ({ state }: JobView): boolean => state === 'done';
const isBusy = new NeonFailure('create snapshot: Neon answered 503', { kind: 'again', failure: 'neon_unreachable' });

t.test('one that did what was promised has finished, without a code', async (t) => {
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  t.match(await jobOf(id), { outcome: null, code: null });
  t.match(await run(id, isDone), { outcome: 'finished', code: null });
});

t.test(
  'an attempt keeps what Neon calls the request of its last change; one that changed nothing has none',
  async (t) => {
    at.faults.neon = () => ({ createSnapshot: async () => Promise.reject(isBusy) });
    const { id } = await domain.snapshots.request(actor, { branchId: main.id });
    await run(id, ({ failedAttempts }) => failedAttempts === 1);
    at.faults.neon = undefined;
    const { attempts } = await domain.jobs.get(actor, (await run(id, isDone)).id);
    t.match(attempts[0], { outcome: 'tried_again', neonRequestId: null });
    // It ends the job where Neon is done by then; else those after it look only.
    t.match(attempts[1], { outcome: /^(finished|waits_for_neon)$/, neonRequestId: /^[0-9a-f-]{36}$/ });
    t.ok(attempts.slice(2).every(({ neonRequestId }) => neonRequestId === null));
  },
);

t.test('one that failed says with which code, before its clean-up has ended and after it', async (t) => {
  at.faults.neon = () => ({
    createSnapshot: async () => Promise.reject(new NeonFailure('no', { kind: 'refused', failure: 'branch_not_root' })),
  });
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  const failed = { outcome: 'failed', code: 'branch_not_root', failedAttempts: 1 };
  t.match(await run(id, ({ outcome }) => outcome !== null), { ...failed, finishedAt: null });
  t.match(await run(id, isDone), failed);
  const { attempts } = await domain.jobs.get(actor, (await jobOf(id)).id);
  t.equal(attempts.at(-1)?.outcome, 'finished', 'as its clean-up did');
});

t.test('one that was cancelled in its midst says so, and forgets none of its failed attempts', async (t) => {
  at.faults.neon = () => ({ createSnapshot: async () => Promise.reject(isBusy) });
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await run(id, ({ failedAttempts }) => failedAttempts === 2);
  await domain.snapshots.cancel(actor, id);
  t.match(await jobOf(id), { outcome: 'cancelled', code: null, failedAttempts: 2, finishedAt: null });
  at.faults.neon = () => ({ listSnapshots: async () => Promise.reject(new Failure('has_children', 'it is left')) });
  t.match(await run(id, isDone), { outcome: 'cancelled', code: null, failedAttempts: 3 });
});

t.test('one that nobody had begun says that it was cancelled, or that it is overdue', async (t) => {
  const cancelled = await domain.snapshots.request(actor, { branchId: main.id });
  await domain.snapshots.cancel(actor, cancelled.id);
  t.match(await jobOf(cancelled.id), { state: 'done', outcome: 'cancelled', code: null });
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await sql`update outbox set created_at = now() - interval '25 hours' where subject_id = ${id}`.execute(db);
  at.log.expect(/^a job was past its deadline/);
  await domain.reapOverdue();
  t.match(await jobOf(id), { state: 'done', outcome: 'overdue', code: 'deadline_exceeded' });
});

t.test('one that is cancelled under an attempt waits for the end of its lease', async (t) => {
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  at.faults.neon = () => ({
    createSnapshot: async () => {
      await domain.snapshots.cancel(actor, id);
      t.match(await jobOf(id), { state: 'released', waitsFor: { code: 'lease', at: /Z$/ }, outcome: 'cancelled' });
      throw isBusy;
    },
  });
  await run(id, ({ outcome }) => outcome !== null);
  t.match(await jobOf(id), { state: 'released', waitsFor: { code: 'delivery' } }, 'it was let go');
  at.faults.neon = undefined;
  t.match(await run(id, isDone), { outcome: 'cancelled' });
});
