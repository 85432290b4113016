// Owns the reading of unions in request schemas: which variant a caller meant, and how to name them all when none is near.

import { memberOf, type SchemaError, withArticle } from './schema-error.ts';

/**
 * The errors of the variant that was meant: the only one whose fields are right (its values are not), or the one whose
 * tag (a field that is a constant in every variant, such as `kind`) was given. Undefined where none can be told.
 */
export function chooseVariant(union: SchemaError, inner: readonly SchemaError[]): readonly SchemaError[] | undefined {
  const groups = variantsOf(union).map((_, index) =>
    inner.filter((error) => error.schemaPath.startsWith(`${union.schemaPath}/${index}/`)),
  );
  const fitting = groups.filter((errors) => !errors.some((error) => isAboutShape(error, union)));
  if (fitting.length === 1) return fitting[0];
  const tag = tagOf(union);
  const tagged = groups.filter((_, index) => tag !== undefined && isTagged(union, index, tag));
  return tagged.length === 1 ? tagged[0] : undefined;
}

/** Which field to speak of (the tag, if the variants have one), and what it must be. */
export function describeVariants(union: SchemaError): { field: string | undefined; words: string } {
  const field = tagOf(union);
  const names = variantsOf(union).map((variant) => (field === undefined ? describe(variant) : constOf(variant, field)));
  const isPlain = field === undefined && names.every((name) => /^(an? )?[a-z]+$/.test(String(name)));
  return { field, words: isPlain ? `must be ${names.join(' or ')}` : `must be one of ${names.join(', ')}` };
}

function variantsOf(union: SchemaError): readonly unknown[] {
  const variants = memberOf(union.parentSchema, union.keyword);
  return Array.isArray(variants) ? variants : [];
}

/** Wrong fields, or another type altogether; not a wrong value of a right field. */
function isAboutShape(error: SchemaError, union: SchemaError): boolean {
  if (error.instancePath === union.instancePath) {
    return ['required', 'additionalProperties', 'type', 'const', 'enum'].includes(error.keyword);
  }
  return error.keyword === 'const';
}

function tagOf(union: SchemaError): string | undefined {
  const variants = variantsOf(union);
  const [first] = variants;
  return Object.keys(memberOf(first, 'properties') ?? {}).find((name) =>
    variants.every((variant) => constOf(variant, name) !== undefined),
  );
}

function isTagged(union: SchemaError, index: number, tag: string): boolean {
  return memberOf(union.data, tag) === constOf(variantsOf(union)[index], tag);
}

function constOf(variant: unknown, field: string): unknown {
  return memberOf(memberOf(memberOf(variant, 'properties'), field), 'const');
}

function describe(variant: unknown): string {
  const constant = memberOf(variant, 'const');
  if (constant !== undefined) return JSON.stringify(constant);
  const required = memberOf(variant, 'required');
  if (Array.isArray(required)) return `{${required.join(', ')}}`;
  return withArticle(String(memberOf(variant, 'type')));
}
