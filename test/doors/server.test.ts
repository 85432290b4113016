// The GraphQL door on the server of REST, which guards it.

import { pino } from 'pino';
import t, { type Test } from 'tap';
import { Refusal } from '../../src/core/errors.ts';
import { registerGraphql } from '../../src/graphql/register.ts';
import { buildRest } from '../../src/rest/server.ts';
import { makeFakeDomain } from '../graphql/fake-domain.ts';
import { actor } from '../graphql/samples.ts';

async function openServer(test: Test, production: boolean) {
  const fake = makeFakeDomain();
  const domain = {
    ...fake.domain,
    authenticate: async (presented: string | undefined) => {
      if (presented !== 'key') throw new Refusal('unauthenticated', 'Present an API key. Nothing was done.');
      return actor;
    },
  };
  const app = await buildRest({ domain, logger: pino({ level: 'silent' }), production });
  const open = { graphiql: !production, introspection: !production };
  await registerGraphql(app, { domain, ...open, costMax: 1_000, persistedOnly: false });
  test.teardown(() => app.close());
  return { app, calls: fake.calls };
}

const authorization = 'Bearer key';
const json = { 'content-type': 'application/json' };
const query = JSON.stringify({ query: '{ project(id: "prj_1") { id } }' });

t.test('GraphQL answers with a key, and names the request', async (t) => {
  const { app } = await openServer(t, true);
  const answer = await app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { ...json, authorization, 'x-request-id': 'mine' },
    payload: JSON.stringify({ query: '{ project(id: "prj_1") { id } branch(id: "no") { id } }' }),
  });
  t.equal(answer.statusCode, 200);
  t.match(answer.headers, { 'content-type': /application\/json/, 'x-request-id': 'mine' });
  t.match(answer.json(), {
    data: { project: { id: 'prj_1' } },
    errors: [{ extensions: { code: 'not_found', requestId: 'mine' } }],
  });
});

const refused = [
  { title: 'without a key', headers: json, payload: query, status: 401, code: 'unauthenticated' },
  {
    title: 'a body that is not JSON',
    headers: { ...json, authorization },
    payload: '{',
    status: 400,
    code: 'malformed_json',
  },
  {
    title: 'a body of text',
    headers: { 'content-type': 'text/plain', authorization },
    payload: query,
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    title: 'a body that is too large',
    headers: { ...json, authorization },
    payload: JSON.stringify({ query: 'x'.repeat(1024 * 1024) }),
    status: 413,
    code: 'body_too_large',
  },
];

for (const { title, headers, payload, status, code } of refused) {
  t.test(`${title}: a problem, as from REST, and nothing asked of the domain`, async (t) => {
    const { app, calls } = await openServer(t, true);
    const answer = await app.inject({ method: 'POST', url: '/graphql', headers, payload });
    t.equal(answer.statusCode, status);
    t.match(answer.headers['content-type'], 'application/problem+json');
    t.match(answer.json(), { code });
    t.strictSame(calls, []);
  });
}

t.test('a GET of /graphql is refused, and says what is answered', async (t) => {
  const { app } = await openServer(t, true);
  const answer = await app.inject({ url: '/graphql?query={__typename}', headers: { authorization } });
  t.equal(answer.statusCode, 405);
  t.equal(answer.headers['allow'], 'POST');
});

t.test('GraphiQL answers without a key outside production, and not at all in it', async (t) => {
  const [outside, inside] = await Promise.all([openServer(t, false), openServer(t, true)]);
  for (const url of ['/graphiql', '/graphiql/start.js', '/graphiql/graphiql.js', '/graphiql/style.css']) {
    t.equal((await outside.app.inject({ url })).statusCode, 200, url);
    t.equal((await inside.app.inject({ url })).statusCode, 404, url);
  }
});

t.test('neither is in the OpenAPI document', async (t) => {
  const { app } = await openServer(t, false);
  await app.ready();
  t.notMatch(Object.keys(app.swagger().paths ?? {}).join(), /graphi?ql/);
});
