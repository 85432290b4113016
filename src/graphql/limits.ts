// Owns the bounds of what is sent: those that the schema names with @limit. A value is never repeated in a message: it may be
// a secret.

import {
  coerceInputValue,
  getDirectiveValues,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { cleanMessage, refuseInput } from './errors.ts';
import { forms, lengthOf } from './forms.ts';
import type { TextForm } from './generated.ts';

/** Of the query's text. A document is kept parsed, so its size is bounded apart from the body's. */
export const queryBytesMax = 16 * 1024;

/** Of operations in one request. */
export const batchMax = 10;

/** Of a document. */
export const tokensMax = 4000;

/** Of a body: `simulateRetention` takes ten thousand points of seven values, and a document of policies may be a variable. */
export const valuesMax = 100_000;

interface Limits {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly unique?: boolean;
  readonly form?: TextForm;
}

type Field = GraphQLArgument | GraphQLInputField;

/**
 * Puts the @limit of each argument, and of all that is in it, before the resolver of its field: refused with
 * `invalid_request`. To be called once, when the resolvers are there.
 */
export function limitArguments(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) if (field.args.length > 0) limitField(schema, field);
  }
  return schema;
}

/**
 * The value as an input of the named type, checked as if it had come as an argument of it: for a type that stands inside a JSON value.
 * Refuses with `invalid_request` and the path of the first fault.
 */
export function coerceInput<T>(schema: GraphQLSchema, typeName: string, value: unknown, path: string): T {
  const type = schema.getType(typeName);
  if (!isInputObjectType(type)) throw new Error(`${typeName} is no input of the schema`);
  const coerced: unknown = coerceInputValue(value, type, (at, _value, error) => {
    const place = at.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
    throw refuseInput(`${path}${place}`, `does not fit: ${cleanMessage(error)}`);
  });
  checkValue(schema, type, coerced, path);
  return coerced as T;
}

function limitField(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>): void {
  const { name, resolve, args } = field;
  if (!resolve) throw new Error(`The field ${name} takes arguments and has no resolver.`);
  field.resolve = (parent, values: Readonly<Record<string, unknown>>, context, info) => {
    for (const arg of args) checkField(schema, arg, values[arg.name], arg.name);
    return resolve(parent, values, context, info);
  };
}

/** One argument of a field, before anything runs. Refuses with `invalid_request`. */
export function checkArgument(schema: GraphQLSchema, arg: GraphQLArgument, value: unknown): void {
  checkField(schema, arg, value, arg.name);
}

function checkField(schema: GraphQLSchema, field: Field, value: unknown, path: string): void {
  if (value === undefined || value === null) return;
  const fault = findFault(limitsOf(schema, field), value);
  if (fault !== undefined) throw refuseInput(path, fault);
  checkValue(schema, field.type, value, path);
}

function checkValue(schema: GraphQLSchema, type: GraphQLInputType, value: unknown, path: string): void {
  if (isNonNullType(type)) {
    checkValue(schema, type.ofType, value, path);
  } else if (isListType(type) && Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkValue(schema, type.ofType, item, `${path}[${index}]`);
  } else if (isInputObjectType(type) && isRecord(value)) {
    for (const field of Object.values(type.getFields())) {
      checkField(schema, field, value[field.name], `${path}.${field.name}`);
    }
  } else {
    checkText(value, path);
  }
}

/** No text of ours holds what Postgres cannot: NUL, or half of a surrogate pair. A loop, because JSON nests as it likes. */
function checkText(value: unknown, path: string): void {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string' && (next.includes('\0') || !next.isWellFormed())) {
      throw refuseInput(path, 'must be Unicode text without NUL');
    }
    if (typeof next !== 'object' || next === null) continue;
    for (const [name, member] of Object.entries(next)) waiting.push(name, member);
  }
}

const known = new WeakMap<Field, Limits>();

function limitsOf(schema: GraphQLSchema, field: Field): Limits {
  const before = known.get(field);
  if (before) return before;
  const directive = schema.getDirective('limit');
  const limits: Limits = (directive && field.astNode && getDirectiveValues(directive, field.astNode)) ?? {};
  known.set(field, limits);
  return limits;
}

function findFault(limits: Limits, value: unknown): string | undefined {
  if (typeof value === 'number') return outside(value, limits.min, limits.max, 'be', '');
  if (Array.isArray(value)) return findListFault(value, limits);
  if (typeof value !== 'string') return undefined;
  const length = outside(lengthOf(value), limits.minLength, limits.maxLength, 'have', ' character(s)');
  if (length !== undefined || limits.form === undefined) return length;
  const { pattern, words } = forms[limits.form];
  return pattern.test(value) ? undefined : words;
}

function findListFault(items: readonly unknown[], limits: Limits): string | undefined {
  const isRepeated = limits.unique === true && new Set(items).size < items.length;
  if (isRepeated) return 'must not hold the same item twice';
  return outside(items.length, limits.minItems, limits.maxItems, 'hold', ' item(s)');
}

function outside(size: number, min = -Infinity, max = Infinity, verb: string, unit: string): string | undefined {
  if (size < min) return `must ${verb} at least ${min}${unit}`;
  if (size > max) return `must ${verb} at most ${max}${unit}`;
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
