// Hostile requests of GraphQL, made from the schema: each root field with arguments that it takes and that it does not, and documents that are
// bent as a whole.

import fc from 'fast-check';
import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
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
import type { Known } from './rest.ts';

/** One for each field of Query and Mutation, and some for what is no operation at all. */
export function graphqlRequests(
  schema: GraphQLSchema,
  known: Known,
): { name: string; requests: fc.Arbitrary<HostileRequest> }[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
  ] as const;
  const fields = roots.flatMap(([kind, root]) =>
    Object.values(root?.getFields() ?? {}).map((field) => ({
      name: `${kind} ${field.name}`,
      requests: sent(
        `${kind} ${field.name}`,
        fc.oneof(operationOf(kind, field, known), operationOf(kind, field, { ...known, bends: false })),
      ),
    })),
  );
  return [...fields, { name: 'document', requests: sent('document', fc.constantFrom(...documents).map(asked)) }];
}

function asked(query: string): Value {
  return { members: [['query', query]] };
}

function sent(aim: string, body: fc.Arbitrary<Value>): fc.Arbitrary<HostileRequest> {
  return fc
    .record({ body: fc.oneof({ weight: 20, arbitrary: body }, { weight: 1, arbitrary: hostileValue }), shape })
    .map(({ body: value, shape: { change, headers } }) => ({
      aim,
      method: 'POST',
      url: '/graphql',
      headers,
      body: change(Buffer.from(write(value))),
    }));
}

function operationOf(kind: string, field: GraphQLField<unknown, unknown>, known: Known): fc.Arbitrary<Value> {
  const selection = selectionOf(field);
  const bends = known.bends ?? true;
  const ids = known.spared.has(field.name) ? {} : known.ids;
  const given = field.args.map((arg) => fc.option(argumentOf(arg, { ...known, ids }), { freq: bends ? 8 : 1_000 }));
  const variables = fc
    .tuple(...given)
    .map(
      (values): Members =>
        values.flatMap((value, index) => (value === null ? [] : [[field.args[index]?.name ?? '', value] as const])),
    );
  const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const whole = `${kind} It${declared && `(${declared})`} { found: ${field.name}${passed && `(${passed})`} ${selection} }`;
  return fc
    .record({
      variables,
      bend: fc.oneof({ weight: 6, arbitrary: fc.constant(plain) }, { weight: bends ? 1 : 0, arbitrary: bendings }),
      name: operationName,
    })
    .map(({ variables: members, bend, name }) => ({
      members: [['query', bend(whole)], ['variables', { members }], ...name] satisfies Members,
    }));
}

const operationName: fc.Arbitrary<Members> = fc.oneof(
  { weight: 9, arbitrary: fc.constant<Members>([]) },
  { weight: 1, arbitrary: hostileValue.map((value): Members => [['operationName', value]]) },
);

const plain = (query: string): string => query;

/** What is done to the text of an operation. */
const bendings: fc.Arbitrary<(query: string) => string> = fc.oneof(
  fc.nat(200).map((at) => (query: string) => query.slice(0, at)),
  fc.tuple(fc.nat(200), hostileText).map(
    ([at, text]) =>
      (query: string) =>
        `${query.slice(0, at)}${text}${query.slice(at)}`,
  ),
  fc.constantFrom(...prototypeKeys).map((name) => (query: string) => query.replace('found:', `${name}:`)),
  fc.constantFrom(...prototypeKeys).map((name) => (query: string) => query.replace('found:', `found: ${name} b:`)),
  fc
    .constantFrom('@skip(if: null)', '@include(if: "x")', '@action(name: "x")', '@__proto__', '@deprecated')
    .map((directive) => (query: string) => query.replace(/ \{ found/, ` ${directive} { found`)),
  fc.integer({ min: 2, max: 200 }).map((count) => (query: string) => {
    const body = /\{ found: ([\s\S]*) \}$/.exec(query)?.[1] ?? '';
    return query.replace(
      /\{ found: [\s\S]*$/,
      `{ ${Array.from({ length: count }, (_, i) => `a${i}: ${body}`).join(' ')} }`,
    );
  }),
  fc.constant((query: string) => `${query} ${query}`),
);

/** The least that may be asked of it, but two levels where there is a list. */
function selectionOf({ type }: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(type);
  if (isInterfaceType(named)) return '{ __typename id }';
  if (!isObjectType(named)) return '';
  return named.getFields()['edges'] ? '{ edges { cursor node { __typename } } }' : '{ __typename }';
}

function argumentOf({ name, type }: GraphQLArgument, known: Known): fc.Arbitrary<Value> {
  if (name === 'after' || name === 'before') return hostileCursor(known.cursors);
  return valueOf(type, known, name);
}

function valueOf(type: GraphQLInputType, known: Known, name: string): fc.Arbitrary<Value> {
  if (known.bends === false) return fitting(type, known, name);
  return fc.oneof({ weight: 6, arbitrary: fitting(type, known, name) }, { weight: 1, arbitrary: hostileValue });
}

function fitting(type: GraphQLInputType, known: Known, name: string): fc.Arbitrary<Value> {
  if (isNonNullType(type)) return fitting(type.ofType, known, name);
  if (isListType(type)) return fc.array(valueOf(type.ofType, known, name), { maxLength: 3 });
  if (isEnumType(type))
    return fc.constantFrom(...type.getValues().map((value) => value.name), ...(known.bends === false ? [] : ['NONE']));
  if (isInputObjectType(type)) {
    const members = Object.values(type.getFields()).map((field) =>
      fc
        .option(valueOf(field.type, known, field.name), { freq: isNonNullType(field.type) ? 40 : 1 })
        .map((value): Members => (value === null ? [] : [[field.name, value]])),
    );
    return fc.tuple(...members).map((all) => ({ members: all.flat() }));
  }
  if (known.bends === false && type.name === 'Int') return fc.integer({ min: 1, max: 200 });
  if (type.name === 'Int')
    return fc.oneof(fc.integer({ min: -1, max: 300 }), fc.constantFrom(2 ** 31, -(2 ** 31) - 1, 0.5));
  if (type.name === 'Float') return fc.double();
  if (type.name === 'Boolean') return fc.boolean();
  const kind = name === 'id' ? Object.values(known.ids).flat() : (known.ids[name.replace(/Ids?$/, '')] ?? []);
  const good = fc.oneof(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), fc.constantFrom('2026-03-01T00:00:00Z', 'P1D'));
  const text = known.bends === false ? good : fc.oneof(good, hostileText, fc.constantFrom(...instants));
  return kind.length === 0
    ? text
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...kind) }, { weight: 1, arbitrary: text });
}

const deep = (depth: number): string =>
  `{ projects { edges { node { branches { edges { node ${'{ project '.repeat(depth)}{ id }${' }'.repeat(depth)} } } } } } }`;

const documents = [
  '',
  ' ',
  '#',
  '{',
  '{ }',
  'null',
  '[]',
  '{"a": 1}',
  '{ __typename }',
  '{ __schema { types { name fields { name type { name ofType { name } } } } } }',
  '{ __type(name: "__proto__") { name } }',
  '{ __proto__ }',
  '{ constructor { prototype } }',
  deep(3),
  deep(300),
  `${'{ a'.repeat(3_000)}${'}'.repeat(3_000)}`,
  `{ ${'__typename '.repeat(900)} }`,
  `{ ${Array.from({ length: 400 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
  'query A { __typename } query A { __typename }',
  'query A { __typename } query B { __typename }',
  '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
  '{ ...A } fragment A on Nothing { id }',
  '{ ... @include(if: $x) { __typename } }',
  'query ($a: Nothing) { __typename }',
  'query ($a: ID = "x" @skip) { snapshot(id: $a) { id } }',
  'subscription { __typename }',
  'mutation { __typename }',
  'type Query { a: Int }',
  'extend type Query { a: Int }',
  '{ snapshot(id: """\u0000""") { id } }',
  '{ snapshot(id: "\\u0000") { id } }',
  '{ snapshot(id: "\\uD800") { id } }',
  '{ snapshot(id: 1e999) { id } }',
  '{ snapshot(id: {a: {a: {a: {a: 1}}}}) { id } }',
  '{ snapshots(first: 99999999999999999999) { edges { cursor } } }',
  '{ snapshots(first: -1) { edges { cursor } } }',
  `{ snapshots(after: "${'A'.repeat(4_000)}") { edges { cursor } } }`,
  `# ${'x'.repeat(20_000)}\n{ __typename }`,
  '{ team(slug: "default") { id slug } }',
  '{ team(slug: "other") { id slug } }',
];
