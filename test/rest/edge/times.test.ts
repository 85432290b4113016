// A request that takes too long, a connection on which nothing is said, and a process that has too much to do.

import { setTimeout as sleep } from 'node:timers/promises';
import { fastify } from 'fastify';
import t from 'tap';
import { boundAnswers, connectionTimes } from '../../../src/rest/edge/times.ts';
import { answerError } from '../../../src/rest/problem.ts';
import { key, openDoor } from '../door.ts';

t.test('an answer that does not come is given up with a problem, and one that streams is not', async (t) => {
  const app = fastify();
  t.teardown(() => app.close());
  app.setErrorHandler(answerError);
  boundAnswers(app, 50);
  app.get('/slow', async () => sleep(1_000, { late: true }));
  app.get('/stream', { config: { streams: true } }, async () => sleep(300, { late: true }));
  const answer = await app.inject('/slow');
  t.equal(answer.statusCode, 503);
  t.match(answer.json(), { code: 'answer_timed_out' });
  t.ok(answer.headers['retry-after']);
  t.strictSame((await app.inject('/stream')).json(), { late: true });
});

t.test('sockets and requests on them are bounded', async (t) => {
  const { app } = await openDoor(t);
  t.match(app.initialConfig, connectionTimes);
  await app.ready();
  t.equal(app.server.timeout, connectionTimes.connectionTimeout);
  t.equal(app.server.requestTimeout, connectionTimes.requestTimeout);
});

t.test('every route is to answer within its time but the export', async (t) => {
  const times = new Map<string, number>();
  const { app, send } = await openDoor(t);
  app.addHook('onRequest', async ({ url, routeOptions }) => void times.set(url, routeOptions.handlerTimeout));
  await send('GET', '/v1/snapshots');
  await send('GET', '/v1/audit-events/export?format=ndjson');
  t.strictSame(Object.fromEntries(times), { '/v1/snapshots': 120_000, '/v1/audit-events/export?format=ndjson': 0 });
});

t.test(
  'while the event loop is late and requests pile up they are refused with 503; probes are answered',
  async (t) => {
    const held: (() => void)[] = [];
    const list = () => new Promise<never>((_, reject) => held.push(() => reject(new Error('over'))));
    const told: string[] = [];
    const { app, send, lines } = await openDoor(t, {
      recorder: { turnedAway: (door, bound) => void told.push(`${door} ${bound}`), slowed: () => undefined },
      edge: { shedAtDelayMs: 5, shedSampleMs: 200, corsOrigins: ['https://there.example'] },
      replace: { snapshots: { listWritten: list } },
      alarms: 21,
    });
    t.equal((await send('GET', '/v1/jobs')).statusCode, 200, 'before');
    // Answered before they are under way, and so no less is under way after them.
    const preflight = { origin: 'https://there.example', 'access-control-request-method': 'GET' };
    for (let sent = 0; sent < 30; sent += 1) {
      t.equal((await app.inject('/nowhere')).statusCode, 404);
      await app.inject({ method: 'OPTIONS', url: '/v1/jobs', headers: preflight });
    }
    const piled = Array.from({ length: 21 }, () => send('GET', '/v1/snapshots'));
    const busy = setInterval(() => {
      for (const until = performance.now() + 30; performance.now() < until; );
    }, 1);
    let answer = await send('GET', '/v1/jobs');
    for (let tries = 0; tries < 200 && answer.statusCode === 200; tries += 1) {
      await sleep(20);
      answer = await send('GET', '/v1/jobs');
    }
    t.equal(answer.statusCode, 503);
    t.match(answer.json(), { code: 'overloaded' });
    t.ok(answer.headers['retry-after']);
    for (const url of ['/livez', '/readyz']) t.equal((await app.inject(url)).statusCode, 200, url);
    clearInterval(busy);
    for (const end of held) end();
    await Promise.all(piled);
    for (let tries = 0; tries < 200 && answer.statusCode !== 200; tries += 1) {
      await sleep(20);
      answer = await send('GET', '/v1/jobs');
    }
    t.equal(answer.statusCode, 200, 'afterwards');
    t.match(lines.join(''), '"code":"overloaded"');
    t.strictSame([...new Set(told)], ['rest process'], 'it is counted');
  },
);

t.test('a single caller at a time is never refused for the time that it takes', async (t) => {
  const list = async () => {
    for (const until = performance.now() + 120; performance.now() < until; );
    return { items: [], nextCursor: null };
  };
  const { app } = await openDoor(t, {
    edge: { shedAtDelayMs: 5, shedSampleMs: 50 },
    replace: { snapshots: { listWritten: list } },
  });
  for (let sent = 0; sent < 8; sent += 1) {
    const answer = await app.inject({ url: '/v1/snapshots', headers: { authorization: `Bearer ${key}` } });
    t.equal(answer.statusCode, 200);
    await sleep(5);
  }
});
