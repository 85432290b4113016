// The decision about the rate limit, by properties: no window ever holds too many calls, restores keep their fifth, and what is
// denied is charged nothing.

import fc from 'fast-check';
import t from 'tap';
import {
  defaultRateLimits,
  divisorAt,
  heldMs,
  planShrink,
  planTake,
  type RateAsk,
  type RateLimits,
  type RateState,
  toGates,
  unusedRate,
} from '../../../src/core/rate.ts';

const routes = ['listOperations', 'createSnapshot', 'getProject'];
const start = 1_800_000_000_000_000;

interface Call {
  readonly atUs: number;
  readonly ask: RateAsk;
}

const asks: fc.Arbitrary<RateAsk> = fc.record({
  share: fc.constantFrom('restore' as const, 'rest' as const),
  route: fc.constantFrom(...routes),
  waitMaxMs: fc.constantFrom(0, 250, 5_000),
});
/** Asks with the pauses before each. */
const floods = fc.array(fc.tuple(fc.oneof(fc.constant(0), fc.nat({ max: 3_000 })), asks), {
  minLength: 50,
  maxLength: 400,
});
const someLimits: fc.Arbitrary<RateLimits> = fc.record({
  perSecond: fc.constantFrom(1, 3, 7, 10, 40),
  burst: fc.integer({ min: 5, max: 120 }),
  perRouteSecond: fc.constantFrom(8, 40, 1_000),
});

/** Takes one after another; answers with the calls at the instants at which they are sent, in their order, and the state. */
function play(
  limits: RateLimits,
  flood: readonly (readonly [number, RateAsk])[],
): { calls: Call[]; state: RateState; nowUs: number } {
  const gates = toGates(limits);
  let state = unusedRate;
  let nowUs = start;
  const calls: Call[] = [];
  for (const [pauseMs, ask] of flood) {
    nowUs += pauseMs * 1000;
    const { state: next, taken } = planTake(state, ask, { gates, nowUs });
    if ('waitMs' in taken) calls.push({ atUs: nowUs + taken.waitMs * 1000, ask });
    state = next;
  }
  return { calls: calls.sort((a, b) => a.atUs - b.atUs), state, nowUs };
}

/** Whether every window, of whatever length, holds at most `burst + perSecond * seconds` calls. Slots are given in whole milliseconds. */
function keepsBound(calls: readonly Call[], perSecond: number, burst: number): boolean {
  return calls.every(({ atUs: fromUs }, first) =>
    calls
      .slice(first)
      .every(({ atUs }, index) => index + 1 <= burst + (perSecond * (atUs - fromUs + 1_000)) / 1_000_000),
  );
}

t.test('a flood of any shape: no window of any length holds more than the burst and the rate allow', async (t) => {
  fc.assert(
    fc.property(someLimits, floods, (limits, flood) => {
      const { calls } = play(limits, flood);
      const rest = calls.filter(({ ask }) => ask.share === 'rest');
      const restBurst = Math.floor(limits.burst * 0.8);
      return keepsBound(calls, limits.perSecond, limits.burst) && keepsBound(rest, limits.perSecond * 0.8, restBurst);
    }),
    { numRuns: 150 },
  );
  t.pass('for all calls together, and for those of the rest');
});

t.test(
  "a flood to one route: no second holds Neon's 40 calls, even where each call is half a second late or early",
  async (t) => {
    fc.assert(
      fc.property(floods, (flood) => {
        const calls = play(
          defaultRateLimits,
          flood.map(([pauseMs, ask]) => [pauseMs, { ...ask, route: 'listOperations' }]),
        ).calls;
        return (
          calls.every(
            ({ atUs }, first) => calls.slice(first).filter((one) => one.atUs < atUs + 2_000_000).length <= 2 * (5 + 20),
          ) &&
          calls.every(({ atUs }, first) => calls.slice(first).filter((one) => one.atUs < atUs + 1_000_000).length <= 32)
        );
      }),
      { numRuns: 100 },
    );
    t.pass();
  },
);

t.test('the rest floods, and reserves as far ahead as it may: restores find their fifth at once', async (t) => {
  fc.assert(
    fc.property(someLimits, floods, (limits, flood) => {
      const { state, nowUs } = play(
        limits,
        flood.map(([pauseMs, ask]) => [pauseMs, { ...ask, share: 'rest' }]),
      );
      const gates = toGates(limits);
      const kept = limits.burst - Math.floor(limits.burst * 0.8);
      let after = state;
      for (let count = 0; count < kept; count += 1) {
        const ask: RateAsk = { share: 'restore', route: `of-its-own-${count}`, waitMaxMs: 0 };
        const planned = planTake(after, ask, { gates, nowUs });
        if (!('waitMs' in planned.taken)) return false;
        after = planned.state;
      }
      return true;
    }),
    { numRuns: 150 },
  );
  t.pass();
});

t.test('restores alone: all of the burst and all of the rate is theirs', async (t) => {
  const every = (count: number, pauseMs: number): [number, RateAsk][] =>
    Array.from({ length: count }, (_, index) => [
      pauseMs,
      { share: 'restore', route: `route-${index % 40}`, waitMaxMs: 0 },
    ]);
  const { calls } = play(defaultRateLimits, [...every(200, 0), ...every(6_000, 10)]);
  t.equal(calls.filter(({ atUs }) => atUs === start).length, 100, 'the burst');
  t.equal(calls.length, 700, 'and ten a second for the minute after');
  const rest = play(
    defaultRateLimits,
    [...every(200, 0), ...every(6_000, 10)].map(([p, ask]) => [p, { ...ask, share: 'rest' }]),
  );
  t.equal(rest.calls.length, 560, 'of which the rest alone has four fifths');
});

t.test('what is denied is charged nothing, and is granted after the time that was said and not before', async (t) => {
  let denied = 0;
  fc.assert(
    fc.property(someLimits, floods, asks, (limits, flood, ask) => {
      const { state, nowUs } = play(limits, flood);
      const gates = toGates(limits);
      const { state: after, taken } = planTake(state, ask, { gates, nowUs });
      if ('waitMs' in taken) return taken.waitMs <= ask.waitMaxMs;
      denied += 1;
      const later = (ms: number) => planTake(after, ask, { gates, nowUs: nowUs + ms * 1000 }).taken;
      return after === state && 'waitMs' in later(taken.deniedForMs) && 'deniedForMs' in later(taken.deniedForMs - 1);
    }),
    { numRuns: 300 },
  );
  t.ok(denied > 20, `${denied} were denied`);
});

t.test(
  'a 429 halves the rate for a minute, a further one again, down to an eighth, and it grows back by itself',
  async (t) => {
    const after = (seconds: number): number => start + seconds * 1_000_000;
    let state = planShrink(unusedRate, start, 0);
    t.equal(divisorAt(state, start), 2);
    state = planShrink(state, after(0.5), 0);
    t.equal(divisorAt(state, after(0.5)), 2, 'calls that were under way shrink it once');
    for (const [seconds, divisor] of [
      [2, 4],
      [4, 8],
      [6, 8],
    ] as const) {
      state = planShrink(state, after(seconds), 0);
      t.equal(divisorAt(state, after(seconds)), divisor);
    }
    t.strictSame(
      [65, 66, 126, 186, 1_000].map((seconds) => divisorAt(state, after(seconds))),
      [8, 4, 2, 1, 1],
    );
  },
);

t.test('a shrunk rate: calls cost more', async (t) => {
  const gates = toGates(defaultRateLimits);
  let state = planShrink(unusedRate, start, 0);
  let count = 0;
  for (; ; count += 1) {
    const planned = planTake(state, { share: 'restore', route: `r${count}`, waitMaxMs: 0 }, { gates, nowUs: start });
    if (!('waitMs' in planned.taken)) break;
    state = planned.state;
  }
  t.equal(count, 50);
});

t.test('Retry-After: nobody calls before it has passed', async (t) => {
  const gates = toGates(defaultRateLimits);
  const state = planShrink(planShrink(unusedRate, start, 7_000), start + 100_000, 1_000);
  const ask: RateAsk = { share: 'restore', route: 'r', waitMaxMs: 5_000 };
  t.match(planTake(state, ask, { gates, nowUs: start }).taken, { deniedForMs: 2_000 });
  t.match(planTake(state, ask, { gates, nowUs: start + 2_000_000 }).taken, { waitMs: 5_000 });
  t.strictSame(
    [0, 6_999_500, 7_000_000, 9_000_000].map((us) => heldMs(state, start + us)),
    [7_000, 1, 0, 0],
  );
});
