// Owns the reading of a GraphQL request: the body of a POST to /graphql.

import { Refusal } from '../core/errors.ts';
import { queryLengthMax } from './limits.ts';

export interface Operation {
  readonly query: string;
  readonly variables: Record<string, unknown> | undefined;
  readonly operationName: string | undefined;
}

/** Refuses with `invalid_request` what is no request of GraphQL over HTTP; members that it does not know are left alone. */
export function readOperation(body: unknown): Operation {
  if (!isObject(body)) throw refuse('The body must be one object with a query; lists of them are not served');
  const { query, variables, operationName } = body as { [K in keyof Operation]?: unknown };
  if (typeof query !== 'string' || query === '') throw refuse('query must be the text of an operation');
  if (query.length > queryLengthMax) throw refuse(`query must have at most ${queryLengthMax} characters`);
  if (isJson(query)) throw refuse('query must be the text of an operation, not JSON');
  if (!isAbsent(variables) && !isObject(variables)) throw refuse('variables must be an object');
  if (!isAbsent(operationName) && typeof operationName !== 'string') throw refuse('operationName must be text');
  return { query, variables: variables ?? undefined, operationName: operationName ?? undefined };
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
