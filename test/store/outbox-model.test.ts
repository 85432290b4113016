// The outbox under any order of releases, claims, crashes and returns: never two of a lane at work, and no job is ever lost.

import fc from 'fast-check';
import { sql } from 'kysely';
import t from 'tap';
import { type Claim, claimJob } from '../../src/store/outbox/claim.ts';
import { listUnclaimedReleases, unreleaseJob } from '../../src/store/outbox/reconcile.ts';
import { releaseJobs, type ReleasedJob } from '../../src/store/outbox/release.ts';
import { finishJob, giveBackJob, pauseJob } from '../../src/store/outbox/settle.ts';
import { openStore } from './open.ts';
import { endLease, makeDue, promise } from './outbox.ts';

const { db } = await openStore(t);
const leaseMs = 60_000;

/** What the world outside the table holds: promises made, deliveries in the queue, attempts that believe they run. */
interface World {
  readonly promised: string[];
  deliveries: ReleasedJob[];
  /** Every claim ever made, also those whose process died and those that were overtaken. */
  readonly claims: Claim[];
  readonly finished: Set<string>;
}

type Step = (world: World, choice: number) => Promise<void>;

function pick<T>(from: readonly T[], choice: number): T | undefined {
  return from[choice % Math.max(1, from.length)];
}

/** The fence that a job has now: an attempt under another one must change nothing. */
async function isCurrent(claim: Claim): Promise<boolean> {
  const row = await db.selectFrom('outbox').select(['fence', 'status']).where('id', '=', claim.id).executeTakeFirst();
  return row?.fence === claim.fence && row.status === 'released';
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
    world.deliveries.push(...(await releaseJobs(db, 10)));
  },
  claim: async (world, choice) => {
    const delivery = pick(world.deliveries, choice);
    if (!delivery) return;
    const claimed = await claimJob(db, { id: delivery.id, release: delivery.release, leaseMs });
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
  giveBack: async (world, choice) => void (await settle(world, choice, (claim) => giveBackJob(db, claim, 60_000, 'x'))),
  pause: async (world, choice) => void (await settle(world, choice, (claim) => pauseJob(db, claim, 'x'))),
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
      const claimed = await claimJob(db, { id: delivery.id, release: delivery.release, leaseMs });
      if (claimed.kind !== 'claimed') continue;
      if (await finishJob(db, { id: delivery.id, fence: claimed.row.fence })) world.finished.add(delivery.id);
    }
    await checkLanes();
  }
}

const names = Object.keys(steps) as (keyof typeof steps)[];

t.test(
  'any course of events: never two of a lane, an old fence changes nothing, and every promise is kept',
  async (t) => {
    const course = fc.array(fc.tuple(fc.constantFrom(...names), fc.nat({ max: 30 })), { minLength: 5, maxLength: 40 });
    const property = fc.asyncProperty(course, async (events) => {
      await sql`delete from outbox`.execute(db);
      const world: World = { promised: [], deliveries: [], claims: [], finished: new Set() };
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
