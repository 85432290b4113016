import t from 'tap';
import { openDoor } from './door.ts';

t.test('what is no JSON is malformed_json', async (t) => {
  const { send, calls } = await openDoor(t);
  for (const body of ['{"branchId":', 'branchId=1', ' ', '{branchId: 1}', '\u0000']) {
    const answer = await send('POST', '/v1/snapshots', body);
    t.match(answer.json(), { code: 'malformed_json', status: 400 }, JSON.stringify(body));
  }
  t.strictSame(calls, []);
});

t.test('a body that is missing or no object is invalid_request', async (t) => {
  const { send } = await openDoor(t);
  for (const body of [undefined, '', 'null', '[]', '"text"', '1']) {
    const type = { 'content-type': 'application/json' };
    const answer = await send('POST', '/v1/snapshots', body, body === undefined ? {} : type);
    t.match(answer.json(), { code: 'invalid_request', errors: [{ path: '', message: 'must be an object' }] });
  }
});

t.test('a body over 1 MiB is refused, one of 1 MiB is read', async (t) => {
  const { send } = await openDoor(t);
  const body = (bytes: number) => JSON.stringify({ branchId: 'b' }).padEnd(bytes, ' ');
  const answer = await send('POST', '/v1/snapshots', body(1024 * 1024 + 1));
  t.match(answer.json(), { code: 'body_too_large', status: 413 });
  t.equal((await send('POST', '/v1/snapshots', body(1024 * 1024))).statusCode, 202);
});

t.test('bodies are JSON: any other type is refused', async (t) => {
  const { send, app } = await openDoor(t);
  const body = JSON.stringify({ branchId: 'brn_1' });
  const types = [
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'nonsense',
    'multipart/form-data; boundary=x',
  ];
  for (const type of [...types, 'application/merge-patch+json']) {
    const answer = await send('POST', '/v1/snapshots', body, { 'content-type': type });
    t.match(answer.json(), { code: 'unsupported_media_type', status: 415 }, type);
  }
  const untyped = await app.inject({
    method: 'POST',
    url: '/v1/snapshots',
    headers: { authorization: 'Bearer test-key', 'content-length': String(body.length) },
    payload: Buffer.from(body),
  });
  t.equal(untyped.statusCode, 415, 'no type at all');
  const typed = await send('POST', '/v1/snapshots', body, { 'content-type': 'Application/JSON; charset=UTF-8' });
  t.equal(typed.statusCode, 202);
});

t.test('a key that reaches a prototype is refused, wherever it is', async (t) => {
  const { send, calls } = await openDoor(t);
  const bodies = [
    '{"branchId": "b", "__proto__": {"name": "x"}}',
    '{"branchId": "b", "\\u005f_proto__": 1}',
    '{"branchId": "b", "constructor": {"prototype": {"x": 1}}}',
    '{"neonProjectId": "a", "credentialId": "b", "labels": {"__proto__": "x"}}',
  ];
  for (const body of bodies) {
    for (const url of ['/v1/snapshots', '/v1/projects', '/v1/policies/pol_1/run']) {
      t.match((await send('POST', url, body)).json(), { code: 'invalid_request', status: 400 }, `${url} ${body}`);
    }
  }
  t.match((await send('GET', '/v1/snapshots?__proto__=1')).json(), { code: 'invalid_request' });
  t.strictSame(calls, []);
  t.equal(Reflect.get({}, 'name'), undefined);
});

t.test('a NUL character is refused before Postgres can choke on it', async (t) => {
  const { send, calls } = await openDoor(t);
  const bodies = [{ branchId: 'b\0' }, { branchId: 'b', name: '\0' }, { branchId: 'b', 'x\0': 1 }];
  for (const body of bodies) t.match((await send('POST', '/v1/snapshots', body)).json(), { code: 'invalid_request' });
  t.match((await send('GET', '/v1/audit-events?subjectId=a%00')).json(), { code: 'invalid_request' });
  t.strictSame(calls, []);
});

t.test('a body made to be slow to check is refused fast', async (t) => {
  const { send } = await openDoor(t);
  const bodies = [
    `{"branchId": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    `{"projects": [${'1,'.repeat(500_000)}1]}`,
    `{"selector": {"projects": [${'{},'.repeat(300_000)}{}]}}`,
    `{"name": "${'a'.repeat(1_000_000)}\\u0001"}`,
    `{"name": "${' '.repeat(1_000_000)}"}`,
  ];
  for (const body of bodies) {
    const before = process.cpuUsage();
    const answer = await send('POST', '/v1/policies', body);
    const ms = process.cpuUsage(before).user / 1000;
    t.match(answer.json(), { code: 'invalid_request' }, body.slice(0, 30));
    t.ok(ms < 2000, `${Math.round(ms)} ms of the processor: what others do on the machine is not counted`);
    t.ok(answer.body.length < 5000, 'and the answer is short');
  }
});

t.test('a list of ten thousand points is taken, and one of as many faults is refused fast and shortly', async (t) => {
  const { send, calls } = await openDoor(t);
  const simulation = { retention: { keepLast: 1 }, timeZone: 'UTC', now: '2026-03-01T10:00:00Z' };
  const list = (point: (index: number) => object) => ({
    ...simulation,
    points: Array.from({ length: 10_000 }, (_, i) => point(i)),
  });
  const uuid = '01a2172b-14ed-766b-8630-04ec07825d32';
  const at = '2026-03-01T10:00:00.000Z';
  const named = { branchId: `brn_${uuid}`, pointAt: at, held: true, proven: true };
  const whole = list((i) => ({ id: `snp_${uuid}${i}`, ...named, lockedUntil: i % 2 === 0 ? at : null }));
  t.equal((await send('POST', '/v1/retention/simulate', whole)).statusCode, 200);
  t.equal(calls.length, 1);
  const before = process.cpuUsage();
  const answer = await send(
    'POST',
    '/v1/retention/simulate',
    list(() => ({ id: 1, pointAt: 2, held: 3, a: 4, b: 5, c: 6 })),
  );
  const ms = process.cpuUsage(before).user / 1000;
  t.match(answer.json(), { code: 'invalid_request' });
  t.ok(ms < 2000, `${Math.round(ms)} ms of the processor`);
  t.ok(answer.body.length < 5000);
  t.match(
    (
      await send(
        'POST',
        '/v1/retention/simulate',
        list(() => ({ a: Array(10).fill(0) })),
      )
    ).json(),
    {
      detail: /more than 70100 values/,
    },
  );
  t.match(
    (await send('POST', '/v1/policies', { ...whole, points: whole.points.slice(0, 2_000) })).json(),
    { detail: /more than 5000 values/ },
    'elsewhere it is not',
  );
  t.equal(calls.length, 1);
});

t.test('a body is nested no deeper than what walks it can bear', async (t) => {
  const { send } = await openDoor(t);
  const nested = (depth: number) => `{"branchId": ${'['.repeat(depth)}${']'.repeat(depth)}}`;
  t.match((await send('POST', '/v1/snapshots', nested(200))).json(), { detail: /nests more than 100 levels/ });
  t.match((await send('POST', '/v1/snapshots', nested(50))).json(), { detail: /branchId must be a string/ });
});

t.test('requests without a body take none, or an empty one', async (t) => {
  const { send, calls } = await openDoor(t);
  const json = { 'content-type': 'application/json' };
  const routes = [
    ['POST', '/v1/policies/pol_1/run', 202],
    ['POST', '/v1/projects/prj_1/sync', 202],
    ['POST', '/v1/projects/prj_1/reconcile', 202],
    ['POST', '/v1/snapshots/snp_1/cancel', 202],
    ['POST', '/v1/restores/rst_1/cancel', 202],
    ['DELETE', '/v1/policies/pol_1', 204],
    ['DELETE', '/v1/snapshots/snp_1', 202],
  ] as const;
  for (const [method, url, status] of routes) {
    t.equal((await send(method, url)).statusCode, status, `${method} ${url}`);
    t.equal((await send(method, url, '', json)).statusCode, status, `${method} ${url}, empty`);
    t.equal((await send(method, url, '{}', json)).statusCode, status, `${method} ${url}, {}`);
    const asked = calls.length;
    for (const body of ['{"a":1}', '[]', 'null', '1']) {
      t.match((await send(method, url, body, json)).json(), { code: 'invalid_request' }, `${method} ${url}, ${body}`);
    }
    t.equal(calls.length, asked);
  }
});

t.test('a connection may be asked for without a body', async (t) => {
  const { send } = await openDoor(t);
  const url = '/v1/restores/rst_1/connection';
  t.equal((await send('POST', url)).statusCode, 200);
  t.equal((await send('POST', url, '', { 'content-type': 'application/json' })).statusCode, 200);
  t.match((await send('POST', url, { pooled: 'yes' })).json(), {
    errors: [{ path: 'pooled', message: 'must be a boolean' }],
  });
});
