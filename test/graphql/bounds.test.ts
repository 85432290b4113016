// What bounds a request as a whole: each bound has its code, and holds before anything is read.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { makeTemporaryDir } from '../harness/files.ts';
import { openDoor } from './door.ts';

const text = (length: number) => `{ __typename #${'x'.repeat(length - 16)}\n}`;
const nested = (levels: number) => {
  const open = 'branch { snapshots(first: 1) { edges { node { '.repeat(levels);
  return `{ snapshot(id: "snp_1") { ${open} id ${'} } } }'.repeat(levels)} } }`;
};
const aliases = (count: number) => Array.from({ length: count }, (_, n) => `a${n}: id`).join(' ');
const inFragments = `{ branch(id: "brn_1") { ...A } }
  fragment A on Branch { snapshots(first: 1) { edges { node { branch { ...B } } } } }
  fragment B on Branch { snapshots(first: 1) { edges { node { branch { ...C } } } } }
  fragment C on Branch { snapshots(first: 1) { edges { node { branch { id } } } } }`;
const spread = (times: number) => `{ p: project(id: "prj_1") { ${'...F '.repeat(times)} }
  } fragment F on Project { a: id b: name }`;
const inSchema = (count: number, levels: number) =>
  `{ __schema { queryType { ${'... { '.repeat(levels)} ${aliases(count).replaceAll('id', 'name')} ${'} '.repeat(levels)} } } }`;

const bounds = [
  { title: 'bytes', code: 'query_too_long', within: text(16_384), beyond: text(16_385) },
  {
    title: 'bytes, not characters',
    code: 'query_too_long',
    within: text(16_000),
    beyond: `#${'\u00e9'.repeat(8_200)}\n{a}`,
  },
  { title: 'depth', code: 'query_too_deep', within: nested(2), beyond: nested(3) },
  { title: 'depth in fragments', code: 'query_too_deep', within: nested(1), beyond: inFragments },
  {
    title: 'aliases',
    code: 'too_many_aliases',
    within: `{ project(id: "prj_1") { ${aliases(50)} } }`,
    beyond: `{ project(id: "prj_1") { ${aliases(51)} } }`,
  },
  {
    title: 'aliases in what the schema tells, however deep',
    code: 'too_many_aliases',
    within: inSchema(50, 20),
    beyond: inSchema(51, 120),
  },
  { title: 'aliases of fragments', code: 'too_many_aliases', within: spread(24), beyond: spread(25) },
] as const;

for (const { title, code, within, beyond } of bounds) {
  t.test(`${title}: one more than is allowed is ${code}, and nothing is read`, async (t) => {
    const door = await openDoor(t);
    t.strictSame((await door.ask(within)).errors, []);
    door.calls.length = 0;
    const { status, data, errors } = await door.ask(beyond);
    t.equal(status, 400);
    t.equal(data, undefined);
    t.match(errors, [{ message: /Nothing was done\.$/, extensions: { code, requestId: 'req-1' } }]);
    t.strictSame(door.calls, []);
    const codes = door.log.map((line) => (JSON.parse(line) as { code?: string }).code);
    t.ok(codes.includes(code), 'the log says which');
  });
}

const list = (first: string) => `query${first === '$n' ? ' ($n: Int)' : ''} { projects(first: ${first}) {
  edges { node { branches(first: 10) { edges { node { snapshots(last: 3) { edges { node { id } } } } } } } } } }`;

t.test('the cost is what an answer may hold: pages multiply, also those of variables', async (t) => {
  // 1 list, and 10 times: a project, 1 list, and 10 times: a branch, 1 list, and 3 snapshots.
  const cost = 1 + 10 * (1 + 1 + 10 * (1 + 1 + 3));
  const door = await openDoor(t, { costMax: cost });
  t.strictSame((await door.ask(list('10'))).errors, []);
  t.strictSame((await door.ask(list('$n'), { n: 10 })).errors, []);
  door.calls.length = 0;
  for (const [query, variables] of [
    [list('11'), {}],
    [list('$n'), { n: 11 }],
    [list('$n'), {}],
  ] as const) {
    const { status, data, errors } = await door.ask(query, variables);
    t.equal(status, 400);
    t.equal(data, undefined);
    t.match(errors, [{ extensions: { code: 'query_too_costly', costMax: cost } }]);
  }
  t.strictSame(door.calls, []);
});

t.test('of several operations the one that is asked for is counted', async (t) => {
  const door = await openDoor(t, { costMax: 10 });
  const query = `query A { me { id } } ${list('200').replace('query', 'query B')}`;
  t.strictSame((await door.post({ query, operationName: 'A' })).errors, []);
  t.match((await door.post({ query, operationName: 'B' })).errors, [{ extensions: { code: 'query_too_costly' } }]);
});

const me = { query: '{ me { id } }' };

t.test('a batch is answered in its order; one that is refused keeps no other from its answer', async (t) => {
  const door = await openDoor(t);
  const { status, text } = await door.post([
    me,
    { query: '{ nothing }' },
    { query: '{ project(id: "prj_9") { id } }' },
    me,
  ]);
  t.equal(status, 200);
  t.match(JSON.parse(text), [
    { data: { me: {} } },
    { errors: [{ extensions: { code: 'invalid_request' } }] },
    { data: { project: null }, errors: [{ extensions: { code: 'not_found' } }] },
    { data: { me: {} } },
  ]);
});

t.test('no answer is to be kept by anybody: it may hold a secret', async (t) => {
  const { app } = await openDoor(t);
  for (const payload of [me, [me, me], { query: '{ nothing }' }, []]) {
    const { headers } = await app.inject({ method: 'POST', url: '/graphql', payload });
    t.equal(headers['cache-control'], 'no-store', JSON.stringify(payload));
  }
});

t.test('more than 10 operations are batch_too_long, and none of them is run', async (t) => {
  const door = await openDoor(t);
  const ten = Array.from({ length: 10 }, () => me);
  t.equal((JSON.parse((await door.post(ten)).text) as unknown[]).length, 10);
  door.calls.length = 0;
  const { status, errors } = await door.post([...ten, me]);
  t.equal(status, 400);
  t.match(errors, [{ extensions: { code: 'batch_too_long' } }]);
  t.strictSame(door.calls, []);
});

t.test('a batch has one cost for all of it, and every bound of a single operation holds for each', async (t) => {
  const door = await openDoor(t, { costMax: 2 });
  const { text: answers } = await door.post([me, { query: text(16_385) }, { query: nested(3) }, me, me]);
  t.match(JSON.parse(answers), [
    { data: {} },
    { errors: [{ extensions: { code: 'query_too_long' } }] },
    { errors: [{ extensions: { code: 'query_too_deep' } }] },
    { data: {} },
    { errors: [{ extensions: { code: 'query_too_costly' } }] },
  ]);
  t.equal(door.calls.length, 2);
});

t.test('without introspection the schema is not told, and everything else is answered', async (t) => {
  const door = await openDoor(t, { introspection: false });
  t.strictSame((await door.ask('{ __typename me { __typename id } }')).errors, []);
  for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Query") { name } }']) {
    const { status, errors } = await door.ask(query);
    t.equal(status, 400);
    t.match(errors, [{ extensions: { code: 'introspection_off' } }]);
  }
});

t.test('persisted queries are named by their ids, and with persistedOnly nothing else is served', async (t) => {
  const path = join(await makeTemporaryDir(t), 'queries.json');
  await writeFile(
    path,
    JSON.stringify({ whoami: '{ me { id } }', one: 'query ($id: ID!) { project(id: $id) { id } }' }),
  );
  const open = await openDoor(t, { persistedQueries: path });
  const only = await openDoor(t, { persistedQueries: path, persistedOnly: true });
  const named = { documentId: 'one', variables: { id: 'prj_1' } };
  for (const door of [open, only]) {
    t.strictSame((await door.post(named)).data, { project: { id: 'prj_1' } });
    t.strictSame(
      (await door.post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'whoami' } } })).errors,
      [],
    );
    const { status, errors } = await door.post({ documentId: 'toString' });
    t.equal(status, 400);
    t.match(errors, [{ extensions: { code: 'query_not_persisted' } }]);
  }
  t.strictSame((await open.post(me)).errors, []);
  only.calls.length = 0;
  for (const body of [me, { ...me, documentId: 'other' }, { query: 'whoami' }]) {
    t.match((await only.post(body)).errors, [{ extensions: { code: 'query_not_persisted' } }]);
  }
  t.strictSame(only.calls, []);
});

t.test('a persisted query that would be refused keeps the door from opening, and is named', async (t) => {
  const path = join(await makeTemporaryDir(t), 'queries.json');
  for (const query of ['{ nothing }', '{ me ', nested(3), text(16_385), 5]) {
    await writeFile(path, JSON.stringify({ fine: '{ me { id } }', bad: query }));
    await t.rejects(openDoor(t, { persistedQueries: path }), /persisted query bad/);
  }
});
