// Reads Neon's OpenAPI document, as the npm package `@neondatabase/api-client` ships it, and keeps of it what answers are
// checked against: the schemas, and for each call the schema of each status.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse } from 'yaml';
import { callOf } from './files.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface NeonDocument {
  /** Where the schemas refer to one another: `#/components/schemas/Branch`. */
  readonly components: { readonly schemas: { readonly [name: string]: Json } };
  /** By method and path (`GET /projects/{}`, with the names of parameters left out), then by status or `default`. */
  readonly calls: { readonly [call: string]: { readonly [status: string]: ExpectedAnswer } };
}

export interface ExpectedAnswer {
  /** Absent where the document promises no body. */
  readonly schema?: Json;
}

const require = createRequire(import.meta.url);

/** Takes half a second: once for a run of tests. */
export function readNeonDocument(): NeonDocument {
  const text = readFileSync(require.resolve('@neondatabase/api-client/public-v2-for-users.gen.yaml'), 'utf8');
  const document: Json = parse(text, { uniqueKeys: false, prettyErrors: false });
  const calls: Record<string, Record<string, ExpectedAnswer>> = {};
  for (const [path, methods] of entriesOf(at(document, 'paths'))) {
    for (const [method, operation] of entriesOf(methods)) {
      const responses = entriesOf(at(operation, 'responses'));
      if (responses.length === 0) continue;
      calls[callOf(method, path)] = Object.fromEntries(
        responses.map(([status, response]) => [status, expectedOf(document, response)]),
      );
    }
  }
  return { components: { schemas: Object.fromEntries(entriesOf(at(document, 'components', 'schemas'))) }, calls };
}

function expectedOf(document: Json, response: Json): ExpectedAnswer {
  const reference = at(response, '$ref');
  const whole = typeof reference === 'string' ? at(document, ...reference.replace('#/', '').split('/')) : response;
  const schema = at(whole, 'content', 'application/json', 'schema');
  return schema === undefined ? {} : { schema };
}

function at(value: Json | undefined, ...names: string[]): Json | undefined {
  return names.reduce<Json | undefined>((inner, name) => Object.fromEntries(entriesOf(inner))[name], value);
}

function entriesOf(value: Json | undefined): [string, Json][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}
