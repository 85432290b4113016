// What a key, a team and a source address may ask for within a minute, and what is told of it.

import t, { type Test } from 'tap';
import { Refusal } from '../../../src/core/errors.ts';
import { registerGraphql } from '../../../src/graphql/register.ts';
import { graphqlDefaults } from '../../graphql/door.ts';
import { admin } from '../../harness/team-views.ts';
import { type DoorOptions, openDoor } from '../door.ts';

/** A domain whose keys are `<team>-<key>`; any other is none. `asked` holds those that were looked up. */
async function openTeams(test: Test, edge: DoorOptions['edge'], more: Partial<DoorOptions> = {}) {
  const asked: string[] = [];
  const door = await openDoor(test, {
    edge,
    ...more,
    replace: {
      authenticate: async (presented, { requestId, sourceAddress }) => {
        asked.push(presented ?? '');
        const [, team, id] = /^(\w+)-(\w+)$/.exec(presented ?? '') ?? [];
        if (!team || !id) throw new Refusal('unauthenticated', 'Present an API key. Nothing was done.');
        return { ...admin, teamId: team, id: `key_${id}`, requestId, sourceAddress };
      },
    },
  });
  const get = (key: string, from = '192.0.2.1', url = '/v1/snapshots') =>
    door.app.inject({ url, remoteAddress: from, headers: { authorization: `Bearer ${key}` } });
  return { ...door, asked, get };
}

t.test('every answer of a guarded route says what is left to its key and its team', async (t) => {
  const { get } = await openTeams(t, { requestsPerKey: 3, requestsPerTeam: 5 });
  const answer = await get('shop-a');
  t.equal(answer.headers['ratelimit-policy'], '"key";q=3;w=60, "team";q=5;w=60');
  t.match(answer.headers['ratelimit'], /^"key";r=2;t=60, "team";r=4;t=60$/);
  const refused = await get('shop-a', undefined, '/v1/snapshots?unknown=1');
  t.equal(refused.statusCode, 400);
  t.match(refused.headers['ratelimit'], /^"key";r=1;t=\d+, "team";r=3;t=\d+$/, 'refusals are counted and told too');
  t.equal((await get('none')).headers['ratelimit'], undefined, 'who is nobody has no limit to be told of');
});

t.test('a key past its limit is refused by both doors before anything is done, and no other key', async (t) => {
  const door = await openTeams(t, { requestsPerKey: 2, requestsPerTeam: 0 });
  await registerGraphql(door.app, { domain: { ...fakeGraphqlDomain }, ...graphqlDefaults });
  await door.get('shop-a');
  await door.get('shop-a');
  const calls = door.calls.length;
  const answer = await door.get('shop-a');
  t.equal(answer.statusCode, 429);
  t.equal(answer.headers['content-type'], 'application/problem+json');
  t.match(answer.json(), { code: 'rate_limited', status: 429, limit: 'key', max: 2 });
  const seconds = Number(answer.headers['retry-after']);
  t.ok(seconds >= 1 && seconds <= 60, `${seconds} s`);
  const graphql = await door.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: 'Bearer shop-a', 'content-type': 'application/json' },
    payload: '{"query": "{ __typename }"}',
  });
  t.equal(graphql.statusCode, 429);
  t.match(graphql.json(), { code: 'rate_limited' });
  t.equal(door.calls.length, calls);
  t.equal((await door.get('shop-b')).statusCode, 200);
});

t.test('of a batch each operation is counted, and those past the limit alone are refused', async (t) => {
  const door = await openTeams(t, { requestsPerKey: 5, requestsPerTeam: 0 });
  await registerGraphql(door.app, { domain: { ...fakeGraphqlDomain }, ...graphqlDefaults });
  const send = (payload: unknown) =>
    door.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: 'Bearer shop-a' },
      payload: payload as object,
    });
  const one = { query: '{ __typename }' };
  const three = await send([one, { query: '{ nothing }' }, one]);
  t.match(three.json(), [{ data: {} }, { errors: [{ extensions: { code: 'invalid_request' } }] }, { data: {} }]);
  t.match(three.headers['ratelimit'], /^"key";r=2;t=\d+$/, 'what is left after all of them');
  const past = await send([one, one, one]);
  t.equal(past.statusCode, 200);
  const refused = { extensions: { code: 'rate_limited', limit: 'key', max: 5, retryAfterSeconds: Number } };
  t.match(past.json(), [{ data: {} }, { data: {} }, { errors: [refused] }]);
  t.match(past.headers['ratelimit'], /^"key";r=0;t=\d+$/);
  t.equal((await send([one])).statusCode, 429);
});

/** Nothing of it is called: the request is refused before. */
const fakeGraphqlDomain = {} as Parameters<typeof registerGraphql>[1]['domain'];

t.test(
  'a key that has run away leaves the rest of its team what the team has; a team past its limit leaves other teams theirs',
  async (t) => {
    const { get } = await openTeams(t, { requestsPerKey: 2, requestsPerTeam: 4 });
    for (let sent = 0; sent < 10; sent += 1) await get('shop-a');
    t.equal((await get('shop-b')).statusCode, 200, 'ten requests of one key are two of the team');
    t.equal((await get('shop-b')).statusCode, 200);
    t.match((await get('shop-c')).json(), { code: 'rate_limited', limit: 'team', max: 4 });
    t.equal((await get('web-d')).statusCode, 200);
  },
);

t.test('who is turned away is counted by door and bound, and failures that are answered late are', async (t) => {
  const told: string[] = [];
  const recorder = {
    turnedAway: (door: string, bound: string) => void told.push(`${door} ${bound}`),
    slowed: () => void told.push('slowed'),
  };
  const edge = { requestsPerKey: 2, requestsPerTeam: 3, failedSignIns: 22 };
  const { app, get } = await openTeams(t, edge, { recorder });
  await registerGraphql(app, { domain: fakeGraphqlDomain, ...graphqlDefaults });
  await Promise.all([get('shop-a'), get('shop-a')]);
  t.strictSame(told, []);
  await get('shop-a');
  const headers = { authorization: 'Bearer shop-a', 'content-type': 'application/json' };
  await app.inject({ method: 'POST', url: '/graphql', headers, payload: '{"query": "{ __typename }"}' });
  await get('shop-b');
  await get('shop-b');
  t.strictSame(told.splice(0), ['rest key', 'graphql key', 'rest team']);
  for (let sent = 0; sent < 22; sent += 1) await get('x', '192.0.2.9');
  t.strictSame(told.splice(0), ['slowed', 'slowed']);
  await get('x', '192.0.2.9');
  t.strictSame(told, ['rest address']);
});

t.test('probes, metrics and pages are free, and limits of 0 are none', async (t) => {
  const { get, app } = await openTeams(t, { requestsPerKey: 0, requestsPerTeam: 0 });
  for (const url of ['/livez', '/readyz', '/openapi.json', '/.well-known/jwks.json']) {
    t.equal((await app.inject(url)).headers['ratelimit-policy'], undefined, url);
  }
  const answer = await get('shop-a');
  t.equal(answer.statusCode, 200);
  t.equal(answer.headers['ratelimit-policy'], undefined);
});

t.test(
  'past so many failures an address is refused without a look at what it presents, and no other address',
  async (t) => {
    const { get, asked } = await openTeams(t, { failedSignIns: 3 });
    for (const key of ['x', 'y', 'z']) t.match((await get(key)).json(), { code: 'unauthenticated', status: 401 });
    const looked = asked.length;
    const answer = await get('shop-a');
    t.equal(answer.statusCode, 429);
    t.match(answer.json(), { code: 'sign_in_slowed' });
    t.ok(Number(answer.headers['retry-after']) >= 1);
    t.equal(answer.headers['www-authenticate'], undefined, 'it does not say that the key is none');
    t.equal(asked.length, looked, 'nothing was looked up');
    t.equal((await get('shop-a', '192.0.2.2')).statusCode, 200, 'from elsewhere the same key opens');
    t.match((await get('x', '192.0.2.2')).json(), { code: 'unauthenticated' });
  },
);

t.test(
  'a key that was let in before from the address is let in still, and is none the moment that it fails',
  async (t) => {
    const { get, asked } = await openTeams(t, { failedSignIns: 2 });
    t.equal((await get('shop-a')).statusCode, 200);
    for (const key of ['x', 'y', 'z']) await get(key);
    t.equal((await get('shop-a')).statusCode, 200);
    t.match((await get('shop-b')).json(), { code: 'sign_in_slowed' }, 'one that was not is not');
    t.strictSame(asked, ['shop-a', 'x', 'y', 'shop-a']);
  },
);

t.test('who presents no key is answered as ever, and counts as no failure', async (t) => {
  const { app, get } = await openTeams(t, { failedSignIns: 2 });
  for (let sent = 0; sent < 10; sent += 1) {
    t.match((await app.inject({ url: '/v1/snapshots', remoteAddress: '192.0.2.1' })).json(), {
      code: 'unauthenticated',
    });
  }
  t.equal((await get('shop-a')).statusCode, 200);
});

t.test('failures are answered later and later, at most a quarter of a second, and successes at once', async (t) => {
  const { get } = await openTeams(t, {});
  await Promise.all(Array.from({ length: 45 }, () => get('x')));
  const since = performance.now();
  const first = await Promise.race([get('x'), get('shop-a')]);
  t.equal(first.statusCode, 200, 'who succeeds does not wait for who fails');
  t.match((await get('x')).json(), { code: 'unauthenticated', status: 401 }, 'the answer is the same, but late');
  t.ok(performance.now() - since >= 245);
});

t.test('behind a trusted proxy the address is that of the caller; of IPv6 its network', async (t) => {
  const { app, get } = await openTeams(t, { failedSignIns: 2 }, { trustedProxies: '10.0.0.0/8' });
  const via = (forwarded: string, key: string) =>
    app.inject({
      url: '/v1/snapshots',
      remoteAddress: '10.0.0.1',
      headers: { authorization: `Bearer ${key}`, 'x-forwarded-for': forwarded },
    });
  for (const key of ['x', 'y']) await via('203.0.113.5', key);
  t.match((await via('203.0.113.5', 'shop-a')).json(), { code: 'sign_in_slowed' });
  t.match((await via('203.0.113.6', 'x')).json(), { code: 'unauthenticated' });
  for (const key of ['x', 'y']) await get(key, '2001:db8::1');
  t.match((await get('shop-a', '2001:db8::ffff:1')).json(), { code: 'sign_in_slowed' }, 'a caller has all of its /64');
  t.equal((await get('shop-a', '2001:db8:0:1::1')).statusCode, 200);
});
