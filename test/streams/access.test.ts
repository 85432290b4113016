// Who may read is asked when a stream is opened and again when something is given: what holds no more ends it, through both doors.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { WebSocket } from 'ws';
import { startRegistered } from '../harness/app.ts';
import { appendEvents } from '../harness/events.ts';
import { startIdentityProvider } from '../harness/identity-provider.ts';
import { startSecond } from '../harness/second-app.ts';
import { readEvents, type StreamEvent, subscribeAt } from '../harness/streams.ts';
import { takeSnapshot } from '../harness/work.ts';

const provider = await startIdentityProvider(t);
const { issuer, audience } = provider;
const oidc = { issuer, audience };
const at = await startRegistered(t, { oidc, roles: ['api', 'worker'] });
const { domain, actor, main, project, db } = at;
const settings = { streamBeatMs: 300, streamPollMs: 300, streamsPerActorMax: 3 };
const second = await startSecond(t, at, { settings, oidc });
const isReady = ({ event }: StreamEvent) => event === 'ready';
const isEnd = ({ event }: StreamEvent) => event === 'end';
const authorization = (key: string) => ({ authorization: `Bearer ${key}` });
const makeKey = (input: object = {}) => domain.apiKeys.create(actor, { name: 'reader', role: 'viewer', ...input });
const audit = 'subscription { auditEventAdded { sequence event { action } } }';

t.test('a key that is revoked is given nothing that comes after, not even that', async (t) => {
  const { id, key } = await makeKey();
  const events = await readEvents(t, `${second.url}/v1/events`, { key });
  const socket = subscribeAt(t, second.url, audit, { params: authorization(key) });
  await Promise.all([events.until(isReady), socket.until(() => true)]);
  await domain.apiKeys.revoke(actor, id);
  await appendEvents(at, actor, 1);
  t.match((await events.until(isEnd)).data, { code: 'unauthenticated', requestId: /./ });
  await events.ended();
  t.match(await socket.ended(), { code: 4401, reason: 'unauthenticated' });
  const told = events.events.map(({ data }) => data['event']?.action as unknown);
  t.notOk(told.includes('api_key.revoked') || told.includes('thing.happened'));
  t.equal(socket.results.length, 1, 'where it begins, and nothing else');
  t.equal((await readEvents(t, `${second.url}/v1/events`, { key })).status, 401);
});

t.test('a key that is revoked opens no subscription on a connection that was open before', async (t) => {
  const { id, key } = await makeKey();
  const socket = new WebSocket(`${second.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  t.teardown(() => socket.terminate());
  const said: { type: string }[] = [];
  socket.on('message', (data: Buffer) => void said.push(JSON.parse(data.toString()) as { type: string }));
  const closed = once(socket, 'close');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: authorization(key) }));
  while (said.length === 0) await sleep(10);
  await domain.apiKeys.revoke(actor, id);
  const query = 'subscription { auditEventAdded(after: 0) { event { action } } }';
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  const [code] = (await closed) as [number];
  t.equal(code, 4401);
  t.notOk(said.some(({ type }) => type === 'next'));
});

/** Opens a WebSocket that subscribes to nothing; resolves, once it was let in, with how it ends. */
async function openIdle(url: string, payload: object): Promise<{ socket: WebSocket; closed: Promise<unknown[]> }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  t.teardown(() => socket.terminate());
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)]);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  await once(socket, 'message');
  return { socket, closed };
}

t.test('a WebSocket on which nothing is subscribed to is closed once it may not ask any more', async (t) => {
  const team = actor.teams[0]?.slug ?? '';
  const member = await domain.members.add(actor, { teamId: actor.teamId, subject: 'mary', role: 'viewer' });
  const mary = { ...authorization(await provider.token('mary')), 'afterglow-team': team };
  const revoked = await makeKey();
  const ending = await makeKey({ expiresAt: new Date(Date.now() + 60_000).toISOString() });
  const kept = await makeKey();
  const idle = await Promise.all(
    [authorization(revoked.key), mary, authorization(ending.key), authorization(kept.key)].map((one) =>
      openIdle(second.url, one),
    ),
  );
  const [ofRevoked, ofMary, ofEnding, ofKept] = idle;
  await domain.apiKeys.revoke(actor, revoked.id);
  t.strictSame(await ofRevoked?.closed, [4401, 'unauthenticated']);
  await domain.members.remove(actor, { teamId: actor.teamId, id: member.id });
  t.strictSame(await ofMary?.closed, [4403, 'not_found']);
  at.faults.aheadMs = 61_000;
  t.strictSame(await ofEnding?.closed, [4401, 'unauthenticated']);
  at.faults.aheadMs = 0;
  t.equal(ofKept?.socket.readyState, WebSocket.OPEN, 'who still may is left alone');
});

t.test('connections and subscriptions count as requests: past its limit a key opens neither', async (t) => {
  const { key } = await makeKey();
  const limited = await startSecond(t, at, { settings, edge: { requestsPerKey: 3, requestsPerTeam: 0 } });
  const params = authorization(key);
  const socket = subscribeAt(t, limited.url, audit, { params });
  await socket.until(() => true);
  const refused = subscribeAt(t, limited.url, audit, { params });
  t.match(await refused.ended(), { errors: [{ extensions: { code: 'rate_limited', limit: 'key' } }] });
  t.match(await subscribeAt(t, limited.url, audit, { params }).ended(), { code: 1013, reason: 'rate_limited' });
  t.equal(refused.results.length, 0);
  const { payload } = await limited.app.rest.inject({ url: '/metrics' });
  t.match(payload, 'afterglow_turned_away_total{door="websocket",bound="key",code="rate_limited"} 2');
  t.match(payload, 'afterglow_turned_away_total{door="graphql",bound="key",code="rate_limited"} 0', 'others are 0');
});

t.test(
  'what deliveries cost counts as requests: past the limit the subscription ends, and goes on later',
  async (t) => {
    const { key } = await makeKey();
    const limited = await startSecond(t, at, {
      settings,
      edge: { requestsPerKey: 3, requestsPerTeam: 0 },
      // Each delivery could hold two objects.
      graphql: { costMax: 4 },
    });
    const events = await readEvents(t, `${limited.url}/v1/events?topics=audit`, { key: (await makeKey()).key });
    // The connection is one request; the subscription is another, which pays for two deliveries.
    const socket = subscribeAt(t, limited.url, audit, { params: authorization(key) });
    await socket.until(() => true);
    await appendEvents(at, actor, 10);
    t.match(await socket.ended(), {
      errors: [{ message: /Subscribe again after/, extensions: { code: 'rate_limited', limit: 'key', max: 3 } }],
    });
    t.equal(socket.results.length, 4, 'the third request pays for two more, and there is no fourth');
    const metrics = (await limited.app.rest.inject({ url: '/metrics' })).payload;
    t.match(metrics, 'afterglow_streams_ended_total{kind="audit",code="rate_limited"} 1');
    await events.until(({ data }) => data['event']?.subject.id === 'thing_9');
  },
);

t.test('a key whose time is over ends a stream that nothing is told on', async (t) => {
  const { key } = await makeKey({ expiresAt: new Date(Date.now() + 60_000).toISOString() });
  const events = await readEvents(t, `${second.url}/v1/events?topics=restore`, { key });
  await events.until(isReady);
  at.faults.aheadMs = 61_000;
  t.match((await events.until(isEnd)).data, { code: 'unauthenticated' });
  at.faults.aheadMs = 0;
});

t.test('a member who is removed, and a token whose time is over, are cut off', async (t) => {
  const team = actor.teams[0]?.slug ?? '';
  const member = await domain.members.add(actor, { teamId: actor.teamId, subject: 'mary', role: 'viewer' });
  const mary = await provider.token('mary');
  const events = await readEvents(t, `${second.url}/v1/events`, { key: mary });
  const socket = subscribeAt(t, second.url, audit, { params: { ...authorization(mary), 'Afterglow-Team': team } });
  await Promise.all([events.until(isReady), socket.until(() => true)]);
  await domain.members.remove(actor, { teamId: actor.teamId, id: member.id });
  t.match((await events.until(isEnd)).data, { code: 'forbidden', action: 'event.read' });
  const { errors = [] } = await socket.ended();
  t.match(errors, [{ extensions: { code: 'not_found' } }], 'the team that it named is none of its own any more');
  await domain.members.add(actor, { teamId: actor.teamId, subject: 'ann', role: 'viewer' });
  const ann = await readEvents(t, `${second.url}/v1/events`, { key: await provider.token('ann') });
  await ann.until(isReady);
  at.faults.aheadMs = 300_000;
  t.match((await ann.until(isEnd)).data, { code: 'unauthenticated' });
  at.faults.aheadMs = 0;
});

t.test('a key that is narrowed is told of its projects alone, and not of the history', async (t) => {
  const row = await db.selectFrom('projects').selectAll().where('id', '=', project.id).executeTakeFirstOrThrow();
  const texts = { labels: '{}', limits: '{}', maintenance_windows: '[]' };
  await db
    .insertInto('projects')
    .values({ ...row, ...texts, id: 'prj_twin', neon_project_id: 'twin' })
    .execute();
  const [inside, outside] = await Promise.all([
    makeKey({ projects: [project.id] }),
    makeKey({ projects: ['prj_twin'] }),
  ]);
  const all = await readEvents(t, `${second.url}/v1/events`, { key: inside.key });
  const none = await readEvents(t, `${second.url}/v1/events`, { key: outside.key });
  const query = 'subscription { jobsChanged { jobs { id } } }';
  const jobs = subscribeAt(t, second.url, query, { params: authorization(outside.key) });
  await Promise.all([all.until(isReady), none.until(isReady), jobs.until(() => true)]);
  const { id } = await takeSnapshot(at, { branchId: main.id });
  const { data } = await all.until((one) => one.data['snapshot']?.status === 'available');
  t.equal(data['snapshot'].id, id);
  await all.until((one) => (one.data['jobs'] ?? []).some(({ state }: { state: string }) => state === 'done'));
  await none.until((one) => one.event === 'beat' && Number(one.id) >= data['sequence']);
  t.strictSame([...new Set(all.events.map(({ event }) => event))].filter((event) => event !== 'beat').sort(), [
    'jobsChanged',
    'ready',
    'snapshotChanged',
  ]);
  t.strictSame(
    none.events.filter(({ event, data: told }) => event !== 'ready' && event !== 'beat' && !told['missed']),
    [],
  );
  t.equal(jobs.results.length, 1);
  const refused = await readEvents(t, `${second.url}/v1/events?topics=audit`, { key: inside.key });
  t.match(refused.problem, { code: 'forbidden', action: 'audit.read' });
  const other = await readEvents(t, `${second.url}/v1/events?projectId=${project.id}`, { key: outside.key });
  t.equal(other.problem?.['code'], 'not_found');
});

t.test('a WebSocket says who asks by its first message, or by its headers', async (t) => {
  const { key } = await makeKey();
  const refused = [
    { params: {}, code: 4401, reason: 'unauthenticated' },
    { params: authorization('ag_nobody'), code: 4401, reason: 'unauthenticated' },
    { params: { ...authorization(key), 'afterglow-team': 'nowhere' }, code: 4403, reason: 'not_found' },
  ];
  for (const { params, code, reason } of refused) {
    t.strictSame(await subscribeAt(t, second.url, audit, { params }).ended(), { code, reason });
  }
  const socket = new WebSocket(`${second.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: authorization(key),
  });
  t.teardown(() => socket.terminate());
  const said: unknown[] = [];
  socket.on('message', (data: Buffer) => void said.push(JSON.parse(data.toString())));
  socket.on('open', () => socket.send('{"type":"connection_init"}'));
  while (said.length === 0) await sleep(10);
  t.strictSame(said, [{ type: 'connection_ack' }]);
});

t.test('as many streams as may be: the next is refused until one of them ends', async (t) => {
  const { key } = await makeKey();
  const open = () => readEvents(t, `${second.url}/v1/events`, { key });
  const [first] = await Promise.all([open(), open(), open()]);
  t.match(await open(), { status: 429, problem: { code: 'too_many_streams' } });
  t.match(await subscribeAt(t, second.url, audit, { params: authorization(key) }).ended(), {
    code: 1013,
    reason: 'too_many_streams',
  });
  const { payload } = await second.app.rest.inject({ url: '/metrics' });
  t.match(payload, 'afterglow_streams_refused_total{kind="events"} 1');
  t.match(payload, 'afterglow_streams_refused_total{kind="connection"} 1');
  first?.leave();
  let next = await open();
  for (let tries = 0; next.status !== 200 && tries < 100; tries += 1) {
    await sleep(20);
    next = await open();
  }
  t.equal(next.status, 200);
});

t.test('what cannot be gone on from is refused', async (t) => {
  const { key } = await makeKey();
  const ahead = await readEvents(t, `${second.url}/v1/events?after=999999`, { key });
  t.match(ahead, { status: 400, problem: { code: 'invalid_cursor' } });
  const { errors } = await subscribeAt(t, second.url, 'subscription { statusChanged(after: 999999) { sequence } }', {
    params: authorization(key),
  }).ended();
  t.match(errors, [{ extensions: { code: 'invalid_cursor' } }]);
});
