import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema } from 'graphql';

const text = readFileSync(new URL('./schema.graphql', import.meta.url), 'utf8');

/** A schema of its own for each caller, without resolvers: mercurius changes the one that it is given. */
export function buildGraphqlSchema(): GraphQLSchema {
  return buildSchema(text);
}
