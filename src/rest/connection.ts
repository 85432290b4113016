// Owns the answer to what is no HTTP request at all, written to the bare socket: Fastify never sees it.

import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { Refusal } from '../core/errors.ts';
import { problemMediaType, toProblem } from './problem.ts';

/** Says why, if anybody still listens, and closes. */
export function refuseConnection(error: { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const requestId = randomUUID();
  const refusal = new Refusal(
    'invalid_request',
    `${reasons[error.code ?? ''] ?? 'This is no HTTP request.'} Nothing was done.`,
  );
  const body = JSON.stringify(toProblem(refusal, requestId));
  const head = [
    'HTTP/1.1 400 Bad Request',
    `Content-Type: ${problemMediaType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const reasons: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'The request took too long to arrive.',
  HPE_HEADER_OVERFLOW: 'The headers are too large.',
};
