import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { DoorDomain } from '../../src/domain/index.ts';
import { leaveOpen } from '../../src/rest/server.ts';
import { actor, key, openDoor } from './door.ts';

t.test('health and documentation are open, all else is not', async (t) => {
  const { app } = await openDoor(t);
  for (const url of [
    '/livez',
    '/readyz',
    '/openapi.json',
    '/docs',
    '/docs/',
    '/docs/json',
    '/docs/static/swagger-ui.css',
  ]) {
    t.equal((await app.inject(url)).statusCode, 200, url);
  }
  t.match((await app.inject('/docs/static/nothing.js')).json(), { code: 'route_not_found' });
  t.match((await app.inject('/v1/snapshots')).json(), { code: 'unauthenticated' });
});

t.test('a route that is added later is guarded, unless it says that it is open', async (t) => {
  const { app, send } = await openDoor(t);
  app.post('/graphql', async (request) => ({ actor: request.actor.id }));
  await app.register(async (scope) => {
    leaveOpen(scope, (path) => path.startsWith('/graphiql'));
    scope.get('/graphiql', async () => 'page');
    scope.get('/other', async () => 'page');
  });
  app.get('/open', { config: { isOpen: true } }, async (request) => ({ actor: request.actor.id }));
  t.match((await app.inject({ method: 'POST', url: '/graphql' })).json(), { code: 'unauthenticated' });
  t.strictSame((await send('POST', '/graphql', {})).json(), { actor: actor.id });
  t.equal((await app.inject('/graphiql')).statusCode, 200);
  t.equal((await app.inject('/other')).statusCode, 401);
  t.match((await app.inject({ method: 'PUT', url: '/graphql' })).json(), {
    code: 'method_not_allowed',
    allow: ['POST'],
  });
  const documented: object = (await app.inject('/openapi.json')).json().paths;
  t.notOk(Object.keys(documented).some((path) => /graph|open|other/.test(path)));
});

t.test('a route of /v1 that names no action of the table keeps the door from starting', async (t) => {
  const { app } = await openDoor(t);
  const add = (config: object) => app.get('/v1/things', { config }, async () => 'thing');
  t.throws(() => add({}), /GET \/v1\/things names no action/);
  t.throws(() => add({ action: 'thing.read' }), /names no action/);
  t.throws(() => add({ action: 'toString' }), /names no action/);
  t.doesNotThrow(() => add({ action: 'project.read' }));
});

t.test('the team that the header names reaches the domain', async (t) => {
  const seen: (string | undefined)[] = [];
  const authenticate: DoorDomain['authenticate'] = async (_, { team }) => {
    seen.push(team);
    return actor;
  };
  const { send } = await openDoor(t, { replace: { authenticate } });
  for (const team of ['shop', ' shop ', '']) await send('GET', '/v1/me', undefined, { 'afterglow-team': team });
  await send('GET', '/v1/me');
  t.strictSame(seen, ['shop', 'shop', '', undefined]);
});

t.test('where a request comes from is believed of trusted proxies alone', async (t) => {
  const seen: string[] = [];
  const authenticate: DoorDomain['authenticate'] = async (_, { sourceAddress }) => {
    seen.push(sourceAddress);
    return actor;
  };
  const forwarded = { 'x-forwarded-for': '203.0.113.9, 192.0.2.7' };
  for (const trustedProxies of [undefined, '10.0.0.0/8', '127.0.0.0/8', '127.0.0.1,192.0.2.0/24']) {
    const { send } = await openDoor(t, { replace: { authenticate }, trustedProxies });
    await send('GET', '/v1/me', undefined, forwarded);
  }
  t.strictSame(seen, ['127.0.0.1', '127.0.0.1', '192.0.2.7', '203.0.113.9']);
});

t.test('a handler of an open route that asks for the actor is a fault of ours', async (t) => {
  const { app } = await openDoor(t, { alarms: 1 });
  app.get('/open', { config: { isOpen: true } }, async (request) => ({ actor: request.actor.id }));
  t.equal((await app.inject('/open')).statusCode, 500);
});

t.test('the actor knows the request', async (t) => {
  const { send, calls } = await openDoor(t);
  await send('GET', '/v1/projects', undefined, { 'x-request-id': 'from-the-caller_1.2' });
  t.strictSame(calls[0]?.input[0], { ...actor, requestId: 'from-the-caller_1.2', sourceAddress: '127.0.0.1' });
});

t.test('every answer names its request; an id from outside must be harmless', async (t) => {
  let made = 0;
  const { app } = await openDoor(t, { newRequestId: () => `made-${(made += 1)}` });
  const given = { 'x-request-id': 'abc-1.2_3' };
  for (const url of ['/livez', '/nothing', '/v1/snapshots', '/%']) {
    t.equal((await app.inject({ url, headers: given })).headers['x-request-id'], 'abc-1.2_3', url);
  }
  for (const bad of ['', 'a b', 'a"b', '<script>', 'ä', 'x'.repeat(65), 'a\tb']) {
    const answer = await app.inject({ url: '/v1/snapshots', headers: { 'x-request-id': bad } });
    t.equal(answer.headers['x-request-id'], `made-${made}`, bad);
    t.equal(answer.json().requestId, `made-${made}`);
  }
});

t.test('the log has a line for each answer, and no secret', async (t) => {
  const { send, app, lines } = await openDoor(t);
  await send('GET', '/v1/snapshots?cursor=hunter2', undefined, { cookie: 'hunter2', 'x-request-id': 'req-1' });
  await send('POST', '/v1/credentials', { name: 'n', neonApiKey: 'napi_hunter2' });
  await send('POST', '/v1/credentials', { name: 'n', neonApiKey: 'napi_hunter2 ', extra: 'hunter2' });
  await app.inject({ url: '/v1/projects?token=hunter2', headers: { authorization: 'Bearer hunter2' } });
  await app.inject('/livez');
  app.log.info({ headers: { authorization: 'hunter2' }, body: 'hunter2', uri: 'hunter2' }, 'by mistake');
  const log = lines.join('');
  t.notMatch(log, 'hunter2');
  t.notMatch(log, key);
  const answered = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request.answered');
  t.match(answered, [
    { level: 30, requestId: 'req-1', method: 'GET', path: '/v1/snapshots', route: '/v1/snapshots', status: 200 },
    { level: 30, method: 'POST', path: '/v1/credentials', status: 201 },
    { level: 30, status: 400 },
    { level: 30, status: 401 },
    { level: 20, path: '/livez', status: 200 },
  ]);
  t.match(log, '"code":"invalid_request","msg":"request.refused"');
});

t.test('what is no HTTP request is refused in the form of every refusal', async (t) => {
  const { app } = await openDoor(t);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  for (const text of ['nonsense\r\n\r\n', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`]) {
    const socket = connect(port, '127.0.0.1');
    socket.write(text);
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    await once(socket, 'close');
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    t.match(head, /^HTTP\/1\.1 400 /);
    t.match(head, 'application/problem+json');
    t.match(JSON.parse(body), { code: 'invalid_request', status: 400 });
    t.ok(head.includes(`X-Request-Id: ${JSON.parse(body).requestId}`));
  }
});

t.test('a caller who leaves in the middle of a body is no fault of ours', async (t) => {
  const { app, lines, calls } = await openDoor(t);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  const head = `Host: a\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: 100`;
  socket.write(`POST /v1/snapshots HTTP/1.1\r\n${head}\r\n\r\n{"branchId":`);
  await sleep(200);
  socket.destroy();
  while (!lines.some((line) => line.includes('request.refused'))) await sleep(20);
  t.strictSame(calls, []);
});
