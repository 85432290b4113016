import t from 'tap';
import { Refusal, type RefusalCode, refusals } from '../../src/core/errors.ts';
import { openDoor } from './door.ts';

const url = '/v1/snapshots/snp_1';

t.test('every code is rendered from the table', async (t) => {
  let code: RefusalCode = 'not_found';
  const get = async () => {
    throw new Refusal(code, 'Nothing was done.', { members: { field: 'at' } });
  };
  const { send } = await openDoor(t, { replace: { snapshots: { get } } });
  for (code of Object.keys(refusals) as RefusalCode[]) {
    const answer = await send('GET', url);
    const { status, title } = refusals[code];
    t.equal(answer.statusCode, status, code);
    t.equal(answer.headers['content-type'], 'application/problem+json', code);
    const requestId = answer.headers['x-request-id'];
    const type = `https://afterglow.dev/problems/${code}`;
    t.strictSame(
      answer.json(),
      { type, title, status, detail: 'Nothing was done.', code, requestId, field: 'at' },
      code,
    );
    t.equal(answer.headers['www-authenticate'] !== undefined, status === 401, `${code}: WWW-Authenticate`);
    t.equal(answer.headers['retry-after'], status === 503 ? '5' : undefined, `${code}: Retry-After`);
  }
});

t.test('members of a refusal are added and replace nothing', async (t) => {
  const get = async () => {
    throw new Refusal('transition_refused', 'No.', { members: { status: 'purged', code: 'x', bounds: { from: 'a' } } });
  };
  const { send } = await openDoor(t, { replace: { snapshots: { get } } });
  t.match((await send('GET', url)).json(), { status: 409, code: 'transition_refused', bounds: { from: 'a' } });
});

t.test('Retry-After is given in whole seconds, at least one', async (t) => {
  let retryAfterSeconds = 0.2;
  const get = async () => {
    throw new Refusal('neon_unreachable', 'Nothing was done.', { retryAfterSeconds });
  };
  const { send } = await openDoor(t, { replace: { snapshots: { get } } });
  t.equal((await send('GET', url)).headers['retry-after'], '1');
  retryAfterSeconds = 6.1;
  t.equal((await send('GET', url)).headers['retry-after'], '7');
});

t.test('a fault of ours is answered without its words and logged without its secrets', async (t) => {
  const thrown: unknown[] = [
    Object.assign(new Error('relation "api_keys" of postgres://afterglow:hunter2@db/afterglow'), {
      code: '42P01',
      detail: 'Key (hash)=(hunter2)',
      request: { headers: { authorization: 'Bearer hunter2' } },
      cause: new Error('key napi_hunter2, Authorization: Bearer hunter2'),
    }),
    Object.assign(new Error('hunter-ish'), { statusCode: 404, code: 'ENOENT' }),
    'hunter2',
  ];
  let next: unknown;
  const get = async () => {
    throw next;
  };
  const { send, lines } = await openDoor(t, { replace: { snapshots: { get } }, alarms: 3 });
  for (next of thrown.slice(0, 2)) {
    const answer = await send('GET', url);
    t.equal(answer.statusCode, 500);
    t.match(answer.json(), { code: 'internal', status: 500, requestId: answer.headers['x-request-id'] });
    t.notMatch(answer.body, /hunter|relation|api_keys|ENOENT|42P01|stack/);
  }
  const log = lines.join('');
  t.match(log, 'request.failed');
  t.match(log, '42P01', 'the log helps');
  t.match(log, 'postgres://[redacted]@db/afterglow');
  t.notMatch(log, 'hunter2');

  next = thrown[2];
  t.match((await send('GET', url)).json(), { code: 'internal' }, 'what is no error');
});

t.test('what a success had set is taken back when it cannot be written', async (t) => {
  const request = async () => ({ id: 'snp_1', version: 1 });
  const { send } = await openDoor(t, { replace: { snapshots: { request: request as never } }, alarms: 1 });
  const answer = await send('POST', '/v1/snapshots', { branchId: 'brn_1' }, { prefer: 'wait=0' });
  t.equal(answer.statusCode, 500);
  for (const name of ['location', 'etag', 'preference-applied']) t.notOk(answer.headers[name], name);
});

t.test('a service that is not ready says so', async (t) => {
  const checkReady = async () => {
    throw new Refusal('database_unreachable', 'The database does not answer.', { retryAfterSeconds: 2 });
  };
  const { app } = await openDoor(t, { replace: { checkReady } });
  const answer = await app.inject('/readyz');
  t.equal(answer.statusCode, 503);
  t.equal(answer.headers['retry-after'], '2');
  t.match(answer.json(), { code: 'database_unreachable' });
  t.equal((await app.inject('/livez')).statusCode, 200, 'but it is alive');
});
