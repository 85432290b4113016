// Jobs as they are seen from outside: how each stands, why it waits, and its attempts. No worker runs: the test takes its place.

import { sql } from 'kysely';
import t from 'tap';
import type { JobView } from '../../src/domain/index.ts';
import { claimJob, noteSlot, renewClaim } from '../../src/store/outbox/claim.ts';
import { releaseJobs } from '../../src/store/outbox/release.ts';
import { finishJob, giveBackJob, pauseJob } from '../../src/store/outbox/settle.ts';
import { startRegistered } from '../harness/app.ts';
import { refusalOf } from '../harness/refusal.ts';
import { addTeam } from '../harness/teams.ts';

const at = await startRegistered(t, { roles: [] });
const { domain, actor, main, project, credential, db } = at;
const page = { limit: 50 };

const first = await domain.snapshots.request(actor, { branchId: main.id });
const second = await domain.snapshots.request(actor, { branchId: main.id });

async function jobOf(subjectId: string): Promise<JobView> {
  const [job] = (await domain.jobs.list(actor, { subjectId }, page)).items;
  if (!job) throw new Error(`${subjectId} has no job`);
  return job;
}

/** Makes the first snapshot's job the next of its lane, and takes it as a worker would. */
async function take() {
  await sql`update outbox set not_before = created_at, due_since = created_at where subject_id = ${first.id}`.execute(
    db,
  );
  await releaseJobs(db, { queued: 100, activePerAccount: 100, urgentPriority: 10 });
  const { id, release } = await jobOf(first.id);
  const taken = await claimJob(db, { id, release, leaseMs: 60_000, worker: 'worker-1' });
  if (taken.kind !== 'claimed') throw new Error(`the job is ${taken.kind}`);
  return { id, fence: taken.row.fence };
}

const failed = {
  end: { outcome: 'tried_again', code: 'neon_busy', message: 'Neon is busy.', neonRequestId: 'neon-1' },
  isCounted: true,
} as const;

t.test('one that is due and not released yet waits for its turn', async (t) => {
  t.match(await jobOf(first.id), {
    job: 'snapshot.create',
    subjectId: first.id,
    projectId: project.id,
    lane: project.neonProjectId,
    priority: 20,
    state: 'waiting',
    waitsFor: { code: 'turn' },
    release: 0,
    fence: 0,
    failedAttempts: 0,
    begunAt: null,
    finishedAt: null,
  });
});

t.test('one that is released waits for delivery, and the next of the lane for it', async (t) => {
  await releaseJobs(db, { queued: 100, activePerAccount: 100, urgentPriority: 10 });
  const ahead = await jobOf(first.id);
  t.match(ahead, { state: 'released', waitsFor: { code: 'delivery' }, release: 1 });
  t.match(await jobOf(second.id), {
    state: 'waiting',
    waitsFor: { code: 'lane_busy', jobId: ahead.id, job: 'snapshot.create', subjectId: first.id },
  });
});

t.test("what holds a lane is not told where it is another team's", async (t) => {
  const other = await addTeam(at, 'former');
  const { id } = await jobOf(first.id);
  await sql`update outbox set team_id = ${other.teamId} where id = ${id}`.execute(db);
  t.strictSame((await jobOf(second.id)).waitsFor, { code: 'turn' });
  t.equal((await refusalOf(domain.jobs.get(actor, id))).code, 'not_found');
  await sql`update outbox set team_id = ${actor.teamId} where id = ${id}`.execute(db);
});

t.test('one that is taken runs; its attempt has no end yet', async (t) => {
  const claim = await take();
  const job = await domain.jobs.get(actor, claim.id);
  t.match(job, { state: 'running', waitsFor: null, fence: 1, begunAt: /Z$/ });
  t.match(job.attempts, [{ fence: 1, release: 1, worker: 'worker-1', endedAt: null, outcome: null, code: null }]);
  await giveBackJob(db, claim, { ...failed, delayMs: 60_000, reason: 'neon_busy' });
});

t.test('one that is tried again later says when and because of what, and what the attempt came to', async (t) => {
  const { id } = await jobOf(first.id);
  const job = await domain.jobs.get(actor, id);
  t.match(job, {
    state: 'waiting',
    waitsFor: { code: 'not_before', at: /Z$/, because: 'neon_busy' },
    failedAttempts: 1,
  });
  t.match(job.attempts, [{ ...failed.end, endedAt: /Z$/ }]);
});

for (const [reason, code] of [
  ['waits_for_neon', 'neon'],
  ['governor', 'governor'],
] as const) {
  t.test(`between two looks it waits for ${code}, and holds its lane`, async (t) => {
    const end = { outcome: 'waits_for_neon' } as const;
    await pauseJob(db, await take(), { delayMs: 60_000, reason, end, isCounted: true });
    t.match(await jobOf(first.id), { state: 'waits_for_neon', waitsFor: { code, at: /Z$/ } });
    t.match(await jobOf(second.id), { waitsFor: { code: 'lane_busy', subjectId: first.id } });
  });
}

t.test('one that the rate limit sent back waits for the governor, and gives its lane back', async (t) => {
  const end = { outcome: 'throttled' } as const;
  await giveBackJob(db, await take(), { delayMs: 60_000, reason: 'governor', end, isCounted: false });
  t.match(await jobOf(first.id), { state: 'waiting', waitsFor: { code: 'governor', at: /Z$/ }, failedAttempts: 1 });
  t.match(await jobOf(second.id), { waitsFor: { code: 'turn' } });
});

t.test('one that runs and waits for a slot of the rate limit says so, until it has it', async (t) => {
  const claim = await take();
  await noteSlot(db, claim, 60_000);
  t.match(await jobOf(first.id), { state: 'running', waitsFor: { code: 'governor', at: /Z$/ } });
  await sql`update outbox set slot_at = now() where id = ${claim.id}`.execute(db);
  t.match(await jobOf(first.id), { state: 'running', waitsFor: null });
  await giveBackJob(db, claim, { ...failed, delayMs: 60_000, reason: 'neon_busy' });
});

t.test('one that is delivered while a former attempt holds it waits for the end of its lease', async (t) => {
  const claim = await take();
  const { release } = await jobOf(first.id);
  t.match(await claimJob(db, { id: claim.id, release, leaseMs: 60_000, worker: 'worker-2' }), { kind: 'held' });
  t.match(await jobOf(first.id), { state: 'released', waitsFor: { code: 'lease', at: /Z$/ } });
  t.ok(await renewClaim(db, claim, 60_000));
  t.match(await jobOf(first.id), { state: 'running', waitsFor: null }, 'a sign of life');
  await giveBackJob(db, claim, { ...failed, delayMs: 60_000, reason: 'neon_busy' });
});

t.test('while Neon refuses the credential, everything of it waits for that', async (t) => {
  await sql`update credentials set status = 'refused' where id = ${credential.id}`.execute(db);
  for (const { id } of [first, second]) {
    t.strictSame((await jobOf(id)).waitsFor, { code: 'credential_refused', credentialId: credential.id });
  }
  await sql`update credentials set status = 'active' where id = ${credential.id}`.execute(db);
});

t.test('lists are filtered by state, project, subject and kind', async (t) => {
  await finishJob(db, await take());
  const idsOf = async (filter: Parameters<typeof domain.jobs.list>[1]) =>
    (await domain.jobs.list(actor, filter, page)).items.map(({ subjectId }) => subjectId);
  t.strictSame(await idsOf({}), [second.id, first.id]);
  t.strictSame(await idsOf({ state: 'done' }), [first.id]);
  t.strictSame(await idsOf({ state: 'waiting' }), [second.id]);
  t.strictSame(await idsOf({ state: 'running' }), []);
  t.strictSame(await idsOf({ projectId: project.id, job: 'snapshot.create' }), [second.id, first.id]);
  t.strictSame(await idsOf({ projectId: 'prj_unknown' }), []);
  t.strictSame(await idsOf({ job: 'restore.run' }), []);
  t.strictSame(await idsOf({ subjectId: second.id, state: 'done' }), []);
  t.match(await jobOf(first.id), { state: 'done', waitsFor: null, finishedAt: /Z$/, outcome: 'finished', code: null });
});

t.test('a kind of job that there is not is refused', async (t) => {
  const refusal = await refusalOf(domain.jobs.list(actor, { job: 'bogus' }, page));
  t.strictSame([refusal.code, refusal.members], ['invalid_request', { field: 'job' }]);
});

t.test('a list is read page by page, newest first; a cursor that is none is refused', async (t) => {
  const head = await domain.jobs.list(actor, {}, { limit: 1 });
  t.strictSame([head.items.map(({ subjectId }) => subjectId), head.nextCursor === null], [[second.id], false]);
  const rest = await domain.jobs.list(actor, {}, { limit: 1, cursor: head.nextCursor ?? '' });
  t.strictSame([rest.items.map(({ subjectId }) => subjectId), rest.nextCursor], [[first.id], null]);
  t.equal((await refusalOf(domain.jobs.list(actor, {}, { limit: 1, cursor: '%' }))).code, 'invalid_cursor');
});

t.test('of many attempts the newest 200 are shown, the oldest of them first', async (t) => {
  const { id } = await jobOf(second.id);
  await sql`insert into attempts (job_id, fence, release, worker, started_at, ended_at, outcome)
    select ${id}, n, 1, 'worker-1', now(), now(), 'waits_for_neon' from generate_series(1, 230) n`.execute(db);
  const { attempts } = await domain.jobs.get(actor, id);
  t.equal(attempts.length, 200);
  t.match([attempts[0], attempts.at(-1)], [{ fence: 31 }, { fence: 230 }]);
  const nested = await domain.jobs.attemptsOf(actor, [id, (await jobOf(first.id)).id]);
  t.strictSame(nested.get(id), attempts);
  t.equal(nested.get((await jobOf(first.id)).id)?.length, 7, 'one for each time that it was taken');
});
