// What browsers are told: the security headers of every answer, the policies of the two pages, and which origins may read.

import t from 'tap';
import { registerGraphql } from '../../../src/graphql/register.ts';
import { graphqlDefaults } from '../../graphql/door.ts';
import { key, openDoor } from '../door.ts';

const bearer = { authorization: `Bearer ${key}` };

t.test('answers, refusals and unknown paths carry the headers, and are to be loaded as nothing', async (t) => {
  const { app } = await openDoor(t);
  for (const [url, headers] of [
    ['/v1/snapshots', bearer],
    ['/v1/snapshots', {}],
    ['/v1/snapshots?x=1', bearer],
    ['/nothing', {}],
    ['/livez', {}],
    ['/openapi.json', {}],
  ] as const) {
    const answer = await app.inject({ url, headers });
    t.match(
      answer.headers,
      {
        'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      },
      `${answer.statusCode} ${url}`,
    );
    t.equal(answer.headers['access-control-allow-origin'], undefined);
  }
});

/** Whether the directive, or default-src in its place, lets pages load from their own origin. */
function directive(policy: string, name: string): string[] {
  const all = new Map(
    policy.split(';').map((one) => [one.trim().split(' ', 1)[0] ?? '', one.trim().split(' ').slice(1)]),
  );
  return all.get(name) ?? all.get('default-src') ?? [];
}

t.test(
  'the pages load under their own policy: all that they name is theirs, and no script is in the page',
  async (t) => {
    const { app } = await openDoor(t);
    const domain = {} as Parameters<typeof registerGraphql>[1]['domain'];
    await registerGraphql(app, { domain, ...graphqlDefaults, graphiql: true });
    for (const url of ['/docs', '/graphiql']) {
      const page = await app.inject(url);
      t.equal(page.statusCode, 200, url);
      const policy = String(page.headers['content-security-policy']);
      for (const name of ['script-src', 'style-src', 'connect-src', 'img-src', 'font-src', 'worker-src']) {
        t.ok(directive(policy, name).includes("'self'"), `${url} ${name}`);
      }
      t.strictSame(directive(policy, 'script-src'), ["'self'"], 'no inline script, and no text that becomes one');
      t.strictSame(directive(policy, 'frame-ancestors'), ["'none'"]);
      t.equal(page.headers['x-frame-options'], 'DENY');
      t.notMatch(policy, 'upgrade-insecure-requests', 'which would break the page where it is served without TLS');
      for (const [, attributes = '', text = ''] of page.body.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
        t.match(attributes, /\bsrc="/, `${url}: a script of its own`);
        t.equal(text.trim(), '');
      }
      t.notMatch(page.body, /\son\w+="/, 'no handler in an attribute');
      for (const [, from = ''] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
        if (from.startsWith('data:')) t.ok(directive(policy, 'img-src').includes('data:'));
        else t.equal((await app.inject(new URL(from, `http://a${url}/`).pathname)).statusCode, 200, from);
      }
    }
    const { body } = await app.inject('/graphiql/graphiql.js');
    t.notMatch(body, /[^\w.]eval\(|new Function\(/, 'GraphiQL makes no script of text');
  },
);

const origin = 'https://dashboard.example.com';

t.test('a page of an origin that is let in may ask and read, also what was refused', async (t) => {
  const { app } = await openDoor(t, { edge: { corsOrigins: [origin, 'http://localhost:5173'] } });
  const asked = await app.inject({
    method: 'OPTIONS',
    url: '/v1/policies/pol_1',
    headers: {
      origin,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization,if-match',
    },
  });
  t.equal(asked.statusCode, 204, 'without a key: browsers send none here');
  t.equal(asked.headers['access-control-allow-origin'], origin);
  t.match(asked.headers['access-control-allow-methods'], 'PATCH');
  t.match(asked.headers['access-control-allow-headers'], /Authorization.*If-Match/);
  t.match(asked.headers['vary'], /origin/i);
  for (const headers of [bearer, {}]) {
    const read = await app.inject({ url: '/v1/snapshots', headers: { origin, ...headers } });
    t.equal(read.headers['access-control-allow-origin'], origin, String(read.statusCode));
    t.match(read.headers['access-control-expose-headers'], /ETag.*Location.*Retry-After/);
    t.equal(read.headers['access-control-allow-credentials'], undefined);
  }
});

t.test(
  'a page may use every method and header that the contract names, and read every header that it promises',
  async (t) => {
    const { app } = await openDoor(t, { edge: { corsOrigins: [origin] } });
    const { paths }: { paths: Record<string, Record<string, Described>> } = (await app.inject('/openapi.json')).json();
    const operations = Object.values(paths).flatMap((path) => Object.entries(path));
    const headers = { origin, 'access-control-request-method': 'PUT' };
    const asked = await app.inject({ method: 'OPTIONS', url: '/v1/policies/import', headers });
    const methods = operations.map(([method]) => method.toUpperCase());
    t.strictSame(listed(asked.headers['access-control-allow-methods']), unique([...methods, 'HEAD']));
    const sent = operations.flatMap(([, { parameters = [] }]) => parameters.filter((one) => one.in === 'header'));
    const allowed = listed(asked.headers['access-control-allow-headers']);
    for (const { name } of sent) t.ok(allowed.includes(name), name);
    const read = await app.inject({ url: '/v1/snapshots', headers: { origin, ...bearer } });
    const exposed = listed(read.headers['access-control-expose-headers']);
    const answers = operations.flatMap(([, { responses }]) => Object.values(responses));
    for (const name of [...answers.flatMap((one) => Object.keys(one.headers ?? {})), 'Content-Disposition']) {
      t.ok(exposed.includes(name), name);
    }
  },
);

interface Described {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, { readonly headers?: object }>>;
}

function listed(header: unknown): string[] {
  return String(header).split(', ').toSorted();
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}

t.test('any other origin is told nothing, whatever it looks like', async (t) => {
  const { app } = await openDoor(t, { edge: { corsOrigins: [origin] } });
  for (const other of [
    `${origin}.evil.com`,
    'http://dashboard.example.com',
    `${origin}:8443`,
    'null',
    '',
    `${origin}/`,
  ]) {
    const read = await app.inject({ url: '/v1/snapshots', headers: { ...bearer, origin: other } });
    t.equal(read.statusCode, 200);
    t.equal(read.headers['access-control-allow-origin'], undefined, other);
    const asked = await app.inject({
      method: 'OPTIONS',
      url: '/v1/snapshots',
      headers: { origin: other, 'access-control-request-method': 'POST' },
    });
    t.match(asked.json(), { code: 'method_not_allowed' }, other);
    t.equal(asked.headers['access-control-allow-origin'], undefined);
  }
});

t.test('with origins let in, unknown paths and methods are refused as ever', async (t) => {
  const { app } = await openDoor(t, { edge: { corsOrigins: [origin] } });
  t.match((await app.inject({ method: 'OPTIONS', url: '/nothing' })).json(), { code: 'route_not_found' });
  t.match((await app.inject('/nothing')).json(), { code: 'route_not_found' });
  const wrong = await app.inject({ method: 'OPTIONS', url: '/v1/restores' });
  t.match(wrong.json(), { code: 'method_not_allowed', allow: ['GET', 'HEAD', 'POST'] });
});
