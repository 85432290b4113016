// Owns the WebSocket at /graphql: who is let in, the protocol (graphql-transport-ws, spoken by graphql-ws), that a connection which takes
// nothing is cut off, and with which code each of them is closed. Nothing is held for a reader beyond what is being sent.

import websocket, { type WebSocket } from '@fastify/websocket';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionArgs, type FormattedExecutionResult, GraphQLError } from 'graphql';
import { handleProtocols, makeServer, type Server } from 'graphql-ws';
import { Refusal, type RefusalCode, refusals } from '../core/errors.ts';
import type { Actor } from '../domain/index.ts';
import type { Door } from './operation.ts';
import { subscribe, type Subscribed } from './subscription.ts';

export interface WebsocketOptions extends Door {
  /** A connection that takes nothing for so long is cut off. Default: 20 s. */
  readonly stallMs?: number | undefined;
  /** Whether who opened a connection may still ask is looked at so often. Default: 15 s. */
  readonly lookMs?: number | undefined;
}

/** Of a message that comes in: a query of 16 KiB and its variables. */
const messageBytesMax = 64 * 1024;
/** What is being sent to a connection; past it the reader is too slow. */
const heldBytesMax = 4 * 1024 * 1024;
/** Connections that have not said yet who they are: of all addresses, and of one. */
const unknownMax = 200;
const unknownOfAddressMax = 50;
/** Subscriptions of a connection that are being opened. */
const openingMax = 20;
const initWithinMs = 3_000;
const pingMs = 15_000;
/** For so long a closed connection may take its last words. */
const farewellMs = 3_000;

/** Beside those of the protocol; the reason is the code of the refusal. */
const closeCodes = { unauthenticated: 4401, refused: 4403, reader_too_slow: 4420, later: 1013, going: 1001 } as const;

interface Connected {
  readonly socket: WebSocket;
  readonly reply: FastifyReply;
  /** Who asks, once that is known. */
  actor?: Actor;
  renew: () => Promise<Actor>;
  /** Gives back the room that the connection takes. */
  leave: () => void;
  readonly readers: Set<AbortController>;
  /** How many subscriptions are being opened. */
  opening: number;
  close(code: number, reason: string): void;
}

export async function serveSubscriptions(
  scope: FastifyInstance,
  { stallMs = 20_000, lookMs = 15_000, ...door }: WebsocketOptions,
): Promise<void> {
  const replies = new WeakMap<FastifyRequest, FastifyReply>();
  const server = makeProtocol(door);
  const unknown = new Map<string, number>();
  await scope.register(websocket, {
    options: { maxPayload: messageBytesMax, perMessageDeflate: false, handleProtocols },
    errorHandler: (error, socket, request) => {
      request.log.info({ err: error }, 'websocket.failed');
      socket.terminate();
    },
    preClose: (done) => {
      closeAll(scope.websocketServer.clients);
      done();
    },
  });
  scope.route({
    method: 'GET',
    url: '/graphql',
    exposeHeadRoute: false,
    schema: { hide: true },
    // Who it is the first message says, or the headers do: a browser cannot set any.
    config: { isOpen: true, streams: true },
    onRequest: async (request, reply) => void replies.set(request, reply),
    handler: (_, reply) => {
      reply.header('allow', 'POST');
      throw new Refusal(
        'method_not_allowed',
        'GET opens a WebSocket here; operations are sent by POST. Nothing was done.',
        {
          members: { allow: ['POST'] },
        },
      );
    },
    wsHandler: (socket, request) => {
      const reply = replies.get(request);
      if (!reply) throw new Error('a connection without its reply');
      const { ip } = request;
      const ofAddress = unknown.get(ip) ?? 0;
      const all = [...unknown.values()].reduce((sum, count) => sum + count, 0);
      if (all >= unknownMax || ofAddress >= unknownOfAddressMax) {
        socket.close(closeCodes.later, 'too_many_streams');
        return;
      }
      unknown.set(ip, ofAddress + 1);
      let isUnknown = true;
      const known = (): void => {
        const left = (unknown.get(ip) ?? 0) - (isUnknown ? 1 : 0);
        isUnknown = false;
        if (left > 0) unknown.set(ip, left);
        else unknown.delete(ip);
      };
      open(server, connect(socket, reply), { stallMs, lookMs, known });
    },
  });
}

function connect(socket: WebSocket, reply: FastifyReply): Connected {
  return {
    socket,
    reply,
    renew: () => Promise.reject(new Error('nobody is known yet')),
    leave: () => undefined,
    readers: new Set(),
    opening: 0,
    close(code, reason) {
      socket.close(code, reason);
      setTimeout(() => socket.terminate(), farewellMs).unref();
    },
  };
}

function makeProtocol(door: Door): Server<Connected> {
  const { domain } = door;
  const opened = new WeakMap<object, Subscribed>();
  return makeServer<Record<string, unknown>, Connected>({
    connectionInitWaitTimeout: initWithinMs,
    async onConnect({ extra, connectionParams = {} }) {
      const named = Object.fromEntries(
        Object.entries(connectionParams).map(([key, value]) => [key.toLowerCase(), value]),
      );
      extra.renew = () => extra.reply.request.identify(named);
      try {
        extra.actor = await extra.renew();
        await extra.reply.request.countFor(extra.actor);
        extra.leave = domain.streams.admit(extra.actor);
      } catch (error) {
        closeBy(extra, error);
        // It is closed already, with a better word.
        return false;
      }
      const isOpen = extra.socket.readyState === extra.socket.OPEN;
      if (!isOpen) extra.leave();
      return isOpen;
    },
    async onSubscribe({ extra }, _id, payload) {
      const { reply, actor, renew, readers } = extra;
      if (!actor) return [new GraphQLError('Nobody is known yet.')];
      if (extra.opening >= openingMax) return [tooManyOpenings()];
      const leaving = new AbortController();
      readers.add(leaving);
      leaving.signal.addEventListener('abort', () => readers.delete(leaving));
      const cutOff = (refusal: Refusal): void => {
        if (endsConnection.has(refusal.code)) closeBy(extra, refusal);
      };
      extra.opening += 1;
      const count = () => reply.request.countFor(actor);
      const subscribed = await subscribe(payload, { ...door, reply, renew, count, cutOff }, leaving).finally(
        () => (extra.opening -= 1),
      );
      if (Array.isArray(subscribed)) {
        leaving.abort();
        return subscribed;
      }
      const args: ExecutionArgs = {
        schema: reply.server.graphql.schema,
        document: subscribed.document,
        contextValue: {},
      };
      opened.set(args, subscribed);
      return args;
    },
    subscribe: (args) => {
      const { results } = opened.get(args) ?? {};
      if (!results) throw new Error('a subscription that was not opened');
      return results;
    },
    // Its errors have their form already.
    onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
  });
}

function tooManyOpenings(): GraphQLError {
  const message = `${openingMax} subscriptions of this connection are being opened. Nothing more was opened. Wait for one of them.`;
  return new GraphQLError(message, { extensions: { code: 'too_many_streams' satisfies RefusalCode } });
}

/** What is said of one stream and holds for the whole connection. */
const endsConnection = new Set(['unauthenticated', 'starting']);

/** Closes a connection that may not be used any more, also one on which nothing is told. Where that cannot be known, it is asked again later. */
async function lookAnew(connected: Connected): Promise<void> {
  const { actor, renew, reply, socket } = connected;
  if (!actor) return;
  try {
    const { teamId } = await renew();
    if (teamId !== actor.teamId) throw new Refusal('unauthenticated', 'The connection is of another team.');
  } catch (error) {
    if (socket.readyState !== socket.OPEN) return;
    if (!(error instanceof Refusal)) reply.log.error({ err: error }, 'websocket.failed');
    else if (!isForLater(error)) closeBy(connected, error);
  }
}

function isForLater({ code }: Refusal): boolean {
  const { status } = refusals[code];
  return status >= 500 || status === 429;
}

function closeBy({ close, reply }: Connected, error: unknown): void {
  if (!(error instanceof Refusal)) {
    reply.log.error({ err: error }, 'websocket.failed');
    return close(1011, 'internal');
  }
  reply.log.info({ code: error.code }, 'websocket.refused');
  if (error.code === 'starting') return close(closeCodes.going, error.code);
  if (error.code === 'unauthenticated') return close(closeCodes.unauthenticated, error.code);
  return close(isForLater(error) ? closeCodes.later : closeCodes.refused, error.code);
}

function open(
  server: Server<Connected>,
  connected: Connected,
  { stallMs, lookMs, known }: { stallMs: number; lookMs: number; known: () => void },
): void {
  const { socket, reply } = connected;
  const isOpen = () => socket.readyState === socket.OPEN;

  function cutOff(): void {
    if (!isOpen()) return;
    reply.log.info({ code: 'reader_too_slow' }, 'websocket.refused');
    const refusal = new Refusal('reader_too_slow', 'Nothing of the stream was taken for too long.');
    for (const reader of connected.readers) reader.abort(refusal);
    connected.close(closeCodes.reader_too_slow, refusal.code);
  }

  function send(text: string): Promise<void> {
    if (isOpen() && socket.bufferedAmount > heldBytesMax) cutOff();
    if (!isOpen()) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(cutOff, stallMs);
      // Called when the system has taken it, or the connection has ended.
      socket.send(text, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  let hasAnswered = true;
  socket.on('pong', () => (hasAnswered = true));
  const ping = setInterval(() => {
    if (!hasAnswered || socket.bufferedAmount > heldBytesMax) cutOff();
    hasAnswered = false;
    if (isOpen()) socket.ping();
  }, pingMs).unref();
  const look = setInterval(() => void lookAnew(connected), lookMs).unref();

  const closed = server.opened(
    {
      protocol: socket.protocol,
      send,
      close: (code = 1000, reason = '') => connected.close(code, reason),
      onMessage: (hear) =>
        socket.on('message', (data: Buffer) => {
          if (!isOpen()) return;
          hear(data.toString())
            .catch((error: unknown) => closeBy(connected, error))
            .finally(() => {
              if (connected.actor) known();
            });
        }),
    },
    connected,
  );
  socket.once('close', (code: number, reason: Buffer) => {
    clearInterval(ping);
    clearInterval(look);
    known();
    for (const reader of connected.readers) reader.abort();
    closed(code, reason.toString())
      .catch((error: unknown) => reply.log.error({ err: error }, 'websocket.failed'))
      .finally(connected.leave);
  });
}

/** The process ends: readers are told to go, and are not waited for. */
function closeAll(clients: ReadonlySet<WebSocket>): void {
  for (const client of clients) {
    client.close(closeCodes.going, 'starting');
    setTimeout(() => client.terminate(), farewellMs).unref();
  }
}
