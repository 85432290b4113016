// The outbox under any order of releases, claims, crashes, returns, cancels and flushes: never two of a lane at work, no effect under an
// old fence, and no job is ever lost.

import fc from 'fast-check';
import { sql } from 'kysely';
import t from 'tap';
import { dropJob, lockJobOfSubject, takeOverJob } from '../../src/store/outbox/cancel.ts';
import { type Claim, holdFence, letGoOfClaim } from '../../src/store/outbox/claim.ts';
import { listUnclaimedReleases, unreleaseJob } from '../../src/store/outbox/reconcile.ts';
import { type ReleasedJob, releaseUrgent } from '../../src/store/outbox/release.ts';
import { finishJob, handOnJob } from '../../src/store/outbox/settle.ts';
import { openStore } from './open.ts';
import { endLease, giveBack, makeDue, pause, promise, release, take } from './outbox.ts';

const { db } = await openStore(t);
const leaseMs = 60_000;

/** What the world outside the table holds: promises made, deliveries in the queue, attempts that believe they run. */
interface World {
  readonly promised: string[];
  deliveries: ReleasedJob[];
  /** Every claim ever made, also those whose process died and those that were overtaken. */
  readonly claims: Claim[];
  readonly finished: Set<string>;
  /** The fence of the last effect of each job. */
  readonly written: Map<string, number>;
}

type Step = (world: World, choice: number) => Promise<void>;

function pick<T>(from: readonly T[], choice: number): T | undefined {
  return from[choice % Math.max(1, from.length)];
}

async function subjectOf(id: string): Promise<string> {
  const row = await db.selectFrom('outbox').select('subject_id').where('id', '=', id).executeTakeFirstOrThrow();
  return row.subject_id;
}

/** The fence that a job has now: an attempt under another one must change nothing. */
async function isCurrent(claim: Claim): Promise<boolean> {
  const row = await db.selectFrom('outbox').select(['fence', 'status']).where('id', '=', claim.id).executeTakeFirst();
  return row?.fence === claim.fence && row.status === 'released';
}

/** Whether an effect may be written: under the present fence, within the lease. */
async function mayWrite(claim: Claim): Promise<boolean> {
  const { rows } = await sql`
    select id from outbox
    where id = ${claim.id} and fence = ${claim.fence} and status = 'released' and claimed_until > now()`.execute(db);
  return rows.length === 1;
}

async function settle(
  world: World,
  choice: number,
  how: (claim: Claim) => Promise<boolean>,
): Promise<Claim | undefined> {
  const claim = pick(world.claims, choice);
  if (!claim) return undefined;
  const expected = await isCurrent(claim);
  if ((await how(claim)) !== expected) throw new Error(`a fence of ${claim.fence} was judged wrongly`);
  return expected ? claim : undefined;
}

const steps = {
  promise: async (world, choice) => {
    world.promised.push(await promise(db, `lane-${choice % 2}`, 10 + (choice % 3)));
  },
  release: async (world) => {
    world.deliveries.push(...(await release(db)));
  },
  claim: async (world, choice) => {
    const delivery = pick(world.deliveries, choice);
    if (!delivery) return;
    const claimed = await take(db, { id: delivery.id, release: delivery.release });
    if (claimed.kind === 'claimed') world.claims.push({ id: delivery.id, fence: claimed.row.fence });
  },
  crash: async (world, choice) => {
    const claim = pick(world.claims, choice);
    if (claim) await endLease(db, claim.id);
  },
  finish: async (world, choice) => {
    const done = await settle(world, choice, (claim) => finishJob(db, claim));
    if (done) world.finished.add(done.id);
  },
  giveBack: async (world, choice) => {
    await settle(world, choice, (claim) => giveBack(db, claim, 60_000, choice % 2 === 0));
  },
  pause: async (world, choice) => void (await settle(world, choice, (claim) => pause(db, claim, choice % 2))),
  handOn: async (world, choice) => {
    await settle(world, choice, (claim) => handOnJob(db, claim, { outcome: 'failed' }));
  },
  write: async (world, choice) => {
    const claim = pick(world.claims, choice);
    if (!claim) return;
    const expected = await mayWrite(claim);
    const written = await db.transaction().execute((tx) => holdFence(tx, claim, leaseMs));
    if (written !== expected) throw new Error(`a write under the fence ${claim.fence} was judged wrongly`);
    if (written && claim.fence < (world.written.get(claim.id) ?? 0)) throw new Error('an effect under an old fence');
    if (written) world.written.set(claim.id, claim.fence);
  },
  releaseUrgent: async (world) => {
    world.deliveries.push(...(await releaseUrgent(db, 10, 10)));
  },
  cancel: async (world, choice) => {
    const id = pick(world.promised, choice);
    if (id === undefined || world.finished.has(id)) return;
    await db.transaction().execute(async (tx) => {
      const row = await lockJobOfSubject(tx, await subjectOf(id), ['snapshot.create']);
      if (!row) throw new Error(`${id} is neither finished nor to be found`);
      // What has begun is handed to the clean-up; what has not is over.
      if (row.begun_at !== null) return takeOverJob(tx, id, 'cancelled');
      await dropJob(tx, id, 'cancelled');
      world.finished.add(id);
    });
  },
  letGo: async (world, choice) => {
    const claim = pick(world.claims, choice);
    if (claim && !(await isCurrent(claim))) await letGoOfClaim(db, claim);
  },
  timePasses: async () => makeDue(db),
  queueIsWiped: async (world) => {
    world.deliveries = [];
  },
  reconcile: async (world) => {
    const known = new Set(world.deliveries.map(({ id, release }) => `${id}-${release}`));
    for (const job of await listUnclaimedReleases(db, 0, 100)) {
      if (!known.has(`${job.id}-${job.release}`)) await unreleaseJob(db, job);
    }
  },
} satisfies Record<string, Step>;

async function checkLanes(): Promise<void> {
  const { rows } =
    await sql`select lane from outbox where status = 'released' group by lane having count(*) > 1`.execute(db);
  if (rows.length > 0) throw new Error('two of one lane are released');
}

/** From any state the ordinary course of things brings every promise to its end. */
async function drain(world: World): Promise<void> {
  for (let round = 0; round < 4 * world.promised.length + 4; round += 1) {
    for (const claim of world.claims) await endLease(db, claim.id);
    await steps.reconcile(world);
    await makeDue(db);
    await steps.release(world);
    for (const delivery of world.deliveries) {
      const claimed = await take(db, { id: delivery.id, release: delivery.release });
      if (claimed.kind !== 'claimed') continue;
      if (await finishJob(db, { id: delivery.id, fence: claimed.row.fence })) world.finished.add(delivery.id);
    }
    await checkLanes();
  }
}

const names = Object.keys(steps) as (keyof typeof steps)[];

t.test(
  'any course of events: never two of a lane, no effect under an old fence, and every promise is kept or cancelled',
  async (t) => {
    const course = fc.array(fc.tuple(fc.constantFrom(...names), fc.nat({ max: 30 })), { minLength: 5, maxLength: 40 });
    const property = fc.asyncProperty(course, async (events) => {
      await sql`delete from outbox`.execute(db);
      const world: World = { promised: [], deliveries: [], claims: [], finished: new Set(), written: new Map() };
      for (const [name, choice] of events) {
        await steps[name](world, choice);
        await checkLanes();
      }
      await drain(world);
      const rows = await db.selectFrom('outbox').select(['id', 'status']).execute();
      return (
        rows.length === world.promised.length &&
        rows.every(({ status }) => status === 'done') &&
        world.promised.every((id) => world.finished.has(id))
      );
    });
    const outcome = await fc.check(property, { numRuns: 40, interruptAfterTimeLimit: 12_000 });
    t.notOk(outcome.failed, fc.defaultReportMessage(outcome) ?? `seed ${outcome.seed}`);
    t.ok(outcome.numRuns >= 10, `${outcome.numRuns} courses`);
  },
);
