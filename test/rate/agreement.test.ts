// The buckets on Postgres and on Redis decide exactly what `core/rate.ts` decides, whatever the sequence of takes, refusals and
// pauses, and from however many processes at once.

import fc from 'fast-check';
import { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import {
  heldMs,
  lookAt,
  planShrink,
  planTake,
  type RateAsk,
  type RateBucket,
  type RateLimits,
  type RateState,
  toGates,
  unusedRate,
} from '../../src/core/rate.ts';
import { testRedisServer } from '../harness/servers.ts';
import { listSharedBuckets, type SharedBucket } from './buckets.ts';

const redisDatabase = 10;
const shared = await listSharedBuckets(t, redisDatabase);
const limits: RateLimits = { perSecond: 7, burst: 12, perRouteSecond: 60 };
const gates = toGates(limits);

type Event =
  | { readonly kind: 'take'; readonly ask: RateAsk }
  | { readonly kind: 'shrink'; readonly retryAfterMs: number }
  | { readonly kind: 'pause'; readonly ms: number };

const takes: fc.Arbitrary<Event> = fc.record({
  kind: fc.constant('take' as const),
  ask: fc.record({
    share: fc.constantFrom('restore' as const, 'rest' as const),
    route: fc.constantFrom('listOperations', 'createSnapshot'),
    waitMaxMs: fc.constantFrom(0, 250, 5_000),
  }),
});
const courses: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    { arbitrary: takes, weight: 8 },
    {
      arbitrary: fc.record({ kind: fc.constant('pause' as const), ms: fc.constantFrom(40, 900, 4_000, 61_000) }),
      weight: 2,
    },
    {
      arbitrary: fc.record({ kind: fc.constant('shrink' as const), retryAfterMs: fc.constantFrom(0, 1_500, 6_000) }),
      weight: 1,
    },
  ),
  { minLength: 10, maxLength: 60 },
);

/** As if so much time had passed: every instant is so much longer ago. */
function shift(state: RateState, ms: number): RateState {
  const back = (us: number): number => Math.max(0, us - ms * 1000);
  return {
    allUs: back(state.allUs),
    restUs: back(state.restUs),
    routesUs: Object.fromEntries(Object.entries(state.routesUs).map(([route, us]) => [route, back(us)])),
    heldUntilUs: back(state.heldUntilUs),
    shrunkAtUs: back(state.shrunkAtUs),
    divisor: state.divisor,
  };
}

/** When a refusal was noted, by the bucket's clock, as far as its state says so. */
function notedAt(before: RateState, after: RateState, retryAfterMs: number): number {
  if (after.shrunkAtUs !== before.shrunkAtUs) return after.shrunkAtUs;
  if (after.heldUntilUs !== before.heldUntilUs) return after.heldUntilUs - retryAfterMs * 1000;
  return before.shrunkAtUs;
}

/** Plays the course; answers with the first event at which the bucket differs from the model. */
async function firstDifference(
  bucket: SharedBucket,
  sides: readonly RateBucket[],
  course: Event[],
): Promise<object | undefined> {
  const account = 'account';
  let model = unusedRate;
  await bucket.write(account, model);
  for (const [index, event] of course.entries()) {
    const side = sides[index % sides.length];
    if (event.kind === 'take') {
      const taken = await side?.take(account, event.ask);
      if (!taken) throw new Error('no side');
      const planned = planTake(model, event.ask, { gates, nowUs: taken.atUs });
      if (!same(planned.taken, taken)) return { index, event, model, planned: planned.taken, taken };
      model = planned.state;
    } else if (event.kind === 'shrink') {
      await side?.shrink(account, event.retryAfterMs);
      const after = await bucket.read(account);
      const atUs = notedAt(model, after, event.retryAfterMs);
      model = planShrink(model, atUs, event.retryAfterMs);
      const held = (await side?.getHeldMs(account)) ?? -1;
      const most = heldMs(model, atUs);
      if (held > most || held < most - 2_000) return { index, event, held, most };
    } else {
      model = shift(model, event.ms);
      await bucket.write(account, model);
    }
    const kept = await bucket.read(account);
    if (!same(model, kept)) return { index, event, model, kept };
  }
  return undefined;
}

function same(one: object, other: object): boolean {
  return sorted(one) === sorted(other);
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

for (const bucket of shared) {
  t.test(`on ${bucket.name}: any course of takes, refusals and pauses comes to what the model says`, async (t) => {
    const sides = await bucket.open(limits);
    const property = fc.asyncProperty(courses, async (course) => {
      const difference = await firstDifference(bucket, sides, course);
      if (difference) throw new Error(JSON.stringify(difference));
    });
    const outcome = await fc.check(property, { numRuns: 60, interruptAfterTimeLimit: 15_000 });
    t.notOk(outcome.failed, fc.defaultReportMessage(outcome) ?? `seed ${outcome.seed}`);
    t.ok(outcome.numRuns >= 10, `${outcome.numRuns} courses`);
  });

  t.test(`on ${bucket.name}: two processes take at once, and no window holds too many calls`, async (t) => {
    const sides = await bucket.open({ perSecond: 10, burst: 20, perRouteSecond: 10_000 });
    const account = 'crowded';
    await bucket.write(account, unusedRate);
    const taken = await Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        sides[index % 2 === 0 ? 0 : 1].take(account, { share: 'restore', route: 'listOperations', waitMaxMs: 2_000 }),
      ),
    );
    const calls = taken.flatMap((one) => ('waitMs' in one ? [one.atUs + one.waitMs * 1000] : [])).sort((a, b) => a - b);
    t.ok(calls.length >= 40, `${calls.length} slots: the burst, and those of the next two seconds`);
    t.ok(calls.length < 120, 'the others are denied');
    const [first = 0] = calls;
    calls.forEach((atUs, index) => {
      if (index + 1 > 20 + (10 * (atUs - first + 1_000)) / 1_000_000) t.fail(`call ${index + 1} comes too early`);
    });
  });

  t.test(
    `on ${bucket.name}: an account that nobody has called has its whole burst, and knows of no other`,
    async (t) => {
      const [side] = await bucket.open(limits);
      const ask: RateAsk = { share: 'rest', route: 'getProject', waitMaxMs: 0 };
      t.equal(await side.getHeldMs('fresh'), 0);
      t.match(await side.take('fresh', ask), { waitMs: 0, divisor: 1 });
      await side.shrink('refused-at-first', 3_000);
      t.match(await side.take('refused-at-first', ask), { deniedForMs: Number, divisor: 2 });
      t.match(await side.take('fresh', ask), { waitMs: 0, divisor: 1 });
    },
  );
}

t.test('each says how the rate of an account stands', async (t: Test) => {
  for (const bucket of shared) {
    const [side] = await bucket.open(limits);
    if (!side) throw new Error('no side');
    t.strictSame(await side.look('never called'), lookAt(gates, { usedUs: 0, divisor: 1 }), bucket.name);
    const { atUs } = await side.take('looked', { share: 'rest', route: 'r', waitMaxMs: 0 });
    await bucket.write('looked', { ...unusedRate, allUs: atUs + 60_000_000, divisor: 4, shrunkAtUs: atUs });
    const expected = lookAt(gates, { usedUs: 60_000_000, divisor: 4 });
    const { level, ...looked } = await side.look('looked');
    t.strictSame({ ...looked, level: expected.level }, expected);
    t.ok(level <= expected.level && level > expected.level / 2, `${bucket.name}: ${level}`);
  }
});

t.test('Redis forgets its scripts, or everything: takes go on', async (t: Test) => {
  const [, bucket] = shared;
  const server = await testRedisServer(t);
  if (!bucket || server === undefined) return void t.pass('there is no Redis here, which was said above');
  const [side] = await bucket.open(limits);
  const ask: RateAsk = { share: 'restore', route: 'getProject', waitMaxMs: 0 };
  const redis = new Redis(`${server}/${redisDatabase}`);
  t.teardown(() => redis.disconnect());
  await bucket.write('flushed', unusedRate);
  t.match(await side.take('flushed', ask), { waitMs: 0 });
  await redis.script('FLUSH');
  t.match(await side.take('flushed', ask), { waitMs: 0 });
  await redis.flushdb();
  t.match(await side.take('flushed', ask), { waitMs: 0 });
  t.strictSame(Object.keys((await bucket.read('flushed')).routesUs), ['restore.getProject'], 'from the beginning');
  t.ok((await redis.pttl('afterglow-tem_rate:rate:flushed')) > 3_000_000, 'and what nobody uses is not kept for ever');
});
