/**
 * Owns what tests and curious people may do to the emulator behind its API's back, in process and, where a port was asked for,
 * over HTTP. Never served on the API's paths.
 */
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { addAccount, type NewAccount } from './accounts.ts';
import { readFaultOrder, readLatency, readOffset } from './fault-orders.ts';
import { happen } from './behind.ts';
import type { Context, Operations } from './context.ts';
import type { FaultOrder, FaultView } from './faults.ts';
import { fieldsOf, requiredText, type Fields } from './input.ts';
import { notFound, notServed, Refusal } from './refusals.ts';

export interface Control {
  /** Errors: a Refusal of one sentence. What happens at once has happened when this resolves. */
  add(order: FaultOrder): Promise<{ id: string }>;
  /** Every fault, oldest first, with how often it struck, until all are cleared. */
  list(): FaultView[];
  /** Ends one fault, which stays in the list; without an id ends and forgets all. Errors: a Refusal for an unknown id. */
  clear(id?: string): void;
  /** Sets the emulated clock this far ahead of the machine's. It lasts across restarts. */
  setClock(offsetMs: number): Promise<void>;
  /** How long operations that begin from now on stay running after their work is done. It ends with the emulator. */
  setLatency(ms: number): void;
  /** Another account: a person with one organization, and a key of each. */
  addAccount(name: string): Promise<NewAccount>;
}

/** The same, for orders that nobody has read yet. */
export interface ControlDoor extends Control {
  add(order: unknown): Promise<{ id: string }>;
}

export function createControl(context: Context, operations: Operations): ControlDoor {
  const { faults } = context;
  return {
    async add(body) {
      const order = readFaultOrder(body, faults.routes);
      const isAtOnce = (order.fault.kind === 'remove' || order.fault.kind === 'clock') && !isAimed(fieldsOf(body));
      if (isAtOnce) await happen(context, operations, order.fault);
      return { id: faults.add(order, isAtOnce ? 1 : 0) };
    },
    list: () => faults.list(),
    clear(id) {
      if (id === undefined) faults.clearAll();
      else if (!faults.clear(id)) throw notFound('fault');
    },
    setClock: (offsetMs) => context.clock.shift(offsetMs),
    setLatency(ms) {
      context.latencyMs = ms;
    },
    addAccount: (name) => addAccount(context, name),
  };
}

function isAimed(order: Fields): boolean {
  return ['route', 'projectId', 'times', 'share'].some((aim) => order[aim] !== undefined);
}

/** Not listening yet. Bodies are JSON. */
export function createControlServer(control: ControlDoor): FastifyInstance {
  const app = Fastify({ logger: false, exposeHeadRoutes: false, forceCloseConnections: true });
  app.setNotFoundHandler((request, reply) => answerError(reply, notServed(`${request.method} ${request.url}`)));
  app.setErrorHandler((error, _request, reply) => answerError(reply, error));
  app.get('/faults', () => ({ faults: control.list() }));
  app.post('/faults', async (request, reply) => reply.code(201).send(await control.add(request.body)));
  app.delete('/faults', (_request, reply) => {
    control.clear();
    return reply.code(204).send();
  });
  app.delete('/faults/:id', (request, reply) => {
    control.clear(requiredText(fieldsOf(request.params), 'id'));
    return reply.code(204).send();
  });
  app.put('/clock', async (request, reply) => {
    await control.setClock(readOffset(fieldsOf(request.body)));
    return reply.code(204).send();
  });
  app.put('/latency', (request, reply) => {
    control.setLatency(readLatency(fieldsOf(request.body)));
    return reply.code(204).send();
  });
  app.post('/accounts', async (request, reply) =>
    reply.code(201).send(await control.addAccount(requiredText(fieldsOf(request.body), 'name'))),
  );
  return app;
}

function answerError(reply: FastifyReply, error: unknown): void {
  const isClear = error instanceof Refusal || (error instanceof Error && 'statusCode' in error);
  const status = error instanceof Refusal ? error.status : isClear ? 400 : 500;
  void reply.code(status).send({ message: error instanceof Error ? error.message : String(error) });
}
