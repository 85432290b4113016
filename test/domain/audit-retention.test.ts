// What retention lets go of the audit history: whole months, closed and told of, and never one that a chain still needs.

import t from 'tap';
import { verifyAudit } from '../../scripts/audit/verify.ts';
import type { Actor, AuditEventView } from '../../src/domain/index.ts';
import { appendAuditEvents, type NewAuditEvent } from '../../src/store/audit.ts';
import { listAuditMonths, makeAuditMonths, monthAfter, monthOf } from '../../src/store/audit-months.ts';
import { readSignedHead } from '../../src/store/signing.ts';
import { each } from '../audit/exported.ts';
import { startRegistered } from '../harness/app.ts';
import { addTeam } from '../harness/teams.ts';

const at = await startRegistered(t, { settings: { auditRetentionMonths: 2 } });
const { domain, actor, db, faults } = at;
const present = monthOf(new Date());
const ago = (months: number) => monthAfter(present, -months);
const teams = ['one', 'two'] as const;
const [one, two] = await Promise.all(teams.map((slug) => addTeam(at, slug)));
if (!one || !two) throw new Error('there are no teams');
let count = 0;

async function append(who: Actor, month: string, day = 3): Promise<void> {
  count += 1;
  const event: NewAuditEvent = {
    id: `evt_${count}`,
    teamId: who.teamId,
    at: new Date(`${month}-${String(day).padStart(2, '0')}T00:00:00.000Z`),
    actor: { kind: 'person', id: 'key_1', label: null },
    action: 'thing.happened',
    subject: { kind: 'thing', id: 'thing_1' },
    requestId: null,
    sourceAddress: null,
    details: {},
    before: null,
    after: null,
  };
  await db.transaction().execute((tx) => appendAuditEvents(tx, [event]));
}

async function exported(who: Actor): Promise<string[]> {
  const lines: string[] = [];
  for await (const some of (await domain.audit.export(who, {})).events) {
    lines.push(...some.map((event) => JSON.stringify(event)));
  }
  return lines;
}

t.test('months past the retention go, each chain closed by a signature from which the verifier starts', async (t) => {
  await makeAuditMonths(db, [ago(5), ago(4), ago(3), ago(2), ago(1)]);
  for (const month of [ago(5), ago(4), ago(3), ago(2), ago(1)]) {
    await append(one, month);
    if (month !== ago(4)) await append(two, month, 9);
    await append(one, month, 20);
  }
  t.equal(await domain.tendAuditMonths(), 3);
  const months = await listAuditMonths(db);
  t.strictSame([months.includes(ago(3)), months[0]], [false, ago(2)]);
  t.equal(await domain.tendAuditMonths(), 0, 'once');

  const keys = { keys: domain.audit.signingKeys().keys.map((key) => ({ ...key })) };
  const { items } = await domain.audit.heads(one);
  t.match(items, [
    { kind: 'head', sequence: 13 },
    { kind: 'closing', month: ago(3), sequence: 6 },
    { kind: 'closing', month: ago(4), sequence: 4 },
    { kind: 'closing', month: ago(5), sequence: 2 },
  ]);
  t.match((await domain.audit.heads(two)).items.slice(1), [
    { month: ago(3), sequence: 2 },
    { month: ago(5), sequence: 1 },
  ]);
  const [head, closing] = await Promise.all(items.map(({ signature }) => readSignedHead(signature, keys)));
  if (!head || !closing) throw new Error('there are no heads');
  const lines = await exported(one);
  t.match(await verifyAudit(each(lines), { closing, heads: [head] }), { from: 7, to: 13, fault: undefined });
  t.match(await verifyAudit(each(lines.slice(1)), { closing }), { fault: { sequence: 8 } }, 'a cut beginning shows');

  const told = await domain.audit.list(one, { action: 'audit.month_closed' }, { limit: 10 });
  t.match(told.items, [
    { actor: { kind: 'scheduler' }, subject: { id: ago(3) }, details: { sequence: 6, hash: closing.hash } },
    { subject: { id: ago(4) } },
    { subject: { id: ago(5) } },
  ]);
  t.match(await domain.audit.list(two, { action: 'audit.month_closed' }, { limit: 10 }), { items: { length: 2 } });
  t.strictSame((await domain.audit.list(actor, { action: 'audit.month_closed' }, { limit: 10 })).items, []);
});

t.test('a clock of the process that has jumped ahead lets nothing go', async (t) => {
  const before = await listAuditMonths(db);
  faults.aheadMs = 5 * 365 * 86_400_000;
  t.equal(await domain.tendAuditMonths(), 0);
  faults.aheadMs = 0;
  const after = await listAuditMonths(db);
  t.strictSame(after.slice(0, before.length), before);
  t.equal(after.length, before.length + 4, 'but its own months are there for what it writes');
});

t.test('a month into which a jumped clock has dated a younger event stays until it can go', async (t) => {
  await append(one, ago(9));
  const lines = await exported(one);
  t.equal(await domain.tendAuditMonths(), 0);
  t.ok((await listAuditMonths(db)).includes(ago(9)), 'it was taken to its month, and kept');
  t.strictSame(await exported(one), lines, 'nothing of the chain is missing');
  const dated = lines.map((line) => JSON.parse(line) as AuditEventView).find(({ at: when }) => when.startsWith(ago(9)));
  t.match(dated, { action: 'thing.happened' });
});

t.test('without a retention nothing goes', async (t) => {
  const kept = await startRegistered(t);
  await makeAuditMonths(kept.db, [ago(60)]);
  t.equal(await kept.domain.tendAuditMonths(), 0);
  t.equal((await listAuditMonths(kept.db))[0], ago(60));
});
