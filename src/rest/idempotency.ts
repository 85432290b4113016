// Owns how an Idempotency-Key and the request that carries it become one name for the domain. The domain keeps the answers.

import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { CommandOptions } from '../domain/index.ts';

/** What the command may know of the request; the schema has checked the key already. */
export function optionsOf(request: FastifyRequest): CommandOptions {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string') return {};
  return { idempotency: { key, fingerprint: fingerprintOf(request) } };
}

/** The same for the same method, path and body, however its JSON is spaced and ordered. `Prefer` is no part of it. */
function fingerprintOf({ method, url, body }: FastifyRequest): string {
  const path = url.split('?', 1)[0] ?? '';
  return createHash('sha256')
    .update(JSON.stringify([method, path, sorted(body)]))
    .digest('hex');
}

/** The value with the members of its objects in order. The schemas have bounded its depth. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
