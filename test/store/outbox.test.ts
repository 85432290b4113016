// The outbox: one released row in a lane, the best first, and fences that make a late attempt harmless.

import { sql } from 'kysely';
import t from 'tap';
import { holdFence, renewClaim } from '../../src/store/outbox/claim.ts';
import { promiseJobs } from '../../src/store/outbox/promise.ts';
import { listUnclaimedReleases, unreleaseJob } from '../../src/store/outbox/reconcile.ts';
import { finishJob } from '../../src/store/outbox/settle.ts';
import { openStore } from './open.ts';
import { endLease, giveBack, makeDue, pause, promise, release, rowOf, take } from './outbox.ts';

const { db } = await openStore(t, 16);
const leaseMs = 60_000;

t.beforeEach(async () => {
  await sql`delete from outbox`.execute(db);
});

const released = async () => (await release(db)).map(({ id }) => id);

/** Releases the one row that is due and claims it. */
async function claimOne(id: string) {
  const [job] = await release(db);
  if (job?.id !== id) throw new Error(`${job?.id} was released`);
  const claimed = await take(db, { id, release: job.release });
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  return { id, fence: claimed.row.fence, release: job.release };
}

t.test('of each free lane the best row: by priority, then by time; rows without a lane all', async (t) => {
  await promise(db, 'lane-a', 30);
  const best = await promise(db, 'lane-a', 10);
  await promise(db, 'lane-a', 10);
  const other = await promise(db, 'lane-b', 60);
  const free = [await promise(db, null), await promise(db, null)];
  t.strictSame(new Set(await released()), new Set([best, other, ...free]));
  t.strictSame(await released(), [], 'nothing more while they are unfinished');
});

t.test('a restore overtakes what waits in its lane, but not what runs', async (t) => {
  const first = await promise(db, 'lane', 30);
  const waiting = await promise(db, 'lane', 30);
  const claim = await claimOne(first);
  const restore = await promise(db, 'lane', 10);
  t.strictSame(await released(), []);
  t.ok(await finishJob(db, claim));
  t.strictSame(await released(), [restore]);
  t.equal((await rowOf(db, waiting)).status, 'waiting');
});

t.test('eight releasers at once over five lanes: never two of a lane, and each row once', async (t) => {
  for (let index = 0; index < 40; index += 1) await promise(db, `lane-${index % 5}`);
  const done: string[] = [];
  for (let rounds = 0; done.length < 40 && rounds < 60; rounds += 1) {
    const all = (await Promise.all(Array.from({ length: 8 }, () => release(db, { queued: 3 })))).flat();
    const rows = await db.selectFrom('outbox').select(['id', 'lane']).where('status', '=', 'released').execute();
    t.equal(new Set(rows.map(({ lane }) => lane)).size, rows.length, 'one in a lane');
    t.equal(new Set(all.map(({ id }) => id)).size, all.length, 'each was handed out once');
    for (const job of all) {
      const claimed = await take(db, job);
      const isDone = claimed.kind === 'claimed' && (await finishJob(db, { id: job.id, fence: claimed.row.fence }));
      if (isDone) done.push(job.id);
    }
  }
  t.equal(new Set(done).size, 40);
});

t.test('what a relay is about to release keeps nobody from promising and settling in its lane', async (t) => {
  const id = await promise(db, 'lane');
  await promise(db, 'lane', 30);
  const claim = await claimOne(id);
  await promise(db, 'lane-b');
  await db.transaction().execute(async (relaying) => {
    await sql`select key from lanes for no key update`.execute(relaying);
    t.equal((await release(relaying)).length, 1, 'of the lane that is free');
    // Under the fence the row is written twice, and so its lane is asked for at the second time.
    const isDone = db.transaction().execute(async (tx) => {
      await sql`set local lock_timeout = '2s'`.execute(tx);
      for (const lane of ['lane', 'lane-b']) {
        await promiseJobs(tx, [
          {
            id: `job_${lane}`,
            teamId: 'tem_a',
            job: 'project.sync',
            subjectId: 'prj_a',
            lane,
            priority: 60,
          },
        ]);
      }
      return (await holdFence(tx, claim, leaseMs)) && finishJob(tx, claim);
    });
    t.equal(await isDone, true);
  });
});

t.test('the database itself refuses two released rows in a lane', async (t) => {
  await promise(db, 'lane');
  await promise(db, 'lane');
  await t.rejects(sql`update outbox set status = 'released'`.execute(db), { code: '23505' });
});

t.test('a release is claimed once: the second is held as long as the lease lasts, an older one is stale', async (t) => {
  const id = await promise(db, 'lane');
  const claim = await claimOne(id);
  const held = await take(db, { id, release: claim.release });
  t.equal(held.kind, 'held');
  if (held.kind === 'held') t.ok(held.freeInMs > leaseMs - 5_000 && held.freeInMs <= leaseMs);
  t.equal((await take(db, { id, release: claim.release - 1 })).kind, 'stale');
  t.equal((await take(db, { id: 'job_none', release: 1 })).kind, 'stale');
  await endLease(db, id);
  const next = await take(db, { id, release: claim.release });
  t.match(next, { kind: 'claimed', row: { fence: claim.fence + 1 } });
});

t.test('eight claims of one release at once: one is claimed', async (t) => {
  const id = await promise(db, 'lane');
  const [job] = await release(db);
  const claims = await Promise.all(Array.from({ length: 8 }, () => take(db, { id, release: job?.release ?? 0 })));
  t.equal(claims.filter(({ kind }) => kind === 'claimed').length, 1);
  t.equal((await rowOf(db, id)).fence, 1);
});

t.test('an old fence changes nothing, whatever it tries', async (t) => {
  const id = await promise(db, 'lane');
  const old = await claimOne(id);
  await endLease(db, id);
  await take(db, { id, release: old.release });
  const before = await rowOf(db, id);
  t.equal(await renewClaim(db, old, leaseMs), false);
  t.equal(await db.transaction().execute((tx) => holdFence(tx, old, leaseMs)), false);
  t.equal(await finishJob(db, old), false);
  t.equal(await pause(db, old), false);
  t.equal(await giveBack(db, old, 1_000), false);
  t.strictSame(await rowOf(db, id), before);
});

t.test('a lease that has ended is not prolonged, nor does it let anything be written', async (t) => {
  const id = await promise(db, 'lane');
  const claim = await claimOne(id);
  t.equal(await renewClaim(db, claim, leaseMs), true);
  await endLease(db, id);
  t.equal(await renewClaim(db, claim, leaseMs), false);
  t.equal(await db.transaction().execute((tx) => holdFence(tx, claim, leaseMs)), false);
});

t.test('given back: the lane is free for others, and the row waits for its time', async (t) => {
  const id = await promise(db, 'lane', 10);
  const other = await promise(db, 'lane', 20);
  const claim = await claimOne(id);
  t.ok(await giveBack(db, claim, 60_000));
  t.match(await rowOf(db, id), { status: 'waiting', attempts: 1, reason: 'neon_unreachable', claimed_until: null });
  t.equal((await take(db, { id, release: claim.release })).kind, 'stale', 'its old delivery is of no use');
  t.strictSame(await released(), [other]);
  await makeDue(db);
  t.strictSame(await released(), [], 'the other has the lane now');
});

t.test('paused: the lane stays taken, and the same release goes on under a new fence', async (t) => {
  const id = await promise(db, 'lane');
  await promise(db, 'lane', 10);
  const claim = await claimOne(id).catch(() => undefined);
  t.equal(claim, undefined, 'the better one goes first');
  const [row] = await db.selectFrom('outbox').selectAll().where('status', '=', 'released').execute();
  const taken = await take(db, { id: row?.id ?? '', release: 1 });
  const fence = taken.kind === 'claimed' ? taken.row.fence : 0;
  t.ok(await pause(db, { id: row?.id ?? '', fence }));
  t.strictSame(await released(), []);
  t.match(await take(db, { id: row?.id ?? '', release: 1 }), {
    kind: 'claimed',
    row: { fence: fence + 1 },
  });
});

t.test(
  'reconcile: what nobody holds is listed after its age, and waits again under a new release number',
  async (t) => {
    const id = await promise(db, 'lane');
    const [job] = await release(db);
    t.strictSame(await listUnclaimedReleases(db, 60_000, 10), [], 'it may be on its way to the queue');
    const [lost] = await listUnclaimedReleases(db, 0, 10);
    t.match(lost, { id, release: job?.release });
    const claimed = await take(db, { id, release: job?.release ?? 0 });
    t.strictSame(await listUnclaimedReleases(db, 0, 10), [], 'it is held');
    t.equal(await unreleaseJob(db, { id, release: 1, job: '' }), false, 'and not taken away from who holds it');
    await endLease(db, id);
    t.equal(await unreleaseJob(db, { id, release: 1, job: '' }), true);
    t.equal(await unreleaseJob(db, { id, release: 1, job: '' }), false);
    const [again] = await release(db);
    t.match(again, { id, release: 2 });
    t.equal((await take(db, { id, release: 1 })).kind, 'stale', 'a late delivery of the old one');
    const fence = claimed.kind === 'claimed' ? claimed.row.fence : 0;
    const before = await rowOf(db, id);
    t.equal(await db.transaction().execute((tx) => holdFence(tx, { id, fence }, leaseMs)), false);
    t.equal(await giveBack(db, { id, fence }, 1_000), false, 'the attempt of the old release settles nothing');
    t.equal(await pause(db, { id, fence }), false);
    t.equal(await finishJob(db, { id, fence }), false);
    t.strictSame(await rowOf(db, id), before);
  },
);

t.test('a promise of a transaction that is rolled back is none', async (t) => {
  await t.rejects(
    db.transaction().execute(async (tx) => {
      await promiseJobs(tx, [{ id: 'job_x', teamId: 'tem_a', job: 'x', subjectId: 'x', lane: 'nowhere', priority: 1 }]);
      throw new Error('no');
    }),
  );
  t.strictSame(await released(), []);
});
