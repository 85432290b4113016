// Retention locks: who may change one to what, what it keeps on every path, and the lock that a policy gives.

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { randomUUID } from 'node:crypto';
import type { Protection } from '../../src/core/protection.ts';
import { Refusal } from '../../src/core/errors.ts';
import { toRefusal } from '../../src/domain/command.ts';
import type { LockSnapshotInput, SnapshotView } from '../../src/domain/index.ts';
import { promiseJobs } from '../../src/store/outbox/promise.ts';
import { startRegistered } from '../harness/app.ts';
import { untilAtRest } from '../harness/neon.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { hold as hang } from '../harness/strike.ts';
import { inRole } from '../harness/teams.ts';
import { takeSnapshot, untilSnapshot } from '../harness/work.ts';

const page = { limit: 50 };
const hour = 3_600_000;
const at = await startRegistered(t, { emulator: { rows: 'none' } });
const { domain, actor, main, project, db, neon, emulator } = at;
const operator = inRole(actor, 'operator');

const inHours = (hours: number): string => new Date(Date.now() + hours * hour).toISOString();
const take = (name: string): Promise<SnapshotView> => takeSnapshot(at, { branchId: main.id, name });
const lock = (id: string, wish: Omit<LockSnapshotInput, 'id'>, by = actor) =>
  domain.snapshots.lock(by, { id, ...wish });
const eventsOf = async (subjectId: string) => (await domain.audit.list(actor, { subjectId }, page)).items;

async function rest(): Promise<void> {
  const unfinished = () => db.selectFrom('outbox').select(['id', 'job']).where('status', '!=', 'done').execute();
  await at.until(unfinished, (rows) => rows.length === 0);
  await untilAtRest(at);
}

t.test('a locked snapshot is deleted by nobody before its lock has run out', async (t) => {
  const { id, version } = await take('locked');
  const until = inHours(48);
  const view = await lock(id, { until, reason: 'The audit of the year.' }, operator);
  t.match(view, { version: version + 1, lock: { mode: 'governance', until, lockedBy: actor.id } });
  const grace = Date.parse(view.lock?.graceUntil ?? '') - Date.parse(view.lock?.lockedAt ?? '');
  t.ok(Math.abs(grace - 24 * hour) < 60_000, 'a day of grace');
  await rest();
  await refuses(t, at, 'snapshot_locked', () => domain.snapshots.delete(actor, id), {
    lockedUntil: until,
    holdIds: [],
  });
  const [event] = await eventsOf(id);
  t.match(event, {
    action: 'snapshot.locked',
    details: { reason: 'The audit of the year.', by: actor.id },
    after: { lock: { mode: 'governance', until } },
  });
  t.strictSame(await lock(id, { until }), view, 'the same again changes nothing');
  t.equal((await eventsOf(id)).length, 4, 'and is no event');
});

t.test('a governance lock: anybody who locks extends it, an admin shortens or lifts it with a reason', async (t) => {
  const { id } = await take('governance');
  const first = inHours(30);
  await lock(id, { until: first, graceHours: 1 }, operator);
  const later = inHours(60);
  await lock(id, { until: later }, operator);
  await rest();
  for (const wish of [
    { until: first, reason: 'x' },
    { until: null, reason: 'x' },
  ]) {
    await refuses(t, at, 'forbidden', () => lock(id, wish, operator), { action: 'lock.shorten', leastRole: 'admin' });
  }
  await refuses(t, at, 'reason_required', () => lock(id, { until: first }), { field: 'reason' });
  await refuses(t, at, 'reason_required', () => lock(id, { until: null }), { field: 'reason' });
  t.equal((await lock(id, { until: first, reason: 'Too long.' })).lock?.until, first);
  t.equal((await lock(id, { until: null, reason: 'The audit is over.' })).lock, null);
  t.match(await eventsOf(id), [
    {
      action: 'snapshot.lock_changed',
      before: { lock: { until: first } },
      after: { lock: null },
      details: { reason: 'The audit is over.' },
    },
    {
      action: 'snapshot.lock_changed',
      before: { lock: { until: later } },
      after: { lock: { until: first } },
      details: { reason: 'Too long.' },
    },
    {
      action: 'snapshot.lock_changed',
      before: { lock: { until: first } },
      after: { lock: { until: later } },
      details: { reason: null },
    },
    { action: 'snapshot.locked' },
    {},
    {},
    {},
  ]);
  await domain.snapshots.delete(actor, id);
  await untilSnapshot(at, id, 'purged');
});

t.test(
  'a compliance lock past its grace is shortened, lifted and softened by nobody, and made and extended by an admin',
  async (t) => {
    const { id } = await take('compliance');
    const until = inHours(10);
    const wish = { mode: 'compliance', until, graceHours: 0 } as const;
    await refuses(t, at, 'forbidden', () => lock(id, wish, operator), { action: 'lock.set_compliance' });
    await lock(id, wish);
    await rest();
    const reason = 'I am the admin.';
    for (const wish of [
      { until: inHours(9), reason },
      { until: null, reason },
      { until: inHours(99), mode: 'governance', reason },
    ] as const) {
      await refuses(t, at, 'compliance_lock_fixed', () => lock(id, wish), { lockedUntil: until });
      await refuses(t, at, 'forbidden', () => lock(id, wish, operator));
    }
    const later = inHours(20);
    await refuses(t, at, 'forbidden', () => lock(id, { until: later }, operator));
    t.match((await lock(id, { until: later })).lock, { mode: 'compliance', until: later });
    await refuses(t, at, 'compliance_lock_fixed', () => lock(id, { until, reason }), { lockedUntil: later });
  },
);

t.test('in its grace an admin undoes a compliance lock', async (t) => {
  const { id } = await take('in grace');
  await lock(id, { mode: 'compliance', until: inHours(10), graceHours: 5 });
  await rest();
  const wish = { until: null, reason: 'A slip.' };
  await refuses(t, at, 'forbidden', () => lock(id, wish, operator));
  t.equal((await lock(id, wish)).lock, null);
});

t.test('what cannot be a lock, and what cannot be locked, is refused', async (t) => {
  const { id } = await take('refused');
  await rest();
  await refuses(t, at, 'lock_too_short', () => lock(id, { until: inHours(23) }), { field: 'until' });
  await refuses(t, at, 'lock_too_short', () => lock(id, { until: inHours(-1), graceHours: 0 }));
  await refuses(t, at, 'lock_too_long', () => lock(id, { until: '9999-12-31T00:00:00Z' }), { field: 'until' });
  await refuses(t, at, 'invalid_instant', () => lock(id, { until: 'tomorrow' }), { field: 'until' });
  await refuses(t, at, 'not_found', () => lock('snp_nowhere', { until: null }));
  await domain.snapshots.delete(actor, id);
  await untilSnapshot(at, id, 'purged');
  await rest();
  await refuses(t, at, 'snapshot_not_available', () => lock(id, { until: inHours(48) }), { presentStatus: 'purged' });
});

t.test('what is expiring is available again once it is locked', async (t) => {
  const { id, neonId } = await take('turned back');
  const busy = await hang(at, 'createSnapshot', 'before');
  await domain.snapshots.request(actor, { branchId: main.id });
  await busy.until();
  await domain.snapshots.delete(actor, id);
  const view = await lock(id, { until: inHours(48) });
  t.match(view, { status: 'available', lock: { mode: 'governance' } });
  busy.end();
  await rest();
  t.equal((await domain.snapshots.get(actor, id)).status, 'available');
  t.ok((await neon.listSnapshots(emulator.projectId)).some((one) => one.id === neonId));
});

t.test('a lock has run out once both clocks are past it', async (t) => {
  const { id } = await take('clocks');
  await lock(id, { until: inHours(1), graceHours: 0 });
  at.faults.aheadMs = 2 * hour;
  t.equal((await refusalOf(domain.snapshots.delete(actor, id))).code, 'snapshot_locked', 'ours alone is past it');
  at.faults.aheadMs = 0;
  const soon = await take('soon');
  await lock(soon.id, { mode: 'compliance', until: new Date(Date.now() + 1_500).toISOString(), graceHours: 0 });
  t.equal((await refusalOf(domain.snapshots.delete(actor, soon.id))).code, 'snapshot_locked');
  await sleep(1_600);
  at.faults.aheadMs = -hour;
  t.equal((await refusalOf(domain.snapshots.delete(actor, soon.id))).code, 'snapshot_locked', 'ours is behind');
  at.faults.aheadMs = 0;
  t.equal((await domain.snapshots.delete(actor, soon.id)).status, 'expiring');
  await untilSnapshot(at, soon.id, 'purged');
});

t.test('where the clocks differ a refusal of the database is a refusal, not a fault', async (t) => {
  const { id } = await take('raced');
  await lock(id, { mode: 'compliance', until: inHours(10), graceHours: 0 });
  // What no path of ours asks for.
  const shorten = db
    .updateTable('snapshots')
    .set({ lock_until: new Date(Date.now() + hour) })
    .where('id', '=', id);
  const remove = db.deleteFrom('snapshots').where('id', '=', id);
  for (const [statement, code] of [
    [shorten, 'compliance_lock_fixed'],
    [remove, 'snapshot_locked'],
  ] as const) {
    const error: unknown = await statement.execute().catch((caught: unknown) => caught);
    const refusal = toRefusal(error);
    t.ok(refusal instanceof Refusal, code);
    t.match(refusal, { code, message: /Nothing was changed/ });
  }
});

const run = async (policyId: string): Promise<string> => {
  const id = (await domain.policies.run(actor, policyId)).snapshots[0]?.id ?? '';
  await untilSnapshot(at, id, 'available');
  return id;
};
const makePolicy = async (name: string, retention: object, protection: Protection | null = null): Promise<string> => {
  const wish = { name, selector: { projects: [project.id] }, schedules: [], retention, protection };
  return (await domain.policies.create(actor, wish)).id;
};

t.test('a policy expires nothing that is locked, and says so', async (t) => {
  const policyId = await makePolicy('locked', { keepLast: 1 });
  const first = await run(policyId);
  await lock(first, { until: inHours(1), graceHours: 0 });
  await run(policyId);
  t.match(await domain.snapshots.get(actor, first), { status: 'available', keptBecause: ['lock'] });
  at.faults.aheadMs = 2 * hour;
  await run(policyId);
  t.equal(
    (await domain.snapshots.get(actor, first)).status,
    'available',
    'also where our clock alone is past the lock',
  );
  at.faults.aheadMs = 0;
  await lock(first, { until: null, reason: 'Over.' });
  await run(policyId);
  await untilSnapshot(at, first, 'purged');
});

t.test('the protection of a policy locks what it has just made, for the tiers that it names', async (t) => {
  const protection = { lock: { mode: 'compliance', for: 'P1Y', graceHours: 72, tiers: ['yearly'] } } as const;
  const policyId = await makePolicy('protecting', { yearly: 2, keepLast: 3 }, protection);
  const first = await run(policyId);
  const view = await domain.snapshots.get(actor, first);
  const end = new Date(view.availableAt ?? '');
  const graceUntil = new Date(end.getTime() + 72 * hour).toISOString();
  end.setUTCFullYear(end.getUTCFullYear() + 1);
  t.match(view.lock, { mode: 'compliance', until: end.toISOString(), graceUntil, lockedBy: policyId });
  const [event] = await eventsOf(first);
  t.match(event, {
    action: 'snapshot.locked',
    actor: { kind: 'scheduler' },
    details: { cause: 'policy', by: policyId },
  });
  const second = await run(policyId);
  t.equal((await domain.snapshots.get(actor, second)).lock, null, 'it stands for no year');
  t.strictSame((await domain.snapshots.get(actor, first)).lock, view.lock, 'a lock that is there stays');
});

t.test('a policy whose lock would never end is refused', async (t) => {
  for (const length of ['P101Y', 'P99999Y', 'P99999Y99999M99999W']) {
    const protection = { lock: { mode: 'governance', for: length, graceHours: 0 } } as const;
    await refuses(t, at, 'lock_too_long', () => makePolicy('endless', { keepLast: 1 }, protection), {
      field: 'protection.lock.for',
    });
  }
});

t.test('a policy whose lock is shorter than its grace is refused', async (t) => {
  const protection = { lock: { mode: 'compliance', for: 'P1D', graceHours: 72 } } as const;
  await refuses(t, at, 'lock_too_short', () => makePolicy('short', { keepLast: 1 }, protection), {
    field: 'protection.lock.for',
  });
});

t.test('a key gives the first answer again', async (t) => {
  const { id } = await take('keyed');
  const input = { id, until: inHours(48) };
  const idempotency = { key: 'k-lock', fingerprint: 'the same' };
  const first = await domain.snapshots.lock(actor, input, { idempotency });
  await lock(id, { until: inHours(72) });
  t.strictSame(await domain.snapshots.lock(actor, input, { idempotency }), first);
});

t.test('a clean-up removes nothing that became available, whatever its row says', async (t) => {
  const { id, neonId } = await take('no clean-up');
  await db.transaction().execute(async (tx) => {
    await tx.updateTable('snapshots').set({ clean_up: 'pending' }).where('id', '=', id).execute();
    const job = { id: `job_${randomUUID()}`, teamId: actor.teamId, job: 'snapshot.create', subjectId: id, priority: 5 };
    await promiseJobs(tx, [{ ...job, lane: project.neonProjectId }]);
  });
  await rest();
  t.equal((await domain.snapshots.get(actor, id)).status, 'available');
  t.ok((await neon.listSnapshots(emulator.projectId)).some((one) => one.id === neonId));
});
