// Owns how answers become JSON: fastify's own serializers, each compiled once. It never changes what they write.

import selectSerializer, { type RouteDefinition, type Serializer } from '@fastify/fast-json-stringify-compiler';

type Schemas = Readonly<Record<string, unknown>>;

/**
 * For fastify's `schemaController.compilersFactory.buildSerializer`. Its own compiler checks all named schemas again for
 * every status of every route, which was nine tenths of the time that a process took to start. Here each compilation is
 * given the named schemas that it refers to, and a schema that several routes answer with (`Problem`) is compiled once.
 */
export function buildSerializersOnce(): ReturnType<typeof selectSerializer> {
  const compilers = selectSerializer();
  const made = new Map<string, Serializer>();
  return (named, options) => (route) => {
    const needed = neededBy(route.schema, (named ?? {}) as Schemas);
    const key = JSON.stringify([route.schema, needed]);
    const serializer = made.get(key) ?? compilers(needed, options)(route satisfies RouteDefinition);
    made.set(key, serializer);
    return serializer;
  };
}

/** What of `named` the schema refers to, itself or through another. */
function neededBy(schema: unknown, named: Schemas): Schemas {
  const needed = new Map<string, unknown>();
  const look = (part: unknown): void => {
    for (const id of referredTo(part)) {
      if (needed.has(id) || !(id in named)) continue;
      needed.set(id, named[id]);
      look(named[id]);
    }
  };
  look(schema);
  return Object.fromEntries(needed);
}

function referredTo(part: unknown): string[] {
  const text = JSON.stringify(part) ?? '';
  return [...text.matchAll(/"\$ref":"([^"#]+)#[^"]*"/g)].flatMap(([, id]) => id ?? []);
}
