// Hostile requests of REST, made from the OpenAPI document: each operation with values that its schemas take, and with such as they do not.

import fc from 'fast-check';
import { namedInPath } from '../escape/requests.ts';
import {
  hostileCursor,
  hostileText,
  hostileValue,
  instants,
  type Members,
  prototypeKeys,
  type Value,
  write,
} from './nasty.ts';
import { type HostileRequest, shape } from './request.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly Value[];
  readonly const?: Value;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

export interface Known {
  /** Ids of both teams, by what they name. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
  readonly cursors: readonly string[];
  /** Operations and fields that are never sent a real id: nothing would be left to ask for. */
  readonly spared: ReadonlySet<string>;
  /** Whether a member may be anything but what its type asks for. */
  readonly bends?: boolean;
}

/** One for each operation, but for the probes. */
export function restRequests(
  document: object,
  known: Known,
): { name: string; requests: fc.Arbitrary<HostileRequest> }[] {
  const { paths } = document as { paths: Record<string, Record<string, Operation>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: operation.operationId,
      requests: requestOf({ path, method, operation }, known),
    })),
  );
}

function requestOf(
  { path, method, operation }: { path: string; method: string; operation: Operation },
  known: Known,
): fc.Arbitrary<HostileRequest> {
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const query = (operation.parameters ?? []).filter((one) => one.in === 'query');
  // Half of them fit as a whole: where each member may be bent, no body of many gets past the schema.
  const body: fc.Arbitrary<Value | undefined> = schema
    ? fc.oneof(
        { weight: 10, arbitrary: fitting(schema, { ...known, bends: false }, '') },
        { weight: 9, arbitrary: valueOf(schema, known, '') },
        { weight: 1, arbitrary: hostileValue },
      )
    : fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: hostileValue });
  return fc
    .record({ url: urlOf(path, operation.operationId, known), search: searchOf(query, known), body, shape })
    .map(({ url, search, body: value, shape: { change, headers } }) => ({
      aim: operation.operationId,
      method: method.toUpperCase(),
      url: `${url}${search}`,
      headers: value === undefined ? withoutType(headers) : headers,
      body: value === undefined ? undefined : change(Buffer.from(write(value))),
    }));
}

function withoutType(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-type'));
}

function urlOf(path: string, operationId: string, known: Known): fc.Arbitrary<string> {
  const parts = path.split('/').map((part, index, all) => {
    if (!part.startsWith('{')) return fc.constant(part);
    const real = known.spared.has(operationId) ? [] : (known.ids[namedInPath[all[index - 1] ?? ''] ?? ''] ?? []);
    const bad = fc.oneof(
      hostileText.map(encode),
      fc.constantFrom('%', '%ff', '%00', '..', '%2e%2e%2f', '%c3%28', 'x'.repeat(1_500)),
    );
    return real.length === 0
      ? bad
      : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...real) }, { weight: 1, arbitrary: bad });
  });
  return fc.tuple(...parts).map((all) => all.join('/'));
}

/** Lone surrogates have no encoding. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function searchOf(query: NonNullable<Operation['parameters']>, known: Known): fc.Arbitrary<string> {
  const known_ = query.map(({ name, schema: { items, ...schema } }) => {
    const value =
      name === 'cursor'
        ? hostileCursor(known.cursors)
        : fc.oneof(valueOf(items ?? schema, known, name).map(textOf), hostileText);
    // A list is its parameter again and again.
    const values = items ? fc.array(value, { minLength: 1, maxLength: 3 }) : value.map((one) => [one]);
    return values.map((all) => all.map((one) => `${name}=${encode(one)}`).join('&'));
  });
  const foreign = fc
    .tuple(fc.constantFrom(...prototypeKeys, 'x', 'limit[]', 'limit', 'cursor[a]'), hostileText)
    .map(([name, text]) => `${name}=${encode(text)}`);
  const one =
    known_.length === 0
      ? foreign
      : fc.oneof({ weight: 8, arbitrary: fc.oneof(...known_) }, { weight: 1, arbitrary: foreign });
  return fc.array(one, { maxLength: 3 }).map((all) => (all.length === 0 ? '' : `?${all.join('&')}`));
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : write(value);
}

/** Four in five times of the type that the schema asks for, member by member. */
function valueOf(schema: Schema, known: Known, name: string): fc.Arbitrary<Value> {
  if (known.bends === false) return fitting(schema, known, name);
  return fc.oneof({ weight: 5, arbitrary: fitting(schema, known, name) }, { weight: 1, arbitrary: hostileValue });
}

function fitting(schema: Schema, known: Known, name: string): fc.Arbitrary<Value> {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return fc.oneof(...variants.map((one) => fitting(one, known, name)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const type = [schema.type].flat()[0];
  if (type === 'object' || schema.properties) return objectOf(schema, known);
  if (type === 'array') return fc.array(valueOf(schema.items ?? {}, known, name), { maxLength: 3 });
  if (type === 'integer' || type === 'number') {
    const { minimum = 0, maximum = 1_000_000 } = schema;
    const inside = fc.integer({ min: minimum, max: maximum });
    if (known.bends === false) return inside;
    return fc.oneof(inside, fc.constantFrom(minimum - 1, maximum + 1, minimum + 0.5));
  }
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  return textFor(schema, known, name);
}

function objectOf({ properties = {}, required = [] }: Schema, known: Known): fc.Arbitrary<Value> {
  const members = Object.entries(properties).map(([name, inner]) =>
    fc
      .option(valueOf(inner, known, name), { freq: required.includes(name) ? 40 : 1 })
      .map((value): Members => (value === null ? [] : [[name, value]])),
  );
  const foreign = fc
    .array(fc.tuple(fc.constantFrom(...prototypeKeys, ...Object.keys(properties), 'x', ''), hostileValue), {
      maxLength: 1,
    })
    .map((all): Members => all);
  const rarely = fc.oneof({ weight: 6, arbitrary: fc.constant<Members>([]) }, { weight: 1, arbitrary: foreign });
  if (known.bends === false) return fc.tuple(...members).map((all) => ({ members: all.flat() }));
  return fc.tuple(...members, rarely).map((all) => ({ members: all.flat() }));
}

const cronLines = [
  '0 0 * * *',
  '* * * * *',
  '@daily',
  '0 0 31 2 *',
  '*/0 * * * *',
  '61 * * * *',
  '0 0 * * MON#6',
  'x'.repeat(256),
];
const zones = ['Mars/Olympus', '+01:00', 'etc/utc'];
const durations = ['P999999999Y', '-P1D', 'P', 'PT0.5S'];

function textFor({ format }: Schema, known: Known, name: string): fc.Arbitrary<Value> {
  const ids = Object.entries(known.ids).find(([kind]) => new RegExp(`^${kind}(Id|s|Ids)?$`).test(name))?.[1] ?? [];
  const good = goodText(name, format, ids);
  const bad = fc.oneof(fc.constantFrom(...cronLines, ...zones, ...durations, ...instants), hostileText);
  return known.bends === false ? good : fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: bad });
}

function goodText(name: string, format: string | undefined, ids: readonly string[]): fc.Arbitrary<string> {
  if (ids.length > 0) return fc.constantFrom(...ids);
  if (name === 'label') return fc.constantFrom('env:kept', 'env:', 'a.b/c:d:e', 'constructor:x');
  if (name === 'cron') return fc.constantFrom('0 0 * * *', '@daily', '0 12 1 * *');
  if (name === 'timeZone') return fc.constantFrom('UTC', 'Europe/Berlin');
  if (format === 'date-time' || /At$|^(from|until|since|now|at)$/.test(name)) {
    return fc.constantFrom('2026-03-01T00:00:00Z', '2027-01-01T00:00:00Z');
  }
  if (format === 'duration' || /For$|Within$|^(after|every|rpo|max\w*)$/.test(name))
    return fc.constantFrom('P1D', 'PT1H', 'P30D');
  return fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
}
