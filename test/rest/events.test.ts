// Streams over the REST door: their frames, what is asked of the domain, and how they end.

import { once } from 'node:events';
import { request } from 'node:http';
import t from 'tap';
import { Refusal } from '../../src/core/errors.ts';
import type { Delivery, Reader } from '../../src/domain/index.ts';
import { key, openDoor } from './door.ts';

async function* failing(error: Error): AsyncGenerator<Delivery> {
  yield { kind: 'ready', sequence: 7, resumeAt: 7 };
  throw error;
}

t.test('each delivery is a frame with its number; one that says nothing moves the number alone', async (t) => {
  const { send } = await openDoor(t);
  const answer = await send('GET', '/v1/restores/rst_1/events');
  t.equal(answer.statusCode, 200);
  t.match(answer.headers, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const frames = answer.payload.split('\n\n');
  t.equal(frames[0], 'retry: 1000\nid: 1\nevent: ready\ndata: {"sequence":1}');
  t.match(frames[1], /^id: 2\nevent: restoreChanged\ndata: \{"restore":\{"id":"rst_1".*,"sequence":2\}$/);
  t.strictSame(
    frames.slice(2, 6).map((frame) => frame.split('\n').slice(0, 2)),
    [
      ['id: 3', 'event: snapshotChanged'],
      ['id: 4', 'event: statusChanged'],
      ['id: 4', 'event: jobsChanged'],
      ['id: 5', 'event: auditEventAdded'],
    ],
  );
  t.strictSame(frames.slice(6), [':\nid: 6', '']);
});

const asked = [
  { url: '/v1/events', input: { topics: undefined, projectId: undefined, after: undefined } },
  { url: '/v1/events?after=5', input: { after: 5 } },
  { url: '/v1/events?after=5', headers: { 'last-event-id': '9' }, input: { after: 9 } },
  { url: '/v1/events?topics=restore,job&projectId=prj_1', input: { topics: ['restore', 'job'], projectId: 'prj_1' } },
];

for (const { url, headers, input } of asked) {
  t.test(`${url} ${headers ? 'again ' : ''}asks for ${JSON.stringify(input)}`, async (t) => {
    const { send, calls } = await openDoor(t);
    t.equal((await send('GET', url, undefined, headers)).statusCode, 200);
    t.match(calls, [{ name: 'streams.events', input: [{}, input, {}] }]);
  });
}

t.test('who is asked anew is who the request names', async (t) => {
  const { send, calls } = await openDoor(t);
  await send('GET', '/v1/events');
  const reader = calls[0]?.input[2] as Reader | undefined;
  t.match(await reader?.renew(), { kind: 'person' });
});

for (const [url, headers] of [
  ['/v1/events?after=-1', {}],
  ['/v1/events?after=x', {}],
  ['/v1/events?topics=everything', {}],
  ['/v1/events?limit=1', {}],
  ['/v1/events', { 'last-event-id': 'evt_1' }],
] as const) {
  t.test(`${url} ${JSON.stringify(headers)} is refused, and no stream is opened`, async (t) => {
    const { send, calls } = await openDoor(t);
    const answer = await send('GET', url, undefined, headers);
    t.match([answer.statusCode, answer.json(), calls], [400, { code: 'invalid_request' }, []]);
  });
}

t.test('a refusal before the first event is answered as any other', async (t) => {
  const refuse = async () => {
    throw new Refusal('events_gone', 'They are not kept. Nothing was skipped over.');
  };
  const { send } = await openDoor(t, { replace: { streams: { events: refuse } } });
  const answer = await send('GET', '/v1/events?after=1');
  t.equal(answer.statusCode, 410);
  t.match(answer.headers, { 'content-type': 'application/problem+json' });
});

t.test('a refusal in the midst of it is its last event', async (t) => {
  const events = async () => failing(new Refusal('unauthenticated', 'It is revoked. Nothing was done.'));
  const { send } = await openDoor(t, { replace: { streams: { events } } });
  const { payload } = await send('GET', '/v1/events');
  const last = payload.split('\n\n').at(-2) ?? '';
  t.match(last, /^event: end\ndata: /);
  t.match(JSON.parse(last.split('data: ')[1] ?? ''), { code: 'unauthenticated', status: 401, requestId: /./ });
});

t.test('a fault of ours ends it without a word of what it was', async (t) => {
  const events = async () => failing(new Error('the secret is hunter2'));
  const { send } = await openDoor(t, { alarms: 1, replace: { streams: { events } } });
  const { payload } = await send('GET', '/v1/events');
  t.match(payload, /event: end\ndata: .*"code":"internal"/);
  t.notMatch(payload, /hunter2/);
});

t.test('the reader leaves: the domain is told', async (t) => {
  let signal: AbortSignal | undefined;
  async function* waiting(): AsyncGenerator<Delivery> {
    yield { kind: 'ready', sequence: 7, resumeAt: 7 };
    if (signal) await once(signal, 'abort');
  }
  const events = async (_: unknown, __: unknown, reader: { signal: AbortSignal }) => {
    signal = reader.signal;
    return waiting();
  };
  const { app } = await openDoor(t, { replace: { streams: { events } } });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const leaving = new AbortController();
  const answer = await fetch(`${url}/v1/events`, {
    headers: { authorization: `Bearer ${key}` },
    signal: leaving.signal,
  });
  await answer.body?.getReader().read();
  t.equal(signal?.aborted, false);
  const aborted = signal && once(signal, 'abort');
  leaving.abort();
  await aborted;
  t.equal(signal?.aborted, true);
});

t.test('a request that offers another protocol is answered in this one', async (t) => {
  const { app } = await openDoor(t);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const asking = request(`${url}/v1/me`, {
    headers: { authorization: `Bearer ${key}`, connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' },
  }).end();
  const [answer] = (await once(asking, 'response')) as [{ statusCode: number; resume(): void }];
  answer.resume();
  t.equal(answer.statusCode, 200);
});
