// Entering a team, and the action that every operation names.

import { buildSchema } from 'graphql';
import t from 'tap';
import { readActions } from '../../src/graphql/actions.ts';
import { openDoor } from './door.ts';
import { fields } from './fields.ts';
import { project, team } from './samples.ts';

t.test('what is read under a team is read there', async (t) => {
  const door = await openDoor(t);
  const bySlug = await door.ask(
    `query ($slug: String) { team(slug: $slug) { team { ${fields.team} } query { projects { edges { node { id } } } } } }`,
    { slug: 'shop' },
  );
  t.strictSame(bySlug.data, { team: { team, query: { projects: { edges: [{ node: { id: project.id } }] } } } });
  t.strictSame(
    door.calls.map(({ name }) => name),
    ['teams.enter', 'teams.get', 'projects.list'],
  );
  const byId = await door.ask('{ __typename team(id: "tem_1") { team { slug } } }');
  t.strictSame(byId.errors, []);
  t.match(door.calls.slice(3), [
    { name: 'teams.get', input: ['tem_1'] },
    { name: 'teams.enter', input: ['shop'] },
  ]);
});

t.test('a team is named by its id or its slug', async (t) => {
  const door = await openDoor(t);
  for (const args of ['', '(id: null)', '(id: "tem_1", slug: "shop")']) {
    const { errors } = await door.ask(`{ team${args} { team { id } } }`);
    t.match(errors, [{ extensions: { code: 'invalid_request' } }], args);
  }
  t.strictSame(door.calls, []);
});

t.test('a document that enters a team reads nothing beside it, and enters no other', async (t) => {
  const door = await openDoor(t);
  const entered = 'team(slug: "a") { team { id } }';
  for (const query of [
    `{ ${entered} projects { edges { node { id } } } }`,
    `{ ${entered} other: team(slug: "b") { team { id } } }`,
    '{ team(slug: "a") { query { team(slug: "b") { team { id } } } } }',
    `{ ...in projects { edges { node { id } } } } fragment in on Query { ${entered} }`,
    `{ ...in } fragment in on Query { ${entered} }`,
    `{ ... on Query { ${entered} } me { id } }`,
    `query One { ${entered} } query Two { ${entered} }`,
  ]) {
    const { status, errors } = await door.post({
      query,
      operationName: query.startsWith('query One') ? 'One' : undefined,
    });
    t.equal(status, 400, query);
    t.match(errors, [{ extensions: { code: 'invalid_request' } }], query);
  }
  t.strictSame(door.calls, []);
});

t.test('a field of Query or Mutation that names no action of the table keeps the door from starting', async (t) => {
  const schema = (action: string, root = 'Query') =>
    buildSchema(`directive @action(is: String!) on FIELD_DEFINITION
      type Query { a: Int @action(is: "me.read") } extend type ${root} { b: Int ${action} } type Mutation { c: Int @action(is: "me.read") }`);
  t.throws(() => readActions(schema('')), /Query.b names no action/);
  t.throws(() => readActions(schema('', 'Mutation')), /Mutation.b names no action/);
  for (const name of ['thing.read', 'toString', '']) {
    t.throws(() => readActions(schema(`@action(is: "${name}")`)), /Query.b names no action/);
  }
  t.equal(readActions(schema('@action(is: "project.read")', 'Mutation')).get('b'), 'project.read');
});
