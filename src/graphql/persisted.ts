// Owns the list of persisted queries: a JSON file of texts by their ids, read once, when the door opens.

import { readFileSync } from 'node:fs';
import { type GraphQLSchema, parse, specifiedRules, validate, type ValidationRule } from 'graphql';
import { queryBytesMax, tokensMax } from './limits.ts';

export type PersistedQueries = ReadonlyMap<string, string>;

/** Throws with the id of the first query that the schema, or a limit, would refuse: a client's release that does not fit is found here. */
export function readPersistedQueries(
  path: string,
  schema: GraphQLSchema,
  rules: readonly ValidationRule[],
): PersistedQueries {
  const file: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof file !== 'object' || file === null || Array.isArray(file)) {
    throw new Error(`The persisted queries in ${path} are not an object of texts by their ids.`);
  }
  return new Map(
    Object.entries(file).map(([id, text]: [string, unknown]) => {
      if (typeof text !== 'string' || Buffer.byteLength(text) > queryBytesMax) {
        throw new Error(`The persisted query ${id} is not a text of at most ${queryBytesMax} bytes.`);
      }
      const faults = findFaults(text, schema, rules);
      if (faults.length > 0) throw new Error(`The persisted query ${id} is not served: ${faults.join(' ')}`);
      return [id, text];
    }),
  );
}

function findFaults(text: string, schema: GraphQLSchema, rules: readonly ValidationRule[]): string[] {
  try {
    const document = parse(text, { maxTokens: tokensMax });
    return validate(schema, document, [...specifiedRules, ...rules]).map(({ message }) => message);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
