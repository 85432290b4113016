// Owns streams as server-sent events: their frames, and that a reader who takes nothing is cut off. Held for a reader is what the buffer of
// its response holds; more is not asked for.

import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../core/errors.ts';
import type { Delivery, Reader } from '../domain/index.ts';
import { problemOf } from './problem.ts';

export const eventStreamType = 'text/event-stream';

/** A reader that takes nothing for so long is cut off. */
export const stallMsDefault = 20_000;
/** For so long a stream that has ended waits until its last words are taken. */
const farewellMs = 3_000;
const heldBytes = 64 * 1024;
/** What a reader waits before it connects again, unless it knows better. */
const retryMs = 1_000;

export interface StreamOptions {
  readonly stallMs: number;
}

/** Opens the stream and answers with it; a refusal before its first event is answered as any other. */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  { stallMs }: StreamOptions,
  open: (reader: Reader) => Promise<AsyncGenerator<Delivery>>,
): Promise<FastifyReply> {
  const leaving = new AbortController();
  const deliveries = await open({ renew: () => request.identify(), signal: leaving.signal });
  const events = toReadable(deliveries, {
    leaving,
    stallMs,
    farewell: (error) => farewellFrame(problemOf(error, request)),
  });
  // Proxies are to hand on what comes as it comes.
  reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no').type(eventStreamType);
  return reply.send(events);
}

interface Reading {
  /** Aborted when nobody reads any more. */
  readonly leaving: AbortController;
  readonly stallMs: number;
  /** The last frame of a stream that ends with this error. */
  readonly farewell: (error: unknown) => string;
}

function toReadable(deliveries: AsyncGenerator<Delivery>, { leaving, stallMs, farewell }: Reading): Readable {
  let onRoom = (): void => undefined;
  const readable = new Readable({
    highWaterMark: heldBytes,
    read: () => onRoom(),
    destroy(error, done) {
      leaving.abort();
      onRoom();
      done(error);
    },
  });

  async function pump(): Promise<void> {
    for await (const delivery of deliveries) {
      if (readable.destroyed) return;
      if (!readable.push(frameOf(delivery))) await room();
    }
  }

  /** Until what is held has been taken. Refuses with `reader_too_slow`. */
  function room(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const refusal = tooSlow(stallMs);
        leaving.abort(refusal);
        reject(refusal);
      }, stallMs);
      onRoom = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  void pump()
    .catch((error: unknown) => {
      if (!readable.destroyed) readable.push(farewell(error));
    })
    .finally(() => {
      leaving.abort();
      if (readable.destroyed) return;
      readable.push(null);
      setTimeout(() => readable.destroy(), farewellMs).unref();
    });
  return readable;
}

/** Text of JSON has no line ends: a frame is as long as its lines. An id alone is no event, and yet where the reader goes on. */
function frameOf(delivery: Delivery): string {
  const { kind, resumeAt, ...data } = delivery;
  if (kind === 'beat') return `:\nid: ${resumeAt}\n\n`;
  const retry = kind === 'ready' ? `retry: ${retryMs}\n` : '';
  return `${retry}id: ${resumeAt}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

function farewellFrame(problem: object): string {
  return `event: end\ndata: ${JSON.stringify(problem)}\n\n`;
}

function tooSlow(stallMs: number): Refusal {
  return new Refusal(
    'reader_too_slow',
    `Nothing of the stream was taken for ${stallMs / 1000} seconds, so it was cut off. Open it again after the last sequence that you have seen.`,
  );
}
