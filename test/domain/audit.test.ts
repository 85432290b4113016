// The audit history as a whole: what is told in it, what is not, and that an export of it proves itself.

import t from 'tap';
import { verifyAudit } from '../../scripts/audit/verify.ts';
import type { AuditEventView } from '../../src/domain/index.ts';
import { hashApiKey, insertApiKey } from '../../src/store/api-keys.ts';
import { readSignedHead } from '../../src/store/signing.ts';
import { each } from '../audit/exported.ts';
import { startRegistered } from '../harness/app.ts';
import { refusalOf } from '../harness/refusal.ts';
import { addTeam, inRole } from '../harness/teams.ts';

const at = await startRegistered(t);
const { domain, actor, credential, project, db, faults } = at;
const page = { limit: 200 };
const keys = () => ({ keys: domain.audit.signingKeys().keys.map((key) => ({ ...key })) });

async function exported(input = {}): Promise<string[]> {
  const lines: string[] = [];
  const { events } = await domain.audit.export(actor, input);
  for await (const some of events) lines.push(...some.map((event) => JSON.stringify(event)));
  return lines;
}

const eventsOf = async (action: string): Promise<AuditEventView[]> =>
  (await domain.audit.list(actor, { action }, page)).items;

t.test('an export verifies against the signed head of its moment', async (t) => {
  const [head] = (await domain.audit.heads(actor)).items;
  const lines = await exported();
  const signed = await readSignedHead(head?.signature ?? '', keys());
  const { signature: _signature, ...said } = head ?? { signature: '' };
  t.strictSame(signed, said, 'the signature says what is shown');
  t.match(await verifyAudit(each(lines), { heads: [signed] }), {
    events: lines.length,
    to: signed.sequence,
    fault: undefined,
  });
});

t.test('a change says what it changed from and to, and never a secret', async (t) => {
  const made = await domain.policies.create(actor, {
    name: 'told',
    selector: { projects: [project.id] },
    schedules: [],
    retention: { keepLast: 2 },
  });
  await domain.policies.update(actor, { id: made.id, version: 1, retention: { keepLast: 3 } });
  await domain.policies.delete(actor, { id: made.id });
  await domain.projects.update(actor, { id: project.id, version: project.version, labels: { env: 'test' } });
  const { emulator } = at;
  await domain.credentials.update(actor, {
    id: credential.id,
    version: 1,
    name: 'renamed',
    neonApiKey: emulator.apiKey,
  });
  t.match((await eventsOf('policy.created'))[0], { before: null, after: { retention: { keepLast: 2 } } });
  t.match((await eventsOf('policy.updated'))[0], {
    before: { name: 'told', retention: { keepLast: 2 } },
    after: { retention: { keepLast: 3 } },
  });
  t.match((await eventsOf('policy.deleted'))[0], { before: { retention: { keepLast: 3 } }, after: null });
  t.match((await eventsOf('project.updated'))[0], { before: { labels: {} }, after: { labels: { env: 'test' } } });
  t.match((await eventsOf('credential.updated'))[0], { before: { name: 'neon' }, after: { name: 'renamed' } });
  t.match((await eventsOf('project.registered'))[0]?.actor, { id: actor.id, label: /^ag_.{5}$/ });
  t.notMatch((await exported()).join(), new RegExp(emulator.apiKey));
});

t.test('a refusal for want of authority is told at once, and a flood of them by a count', async (t) => {
  const viewer = { ...inRole(actor, 'viewer'), requestId: 'req-refused' };
  const attempt = () => refusalOf(domain.credentials.delete(viewer, credential.id));
  t.match(await attempt(), { code: 'forbidden' });
  t.match(await eventsOf('access.refused'), [
    {
      actor: { id: actor.id },
      subject: { kind: 'actor', id: actor.id },
      requestId: 'req-refused',
      details: { action: 'credential.write', role: 'viewer', code: 'forbidden', count: 1 },
    },
  ]);
  await Promise.all(Array.from({ length: 40 }, attempt));
  t.equal((await eventsOf('access.refused')).length, 1, 'the minute is not over');
  t.equal(await domain.tellRefusals(), 0);
  await refusalOf(domain.projects.remove(viewer, project.id));
  t.match(
    (await eventsOf('access.refused'))[0],
    { details: { action: 'project.register', count: 1 } },
    'another action',
  );
  faults.aheadMs += 61_000;
  t.equal(await domain.tellRefusals(), 1);
  t.match((await eventsOf('access.refused'))[0], {
    requestId: 'req-refused',
    details: { action: 'credential.write', code: 'forbidden', role: 'viewer', aimedAt: credential.id, count: 40 },
  });
  t.equal(await domain.tellRefusals(), 0, 'once');
  await attempt();
  faults.aheadMs += 61_000;
  await attempt();
  t.match(
    (await eventsOf('access.refused'))[0],
    { requestId: 'req-refused', details: { count: 2 } },
    'with what was untold',
  );
});

t.test('refusals at once by many actors and a command of theirs: no deadlock, and each is told', async (t) => {
  const actors = Array.from({ length: 10 }, (_, index) => ({ ...inRole(actor, 'viewer'), id: `key_many_${index}` }));
  await Promise.all(
    actors.flatMap((one, index) => [
      refusalOf(domain.credentials.delete(one, credential.id)),
      refusalOf(domain.credentials.delete(one, credential.id)),
      domain.policies.create(actor, {
        name: `many ${index}`,
        selector: { projects: [project.id] },
        schedules: [],
        retention: { keepLast: 1 },
      }),
    ]),
  );
  const told = await eventsOf('access.refused');
  for (const { id } of actors) t.equal(told.filter((event) => event.actor.id === id).length, 1, id);
});

t.test(
  'the first request with a key is told once, however many come at once; a request of nobody is not',
  async (t) => {
    const key = 'ag_the-key-of-a-newcomer';
    await db.transaction().execute((tx) =>
      insertApiKey(tx, {
        id: 'key_newcomer',
        team_id: actor.teamId,
        name: 'newcomer',
        prefix: key.slice(0, 8),
        hash: hashApiKey(key),
        role: 'viewer',
        kind: 'service',
        created_at: new Date(),
      }),
    );
    const from = { requestId: 'req-first', sourceAddress: '192.0.2.1' };
    await Promise.all(Array.from({ length: 8 }, () => domain.authenticate(key, from)));
    t.match(await eventsOf('access.first_sign_in'), [
      {
        actor: { id: 'key_newcomer', label: 'ag_the-k', kind: 'service' },
        requestId: 'req-first',
        sourceAddress: '192.0.2.1',
      },
    ]);
    const before = (await exported()).length;
    t.match(await refusalOf(domain.authenticate('nobody', from)), { code: 'unauthenticated' });
    await domain.authenticate(key, from);
    t.equal((await exported()).length, before);
    const metrics = await at.app.rest.inject('/metrics');
    t.match(metrics.body, /^afterglow_unauthenticated_total 1$/m);
  },
);

t.test('a piece of it, by time, is contiguous and verifies by itself', async (t) => {
  const { items } = await domain.audit.list(actor, {}, page);
  const [since, until] = [(await eventsOf('policy.created')).at(-1)?.at, items[0]?.at];
  const lines = await exported({ since, until });
  const pieces = lines.map((line) => (JSON.parse(line) as AuditEventView).sequence);
  t.ok(lines.length > 0 && lines.length < items.length);
  t.match(await verifyAudit(each(lines), { begins: 'anywhere' }), {
    from: pieces[0],
    to: pieces.at(-1),
    fault: undefined,
  });
  t.match(await refusalOf(domain.audit.export(actor, { since: 'soon' })), { code: 'invalid_instant' });
  t.strictSame(await exported({ until: '1999-01-01T00:00:00Z' }), []);
});

t.test("heads and exports are of one's own team", async (t) => {
  const other = await addTeam(at, 'reader');
  t.match(await domain.audit.heads(other), { items: [{ teamId: other.teamId, sequence: 0, at: null, kind: 'head' }] });
  const { from, events } = await domain.audit.export(other, {});
  t.equal(from, null);
  for await (const some of events) t.strictSame(some, []);
});
