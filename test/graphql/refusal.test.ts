import t from 'tap';
import { Refusal, type RefusalCode, refusals } from '../../src/core/errors.ts';
import { openDoor } from './door.ts';
import * as samples from './samples.ts';

t.test(
  'a refusal of the domain is an error with its code, members and request id, beside the other answers',
  async (t) => {
    const door = await openDoor(t);
    door.fail(
      'snapshots.get',
      new Refusal('outside_restore_window', 'Too early. Nothing was done.', {
        members: { earliest: 'a', code: 'forged', requestId: 'forged' },
      }),
    );
    const { status, data, errors } = await door.ask('{ snapshot(id: "snp_1") { id } project(id: "prj_1") { id } }');
    t.equal(status, 200);
    t.strictSame(data, { snapshot: null, project: { id: 'prj_1' } });
    t.strictSame(errors, [
      {
        message: 'Too early. Nothing was done.',
        locations: [{ line: 1, column: 3 }],
        path: ['snapshot'],
        extensions: { earliest: 'a', code: 'outside_restore_window', requestId: 'req-1' },
      },
    ]);
  },
);

for (const code of Object.keys(refusals) as RefusalCode[]) {
  t.test(`the code ${code} reaches the caller`, async (t) => {
    const door = await openDoor(t);
    door.fail('snapshots.request', new Refusal(code, 'No.'));
    const { status, errors } = await door.ask('mutation { requestSnapshot(input: { branchId: "brn_1" }) { id } }');
    t.equal(status, 200);
    t.equal(errors[0]?.extensions['code'], code);
    t.equal('retryAfterSeconds' in (errors[0]?.extensions ?? {}), refusals[code].status === 503);
  });
}

t.test('an id that is not there is not_found', async (t) => {
  const door = await openDoor(t);
  const { data, errors } = await door.ask('{ branch(id: "brn_9") { id } }');
  t.strictSame(data, { branch: null });
  t.match(errors, [{ path: ['branch'], extensions: { code: 'not_found' } }]);
});

t.test('an unknown error is internal: it goes to the log, not to the caller', async (t) => {
  const door = await openDoor(t);
  door.fail('projects.list', new Error('connect to postgresql://user:hunter2@db failed'));
  const { status, data, errors, text } = await door.ask('{ projects { pageInfo { hasNextPage } } }');
  t.equal(status, 200);
  t.strictSame(data, { projects: null });
  t.match(errors, [{ path: ['projects'], extensions: { code: 'internal', requestId: 'req-1' } }]);
  t.notMatch(text, /hunter2|stack|node_modules/);
  const lines = door.log.map((line) => JSON.parse(line) as { level: number; msg: string; err?: { message: string } });
  t.match(
    lines.filter(({ level }) => level >= 50),
    [{ msg: 'graphql.failed', err: { message: /hunter2/ } }],
  );
});

t.test('a view that does not fit the schema is internal', async (t) => {
  const door = await openDoor(t);
  door.snapshots = [{ ...samples.snapshot, sizeBytes: Number.NaN }];
  const { data, errors } = await door.ask('{ snapshot(id: "snp_1") { id sizeBytes } }');
  t.strictSame(data, { snapshot: { id: 'snp_1', sizeBytes: null } });
  t.match(errors, [{ extensions: { code: 'internal' } }]);
});

t.test('a refusal is logged as information with its code, never as an error', async (t) => {
  const door = await openDoor(t);
  await door.ask('{ branch(id: "brn_9") { id } }');
  await door.ask('{ nothing }');
  const lines = door.log.map((line) => JSON.parse(line) as { level: number; code?: string });
  t.ok(lines.every(({ level }) => level <= 30));
  t.strictSame(
    lines.map(({ code }) => code).filter((code) => code !== undefined),
    ['not_found', 'invalid_request'],
  );
});

/** Requests that cannot be run at all. */
const malformed: Readonly<Record<string, unknown>> = {
  'no body': undefined,
  'a batch of nothing': [],
  'no query': { variables: {} },
  'an empty query': { query: '' },
  'a query that is no text': { query: 5 },
  'a query that does not parse': { query: '{ projects ' },
  'a query that is JSON': { query: '{}' },
  'a query that is a parsed document': { query: JSON.stringify({ kind: 'Document', definitions: [] }) },
  'a query of null': { query: 'null' },
  'an unknown field': { query: '{ secrets { id } }' },
  'an unknown argument': { query: '{ project(name: "x") { id } }' },
  'a missing argument': { query: '{ project { id } }' },
  'an argument of another type': { query: '{ projects(first: "many") { edges { cursor } } }' },
  'an enum value that is none': { query: '{ snapshots(filter: { status: lost }) { edges { cursor } } }' },
  'an instant that is no text': { query: '{ auditEvents(filter: { since: 5 }) { edges { cursor } } }' },
  'a subscription': { query: 'subscription { restoreChanged { id } }' },
  'several operations and no name': { query: 'query A { __typename } query B { __typename }' },
  'several operations, variables and no name': {
    query: 'query A { __typename } query B { __typename }',
    variables: { a: 1 },
  },
  'the name of no operation': { query: 'query A { __typename }', operationName: 'B' },
  'an operation name that is no text': { query: 'query A { __typename }', operationName: 5 },
  'variables that are no object': { query: '{ __typename }', variables: [] },
  'a missing variable': { query: 'query ($id: ID!) { project(id: $id) { id } }' },
  'a variable of another type': { query: 'query ($id: ID!) { project(id: $id) { id } }', variables: { id: {} } },
  'a query of too many tokens': {
    query: `{ ${'__typename '.repeat(4_100).slice(0, 16_000)} ${'a '.repeat(100)}}`.slice(0, 16_384),
  },
  'fragments in a circle': {
    query: '{ branch(id: "a") { ...A } } fragment A on Branch { ...B } fragment B on Branch { ...A }',
  },
  'thousands of levels': { query: `${'{a'.repeat(1_900)}${'}'.repeat(1_900)}` },
  'a literal of thousands of levels': { query: `{ project(id: ${'['.repeat(1_900)}${']'.repeat(1_900)}) { id } }` },
  'schema introspection without an end': {
    query: `{ __schema { types { ${'fields { type { '.repeat(6)} name ${'} }'.repeat(6)} } } }`,
  },
};

for (const [title, body] of Object.entries(malformed)) {
  t.test(`${title}: 400, invalid_request, nothing asked of the domain`, async (t) => {
    const door = await openDoor(t);
    const { status, data, errors, text } = await door.post(body ?? null);
    t.equal(status, 400);
    t.equal(data, undefined, 'there is no data where nothing was run');
    t.ok(errors.length > 0);
    for (const { message, extensions } of errors) {
      t.match(extensions, { code: 'invalid_request', requestId: 'req-1' });
      t.match(message, /Nothing was done\.$/);
    }
    t.notMatch(text, /stack|node_modules/);
    t.strictSame(door.calls, []);
  });
}

t.test('a value that was sent is never repeated', async (t) => {
  const door = await openDoor(t);
  const create = 'mutation ($input: CreateCredentialInput!) { createCredential(input: $input) { id } }';
  const attempts = [
    door.ask(create, { input: { name: 'a', neonApiKey: ['napi_secret'] } }),
    door.ask(create, { input: { name: 'a', neonApiKey: 'napi_secret', extra: 1 } }),
    door.ask(create, { input: { neonApiKey: 'napi_secret' } }),
    door.ask(create, { input: { name: 'a', neonApiKey: 'napi_secret \u0007' } }),
    door.ask(create, { input: 'napi_secret' }),
    door.ask('mutation { createCredential(input: { name: "a", neonApiKey: ["napi_secret"] }) { id } }'),
    door.ask('mutation { createCredential(input: "napi_secret") { id } }'),
    door.ask('mutation ($k: CredentialStatus) { createCredential(input: { name: "a", neonApiKey: $k }) { id } }', {
      k: 'napi_secret',
    }),
  ];
  for (const { errors, text } of await Promise.all(attempts)) {
    t.equal(errors[0]?.extensions['code'], 'invalid_request');
    t.notMatch(text, /napi_secret/);
  }
  t.strictSame(door.calls, []);
  t.notMatch(door.log.join(''), /napi_secret/);
});

t.test('a null through a variable where none may be is invalid_request, found when the field runs', async (t) => {
  const door = await openDoor(t);
  const { status, errors } = await door.ask('query ($id: ID = "prj_1") { project(id: $id) { id } }', { id: null });
  t.equal(status, 200);
  t.equal(errors[0]?.extensions['code'], 'invalid_request');
  t.strictSame(door.calls, []);
});

t.test('introspection is as deep as GraphiQL needs it', async (t) => {
  const door = await openDoor(t);
  const { getIntrospectionQuery } = await import('graphql');
  const { status, errors } = await door.ask(getIntrospectionQuery());
  t.equal(status, 200);
  t.strictSame(errors, []);
});
