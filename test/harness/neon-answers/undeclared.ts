// Finds the fields of an answer that Neon's OpenAPI document does not have. Neon's clients ignore such fields, and the document is
// older than the service: but a field that nobody knows of may be a misspelt one.

import type { Json, NeonDocument } from './document.ts';

interface Fields {
  readonly [name: string]: Json;
}

/** Where each undeclared field is (`/snapshots/*` + `/slug`), each once. Only for a body that its schema has let pass. */
export function undeclaredFields(document: NeonDocument, schema: Json, body: unknown): string[] {
  const found = new Set<string>();
  visit([schema], body, '');
  return [...found];

  function visit(schemas: readonly Json[], value: unknown, place: string): void {
    const parts = schemas.flatMap(partsOf);
    if (Array.isArray(value)) {
      const items = parts.flatMap((part) => part['items'] ?? []);
      for (const member of value) visit(items, member, `${place}/*`);
    } else if (typeof value === 'object' && value !== null) {
      visitFields(parts, value, place);
    }
  }

  function visitFields(parts: readonly Fields[], value: object, place: string): void {
    // An object of which nothing is said, or whose names are free.
    if (parts.some((part) => 'additionalProperties' in part) || !parts.some((part) => 'properties' in part)) return;
    for (const [name, inner] of Object.entries(value)) {
      const declared = parts.flatMap(({ properties }) => (isFields(properties) ? (properties[name] ?? []) : []));
      if (declared.length === 0) found.add(`${place}/${name}`);
      else visit(declared, inner, `${place}/${name}`);
    }
  }

  /** The schema itself without references, and all that it is composed of. */
  function partsOf(part: Json): Fields[] {
    if (!isFields(part)) return [];
    const { $ref: reference, allOf = [], oneOf = [] } = part;
    if (typeof reference === 'string')
      return partsOf(document.components.schemas[reference.replace('#/components/schemas/', '')] ?? null);
    return [part, ...[allOf, oneOf].flat().flatMap(partsOf)];
  }
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
