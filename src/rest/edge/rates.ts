// Owns how many requests a key and a team may send: counted once it is known who asks, for both doors alike, and told in every answer in the
// form of draft-ietf-httpapi-ratelimit-headers.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../core/errors.ts';
import { noTeam } from '../../domain/index.ts';
import type { Counter, CounterOptions } from './counters.ts';
import { windowSeconds } from './counters.ts';
import { doorOf, type EdgeRecorder } from './recorder.ts';
import type { EdgeSettings } from './settings.ts';

/** Counts a request of `request.actor`; where its answer has headers still, they tell what is left. Refuses with `rate_limited`. */
export type CountRequest = (request: FastifyRequest, reply?: FastifyReply) => Promise<void>;

interface Limit {
  readonly name: 'key' | 'team';
  readonly max: number;
  readonly count: Counter;
}

/** A key that has run away is refused by its own limit before it is counted as its team's: the rest of the team goes on. */
export async function limitRates(
  open: (options: CounterOptions) => Promise<Counter>,
  { requestsPerKey, requestsPerTeam }: EdgeSettings,
  recorder: EdgeRecorder,
): Promise<CountRequest> {
  const wanted = [
    { name: 'key', max: requestsPerKey, keyOf: ({ actor }: FastifyRequest) => actor.id },
    { name: 'team', max: requestsPerTeam, keyOf: ({ actor }: FastifyRequest) => actor.teamId },
  ] as const;
  const limits: Limit[] = [];
  for (const { name, max, keyOf } of wanted) {
    if (max > 0) limits.push({ name, max, count: await open({ name, max, keyOf }) });
  }
  if (limits.length === 0) return async () => undefined;
  const policy = limits.map(({ name, max }) => `"${name}";q=${max};w=${windowSeconds}`).join(', ');
  return async (request, reply) => {
    reply?.header('ratelimit-policy', policy);
    const said: string[] = [];
    for (const { name, max, count } of limits) {
      // Who has named no team is nobody's burden.
      if (name === 'team' && request.actor.teamId === noTeam) continue;
      const { isExceeded, remaining, resetSeconds } = await count(request);
      said.push(`"${name}";r=${remaining};t=${resetSeconds}`);
      reply?.header('ratelimit', said.join(', '));
      if (!isExceeded) continue;
      recorder.turnedAway(doorOf(request), name);
      throw tooMany(name, max, resetSeconds);
    }
  };
}

function tooMany(limit: Limit['name'], max: number, retryAfterSeconds: number): Refusal {
  return new Refusal(
    'rate_limited',
    `This ${limit} has sent more than ${max} requests within ${windowSeconds} seconds. Nothing was done. Send it again in ${retryAfterSeconds} s.`,
    { retryAfterSeconds, members: { limit, max } },
  );
}
