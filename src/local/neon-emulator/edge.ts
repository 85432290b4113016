/**
 * Owns how faults strike calls of the API, as an edge in front of it would: before everything else, or on the way of the answer.
 * Never decides which call is struck (faults.ts).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { markForged } from './answers.ts';
import { happen } from './behind.ts';
import type { Context, Operations } from './context.ts';
import { routeKey, type Call, type Fault } from './faults.ts';
import { fieldsOf } from './input.ts';
import { locked, Refusal, unprocessable } from './refusals.ts';

/** To be called before other hooks and routes are added. */
export function strikeCalls(app: FastifyInstance, context: Context, operations: Operations, prefix: string): void {
  const { faults } = context;
  const closing = new AbortController();

  function callOf(request: FastifyRequest): Call {
    const pattern = request.is404 ? undefined : request.routeOptions.url?.slice(prefix.length);
    const { projectId } = fieldsOf(request.params);
    return {
      route: pattern === undefined ? undefined : routeKey(`${request.method} ${pattern}`),
      projectId: typeof projectId === 'string' ? projectId : undefined,
    };
  }

  async function strikeBefore(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    for (const { fault, cleared } of faults.strikes(callOf(request), isBefore)) {
      if (fault.kind === 'remove' || fault.kind === 'clock')
        await happen(context, operations, fault).catch((error: unknown) => context.log(`fault: ${String(error)}`));
      if (fault.kind === 'status' || fault.kind === 'not_ready') throw forge(request, reply, fault);
      if (fault.kind === 'hang') await clearedOrLeft(cleared, request);
      if (fault.kind === 'drop') request.raw.socket.destroy();
      // Nobody waits any more, and what was not begun is not done.
      if (request.raw.socket.destroyed) return void reply.hijack();
    }
  }

  /** The body has been read by now, so that the call is carried out although its caller may leave. */
  async function delay(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    for (const { fault } of faults.strikes(callOf(request), ({ kind }) => kind === 'delay')) {
      if (fault.kind === 'delay') await sleep(fault.ms, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) return void reply.hijack();
    }
  }

  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) faults.routes.add(routeKey(`${each} ${url.slice(prefix.length)}`));
  });
  app.addHook('onRequest', strikeBefore);
  app.addHook('preValidation', delay);
  app.addHook('preHandler', (request, _reply, done) => faults.during(callOf(request), done));
  app.addHook('preClose', (done) => {
    closing.abort();
    done();
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const [strike] = reply.statusCode < 300 ? faults.strikes(callOf(request), isAfter) : [];
    if (strike?.fault.kind === 'hang') await clearedOrLeft(strike.cleared, request);
    if (strike?.fault.kind === 'drop') request.raw.socket.destroy();
    if (strike?.fault.kind !== 'malformed') return payload;
    markForged(request);
    reply.code(200).type('application/json; charset=utf-8');
    const whole = typeof payload === 'string' ? payload : '{}';
    return whole.slice(0, Math.ceil(whole.length / 2));
  });
}

function isBefore(fault: Fault): boolean {
  return !isAfter(fault) && fault.kind !== 'delay' && fault.kind !== 'operation';
}

function isAfter(fault: Fault): boolean {
  return fault.kind === 'malformed' || ((fault.kind === 'drop' || fault.kind === 'hang') && fault.when === 'after');
}

const words = {
  400: 'bad request',
  401: 'supplied credentials do not pass authentication',
  403: 'permission denied',
  404: 'not found',
  409: 'conflict',
  422: 'unprocessable',
  429: 'too many requests',
  500: 'internal server error',
  502: 'bad gateway',
  503: 'service unavailable',
  524: 'a timeout occurred',
};

function forge(request: FastifyRequest, reply: FastifyReply, fault: Extract<Fault, { kind: 'status' | 'not_ready' }>) {
  markForged(request);
  if (fault.kind === 'not_ready') return unprocessable('branch not ready yet');
  if (fault.retryAfterSeconds !== undefined) reply.header('retry-after', fault.retryAfterSeconds);
  if (fault.message !== undefined) return new Refusal(fault.status, fault.message);
  return fault.status === 423 ? locked() : new Refusal(fault.status, words[fault.status]);
}

/** Resolves when the fault is cleared or the caller has closed its connection. */
async function clearedOrLeft(cleared: AbortSignal, { raw: { socket } }: FastifyRequest): Promise<void> {
  if (socket.destroyed) return;
  // It rejects where the fault is cleared, and then its listener goes too: a connection may hang many times.
  await once(socket, 'close', { signal: cleared }).catch(() => undefined);
}
