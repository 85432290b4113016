// Owns `Prefer: wait=N` (RFC 7240): the answer is held back until the work has ended, for N seconds at most. The work itself
// neither knows nor cares.

import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../core/errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborted as soon as the server begins to close. */
    closing: AbortSignal;
  }
}

const waitSecondsMax = 60;
const pauseMs = { first: 50, growth: 1.5, max: 500 };

export interface Work<V> {
  /** How it stands now. */
  readonly look: () => Promise<V>;
  readonly hasEnded: (view: V) => boolean;
}

/** Gives the server its `closing` signal. */
export function announceClosing(app: FastifyInstance): void {
  const controller = new AbortController();
  app.decorate('closing', controller.signal);
  app.addHook('preClose', async () => controller.abort());
}

/**
 * Sets the status of an answer to work that was begun, and returns what to answer: 202 and `first`, or, where the caller
 * prefers to wait, 200 and the end if it came in time. Stops waiting when the caller leaves or the server closes.
 */
export async function settle<V>(request: FastifyRequest, reply: FastifyReply, first: V, work: Work<V>): Promise<V> {
  reply.code(202);
  const seconds = waitSecondsOf(request.headers['prefer']);
  if (seconds === undefined) return first;
  reply.header('preference-applied', `wait=${seconds}`);
  const last = await waitFor(request, reply, first, work, seconds * 1000);
  if (work.hasEnded(last)) reply.code(200);
  return last;
}

/** Seconds of the first `wait` preference, at most 60; undefined where there is none that can be read. */
function waitSecondsOf(prefer: string | string[] | undefined): number | undefined {
  const seconds = [prefer ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((preference) => /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(;.*)?$/i.exec(preference)?.[1])
    .find((value) => value !== undefined);
  return seconds === undefined ? undefined : Math.min(Number(seconds), waitSecondsMax);
}

async function waitFor<V>(
  request: FastifyRequest,
  reply: FastifyReply,
  first: V,
  work: Work<V>,
  waitMs: number,
): Promise<V> {
  const left = new AbortController();
  const onClose = () => left.abort();
  reply.raw.once('close', onClose);
  const signal = AbortSignal.any([left.signal, request.server.closing]);
  const until = performance.now() + waitMs;
  let view = first;
  try {
    for (let pause = pauseMs.first; !work.hasEnded(view); pause = Math.min(pause * pauseMs.growth, pauseMs.max)) {
      const remaining = until - performance.now();
      if (remaining <= 0 || signal.aborted) break;
      await sleep(Math.min(pause, remaining), undefined, { signal });
      view = await work.look();
    }
  } catch (error) {
    // The work was begun and goes on: that it cannot be looked at now must not turn the answer into a refusal.
    if (!signal.aborted && !(error instanceof Refusal)) request.log.error({ err: error }, 'request.wait_failed');
  } finally {
    reply.raw.off('close', onClose);
  }
  return view;
}
