// Owns slowing down who tries keys: failures are counted for each source address. Other addresses, and keys that were let in from the same
// address before, notice nothing of it.

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../core/errors.ts';
import type { Counter, CounterOptions } from './counters.ts';
import { doorOf, type EdgeRecorder } from './recorder.ts';
import type { EdgeSettings } from './settings.ts';

/** Runs `authenticate` for the key or token that was presented. Refuses with `sign_in_slowed` before it is looked up. */
export type Admit = <A>(
  request: FastifyRequest,
  presented: string | undefined,
  authenticate: () => Promise<A>,
) => Promise<A>;

/** So many failures a minute are answered at once, as a person makes them; each further one later than the one before. */
const answeredAtOnce = 20;
const stepMs = 10;
const delayMaxMs = 250;

/** So many pairs of an address and a key a process remembers to have let in. */
const rememberedMax = 10_000;

/**
 * Failures past the first few of a minute are answered late; once they are as many as the setting says, nothing that is not known to be
 * good is looked up for that address until the minute is over. Who presents nothing guesses nothing, and is not counted.
 */
export async function slowSignIns(
  open: (options: CounterOptions) => Promise<Counter>,
  { failedSignIns: max }: EdgeSettings,
  recorder: EdgeRecorder,
): Promise<Admit> {
  if (max === 0) return (_request, _presented, authenticate) => authenticate();
  const failures = await open({ name: 'failed-sign-in', max });
  const letIn = new Set<string>();
  return async (request, presented, authenticate) => {
    if (presented === undefined) return authenticate();
    const pair = nameOf(request.ip, presented);
    if (!letIn.has(pair)) {
      const { remaining, resetSeconds } = await failures(request, { increment: false });
      if (remaining <= 0) {
        recorder.turnedAway(doorOf(request), 'address');
        throw tooMany(resetSeconds);
      }
    }
    try {
      const actor = await authenticate();
      // Who came longest ago is forgotten first.
      letIn.delete(pair);
      letIn.add(pair);
      const [oldest] = letIn;
      if (letIn.size > rememberedMax && oldest !== undefined) letIn.delete(oldest);
      return actor;
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'unauthenticated')) throw error;
      letIn.delete(pair);
      const { remaining } = await failures(request);
      const delayMs = Math.min(delayMaxMs, (max - remaining - answeredAtOnce) * stepMs);
      if (delayMs > 0) recorder.slowed();
      await sleep(Math.max(0, delayMs));
      throw error;
    }
  };
}

function tooMany(resetSeconds: number): Refusal {
  return new Refusal(
    'sign_in_slowed',
    `Too many keys from this address were none. This one was not looked at, and nothing was done. Send it again in ${resetSeconds} s.`,
    { retryAfterSeconds: resetSeconds },
  );
}

/** Nothing that is remembered opens anything. */
function nameOf(address: string, presented: string): string {
  return createHash('sha256').update(`${address} ${presented}`).digest('base64');
}
