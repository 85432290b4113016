// Owns the words for a request that does not fit its schema: which field, and what it must be. It never repeats a value,
// because a value may be a secret.

import { memberOf, type SchemaError, withArticle } from './schema-error.ts';
import { patternWords } from './schemas/parts.ts';
import { chooseVariant, describeVariants } from './variants.ts';

export interface FieldError {
  /** Such as `schedules[0].cron`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

const errorsMax = 20;

/** Each is compared with all others; a body can have more faults than anybody reads. */
const errorsSeenMax = 1_000;

/** One entry for each field at fault, at most 20. Of a union only the variant that was meant is spoken of, if one can be told. */
export function toFieldErrors(all: readonly SchemaError[]): FieldError[] {
  const found = all.slice(0, errorsSeenMax);
  const unions = found.filter(isUnion);
  const errors = found.filter((error) => !isInsideAny(error, unions)).flatMap((error) => explain(error, found));
  const firsts = new Map(errors.toReversed().map((error) => [error.path, error]));
  return [...firsts.values()].reverse().slice(0, errorsMax);
}

function isUnion(error: SchemaError): boolean {
  return error.keyword === 'anyOf' || error.keyword === 'oneOf';
}

function isInsideAny(error: SchemaError, unions: readonly SchemaError[]): boolean {
  return unions.some((union) => union !== error && isInside(error, union));
}

function isInside(error: SchemaError, union: SchemaError): boolean {
  return error.schemaPath.startsWith(`${union.schemaPath}/`) && error.instancePath.startsWith(union.instancePath);
}

function explain(error: SchemaError, found: readonly SchemaError[]): FieldError[] {
  if (isUnion(error)) {
    const inner = found.filter((other) => other !== error && isInside(other, error));
    const chosen = chooseVariant(error, inner);
    if (chosen) return toFieldErrors(chosen);
    const { field, words } = describeVariants(error);
    return [{ path: pathOf(error.instancePath, field), message: words }];
  }
  const field = error.params['missingProperty'] ?? error.params['additionalProperty'];
  if (error.keyword === 'not') return [exclusion(error)];
  return [
    { path: pathOf(error.instancePath, typeof field === 'string' ? field : undefined), message: messageOf(error) },
  ];
}

/** `not: {required: [a, b]}`: the two exclude each other. */
function exclusion(error: SchemaError): FieldError {
  const { required = [] } = memberOf(error.parentSchema, 'not') as { required?: readonly string[] };
  const [first = '', second = ''] = required;
  return {
    path: pathOf(error.instancePath, second),
    message: `cannot be given together with ${pathOf(error.instancePath, first)}`,
  };
}

function messageOf({ keyword, params, message, parentSchema }: SchemaError): string {
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
      return memberOf(parentSchema, 'patternProperties') ? 'is not a valid key' : 'is not a known field';
    case 'type':
      return `must be ${[params['type']].flat().map(String).map(withArticle).join(' or ')}`;
    case 'enum':
      return `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`;
    case 'pattern':
      return patternWords[String(params['pattern'])] ?? 'has not the right form';
    case 'minLength':
    case 'maxLength':
      return `must have ${keyword === 'minLength' ? 'at least' : 'at most'} ${String(params['limit'])} character(s)`;
    case 'uniqueItems':
      return 'must not hold the same item twice';
    default:
      return message ?? 'is not valid';
  }
}

/** A JSON pointer, and a field in it, as people write it. */
function pathOf(pointer: string, field?: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (field !== undefined) parts.push(field.slice(0, 64));
  return parts.reduce((path, part) => {
    if (/^\d+$/.test(part) && path !== '') return `${path}[${part}]`;
    return path === '' ? part : `${path}.${part}`;
  }, '');
}
