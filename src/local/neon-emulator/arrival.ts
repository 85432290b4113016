/**
 * Owns the first words between a client and a door: reading what it wants, and telling it a refusal. Never connects it to anything.
 */
import type { Socket } from 'node:net';
import { firstMessageBytesMax, readFirstMessage, renderError, type FirstMessage } from './startup.ts';

export type Startup = Extract<FirstMessage, { kind: 'startup' }>;

export interface Beginning {
  refuse(reason: string): void;
  cancel(message: Buffer): void;
  begin(startup: Startup): void;
}

/** Reads from a socket until it is known what the client wants, and leaves the socket paused with whatever follows unread. */
export function readStartup(socket: Socket, withinMs: number, on: Beginning): void {
  let bytes = Buffer.alloc(0);
  let encryptionRequests = 0;
  const stop = () => {
    clearTimeout(timer);
    socket.off('data', read);
    socket.pause();
  };
  const timer = setTimeout(() => {
    stop();
    on.refuse(`no startup packet arrived within ${withinMs} ms`);
  }, withinMs);
  const read = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const message = readFirstMessage(bytes);
      if (message.kind === 'incomplete') return;
      if (message.kind === 'encryption' && encryptionRequests < 2) {
        encryptionRequests += 1;
        bytes = bytes.subarray(message.length);
        socket.write('N');
        continue;
      }
      stop();
      if (message.kind === 'malformed') on.refuse(message.reason);
      else if (message.kind === 'encryption') on.refuse('unsupported frontend protocol');
      else if (message.kind === 'cancel') on.cancel(bytes.subarray(0, message.length));
      else {
        if (bytes.length > message.length) socket.unshift(bytes.subarray(message.length));
        on.begin(message);
      }
      return;
    }
  };
  socket.on('data', read);
  socket.on('close', () => clearTimeout(timer));
}

/** With a reason in Postgres's own form, so that a client shows it instead of a broken connection. */
export function refuse(socket: Socket, code: string, reason: string): void {
  if (socket.destroyed) return;
  socket.end(renderError(code, reason));
  // Unread bytes would turn the end into a reset, which can take the reason with it; a client that stays is ended.
  let left = firstMessageBytesMax;
  socket.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) socket.destroy();
  });
  socket.resume();
  setTimeout(() => socket.destroy(), 1000).unref();
}
