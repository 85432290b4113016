// Owns holding calls to Neon under the account's rate limit: each call of a governed port takes a slot first, waits for it, and
// tells the bucket of a 429. It never sends a call twice, and nothing where no slot is near.

import { setTimeout as sleep } from 'node:timers/promises';
import { NeonFailure, type NeonFailureKind, Throttled } from '../core/errors.ts';
import type { RateBucket, RateShare } from '../core/rate.ts';
import type { ConnectNeon, NeonUse, SendingPorts } from './api.ts';

export type CallOutcome = 'succeeded' | 'rate_limited' | NeonFailureKind | 'failed';

/** Told of each call and each wait, for the metrics. */
export interface GovernorRecorder {
  called(call: { method: string; share: RateShare | 'none'; outcome: CallOutcome }): void;
  waited(share: RateShare, seconds: number): void;
  denied(share: RateShare): void;
  /** By what the account's rate is divided now. */
  divided(accountId: string, divisor: number): void;
}

export interface GovernorOptions {
  /** The ports that send. */
  readonly connect: SendingPorts;
  readonly bucket: RateBucket;
  readonly recorder: GovernorRecorder;
}

/** An attempt is let in only where a slot is near: else others are ahead of it, and its turn comes later. */
const admittedWithinMs = 250;
/** A wait that is worth telling of. */
const noticedMs = 500;
/** What was let in goes through, and a person who asks waits as long. With the call itself: shorter than an answer may take. */
const followsWithinMs = 5_000;

/**
 * A maker of governed ports. A port's method is one take, though listing branches may follow pages (of 1,000). Without a use nothing is
 * taken: for the check of a key, whose account is not known yet.
 */
export function governNeon(options: GovernorOptions): ConnectNeon {
  return (neonApiKey, use) => {
    const port = options.connect(neonApiKey, use?.changed);
    const admission = use && admit(options, use);
    return new Proxy(port, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function' || typeof name !== 'string') return method;
        return async (...given: unknown[]): Promise<unknown> => {
          await admission?.(name);
          const send = async (): Promise<unknown> => Reflect.apply(method, target, given) as unknown;
          return observe(options, { method: name, use }, send);
        };
      },
    });
  };
}

/** Waits for the slot of each call of one port; throws `Throttled` where none is near. */
function admit({ bucket, recorder }: GovernorOptions, use: NeonUse): (route: string) => Promise<void> {
  const { accountId, share } = use;
  let isAdmitted = use.by === 'request';
  let isFirst = true;

  async function takeWithin(route: string, waitMaxMs: number): Promise<number> {
    let waitedMs = 0;
    for (;;) {
      const taken = await bucket.take(accountId, { share, route, waitMaxMs: waitMaxMs - waitedMs });
      recorder.divided(accountId, taken.divisor);
      if ('waitMs' in taken) {
        await pause(taken.waitMs);
        return waitedMs + taken.waitMs;
      }
      // What the rest may not reserve ahead may be there a moment later.
      if (waitedMs + taken.deniedForMs > waitMaxMs) return turnAway(taken.deniedForMs);
      await pause(taken.deniedForMs);
      waitedMs += taken.deniedForMs;
    }
  }

  async function pause(waitMs: number): Promise<void> {
    if (waitMs >= noticedMs) await use.beforeWait?.(waitMs);
    if (waitMs > 0) await sleep(waitMs);
  }

  function turnAway(waitMs: number): never {
    recorder.denied(share);
    throw new Throttled(waitMs);
  }

  return async (route) => {
    const waitedMs = await takeWithin(route, isAdmitted ? followsWithinMs : admittedWithinMs);
    isAdmitted = true;
    recorder.waited(share, waitedMs / 1000);
    if (waitedMs > 0) {
      // A 429 may have been seen since the slot was reserved.
      const heldForMs = await bucket.getHeldMs(accountId);
      if (heldForMs > 0) turnAway(heldForMs);
      await use.afterWait?.();
    }
    if (isFirst) await use.beforeFirstCall?.();
    isFirst = false;
  };
}

async function observe(
  { bucket, recorder }: GovernorOptions,
  { method, use }: { method: string; use: NeonUse | undefined },
  send: () => Promise<unknown>,
): Promise<unknown> {
  const share = use?.share ?? 'none';
  try {
    const answer = await send();
    recorder.called({ method, share, outcome: 'succeeded' });
    return answer;
  } catch (error) {
    recorder.called({ method, share, outcome: outcomeOf(error) });
    if (use && isRateLimited(error)) await bucket.shrink(use.accountId, (error.retryAfterSeconds ?? 0) * 1000);
    throw error;
  }
}

function isRateLimited(error: unknown): error is NeonFailure {
  return error instanceof NeonFailure && error.status === 429;
}

function outcomeOf(error: unknown): CallOutcome {
  if (isRateLimited(error)) return 'rate_limited';
  return error instanceof NeonFailure ? error.kind : 'failed';
}
