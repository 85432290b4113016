// The order of checks: 401, 400, 404, 403, 428, 412, then the rest. Where there is no route nothing else is checked.

import t from 'tap';
import { notFound, Refusal } from '../../src/core/errors.ts';
import { key, openDoor } from './door.ts';

const patch = '/v1/policies/pol_1';

t.test('a missing or wrong key is refused before the body is looked at', async (t) => {
  const { app, calls } = await openDoor(t);
  const payloads = ['{"branchId": ', `"${'x'.repeat(2 * 1024 * 1024)}"`, JSON.stringify({ unknown: 1 })];
  for (const authorization of [undefined, 'Bearer wrong', `Basic ${key}`, 'Bearer', key]) {
    for (const payload of payloads) {
      for (const type of ['application/json', 'text/plain']) {
        const headers = { 'content-type': type, ...(authorization === undefined ? {} : { authorization }) };
        const answer = await app.inject({ method: 'POST', url: '/v1/snapshots', headers, payload });
        t.match(answer.json(), { code: 'unauthenticated', status: 401 });
        t.match(answer.headers['www-authenticate'], /^Bearer/);
      }
    }
  }
  t.strictSame(calls, []);
});

t.test('the scheme of the key is read in any case', async (t) => {
  const { app } = await openDoor(t);
  for (const authorization of [`bearer ${key}`, `BEARER  ${key} `]) {
    t.equal((await app.inject({ url: '/v1/snapshots', headers: { authorization } })).statusCode, 200);
  }
});

t.test('an unknown path needs no key and no readable body', async (t) => {
  const { app } = await openDoor(t);
  for (const url of [
    '/',
    '/v1',
    '/v1/nothing',
    '/v1/snapshots/a/b',
    '/V1/snapshots',
    '/v2/snapshots',
    '/%ff',
    '/v1/snapshots/%zz',
  ]) {
    const answer = await app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      payload: '{',
    });
    t.equal(answer.statusCode, 404, url);
    t.match(answer.json(), { code: 'route_not_found' }, url);
    t.ok(answer.headers['x-request-id'], url);
    t.equal(answer.headers['content-type'], 'application/problem+json', url);
  }
});

t.test('a path that there is not: the answer names what the process serves', async (t) => {
  for (const [serves, said] of [
    ['everything', /openapi\.json/],
    [
      'probes',
      /^There is no such path\. This process has not the role api: it answers \/livez, \/readyz and \/metrics\./,
    ],
  ] as const) {
    const { app } = await openDoor(t, { serves });
    const answer = await app.inject('/v1/projects/none/such');
    t.match(answer.json(), { code: 'route_not_found', detail: said });
    t.equal((await app.inject('/openapi.json')).statusCode, serves === 'everything' ? 200 : 404);
    t.equal((await app.inject('/metrics')).body, 'one 1\n');
  }
});

t.test('a wrong method on a known path names those that it has', async (t) => {
  const { app, calls } = await openDoor(t);
  const wrong = [
    ['PUT', '/v1/snapshots', 'GET, HEAD, POST'],
    ['DELETE', '/v1/snapshots?x=1', 'GET, HEAD, POST'],
    ['PATCH', '/v1/snapshots/snp_1', 'DELETE, GET, HEAD'],
    ['GET', '/v1/policies/pol_1/run', 'POST'],
    ['POST', '/v1/policies/pol_1', 'DELETE, GET, HEAD, PATCH'],
    ['OPTIONS', '/v1/restores', 'GET, HEAD, POST'],
    ['GET', '/v1/restores/rst_1/cancel', 'POST'],
    ['DELETE', '/v1/holds/hld_1', 'GET, HEAD'],
    ['DELETE', '/v1/jobs/job_1', 'GET, HEAD'],
    ['GET', '/v1/projects/prj_1/adopt', 'POST'],
    ['POST', '/v1/projects/prj_1/reconcile-report', 'GET, HEAD'],
    ['POST', '/livez', 'GET, HEAD'],
    ['GET', '/v1/restores/rst_1/preserved-branch', 'DELETE'],
  ] as const;
  for (const [method, url, allow] of wrong) {
    const answer = await app.inject({ method, url });
    t.equal(answer.statusCode, 405, `${method} ${url}`);
    t.equal(answer.headers['allow'], allow, `${method} ${url}`);
    t.match(answer.json(), { code: 'method_not_allowed', allow: allow.split(', ') });
  }
  t.strictSame(calls, []);
});

t.test('the schema is checked before the domain is asked', async (t) => {
  const { send, calls } = await openDoor(t);
  t.match((await send('PATCH', patch, { unknown: true })).json(), { code: 'invalid_request' }, 'also before If-Match');
  t.match((await send('POST', '/v1/snapshots', {})).json(), { code: 'invalid_request' });
  t.match((await send('GET', '/v1/snapshots?x=1')).json(), { code: 'invalid_request' });
  t.strictSame(calls, []);
});

t.test('a missing If-Match is refused after what is not found or not allowed', async (t) => {
  let refusal = notFound('policy', 'pol_1');
  const update = async () => {
    throw refusal;
  };
  const { send } = await openDoor(t, { replace: { policies: { update } } });
  t.match((await send('PATCH', patch, {})).json(), { code: 'not_found' });
  refusal = new Refusal('forbidden', 'No.');
  t.match((await send('PATCH', patch, {})).json(), { code: 'forbidden' });
  refusal = new Refusal('version_stale', 'No.', { members: { version: 4 } });
  t.match((await send('PATCH', patch, {})).json(), { code: 'if_match_required', status: 428 });
  t.match((await send('PATCH', patch, {}, { 'if-match': '"3"' })).json(), { code: 'version_stale', version: 4 });
  refusal = new Refusal('name_taken', 'No.');
  t.match((await send('PATCH', patch, {}, { 'if-match': '"3"' })).json(), { code: 'name_taken' });
});

t.test('If-Match takes one ETag as it was given', async (t) => {
  const { send, calls } = await openDoor(t);
  const forms = {
    '*': 428,
    ' ': 428,
    '"1"': 200,
    ' "1" ': 200,
    '"2"': 412,
    'W/"1"': 412,
    '1': 412,
    '"1", "2"': 412,
    '"01"': 412,
    '"0"': 412,
    '"-1"': 412,
    '"x"': 412,
    '"9999999999999999999999"': 412,
  };
  for (const [form, status] of Object.entries(forms)) {
    const answer = await send('PATCH', patch, { name: 'weekly' }, { 'if-match': form });
    t.equal(answer.statusCode, status, form);
    if (status === 412) t.match(answer.json(), { code: 'version_stale', version: 1 }, form);
    if (status === 428) t.match(answer.json(), { code: 'if_match_required' }, form);
  }
  t.match(calls[0]?.input[1], { version: 0 }, 'the domain was asked for a change that it cannot make');
});

t.test('a malformed id is not found, like an unknown one', async (t) => {
  const asked: string[] = [];
  const get = async (_: unknown, id: string) => {
    asked.push(id);
    throw notFound('snapshot', id);
  };
  const { send } = await openDoor(t, { replace: { snapshots: { get } } });
  const ids = ['snp_2', 'x', "' or 1=1", '../projects', '%', 'ü', 'a'.repeat(500), ''];
  for (const id of ids) {
    const answer = await send('GET', `/v1/snapshots/${encodeURIComponent(id)}`);
    t.match(answer.json(), { code: 'not_found', status: 404 }, id);
  }
  t.strictSame(asked, ids);
  for (const id of ['%00', 'snp_1%00', 'a'.repeat(5000)]) {
    t.match((await send('GET', `/v1/snapshots/${id}`)).json(), { code: 'not_found' }, 'the domain need not see it');
  }
  t.strictSame(asked, ids);
});

t.test('a deletion goes from the version that If-Match names, and without one from whatever there is', async (t) => {
  const { send, calls } = await openDoor(t);
  for (const [form, version] of [
    [undefined, undefined],
    ['*', undefined],
    ['"3"', 3],
    ['W/"3"', 0],
    ['3', 0],
  ] as const) {
    calls.length = 0;
    const answer = await send(
      'DELETE',
      '/v1/policies/pol_1',
      undefined,
      form === undefined ? {} : { 'if-match': form },
    );
    t.equal(answer.statusCode, 204);
    t.strictSame(calls[0]?.input[1], { id: 'pol_1', version, lastSnapshot: false }, form ?? 'none');
  }
});
