// A reader that takes nothing is cut off and told so; until then no more is held for it than a bound, whatever there is to be told.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { WebSocket } from 'ws';
import { startApp } from '../harness/app.ts';
import { appendEvents } from '../harness/events.ts';
import { startSecond } from '../harness/second-app.ts';
import { readEvents } from '../harness/streams.ts';

const at = await startApp(t);
const { domain, actor } = at;
const stallMs = 1_000;
const second = await startSecond(t, at, { stallMs, settings: { streamPollMs: 200 } });
const { key } = await domain.apiKeys.create(actor, { name: 'reader', role: 'viewer' });

/** Far more than the buffers of a connection take, and than may be held for a reader. */
const total = { events: 1_000, bytes: 100_000 };
const heldMax = 48 * 1024 * 1024;

async function metric(name: string, labels: string): Promise<number> {
  const { payload } = await second.app.rest.inject({ url: '/metrics' });
  const line = payload.split('\n').find((one) => one.startsWith(`${name}{${labels}}`));
  return Number(line?.split(' ')[1] ?? 0);
}

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The most by which the memory of this process grew until the metric says that a stream was cut off. */
async function growthUntilCut(kind: string): Promise<number> {
  const before = memory();
  let most = 0;
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(100)) {
    most = Math.max(most, memory() - before);
    if ((await metric('afterglow_streams_ended_total', `kind="${kind}",code="reader_too_slow"`)) > 0) return most;
  }
  throw new Error('it was not cut off');
}

t.before(async () => {
  for (let n = 0; n < 10; n += 1) await appendEvents(at, actor, total.events / 10, { bytes: total.bytes });
});

t.test('server-sent events that nobody takes end with what has come, and a word', async (t) => {
  const events = await readEvents(t, `${second.url}/v1/events?topics=audit&after=0`, { key });
  events.response.pause();
  t.equal(await metric('afterglow_streams_open', 'kind="events"'), 1);
  const grew = await growthUntilCut('events');
  t.ok(grew < heldMax, `${Math.round(grew / 1024 / 1024)} MiB`);
  t.equal(await metric('afterglow_streams_open', 'kind="events"'), 0);
  events.response.resume();
  t.match((await events.until(({ event }) => event === 'end')).data, { code: 'reader_too_slow' });
  await events.ended();
  const last = Number(events.events.at(-2)?.id);
  t.ok(last > 0 && last < total.events, `it was given ${last} events`);
  const next = await readEvents(t, `${second.url}/v1/events?topics=audit`, {
    key,
    headers: { 'last-event-id': String(last) },
  });
  t.equal((await next.until(({ event }) => event === 'auditEventAdded')).data['sequence'], last + 1, 'it goes on');
  next.leave();
});

t.test('a WebSocket that nobody takes from is closed, with a code', async (t) => {
  const socket = new WebSocket(`${second.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { authorization: `Bearer ${key}` },
  });
  t.teardown(() => socket.terminate());
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  const query = 'subscription { auditEventAdded(after: 0) { sequence event { details } } }';
  socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
  socket.pause();
  const grew = await growthUntilCut('audit');
  t.ok(grew < heldMax, `${Math.round(grew / 1024 / 1024)} MiB`);
  const closed = once(socket, 'close');
  socket.resume();
  const [code, reason] = (await closed) as [number, Buffer];
  t.strictSame([code, reason.toString()], [4420, 'reader_too_slow']);
});
