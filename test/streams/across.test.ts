// Changes that one process makes are told by another, through both doors alike, and none of the history is missed, whatever is cut.

import pg from 'pg';
import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { appendEvents } from '../harness/events.ts';
import { writeRow } from '../harness/rows.ts';
import { startSecond } from '../harness/second-app.ts';
import { readEvents, type StreamEvent, subscribeAt } from '../harness/streams.ts';
import { takeSnapshot, untilSnapshot } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, main, project } = at;
const second = await startSecond(t, at, { settings: { streamBeatMs: 300, streamPollMs: 300 } });
const { key } = await domain.apiKeys.create(actor, { name: 'reader', role: 'viewer' });
const params = { authorization: `Bearer ${key}` };
const isReady = ({ event }: StreamEvent) => event === 'ready';
const follow = (path: string, headers = {}) => readEvents(t, `${second.url}${path}`, { key, headers });
const subscribe = (query: string, variables = {}) => subscribeAt(t, second.url, query, { params, variables });

t.test('a snapshot is told as it becomes available, the same by both doors', async (t) => {
  const events = await follow(`/v1/events?topics=snapshot&projectId=${project.id}`);
  const query = `subscription ($id: ID!) {
    snapshotChanged(projectId: $id) { sequence snapshot { id status branch { name } } } }`;
  const socket = subscribe(query, { id: project.id });
  await Promise.all([events.until(isReady), socket.until(() => true)]);
  const { id } = await takeSnapshot(at, { branchId: main.id });
  const last = await events.until(({ data }) => data['snapshot']?.status === 'available');
  t.match(last, { event: 'snapshotChanged', id: String(last.data['sequence']), data: { snapshot: { id } } });
  const shown = await socket.until(({ snapshotChanged }) => snapshotChanged.snapshot?.status === 'available');
  // Each reads the snapshot as it is when it looks: one may be told so with an event before that in which it became so.
  t.strictSame(shown['snapshotChanged'].snapshot, { id, status: 'available', branch: { name: main.name } });
  t.type(shown['snapshotChanged'].sequence, 'number');
});

t.test('a restore is told as it is, and again with each of its steps, as far as it is seen in them', async (t) => {
  const moment = await writeRow(at.emulator.connectionUri, 1);
  const { id } = await domain.restores.request(actor, {
    source: { branchId: main.id, at: moment.at },
    target: { kind: 'new_branch' },
  });
  const events = await follow(`/v1/restores/${id}/events`);
  const socket = subscribe(
    'subscription ($id: ID!) { restoreChanged(id: $id) { sequence restore { id version status steps { endedAt } } } }',
    { id },
  );
  await events.until(({ data }) => data['restore']?.status === 'succeeded');
  await socket.until(({ restoreChanged }) => restoreChanged.restore.status === 'succeeded');
  const versionsOf = (restores: readonly { version: number }[]) => restores.map(({ version }) => version);
  const streamed = versionsOf(events.events.flatMap(({ data }) => data['restore'] ?? []));
  const shown = versionsOf(socket.results.map(({ restoreChanged }) => restoreChanged.restore));
  for (const versions of [streamed, shown]) {
    t.strictSame(
      versions,
      [...new Set(versions)].sort((a, b) => a - b),
      'each state once, in their order',
    );
  }
  // How many of its steps a reader sees depends on how fast both are.
  t.ok(streamed.length >= 2, `${streamed.length} states`);
  t.equal((await domain.restores.get(actor, id)).version, streamed.at(-1));
});

t.test('jobs are told as they are; at first the list is to be read', async (t) => {
  const socket = subscribe('subscription { jobsChanged { missed jobs { id job state attempts { outcome } } } }');
  const events = await follow('/v1/events?topics=job');
  t.match(await socket.until(() => true), { jobsChanged: { missed: true, jobs: [] } });
  await events.until(({ event }) => event === 'jobsChanged');
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await untilSnapshot(at, id, 'available');
  const isDone = (job: { state: string; job: string }) => job.state === 'done' && job.job === 'snapshot.create';
  const { jobsChanged } = await socket.until((data) => data['jobsChanged'].jobs.some(isDone));
  t.match(jobsChanged, { missed: false });
  t.match(jobsChanged.jobs.find(isDone).attempts.at(-1), { outcome: 'finished' });
  await events.until(({ data }) => (data['jobs'] ?? []).some(isDone));
});

t.test('a branch whose state has changed is told, with what it was', async (t) => {
  const events = await follow('/v1/events?topics=status');
  const socket = subscribe('subscription { statusChanged { change { from to branch { id } } } }');
  await Promise.all([events.until(isReady), socket.until(() => true)]);
  const selector = { projects: [project.id] };
  await domain.policies.create(actor, { name: 'hourly', selector, preset: 'hourly' });
  await domain.watchBranches();
  const { data } = await events.until(({ event }) => event === 'statusChanged');
  t.match(data, { change: { branchId: main.id, projectId: project.id, name: main.name, from: 'uncovered', to: 'ok' } });
  const { statusChanged } = await socket.until((one) => one['statusChanged'].change !== null);
  t.strictSame(statusChanged, { change: { from: 'uncovered', to: 'ok', branch: { id: main.id } } });
});

const sequencesOf = (events: readonly StreamEvent[]) =>
  events.flatMap(({ event, data }) => (event === 'auditEventAdded' ? [data['sequence'] as number] : []));

t.test('who is cut and goes on after the last id misses no event, and is given none twice', async (t) => {
  const first = await follow('/v1/events?topics=audit');
  const { data } = await first.until(isReady);
  const start = data['sequence'] as number;
  await appendEvents(at, actor, 3);
  await first.until((one) => one.data['sequence'] === start + 3);
  first.leave();
  await appendEvents(at, actor, 250);
  const lastId = first.events.at(-1)?.id ?? '';
  const socket = subscribe(
    'subscription ($after: SafeInt) { auditEventAdded(after: $after) { sequence event { hash } } }',
    {
      after: Number(lastId),
    },
  );
  const next = await follow('/v1/events?topics=audit&after=0', { 'last-event-id': lastId });
  const last = start + 253;
  const { id } = await next.until((one) => one.data['sequence'] === last);
  t.equal(id, String(last));
  const whole = Array.from({ length: 253 }, (_, n) => start + 1 + n);
  t.strictSame([...sequencesOf(first.events), ...sequencesOf(next.events)], whole);
  await socket.until(({ auditEventAdded }) => auditEventAdded.sequence === last);
  const [begin, ...rest] = socket.results.map(({ auditEventAdded }) => auditEventAdded.sequence as number);
  t.strictSame([begin, rest], [start + 3, whole.slice(3)], 'over a WebSocket too');
});

t.test(
  'what its process could not tell is told by the clock, and a stream without news says where it is',
  async (t) => {
    const events = await follow('/v1/events?topics=restore');
    const { data } = await events.until(isReady);
    const start = data['sequence'] as number;
    const all = await follow('/v1/events?topics=audit');
    await all.until(isReady);
    await appendEvents(at, actor, 1);
    await all.until((one) => one.data['sequence'] === start + 1);
    const beat = await events.until((one) => one.event === 'beat' && one.id === String(start + 1));
    t.strictSame(beat.data, {}, 'though nothing of it was for this reader');
  },
);

t.test('the connection that listens is cut: what comes meanwhile is told, and jobs are to be read again', async (t) => {
  at.log.expect(/a connection or the queue is at fault/);
  const events = await follow('/v1/events?topics=job,audit');
  const { data } = await events.until(({ event }) => event === 'jobsChanged');
  const client = new pg.Client({ connectionString: at.databaseUrl });
  await client.connect();
  const { rowCount } = await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'afterglow listener' and datname = current_database()`,
  );
  await client.end();
  t.ok((rowCount ?? 0) > 0);
  await domain.snapshots.request(actor, { branchId: main.id });
  const added = await events.until(({ event }) => event === 'auditEventAdded');
  t.equal(added.data['sequence'], data['sequence'] + 1);
  t.ok(await events.until((one) => one.data['missed'] === true && one !== events.events[1]));
});
