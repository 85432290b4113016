// What the readers of one process share, and what is bounded for each of them.

import type { KyselyPlugin, RootOperationNode } from 'kysely';
import t from 'tap';
import type { Deps } from '../../src/domain/deps.ts';
import { makeHub } from '../../src/domain/stream/hub.ts';
import { makeAnnouncer, type News } from '../../src/store/news.ts';
import { connectStore } from '../../src/store/connect.ts';
import { startApp } from '../harness/app.ts';
import { appendEvents } from '../harness/events.ts';
import { refusalOf } from '../harness/refusal.ts';

const at = await startApp(t, { roles: ['api'] });
const { actor, db } = at;
const { teamId } = actor;
const bounds = { streamsPerActorMax: 2, streamsPerTeamMax: 3, streamBeatMs: 1_000, streamPollMs: 60_000 };

function openHub() {
  const read: RootOperationNode[] = [];
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      read.push(node);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const refused: string[] = [];
  const streams = {
    opened: () => undefined,
    ended: () => undefined,
    refused: (kind: string) => void refused.push(kind),
  };
  return { hub: makeHub({ db: db.withPlugin(plugin), settings: bounds as Deps['settings'], streams }), read, refused };
}

t.test('who stands at the same number shares a read, until there are news', async (t) => {
  const { hub, read } = openHub();
  await appendEvents(at, actor, 3);
  const followers = Array.from({ length: 50 }, () => hub.follow(teamId));
  t.teardown(() => followers.forEach((one) => one.leave()));
  const pieces = await Promise.all(followers.map((one) => one.read(0)));
  t.equal(read.length, 1);
  t.ok(pieces.every((piece) => piece === pieces[0] && piece.length >= 3));
  const last = pieces[0]?.at(-1)?.sequence ?? 0;
  t.strictSame(await followers[0]?.read(last), []);
  await appendEvents(at, actor, 1);
  hub.heard([{ teamId, jobs: [] }]);
  const next = await Promise.all(followers.map((one) => one.read(last)));
  t.ok(
    next.every((piece) => piece[0]?.sequence === last + 1),
    'what was read before the news is not believed after them',
  );
  t.equal(read.length, 3);
});

t.test('news wakes who follows the team, and nobody else', async (t) => {
  const { hub } = openHub();
  const [one, other] = [hub.follow(teamId), hub.follow('tem_other')];
  const signal = new AbortController().signal;
  const woken: string[] = [];
  const waits = [
    one.wait(5_000, signal).then(() => woken.push('one')),
    other.wait(300, signal).then(() => woken.push('other')),
  ];
  hub.heard([{ teamId, jobs: ['job_1'] }]);
  await Promise.all(waits);
  t.strictSame(woken, ['one', 'other']);
  t.strictSame(one.take(), { jobs: ['job_1'], missed: false });
  t.strictSame(one.take(), { jobs: [], missed: false });
  t.strictSame(other.take(), { jobs: [], missed: false });
  hub.heard('missed');
  t.strictSame(other.take(), { jobs: [], missed: true });
  for (const follower of [one, other]) follower.leave();
});

t.test('of more jobs than are remembered it is told that some were missed', async (t) => {
  const { hub } = openHub();
  const follower = hub.follow(teamId);
  hub.heard([{ teamId, jobs: Array.from({ length: 501 }, (_, n) => `job_${n}`) }]);
  t.strictSame(follower.take(), { jobs: [], missed: true });
  follower.leave();
});

t.test('streams are bounded for each actor and team, and what has ended makes room once', async (t) => {
  const { hub } = openHub();
  const another = (id: string) => ({ ...actor, id });
  const leave = hub.admit(actor, 'audit');
  hub.admit(actor, 'audit');
  t.throws(() => hub.admit(actor, 'audit'), { code: 'too_many_streams' });
  hub.admit(another('key_2'), 'audit');
  t.throws(() => hub.admit(another('key_3'), 'audit'), { code: 'too_many_streams' });
  leave();
  leave();
  hub.admit(another('key_3'), 'audit');
  t.throws(() => hub.admit(another('key_4'), 'audit'), { code: 'too_many_streams' });
  hub.end();
  t.equal((await refusalOf(Promise.resolve().then(() => hub.admit(another('key_5'), 'audit')))).code, 'starting');
});

t.test('news of many teams and jobs comes whole, gathered into few messages', async (t) => {
  const store = connectStore(at.databaseUrl, { connectionsMax: 1, onError: () => undefined });
  t.teardown(() => store.close());
  const heard: (readonly News[] | 'missed')[] = [];
  let onHeard = (): void => undefined;
  const stop = await store.listenForNews((news) => {
    heard.push(news);
    onHeard();
  });
  t.teardown(stop);
  t.strictSame(heard, ['missed'], 'what came before it listened');
  const announcer = makeAnnouncer(store.db);
  const told = new Map<string, string[]>();
  for (let n = 0; n < 500; n += 1) {
    const [team, job] = [`tem_${n % 7}`, `job_01900000-0000-7000-8000-${String(n).padStart(12, '0')}`];
    told.set(team, [...(told.get(team) ?? []), job]);
    announcer.announce(team, [job]);
    announcer.announce(team, [job]);
  }
  const count = () =>
    heard.flatMap((news) => (news === 'missed' ? [] : news)).reduce((sum, { jobs }) => sum + jobs.length, 0);
  while (count() < 500) await new Promise<void>((resolve) => (onHeard = resolve));
  await announcer.close();
  const found = new Map<string, string[]>();
  for (const news of heard) {
    for (const { teamId: team, jobs } of news === 'missed' ? [] : news) {
      found.set(team, [...(found.get(team) ?? []), ...jobs]);
    }
  }
  t.strictSame(found, told);
  t.ok(heard.length <= 5, `${heard.length - 1} messages`);
});
