// Owns how long a connection may last without anything being said, and a request until it is answered.

import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its answer may take any time: it is written piece by piece, as long as somebody reads. */
    streams?: boolean;
  }
}

/** Longer than `Prefer: wait=60` and every call to Neon and Postgres behind it. */
const answerTimeoutMs = 120_000;

export const connectionTimes = {
  /** To receive a whole request; a slow sender holds a socket no longer. */
  requestTimeout: 60_000,
  /** Without a byte in either direction. Longer than the longest silence before an answer. */
  connectionTimeout: answerTimeoutMs + 30_000,
} as const;

/**
 * Every route that is registered from now on answers within the time, or says that it did not (`answer_timed_out`): what was begun is not
 * undone by that. But those that stream, of which the connection alone is bounded.
 */
export function boundAnswers(app: FastifyInstance, timeoutMs = answerTimeoutMs): void {
  app.addHook('onRoute', (route) => {
    if (!route.config?.streams) route.handlerTimeout ??= timeoutMs;
  });
}
