// An operation is compiled once it was run a few times. It is asked more often than that here, and every answer must be as the first one.

import t from 'tap';
import { notFound } from '../../src/core/errors.ts';
import { runsBeforeCompiled } from '../../src/graphql/compiled.ts';
import { openDoor } from './door.ts';
import { fields } from './fields.ts';
import { project } from './samples.ts';

const many = runsBeforeCompiled + 3;

interface Asked {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}

const page = 'query ($first: Int! = 5) { projects(first: $first) { edges { node { id } } } }';
const nested = `{ projects { edges { cursor node { ${fields.project} branches(first: 2) { edges { node { ${fields.branch}
  snapshots(first: 1) { edges { node { ${fields.snapshot} branch { id } } } pageInfo { endCursor hasNextPage } } } } } } } } }`;

const answered: Readonly<Record<string, Asked>> = {
  'nested lists': { query: nested },
  'fragments and aliases': {
    query: `{ a: projects(first: 1) { ...P } b: projects(first: 2) { ...P } __typename }
      fragment P on ProjectConnection { __typename edges { node { id ... on Project { named: name } } } }`,
  },
  'a variable with a default that is not given': { query: page },
  'a variable with a default that is given': { query: page, variables: { first: 7 } },
  'nulls for arguments that take them': {
    query: 'query ($after: String) { snapshots(first: 1, after: $after, filter: null) { edges { node { id } } } }',
    variables: { after: null },
  },
  'an object by its interface': {
    query: 'query ($id: ID!) { node(id: $id) { __typename id ... on Snapshot { name } ... on Project { region } } }',
    variables: { id: 'snp_1' },
  },
};

for (const [name, asked] of Object.entries(answered)) {
  t.test(`${name}: the answer stays the same, however often it is asked`, async (t) => {
    const door = await openDoor(t);
    const first = await door.post(asked);
    t.strictSame(first.errors, []);
    const calls = door.calls.splice(0);
    for (let n = 0; n < many; n += 1) {
      t.equal((await door.post(asked)).text, first.text);
      t.strictSame(door.calls.splice(0), calls);
    }
  });
}

const refused: Readonly<Record<string, Asked>> = {
  'a null for a variable with a default': { query: page, variables: { first: null } },
  'a variable of another type': { query: page, variables: { first: 'ag_secret' } },
  'a variable that is missing': { query: 'query ($id: ID!) { project(id: $id) { id } }' },
  'a page that is too large': { query: page, variables: { first: 201 } },
  'an argument beyond its @limit': {
    query: 'query ($id: ID!) { project(id: $id) { id } }',
    variables: { id: 'x\0' },
  },
  'a page from both ends': { query: '{ projects(first: 1, last: 1) { edges { node { id } } } }' },
  'an operation that is not there': { query: 'query A { projects { pageInfo { hasNextPage } } }', operationName: 'B' },
};

for (const [name, asked] of Object.entries(refused)) {
  t.test(`${name}: refused with invalid_request, however often it is asked`, async (t) => {
    const door = await openDoor(t);
    const first = await door.post(asked);
    t.match(first.errors, [{ extensions: { code: 'invalid_request' } }]);
    for (let n = 0; n < many; n += 1) {
      const { status, data, errors } = await door.post(asked);
      t.strictSame({ status, data, errors }, { status: first.status, data: first.data, errors: first.errors });
    }
    t.strictSame(door.calls, []);
  });
}

t.test('a variable that fits is answered though others of the same text were refused', async (t) => {
  const door = await openDoor(t);
  for (let n = 0; n < many; n += 1) {
    t.match(await door.ask(page, { first: null }), { errors: [{ extensions: { code: 'invalid_request' } }] });
    t.strictSame((await door.ask(page, { first: 1 })).errors, []);
    t.match(await door.ask(page, { first: 'x' }), {
      status: 400,
      errors: [{ extensions: { code: 'invalid_request' } }],
    });
  }
});

t.test('of a document with two operations the named one is run', async (t) => {
  const door = await openDoor(t);
  const query = 'query A { projects { edges { node { id } } } } query B { snapshots { edges { node { name } } } }';
  for (let n = 0; n < many; n += 1) {
    const [a, b] = [await door.post({ query, operationName: 'A' }), await door.post({ query, operationName: 'B' })];
    t.strictSame([Object.keys(a.data ?? {}), Object.keys(b.data ?? {})], [['projects'], ['snapshots']]);
  }
});

t.test(
  'a fragment is left out where it is spread under a condition that does not hold, and there elsewhere',
  async (t) => {
    const door = await openDoor(t);
    const query = `query ($with: Boolean!) { a: projects { ...P @include(if: $with) __typename } b: projects { ...P } }
    fragment P on ProjectConnection { edges { node { id } } }`;
    for (let n = 0; n < many; n += 1) {
      const { data } = await door.ask(query, { with: n % 2 === 0 });
      t.strictSame(Object.keys(data?.['a'] as object), n % 2 === 0 ? ['edges', '__typename'] : ['__typename']);
      t.strictSame(Object.keys(data?.['b'] as object), ['edges']);
    }
  },
);

t.test('what fails below an edge is told by its code, and as often', async (t) => {
  const door = await openDoor(t);
  door.projects = [1, 2, 3].map((n) => ({ ...project, id: `prj_${n}` }));
  door.fail('branches.listOfProjects', notFound('project', 'prj_1'));
  door.fail('projects.reconcileReports', new Error('a fault of ours'));
  const query = `{ projects { edges { node { id reconcileReport { id } } } }
    others: projects { edges { node { branches { edges { node { id } } } } } } }`;
  const first = await door.ask(query);
  t.ok(first.errors.some(({ extensions }) => extensions['code'] === 'internal'));
  t.ok(first.errors.some(({ extensions }) => extensions['code'] === 'not_found'));
  for (let n = 0; n < many; n += 1) {
    const { data, errors } = await door.ask(query);
    t.strictSame([data, errors], [first.data, first.errors]);
  }
});

t.test('what is not found is answered in the same bytes', async (t) => {
  const door = await openDoor(t);
  door.fail('projects.get', notFound('project', 'prj_1'));
  const written = async (): Promise<string> => {
    const { text, errors } = await door.ask('{ project(id: "prj_1") { id } }');
    return text.replaceAll(String(errors[0]?.extensions['requestId']), '');
  };
  const first = await written();
  for (let n = 0; n < many; n += 1) t.equal(await written(), first);
});

t.test('a mutation is done once each time it is sent', async (t) => {
  const door = await openDoor(t);
  const query = 'mutation ($input: SyncProjectInput!) { syncProject(input: $input) { __typename } }';
  for (let n = 0; n < many; n += 1) await door.ask(query, { input: { id: 'prj_1' } });
  t.equal(door.calls.length, many);
});
