// The process ends, and the history is cut short: streams end with a word that says what to do.

import t from 'tap';
import { appendAuditEvents } from '../../src/store/audit.ts';
import { makeAuditMonths, monthAfter, monthOf } from '../../src/store/audit-months.ts';
import { startApp } from '../harness/app.ts';
import { startSecond } from '../harness/second-app.ts';
import { readEvents, subscribeAt } from '../harness/streams.ts';
import { addTeam } from '../harness/teams.ts';

const at = await startApp(t, { roles: ['api'], settings: { auditRetentionMonths: 1 } });
const { domain, actor, db } = at;
const { key } = await domain.apiKeys.create(actor, { name: 'reader', role: 'viewer' });
const params = { authorization: `Bearer ${key}` };
const audit = 'subscription { auditEventAdded { sequence } }';

t.test('the process ends: readers are sent to another at once, and it waits for none of them', async (t) => {
  const second = await startSecond(t, at);
  const events = await readEvents(t, `${second.url}/v1/events`, { key });
  const asleep = await readEvents(t, `${second.url}/v1/events`, { key });
  asleep.response.pause();
  const socket = subscribeAt(t, second.url, audit, { params });
  const idle = subscribeAt(t, second.url, audit, { params });
  await Promise.all([events.until(({ event }) => event === 'ready'), socket.until(() => true), idle.until(() => true)]);
  const since = performance.now();
  await second.app.close();
  const tookMs = performance.now() - since;
  t.ok(tookMs < 4_000, `${Math.round(tookMs)} ms`);
  t.match((await events.until(({ event }) => event === 'end')).data, { code: 'starting', status: 503 });
  await events.ended();
  t.match(await socket.ended(), { code: 1001, reason: 'starting' });
});

t.test('the months after a sequence are not kept any more: it is refused, and says so', async (t) => {
  const team = await addTeam(at, 'old');
  const old = monthAfter(monthOf(new Date()), -4);
  await makeAuditMonths(db, [old]);
  const event = (id: string, when: Date) => ({
    id,
    teamId: team.teamId,
    at: when,
    actor: { kind: 'person' as const, id: 'key_1', label: null },
    action: 'thing.happened',
    subject: { kind: 'thing', id: 'thing_1' },
    requestId: null,
    sourceAddress: null,
    details: {},
    before: null,
    after: null,
  });
  const append = (...events: ReturnType<typeof event>[]) =>
    db.transaction().execute((tx) => appendAuditEvents(tx, events));
  await append(event('evt_1', new Date(`${old}-03T00:00:00Z`)), event('evt_2', new Date(`${old}-04T00:00:00Z`)));
  await append(event('evt_3', new Date()));
  t.equal(await domain.tendAuditMonths(), 1);
  const made = await domain.apiKeys.create(team, { name: 'x', role: 'viewer' });
  const second = await startSecond(t, at);
  const open = (after: number) =>
    readEvents(t, `${second.url}/v1/events?topics=audit&after=${after}`, { key: made.key });
  for (const after of [0, 1]) t.match(await open(after), { status: 410, problem: { code: 'events_gone' } });
  const { errors } = await subscribeAt(t, second.url, 'subscription { auditEventAdded(after: 1) { sequence } }', {
    params: { authorization: `Bearer ${made.key}` },
  }).ended();
  t.match(errors, [{ extensions: { code: 'events_gone' } }]);
  const kept = await open(2);
  t.equal((await kept.until((one) => one.event === 'auditEventAdded')).data['sequence'], 3);
});
