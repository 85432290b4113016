// Owns the reading of a GraphQL request: the body of a POST to /graphql, of one operation or of a batch.

import { Refusal } from '../core/errors.ts';
import type { DoorDomain } from '../domain/index.ts';
import { batchMax, queryBytesMax } from './limits.ts';
import type { PersistedQueries } from './persisted.ts';

export interface Operation {
  readonly query: string;
  readonly variables: Record<string, unknown> | undefined;
  readonly operationName: string | undefined;
}

export interface Persisted {
  readonly queries: PersistedQueries;
  /** Nothing else is served. */
  readonly only: boolean;
}

/** What every operation is read and run with. */
export interface Door {
  readonly domain: DoorDomain;
  readonly costMax: number;
  readonly persisted: Persisted;
}

/** The bodies of a batch; undefined of a single operation. Refuses with `batch_too_long`, and an empty batch with `invalid_request`. */
export function readBatch(body: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(body)) return undefined;
  const operations: readonly unknown[] = body;
  if (operations.length === 0) throw refuse('A batch must hold an operation');
  if (operations.length > batchMax) {
    throw new Refusal('batch_too_long', `A batch must hold at most ${batchMax} operations. Nothing was done.`);
  }
  return operations;
}

/**
 * Refuses with `invalid_request` what is no request of GraphQL over HTTP, with `query_too_long` and `query_not_persisted`; members that it
 * does not know are left alone.
 */
export function readOperation(body: unknown, persisted: Persisted): Operation {
  if (!isObject(body)) throw refuse('The body must be an object with a query');
  const { variables, operationName } = body as { [K in keyof Operation]?: unknown };
  const query = readQuery(body, persisted);
  if (!isAbsent(variables) && !isObject(variables)) throw refuse('variables must be an object');
  if (!isAbsent(operationName) && typeof operationName !== 'string') throw refuse('operationName must be text');
  return { query, variables: variables ?? undefined, operationName: operationName ?? undefined };
}

/** The text of the persisted query that the request names, else its own. */
function readQuery(body: Record<string, unknown>, { queries, only }: Persisted): string {
  const { query, documentId, extensions } = body;
  const id = documentId ?? apolloId(extensions);
  if (!isAbsent(id) && typeof id !== 'string') throw refuse('documentId must be text');
  const known = isAbsent(id) ? undefined : queries.get(id);
  if (known !== undefined) return known;
  if (only || (!isAbsent(id) && isAbsent(query))) {
    const words = 'The query is not one of those that are persisted here, and no other is served';
    throw new Refusal('query_not_persisted', `${only ? words : 'No such query is persisted here'}. Nothing was done.`);
  }
  if (typeof query !== 'string' || query === '') throw refuse('query must be the text of an operation');
  if (Buffer.byteLength(query) > queryBytesMax) {
    throw new Refusal('query_too_long', `query must have at most ${queryBytesMax} bytes. Nothing was done.`);
  }
  if (isJson(query)) throw refuse('query must be the text of an operation, not JSON');
  return query;
}

/** As clients of Apollo and urql name one. */
function apolloId(extensions: unknown): unknown {
  const persistedQuery = isObject(extensions) ? extensions['persistedQuery'] : undefined;
  return isObject(persistedQuery) ? persistedQuery['sha256Hash'] : undefined;
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** mercurius takes JSON for a parsed document, and runs it past its checks; no text of GraphQL is JSON. */
function isJson(query: string): boolean {
  try {
    JSON.parse(query);
    return true;
  } catch {
    return false;
  }
}

function refuse(what: string): Refusal {
  return new Refusal('invalid_request', `${what}. Nothing was done.`);
}
