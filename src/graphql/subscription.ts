// Owns one subscription: it is opened, and each delivery is shown, by running its operation as any other, so that the same rules, limits,
// loaders and errors hold for it.

import type { FastifyReply } from 'fastify';
import { type DocumentNode, type ExecutionResult, getOperationAST, GraphQLError, parse } from 'graphql';
import { Refusal } from '../core/errors.ts';
import type { Actor, Delivery } from '../domain/index.ts';
import type { Budget, Opening, Showing } from './context.ts';
import { refusalShown, type RequestFacts, whyNotRun } from './errors.ts';
import { tokensMax } from './limits.ts';
import { type Door, type Operation, readOperation } from './operation.ts';

export interface Subscribed {
  readonly document: DocumentNode;
  /** Ends with an error where the reader is cut off. Its return ends the stream. */
  readonly results: AsyncIterableIterator<ExecutionResult>;
}

export interface Subscriber extends Door {
  /** The request that opened the connection. */
  readonly reply: FastifyReply;
  /** Who it is now. */
  readonly renew: () => Promise<Actor>;
  /** Counts a request. Refuses with `rate_limited`. */
  readonly count: () => Promise<void>;
  /** Told the refusal with which the stream ends. */
  readonly cutOff: (refusal: Refusal) => void;
}

/** As it was when it was last looked at. */
type Known = Subscriber & { actor: Actor };

/** Opens what the payload of a `subscribe` message asks for; `leaving` is aborted when nobody reads any more. Throws `GraphQLError`s. */
export async function subscribe(
  payload: unknown,
  subscriber: Subscriber,
  leaving: AbortController,
): Promise<Subscribed | GraphQLError[]> {
  const { reply, renew, cutOff } = subscriber;
  const { request } = reply;
  const facts = { requestId: request.id, log: request.log };
  try {
    await subscriber.count();
    const operation = readOperation(payload, subscriber.persisted);
    const document = parse(operation.query, { maxTokens: tokensMax });
    if (getOperationAST(document, operation.operationName)?.operation !== 'subscription') throw onlySubscriptions();
    // Its connection was opened long ago, perhaps, and rights have ended since. Each delivery is shown by those of its moment.
    const known: Known = { ...subscriber, actor: await renew(), renew: async () => (known.actor = await renew()) };
    const opened = await open(operation, known, leaving);
    if (Array.isArray(opened)) return opened;
    return { document, results: show(operation, known, { ...opened, leaving, facts }) };
  } catch (error) {
    if (error instanceof Refusal) cutOff(error);
    const errors = whyNotRun(error, request.id);
    if (errors) return errors.map(({ message, extensions }) => new GraphQLError(message, { extensions }));
    throw error;
  }
}

interface Opened {
  readonly deliveries: AsyncGenerator<Delivery>;
  readonly isShown: (delivery: Delivery) => boolean;
  /** Of each delivery that is shown. */
  readonly cost: number;
}

async function open(
  operation: Operation,
  subscriber: Known,
  { signal }: AbortController,
): Promise<Opened | GraphQLError[]> {
  const found: Omit<Opened, 'cost'>[] = [];
  const budget = { max: subscriber.costMax, spent: 0 };
  const opening: Opening = {
    step: 'open',
    reader: { renew: subscriber.renew, signal },
    opened: (deliveries, isShown) => void found.push({ deliveries, isShown }),
  };
  const { errors = [] } = await run(operation, subscriber, opening, budget);
  const [opened] = found;
  if (opened) return { ...opened, cost: budget.spent };
  return errors.map(({ message, extensions }) => new GraphQLError(message, { extensions }));
}

interface Shown extends Opened {
  readonly leaving: AbortController;
  readonly facts: RequestFacts;
}

/** The generator's own return would wait for a delivery that may never come. */
function show(operation: Operation, subscriber: Known, shown: Shown): AsyncIterableIterator<ExecutionResult> {
  const results = showEach(operation, subscriber, shown);
  return {
    next: () => results.next(),
    return() {
      shown.leaving.abort();
      return results.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* showEach(
  operation: Operation,
  subscriber: Known,
  { deliveries, isShown, cost, leaving, facts }: Shown,
): AsyncGenerator<ExecutionResult, void> {
  const pay = payer(subscriber, cost, leaving);
  try {
    for await (const delivery of deliveries) {
      if (!isShown(delivery)) continue;
      await pay();
      yield await run(operation, subscriber, { step: 'show', delivery });
    }
  } catch (error) {
    if (error instanceof Refusal) subscriber.cutOff(error);
    const { message, extensions } = refusalShown(error, facts);
    throw new GraphQLError(message, { extensions });
  } finally {
    leaving.abort();
  }
}

/**
 * Pays for a delivery. A request may cost so much, and so may all deliveries that one pays for: the first is the one that has subscribed, and
 * each further one is counted like it. So nobody is given more by subscriptions than by requests. Refuses with `rate_limited`.
 */
function payer({ costMax, count }: Known, cost: number, leaving: AbortController): () => Promise<void> {
  let left = costMax;
  return async () => {
    if (left < cost) {
      await count().catch((error: unknown) => {
        const reason = error instanceof Refusal && error.code === 'rate_limited' ? endedBy(error, costMax) : error;
        leaving.abort(reason);
        throw reason;
      });
      left = costMax;
    }
    left -= cost;
  };
}

function endedBy({ retryAfterSeconds = 60, members }: Refusal, costMax: number): Refusal {
  return new Refusal(
    'rate_limited',
    `What is told counts as a request for every ${costMax} objects, and too many were sent. The subscription was ended. Subscribe again after the last sequence that you have seen, in ${retryAfterSeconds} s.`,
    { retryAfterSeconds, members },
  );
}

/** On a reply of its own, since mercurius sets the status of the one that it is given. */
async function run(
  { query, variables, operationName }: Operation,
  { reply, actor, domain, costMax }: Known,
  subscription: Opening | Showing,
  budget: Budget = { max: costMax, spent: 0 },
): Promise<ExecutionResult> {
  const own = Object.create(reply) as FastifyReply;
  return own.graphql(
    query,
    { actor, domain, budget, operationName, subscription },
    variables,
    operationName,
  ) as Promise<ExecutionResult>;
}

function onlySubscriptions(): Refusal {
  return new Refusal(
    'invalid_request',
    'A WebSocket serves subscriptions alone. Nothing was done. Send queries and mutations to POST /graphql.',
  );
}
