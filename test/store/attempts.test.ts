// Attempts as facts, and jobs that end from outside of their attempts.

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import {
  dropJob,
  listOverdueJobs,
  lockJobOfSubject,
  lockOverdueJob,
  takeOverJob,
} from '../../src/store/outbox/cancel.ts';
import { type ClaimResult, holdFence, letGoOfClaim } from '../../src/store/outbox/claim.ts';
import { findJob, listAttempts, listJobs } from '../../src/store/outbox/list.ts';
import { wholeTeam } from '../../src/store/scope.ts';
import { finishJob, handOnJob } from '../../src/store/outbox/settle.ts';
import { openStore } from './open.ts';
import { endLease, giveBack, makeDue, pause, promise, release, rowOf, take } from './outbox.ts';

const { db } = await openStore(t, 8);

t.beforeEach(async () => {
  await sql`delete from outbox`.execute(db);
});

async function begin(id: string, leaseMs = 60_000): Promise<{ id: string; fence: number; release: number }> {
  const [job] = await release(db);
  if (job?.id !== id) throw new Error(`${job?.id} was released`);
  const taken = await take(db, job, leaseMs);
  if (taken.kind !== 'claimed') throw new Error(taken.kind);
  return { id, fence: taken.row.fence, release: job.release };
}

const ends = async (id: string) =>
  (await listAttempts(db, wholeTeam('tem_a'), [id], 10)).map(({ fence, outcome, code, ended_at }) => [
    fence,
    outcome,
    code,
    ended_at !== null,
  ]);

t.test('a claim that has waited for the end of the former attempt began after it', async (t) => {
  const id = await promise(db, 'lane');
  const first = await begin(id);
  await db.transaction().execute(async (tx) => {
    await sql`select now()`.execute(tx);
    await pause(db, first);
    t.equal((await take(tx, first)).kind, 'claimed');
  });
  const [former, next] = await listAttempts(db, wholeTeam('tem_a'), [id], 10);
  t.ok(former?.ended_at && next && next.started_at >= former.ended_at);
});

t.test('each claim is an attempt: who, under which fence, and how it ended', async (t) => {
  const id = await promise(db, 'lane');
  const first = await begin(id);
  t.match(await listAttempts(db, wholeTeam('tem_a'), [id], 10), [
    { worker: 'test', fence: 1, release: 1, ended_at: null, outcome: null },
  ]);
  await giveBack(db, first, 60_000);
  await makeDue(db);
  const second = await begin(id);
  await pause(db, second);
  const third = await take(db, second);
  t.equal(third.kind, 'claimed');
  await finishJob(db, { id, fence: 3 });
  t.strictSame(await ends(id), [
    [1, 'tried_again', 'neon_unreachable', true],
    [2, 'waits_for_neon', null, true],
    [3, 'finished', null, true],
  ]);
});

t.test('an attempt whose process died is told as lost by the next one', async (t) => {
  const id = await promise(db, 'lane');
  const first = await begin(id);
  await endLease(db, id);
  await take(db, first);
  t.strictSame(await ends(id), [
    [1, 'lost', null, true],
    [2, null, null, false],
  ]);
});

t.test('what is no fault of the job costs neither an attempt nor its budget, which goes on where it was', async (t) => {
  const id = await promise(db, 'lane');
  const past = (minutes: number) =>
    sql`
    update outbox set begun_at = begun_at - make_interval(mins => ${minutes}), paused_at = paused_at - make_interval(mins => ${minutes})`.execute(
      db,
    );
  const again = async (): Promise<ClaimResult> => {
    await makeDue(db);
    const [job] = await release(db);
    return take(db, { id, release: job?.release ?? 0 });
  };
  const first = await begin(id);
  await past(10);
  await giveBack(db, first, 0, false);
  t.match(await rowOf(db, id), { attempts: 0, status: 'waiting' });
  await past(100);
  const second = await again();
  if (second.kind !== 'claimed') throw new Error(second.kind);
  const minutes = second.row.age_ms / 60_000;
  t.ok(minutes >= 10 && minutes < 11, `ten minutes of work, a hundred of waiting: ${minutes}`);
  await giveBack(db, { id, fence: second.row.fence }, 0, true);
  await past(5);
  const third = await again();
  t.ok(third.kind === 'claimed' && third.row.age_ms >= 15 * 60_000, 'between attempts that count it runs');
});

t.test('one that may not try for longer than both deadlines together is past them', async (t) => {
  const id = await promise(db, 'lane');
  await giveBack(db, await begin(id), 0, false);
  const deadlines = { jobs: ['snapshot.create'], beginWithinMs: 3_600_000, endWithinMs: 7_200_000 };
  const list = async () => (await listOverdueJobs(db, deadlines, 10)).map((job) => job.id);
  await sql`update outbox set begun_at = now() - interval '150 minutes', created_at = begun_at`.execute(db);
  t.strictSame(await list(), [], 'its budget stands still');
  await sql`update outbox set created_at = now() - interval '181 minutes'`.execute(db);
  t.strictSame(await list(), [id]);
});

t.test(
  'taken over: the attempt under way writes nothing more, and the next waits for the end of its lease',
  async (t) => {
    const id = await promise(db, 'lane');
    const held = await begin(id);
    await db.transaction().execute(async (tx) => {
      const job = await lockJobOfSubject(tx, (await rowOf(db, id)).subject_id, ['snapshot.create']);
      await takeOverJob(tx, job?.id ?? '', 'cancelled');
    });
    t.equal(await db.transaction().execute((tx) => holdFence(tx, held, 60_000)), false);
    t.equal(await finishJob(db, held), false);
    t.match(await findJob(db, wholeTeam('tem_a'), id), { state: 'released', awaits_lease: true });
    t.equal((await take(db, held)).kind, 'held');
    await letGoOfClaim(db, held);
    t.match(await take(db, held), { kind: 'claimed', row: { fence: held.fence + 2 } });
  },
);

t.test('taken over by a transaction that is older than the attempt: it does not end before it began', async (t) => {
  const id = await promise(db, 'lane');
  await db.transaction().execute(async (tx) => {
    await sql`select now()`.execute(tx);
    await sleep(20);
    await begin(id);
    await lockJobOfSubject(tx, (await rowOf(db, id)).subject_id, ['snapshot.create']);
    await takeOverJob(tx, id, 'cancelled');
  });
  const [attempt] = await listAttempts(db, wholeTeam('tem_a'), [id], 10);
  t.ok(attempt?.ended_at && attempt.ended_at >= attempt.started_at);
});

t.test('letting go of a claim that another attempt has taken changes nothing', async (t) => {
  const id = await promise(db, 'lane');
  const old = await begin(id);
  await endLease(db, id);
  await take(db, old);
  const before = await rowOf(db, id);
  await letGoOfClaim(db, old);
  t.strictSame(await rowOf(db, id), before);
});

t.test(
  'dropped: the lane is free, the attempt under way is told as taken over, and a late delivery is of no use',
  async (t) => {
    const id = await promise(db, 'lane');
    const next = await promise(db, 'lane', 30);
    const held = await begin(id);
    await db.transaction().execute((tx) => dropJob(tx, id, 'cancelled'));
    t.strictSame(await ends(id), [[1, 'taken_over', 'cancelled', true]]);
    t.equal(await finishJob(db, held), false);
    t.equal((await take(db, held)).kind, 'stale');
    t.strictSame(
      (await release(db)).map((job) => job.id),
      [next],
    );
  },
);

t.test('handed on to the clean-up: the lane stays taken, and a new budget begins', async (t) => {
  const id = await promise(db, 'lane');
  await promise(db, 'lane', 30);
  const held = await begin(id);
  await sql`update outbox set begun_at = now() - interval '2 hours' where id = ${id}`.execute(db);
  t.ok(await handOnJob(db, held, { outcome: 'failed', code: 'neon_refused' }));
  t.strictSame(await release(db), []);
  const next = await take(db, held);
  t.ok(next.kind === 'claimed' && next.row.age_ms < 60_000);
});

t.test(
  'past a deadline: listed when nobody holds it, counted from the promise or from the first attempt',
  async (t) => {
    const id = await promise(db, 'lane');
    const deadlines = { jobs: ['snapshot.create'], beginWithinMs: 3_600_000, endWithinMs: 7_200_000 };
    const list = async () => (await listOverdueJobs(db, deadlines, 10)).map((job) => job.id);
    t.strictSame(await list(), []);
    await sql`update outbox set created_at = now() - interval '61 minutes'`.execute(db);
    t.strictSame(await list(), [id]);
    await begin(id);
    t.strictSame(await list(), [], 'it has begun');
    await sql`update outbox set begun_at = now() - interval '121 minutes'`.execute(db);
    t.strictSame(await list(), [], 'an attempt holds it');
    await endLease(db, id);
    const [overdue] = await listOverdueJobs(db, deadlines, 10);
    t.equal(overdue?.id, id);
    await take(db, { id, release: 1 });
    t.equal(overdue && (await db.transaction().execute((tx) => lockOverdueJob(tx, overdue))), false, 'taken since');
  },
);

t.test('seen from outside: what each does, and what keeps it', async (t) => {
  const [running, waiting, other] = [
    await promise(db, 'lane', 10),
    await promise(db, 'lane', 30),
    await promise(db, 'free', 30),
  ];
  for (const job of await release(db)) if (job.id === running) await take(db, job);
  const { items } = await listJobs(db, wholeTeam('tem_a'), {}, { limit: 10 });
  t.match(items, [
    { id: other, state: 'released', busy_job_id: null },
    { id: waiting, state: 'waiting', busy_job_id: running, is_early: false },
    { id: running, state: 'running', busy_job_id: null },
  ]);
  t.equal((await listJobs(db, wholeTeam('tem_a'), { state: 'running' }, { limit: 10 })).items.length, 1);
  t.strictSame((await listJobs(db, wholeTeam('tem_b'), {}, { limit: 10 })).items, [], 'of its own team only');
  t.equal(await findJob(db, wholeTeam('tem_b'), running), undefined);
});
