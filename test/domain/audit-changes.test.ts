// What events say of a change: before and after, of whichever command or watch, and no secret.

import t from 'tap';
import { changesNothing } from '../../src/domain/change.ts';
import { startRegistered } from '../harness/app.ts';
import { refusalOf } from '../harness/refusal.ts';
import { inRole } from '../harness/teams.ts';
import { takeSnapshot } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, db, main } = at;
const page = { limit: 200 };

const changeOf = async (action: string, from = actor) => {
  const [event] = (await domain.audit.list(from, { action }, page)).items;
  return { before: event?.before, after: event?.after };
};

t.test('keys: what was made, the new end of the one that is rotated, and a revocation', async (t) => {
  const made = await domain.apiKeys.create(actor, { name: 'told', role: 'viewer', cidrs: ['192.0.2.0/24'] });
  const { prefix } = made;
  t.strictSame(await changeOf('api_key.created'), {
    before: null,
    after: {
      name: 'told',
      prefix,
      role: 'viewer',
      kind: 'service',
      projects: null,
      cidrs: ['192.0.2.0/24'],
      expiresAt: null,
    },
  });
  const next = await domain.apiKeys.rotate(actor, { id: made.id, overlapSeconds: 60 });
  const { expiresAt } = await domain.apiKeys.get(actor, made.id);
  t.ok(expiresAt);
  t.strictSame(await changeOf('api_key.rotated'), { before: { expiresAt: null }, after: { expiresAt } });
  await domain.apiKeys.revoke(actor, next.id);
  const { revokedAt } = await domain.apiKeys.get(actor, next.id);
  t.strictSame(await changeOf('api_key.revoked'), { before: { revokedAt: null }, after: { revokedAt } });
  const rows = await db.selectFrom('audit_events').selectAll().execute();
  for (const { key } of [made, next]) t.notOk(JSON.stringify(rows).includes(key), 'no key is told');
});

t.test('teams and members, with the issuer of each', async (t) => {
  await domain.teams.create(actor, { slug: 'told', name: 'Told' });
  const maker = await domain.teams.enter(actor, 'told');
  const admin = { ...maker, role: 'admin' } as const;
  t.strictSame(await changeOf('team.created', admin), { before: null, after: { slug: 'told', name: 'Told' } });
  const who = { issuer: 'https://id.example.com', subject: 'mary' };
  const { teamId } = maker;
  const { id } = await domain.members.add(actor, { teamId, ...who, role: 'viewer' });
  t.strictSame(await changeOf('member.added', admin), { before: null, after: { ...who, role: 'viewer' } });
  await domain.members.update(actor, { teamId, id, version: 1, role: 'operator' });
  t.strictSame(await changeOf('member.updated', admin), { before: { role: 'viewer' }, after: { role: 'operator' } });
  await domain.members.remove(actor, { teamId, id });
  t.strictSame(await changeOf('member.removed', admin), { before: { ...who, role: 'operator' }, after: null });
  const { items } = await domain.audit.list(admin, { subjectId: id }, page);
  t.strictSame(
    items.map(({ details }) => details['issuer']),
    [who.issuer, who.issuer, who.issuer],
  );
});

t.test('pauses, statuses of branches, and holds', async (t) => {
  const policy = await domain.policies.create(actor, {
    name: 'told',
    selector: { projects: [at.project.id] },
    schedules: [{ name: 'daily', cron: '0 0 * * *', timeZone: 'UTC' }],
    retention: { keepLast: 3 },
  });
  await domain.watchBranches();
  t.match(await changeOf('branch.status_changed'), {
    before: { state: 'uncovered', reasons: [] },
    after: { reasons: [] },
  });
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const none = { pausedAt: null, pausedUntil: null };
  await domain.policies.pause(actor, { id: policy.id, until });
  const paused = await changeOf('policy.paused');
  t.match(paused, { before: none, after: { pausedAt: String, pausedUntil: until } });
  await domain.policies.pause(actor, { id: policy.id });
  t.strictSame((await changeOf('policy.paused')).before, paused.after, 'one that is paused already');
  await domain.policies.resume(actor, policy.id);
  t.match(await changeOf('policy.resumed'), { before: { pausedAt: String, pausedUntil: null }, after: none });
  const { id } = await takeSnapshot(at, { branchId: main.id });
  const hold = await domain.holds.place(actor, { matter: 'm-1', reason: 'asked', selector: { snapshotIds: [id] } });
  const { releasedAt } = await domain.holds.release(actor, { id: hold.id, reason: 'over' });
  t.match(await changeOf('hold.released'), {
    before: { matter: 'm-1', releasedAt: null },
    after: { matter: 'm-1', releasedAt, releaseReason: 'over' },
  });
});

t.test('no event of a change is without before and after but those that are listed with a reason', async (t) => {
  await domain.projects.reconcile(actor, at.project.id);
  await refusalOf(domain.projects.remove(inRole(actor, 'viewer'), at.project.id));
  const events = await db.selectFrom('audit_events').select(['action', 'before', 'after']).execute();
  const silent = events.filter(({ before, after }) => before === null && after === null);
  const without = [...new Set(silent.map(({ action }) => action))].filter((action) => !(action in changesNothing));
  t.strictSame(without, []);
  t.ok(new Set(events.map(({ action }) => action)).size > 15);
});
