// Owns counting requests within a minute: in Redis for all processes together where there is one, in this process otherwise, and in this
// process too while Redis is away. A count that is lost lets somebody in once more; none keeps a request from being answered.

import rateLimit, { type RateLimitPluginOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface Count {
  readonly isExceeded: boolean;
  readonly remaining: number;
  /** Until the minute is over. */
  readonly resetSeconds: number;
}

/** Counts a request, or only looks. */
export type Counter = (request: FastifyRequest, options?: { readonly increment: boolean }) => Promise<Count>;

export interface CounterOptions {
  /** Under which the counts are kept. */
  readonly name: string;
  readonly max: number;
  /** Who is counted; default the source address, of IPv6 its first 64 bits. */
  readonly keyOf?: (request: FastifyRequest) => string;
}

/** The Redis that counts are kept in, and what their keys begin with. */
export interface SharedCounts {
  /** A connection of ioredis that fails soon where Redis is away. */
  readonly redis: object;
  readonly prefix: string;
}

export const windowSeconds = 60;

/** So many callers a process counts by itself; then it forgets who came longest ago. */
const callersMax = 10_000;

/** After a failure Redis is asked again this much later, so that not every request waits for it. */
const askedAgainMs = 1_000;

/** Says once that Redis is lost to all counters, and once that it is back. The queue has warned of it already. */
export function makeCounters(
  app: FastifyInstance,
  shared: SharedCounts | undefined,
): (options: CounterOptions) => Promise<Counter> {
  let lostAtMs: number | undefined;
  return async (options) => {
    const alone = await countWithin(app, options, { cache: callersMax });
    if (!shared) return alone;
    const { redis, prefix } = shared;
    const together = await countWithin(app, options, { redis, nameSpace: `${prefix}:count:${options.name}:` });
    return async (request, how) => {
      if (lostAtMs !== undefined && performance.now() < lostAtMs + askedAgainMs) return alone(request, how);
      try {
        const count = await together(request, how);
        if (lostAtMs !== undefined) app.log.info('requests are counted by all processes together again');
        lostAtMs = undefined;
        return count;
      } catch (error) {
        if (lostAtMs === undefined) {
          app.log.info(
            { err: error },
            'Redis cannot be reached to count requests; each process counts its own until then',
          );
        }
        lostAtMs = performance.now();
        return alone(request, how);
      }
    };
  };
}

/** The library keeps one store for each registration. */
async function countWithin(
  app: FastifyInstance,
  { max, keyOf }: CounterOptions,
  store: Pick<RateLimitPluginOptions, 'redis' | 'nameSpace' | 'cache'>,
): Promise<Counter> {
  let count: ReturnType<FastifyInstance['createRateLimit']> | undefined;
  await app.register(async (scope) => {
    const options = { ...store, global: false, max, timeWindow: windowSeconds * 1_000 };
    await scope.register(rateLimit, keyOf ? { ...options, keyGenerator: keyOf } : options);
    count = scope.createRateLimit();
  });
  return async (request, how) => {
    const counted = await count?.(request, how);
    if (!counted || counted.isAllowed) throw new Error('The library did not count a request.');
    return {
      isExceeded: counted.isExceeded,
      remaining: counted.remaining,
      resetSeconds: Math.max(1, counted.ttlInSeconds),
    };
  };
}
