// A hold is one event of the history, and changes what many snapshots say: who follows those is told them.

import { sql } from 'kysely';
import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { appendEvents } from '../harness/events.ts';
import { startSecond } from '../harness/second-app.ts';
import { readEvents, type StreamEvent, subscribeAt } from '../harness/streams.ts';
import { takeSnapshot } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, main, project } = at;
const second = await startSecond(t, at, { settings: { streamBeatMs: 300, streamPollMs: 300 } });
const { key } = await domain.apiKeys.create(actor, { name: 'reader', role: 'viewer' });
const isReady = ({ event }: StreamEvent) => event === 'ready';
const follow = (query: string) => readEvents(t, `${second.url}/v1/events?${query}`, { key });
const query = `subscription ($id: ID!, $after: SafeInt) {
  snapshotChanged(projectId: $id, after: $after) { sequence snapshot { id holds } } }`;
const subscribe = (after?: number) =>
  subscribeAt(t, second.url, query, {
    params: { authorization: `Bearer ${key}` },
    variables: { id: project.id, ...(after === undefined ? {} : { after }) },
  });
const matter = {
  matter: 'Smith',
  reason: 'The court asked.',
  selector: { branchId: main.id, from: '2020-01-01T00:00:00Z' },
};

t.test('a hold is told by what it covers, when it is placed and released, and with what is made later', async (t) => {
  const ids = [await takeSnapshot(at, { branchId: main.id }), await takeSnapshot(at, { branchId: main.id })].map(
    ({ id }) => id,
  );
  const events = await follow(`topics=snapshot&projectId=${project.id}`);
  const socket = subscribe();
  await Promise.all([events.until(isReady), socket.until(() => true)]);
  const hold = await domain.holds.place(actor, matter);
  await appendEvents(at, actor, 1);
  const told = () => events.events.flatMap(({ data }) => data['snapshot'] ?? []) as { id: string; holds: string[] }[];
  await events.until(() => told().length === 2);
  t.match(
    told(),
    ids.toReversed().map((id) => ({ id, holds: [hold.id] })),
  );
  await socket.until(() => socket.results.length === 3);
  const shown = socket.results.slice(1).map(({ snapshotChanged }) => snapshotChanged.snapshot);
  t.strictSame(
    shown,
    ids.toReversed().map((id) => ({ id, holds: [hold.id] })),
    'the same by both doors',
  );

  const [first, last] = socket.results.slice(1).map(({ snapshotChanged }) => snapshotChanged.sequence as number);
  const frames = events.events.filter(({ event }) => event === 'snapshotChanged').map(({ id }) => Number(id));
  t.strictSame(frames, [first, last]);
  const next = subscribe(first);
  await next.until(() => next.results.length === 3);
  t.strictSame(
    next.results.slice(1).map(({ snapshotChanged }) => snapshotChanged.snapshot.id),
    ids.toReversed(),
    'who was cut in between is given all of them',
  );

  const later = await takeSnapshot(at, { branchId: main.id });
  await events.until(({ data }) => data['snapshot']?.id === later.id && data['snapshot'].status === 'available');
  const ofLater = told().filter(({ id }) => id === later.id);
  t.ok(
    ofLater.every(({ holds }) => holds[0] === hold.id),
    'held from its first event on',
  );

  await domain.holds.release(actor, { id: hold.id, reason: 'The matter is closed.' });
  const released = () => told().filter(({ holds }) => holds.length === 0);
  await events.until(() => released().length === 3);
  t.strictSame(
    released().map(({ id }) => id),
    [later.id, ...ids.toReversed()],
  );
});

t.test('nothing of a hold is told to who may read other projects, or follows something else', async (t) => {
  const row = await at.db.selectFrom('projects').selectAll().where('id', '=', project.id).executeTakeFirstOrThrow();
  const twin = { id: 'prj_twin', neon_project_id: 'twin', labels: '{}', limits: '{}', maintenance_windows: '[]' };
  await at.db
    .insertInto('projects')
    .values({ ...row, ...twin })
    .execute();
  const outside = await domain.apiKeys.create(actor, { name: 'x', role: 'viewer', projects: [twin.id] });
  const narrowed = await readEvents(t, `${second.url}/v1/events`, { key: outside.key });
  const ofTwin = await follow(`projectId=${twin.id}`);
  const others = await follow('topics=restore,status,job');
  const readers = [narrowed, ofTwin, others];
  const [{ data }] = await Promise.all([others.until(isReady), narrowed.until(isReady), ofTwin.until(isReady)]);
  await domain.holds.place(actor, matter);
  await Promise.all(readers.map((one) => one.until(({ id }) => Number(id) > data['sequence'])));
  for (const one of readers) t.notOk(one.events.some(({ event }) => event === 'snapshotChanged'));
});

t.test('of a hold on very many the newest 500 are told, and then what came after it', async (t) => {
  await sql`
    insert into snapshots select (jsonb_populate_record(null::snapshots, to_jsonb(one)
      || jsonb_build_object('id', 'snp_0' || n, 'name', 'n' || n, 'neon_id', 'n' || n, 'status', 'missing'))).*
    from (select * from snapshots where status = 'available' limit 1) one, generate_series(1, 600) n`.execute(at.db);
  const events = await follow('topics=snapshot,audit');
  await events.until(isReady);
  const hold = await domain.holds.place(actor, matter);
  await appendEvents(at, actor, 1);
  await events.until(({ data }) => data['event']?.action === 'thing.happened');
  const told = events.events.filter(({ event }) => event !== 'beat' && event !== 'ready');
  t.match(told.shift()?.data, { event: { action: 'hold.placed' } });
  t.match(told.pop()?.data, { event: { action: 'thing.happened' } });
  t.equal(told.length, 500);
  t.ok(told.every(({ data }) => data['snapshot'].holds.includes(hold.id)));
  t.equal(new Set(told.map(({ data }) => data['snapshot'].id)).size, 500);
});
