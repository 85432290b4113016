// What is released next: within bounds, teams in turn, restores before all, and nothing of a credential that Neon refuses.

import { sql } from 'kysely';
import t from 'tap';
import { releaseUrgent } from '../../src/store/outbox/release.ts';
import { openStore } from './open.ts';
import { giveBack, makeDue, pause, promise, release, rowOf, take, turnAway } from './outbox.ts';

const { db } = await openStore(t, 8);

t.beforeEach(async () => {
  await sql`delete from outbox`.execute(db);
  await sql`delete from projects`.execute(db);
  await sql`delete from credentials`.execute(db);
});

const urgent = async () => (await releaseUrgent(db, 10, 100)).map(({ id }) => id);

/** A project with a credential of the account, so that jobs of its lane draw on it. */
async function addProject(lane: string, accountId: string): Promise<void> {
  await sql`
    insert into credentials (id, team_id, name, sealed_key, neon_account_id, status, created_at, updated_at)
    values (${`crd_${lane}`}, 'tem_a', ${lane}, '', ${accountId}, 'active', now(), now())`.execute(db);
  await sql`
    insert into projects (id, team_id, credential_id, neon_project_id, name, region, pg_version, plan,
      history_retention_seconds, labels, limits, created_at, updated_at, synced_at)
    values (${`prj_${lane}`}, 'tem_a', ${`crd_${lane}`}, ${lane}, ${lane}, 'r', 17, 'scale', 0, '{}', '{}', now(), now(), now())`.execute(
    db,
  );
}

async function takeAll(jobs: readonly { id: string; release: number }[]): Promise<{ id: string; fence: number }[]> {
  const claims = [];
  for (const job of jobs) {
    const taken = await take(db, job);
    if (taken.kind === 'claimed') claims.push({ id: job.id, fence: taken.row.fence });
  }
  return claims;
}

t.test('no more than the bound is queued, and the room is filled once workers have taken half of it', async (t) => {
  for (let index = 0; index < 10; index += 1) await promise(db, `lane-${index}`);
  const first = await release(db, { queued: 4 });
  t.equal(first.length, 4);
  t.strictSame(await release(db, { queued: 4 }), []);
  await takeAll(first.slice(0, 1));
  t.strictSame(await release(db, { queued: 4 }), [], 'a round looks at every lane: not for one alone');
  await takeAll(first.slice(1, 2));
  t.equal((await release(db, { queued: 4 })).length, 2);
});

t.test('however many workers there are, what they have taken keeps nothing waiting', async (t) => {
  for (let index = 0; index < 20; index += 1) await promise(db, `lane-${index}`);
  for (let round = 0; round < 5; round += 1) {
    const released = await release(db, { queued: 4 });
    t.equal(released.length, 4);
    await takeAll(released);
  }
});

t.test('a job that waits for Neon takes no room', async (t) => {
  for (let index = 0; index < 6; index += 1) await promise(db, `lane-${index}`);
  for (const claim of await takeAll(await release(db, { queued: 2 }))) await pause(db, claim, 60_000);
  t.equal((await release(db, { queued: 2 })).length, 2);
});

t.test('a team with a thousand jobs does not keep one with two waiting', async (t) => {
  for (let index = 0; index < 1_000; index += 1) await promise(db, `many-${index}`, 20, 'tem_a');
  const few = [await promise(db, 'few-1', 30, 'tem_b'), await promise(db, 'few-2', 30, 'tem_b')];
  const ids = (await release(db, { queued: 4 })).map(({ id }) => id);
  t.ok(
    few.every((id) => ids.includes(id)),
    'half of the room is the other team’s, whatever its priority',
  );
});

t.test('of one account no more than its bound is released; other accounts have the rest', async (t) => {
  for (let index = 0; index < 5; index += 1) {
    await addProject(`busy-${index}`, 'org-busy');
    await promise(db, `busy-${index}`);
  }
  await addProject('calm', 'org-calm');
  const calm = await promise(db, 'calm', 60);
  const ids = (await release(db, { activePerAccount: 2 })).map(({ id }) => id);
  t.equal(ids.length, 3);
  t.ok(ids.includes(calm));
});

t.test('nothing of a refused credential is released until it is accepted, and restores are no exception', async (t) => {
  await addProject('lane', 'org-a');
  const id = await promise(db, 'lane', 10);
  await sql`update credentials set status = 'refused'`.execute(db);
  t.strictSame(await release(db), []);
  t.strictSame(await urgent(), []);
  t.match(await rowOf(db, id), { status: 'waiting', attempts: 0 });
  await sql`update credentials set status = 'active'`.execute(db);
  t.strictSame(await urgent(), [id]);
});

t.test('a restore is released beyond all bounds', async (t) => {
  for (let index = 0; index < 3; index += 1) await promise(db, `lane-${index}`);
  t.equal((await release(db, { queued: 3 })).length, 3);
  const restore = await promise(db, 'other', 10);
  t.strictSame(await urgent(), [restore]);
});

t.test('what is released in its lane and delivered to nobody gives way to a restore', async (t) => {
  const snapshot = await promise(db, 'lane', 20);
  const [released] = await release(db);
  const restore = await promise(db, 'lane', 10);
  t.strictSame(await urgent(), [restore]);
  t.match(await rowOf(db, snapshot), { status: 'waiting', reason: 'gave_way' });
  t.equal(
    (await take(db, { id: snapshot, release: released?.release ?? 0 })).kind,
    'stale',
    'its delivery is of no use',
  );
});

t.test('what runs, and what waits for Neon, does not give way', async (t) => {
  const [running, waiting] = [await promise(db, 'lane-a'), await promise(db, 'lane-b')];
  const claims = await takeAll(await release(db));
  const paused = claims.find(({ id }) => id === waiting);
  t.ok(paused && (await pause(db, paused, 60_000)));
  await promise(db, 'lane-a', 10);
  await promise(db, 'lane-b', 10);
  t.strictSame(await urgent(), []);
  t.equal((await rowOf(db, running)).status, 'released');
  await makeDue(db);
});

/** Releases the lane's next one and lets it be given back for that reason; its id. */
async function tryNext(how: (claim: { id: string; fence: number }) => Promise<boolean>): Promise<string | undefined> {
  const [claim] = await takeAll(await release(db));
  if (claim) await how(claim);
  return claim?.id;
}

t.test(
  'the oldest of a lane was turned away by the governor: it is the first again, however long it waited',
  async (t) => {
    const [oldest, younger] = [await promise(db, 'lane'), await promise(db, 'lane')];
    t.equal(await tryNext((claim) => turnAway(db, claim, 60_000)), oldest);
    t.strictSame(await release(db), [], 'nor does a younger one pass it meanwhile');
    await promise(db, 'other');
    t.equal((await release(db)).length, 1, 'other lanes go on');
    await makeDue(db);
    t.equal(await tryNext((claim) => turnAway(db, claim, 60_000)), oldest);
    await makeDue(db);
    t.equal(await tryNext((claim) => giveBack(db, claim, 60_000)), oldest);
    t.equal(await tryNext((claim) => giveBack(db, claim, 60_000)), younger, 'a failure gives the lane to the next');
  },
);

t.test(
  'what was turned away keeps its place before restores that are younger, and none of another priority',
  async (t) => {
    const [snapshot, oldest] = [await promise(db, 'lane'), await promise(db, 'lane', 10)];
    t.strictSame(await urgent(), [oldest]);
    const [claim] = await takeAll([{ id: oldest, release: 1 }]);
    t.ok(claim && (await turnAway(db, claim, 60_000)));
    const younger = await promise(db, 'lane', 10);
    t.strictSame(await urgent(), []);
    t.strictSame(await release(db), []);
    await makeDue(db);
    t.strictSame(await urgent(), [oldest]);
    await sql`update outbox set status = 'done' where id = ${oldest}`.execute(db);
    t.strictSame(await urgent(), [younger]);
    t.equal((await rowOf(db, snapshot)).release, 0);
  },
);

t.test('one that fails again and again stands behind those that were due before its next try', async (t) => {
  const failing = await promise(db, 'lane');
  const others = [await promise(db, 'lane'), await promise(db, 'lane')];
  t.equal(await tryNext((claim) => giveBack(db, claim, 0)), failing);
  const order = [];
  for (let turn = 0; turn < 3; turn += 1) order.push(await tryNext((claim) => giveBack(db, claim, 60_000)));
  t.strictSame(order, [...others, failing]);
});

t.test('turned away, and its credential is refused since: it holds nobody up', async (t) => {
  await addProject('lane', 'org-a');
  const refused = await promise(db, 'lane');
  t.equal(await tryNext((claim) => turnAway(db, claim, 60_000)), refused);
  await sql`update credentials set status = 'refused'`.execute(db);
  await sql`update projects set removed_at = now()`.execute(db);
  const payable = await promise(db, 'lane');
  t.strictSame(
    (await release(db)).map(({ id }) => id),
    [payable],
  );
});

t.test('eight relays of restores at once: each restore is released once, one in a lane', async (t) => {
  for (let index = 0; index < 12; index += 1) await promise(db, `lane-${index % 6}`, 10);
  const ids = (await Promise.all(Array.from({ length: 8 }, urgent))).flat();
  const all = [...ids, ...(await urgent())];
  t.equal(new Set(all).size, all.length);
  t.equal(all.length, 6);
});
