// Owns what holds the rate limit while the shared bucket cannot be reached: a small part of the rate in each process, so that
// calls neither fail nor run free. It never decides while the shared bucket answers.

import {
  divisorAt,
  heldMs,
  lookAt,
  planShrink,
  planTake,
  type RateBucket,
  type RateLimits,
  type RateState,
  toGates,
  unusedRate,
} from '../core/rate.ts';

/** A tenth: ten processes that have lost the bucket together keep the limit. */
const partKept = 10;
/** After a failure the shared bucket is asked again this much later, so that not every call waits for it. */
const askedAgainMs = 1_000;

export interface SpareOptions {
  readonly limits: RateLimits;
  /** A shared bucket that says nothing for so long is one that is away. Absent: it is waited for, since without it nothing works. */
  readonly answersWithinMs?: number;
  /** Of this process, never going back. */
  readonly nowMs: () => number;
  readonly log: {
    info(facts: object, message: string): void;
    warn(facts: object, message: string): void;
  };
}

/** The shared bucket, or the spare one while that fails. Says once that it is lost, and once that it is back. */
export function withSpareRate(shared: RateBucket, options: SpareOptions): RateBucket {
  const spare = rateBucketInProcess(options);
  let lostAtMs: number | undefined;

  async function either<T>(ask: (bucket: RateBucket) => Promise<T>): Promise<T> {
    if (lostAtMs !== undefined && options.nowMs() < lostAtMs + askedAgainMs) return ask(spare);
    try {
      const answer = await within(ask(shared), options.answersWithinMs);
      if (lostAtMs !== undefined) options.log.info({}, "the shared bucket of Neon's rate limit is back");
      lostAtMs = undefined;
      return answer;
    } catch (error) {
      if (lostAtMs === undefined) {
        options.log.warn(
          { err: error },
          "the shared bucket of Neon's rate limit cannot be reached; each process keeps a tenth of the rate until it is back",
        );
      }
      lostAtMs = options.nowMs();
      return ask(spare);
    }
  }

  return {
    take: (accountId, ask) => either((bucket) => bucket.take(accountId, ask)),
    shrink: (accountId, retryAfterMs) => either((bucket) => bucket.shrink(accountId, retryAfterMs)),
    getHeldMs: (accountId) => either((bucket) => bucket.getHeldMs(accountId)),
    look: (accountId) => either((bucket) => bucket.look(accountId)),
  };
}

function rateBucketInProcess({ limits, nowMs }: SpareOptions): RateBucket {
  const { perSecond, burst, perRouteSecond } = limits;
  const gates = toGates({
    perSecond: perSecond / partKept,
    burst: Math.max(1, Math.floor(burst / partKept)),
    perRouteSecond: perRouteSecond / partKept,
  });
  const states = new Map<string, RateState>();
  const stateOf = (accountId: string): RateState => states.get(accountId) ?? unusedRate;
  const nowUs = (): number => Math.floor(nowMs() * 1000);
  return {
    async take(accountId, ask) {
      const { state, taken } = planTake(stateOf(accountId), ask, { gates, nowUs: nowUs() });
      states.set(accountId, state);
      return taken;
    },
    async shrink(accountId, retryAfterMs) {
      states.set(accountId, planShrink(stateOf(accountId), nowUs(), retryAfterMs));
    },
    getHeldMs: async (accountId) => heldMs(stateOf(accountId), nowUs()),
    async look(accountId) {
      const state = stateOf(accountId);
      return lookAt(gates, { usedUs: state.allUs - nowUs(), divisor: divisorAt(state, nowUs()) });
    },
  };
}

/** What comes later is void: at most a slot that nobody uses. */
async function within<T>(answer: Promise<T>, ms: number | undefined): Promise<T> {
  if (ms === undefined) return answer;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new Error(`It did not answer within ${ms} ms.`));
    // A process that was busy for so long finds the answer, which has come meanwhile, after its timers.
    timer = setTimeout(() => setImmediate(giveUp), ms);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
