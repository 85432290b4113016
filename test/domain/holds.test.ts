// Legal holds: what they cover stays, on every path and at every moment of a purge, also what is made after them.

import type { Kysely } from 'kysely';
import t from 'tap';
import { Refusal } from '../../src/core/errors.ts';
import type { HoldView, PlaceHoldInput, SnapshotView } from '../../src/domain/index.ts';
import { listSnapshots } from '../../src/domain/snapshot/snapshot.ts';
import type { Database } from '../../src/store/database.ts';
import { insertHold } from '../../src/store/holds.ts';
import { type Registered, startRegistered } from '../harness/app.ts';
import { untilAtRest } from '../harness/neon.ts';
import { briefly, reconcile } from '../harness/reconcile.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { hold as hang } from '../harness/strike.ts';
import { addTeam, inRole } from '../harness/teams.ts';
import { takeSnapshot, untilSnapshot } from '../harness/work.ts';

const page = { limit: 50 };
const at = await startRegistered(t, { emulator: { rows: 'none' } });
const { domain, actor, main, project, db, neon, emulator } = at;

const matter = { matter: 'Smith v. Shop', reason: 'The court asked for it.' };
const place = (selector: PlaceHoldInput['selector']): Promise<HoldView> =>
  domain.holds.place(actor, { ...matter, selector });
const release = (id: string): Promise<HoldView> => domain.holds.release(actor, { id, reason: 'It is settled.' });
const take = (name: string): Promise<SnapshotView> => takeSnapshot(at, { branchId: main.id, name });
const isInNeon = async (neonId: string | null): Promise<boolean> =>
  (await neon.listSnapshots(emulator.projectId)).some(({ id }) => id === neonId);
const eventsOf = async (subjectId: string) => (await domain.audit.list(actor, { subjectId }, page)).items;

/** A snapshot that is expiring while something else runs in its project; `end` lets that go on. */
async function expiring(where: Registered, name: string): Promise<{ id: string; end: () => void }> {
  const { id } = await takeSnapshot(where, { branchId: where.main.id, name });
  const busy = await hang(where, 'createSnapshot', 'before');
  await where.domain.snapshots.request(where.actor, { branchId: where.main.id });
  await busy.until();
  await where.domain.snapshots.delete(where.actor, id);
  return { id, end: busy.end };
}

async function untilJobsAreDone(): Promise<void> {
  const unfinished = () => db.selectFrom('outbox').select(['id', 'job']).where('status', '!=', 'done').execute();
  await at.until(unfinished, (rows) => rows.length === 0);
}

t.test('what a hold names is deleted by nobody until it is released, and shows it', async (t) => {
  const [one, other] = [await take('named'), await take('not named')];
  const hold = await place({ snapshotIds: [one.id] });
  t.match(hold, {
    ...matter,
    selector: { snapshotIds: [one.id], branchId: null, from: null, until: null },
    placedBy: { kind: 'person', id: actor.id },
    turnedBack: [],
    tooLate: [],
    releasedAt: null,
  });
  t.strictSame((await domain.snapshots.get(actor, one.id)).holds, [hold.id]);
  await untilAtRest(at);
  await refuses(t, at, 'snapshot_held', () => domain.snapshots.delete(actor, one.id), { holdIds: [hold.id] });
  t.equal((await domain.snapshots.delete(actor, other.id)).status, 'expiring');
  const second = await place({ snapshotIds: [one.id] });
  t.match(await release(hold.id), { releaseReason: 'It is settled.', releasedBy: { id: actor.id } });
  await untilJobsAreDone();
  await refuses(t, at, 'snapshot_held', () => domain.snapshots.delete(actor, one.id), { holdIds: [second.id] });
  await release(second.id);
  await domain.snapshots.delete(actor, one.id);
  t.strictSame((await untilSnapshot(at, one.id, 'purged')).holds, []);
  t.match(await eventsOf(hold.id), [
    { action: 'hold.released', actor: { id: actor.id }, details: { reason: 'It is settled.' } },
    { action: 'hold.placed', details: { turnedBack: [], tooLate: [] }, after: matter },
  ]);
});

t.test('a hold is released once, and stays listed', async (t) => {
  const snapshot = await take('listed');
  const named = await place({ snapshotIds: [snapshot.id] });
  const range = await place({ branchId: main.id, from: '2020-01-01T00:00:00Z', until: null });
  const past = await place({ branchId: main.id, from: '2020-01-01T00:00:00Z', until: '2020-01-02T00:00:00Z' });
  await release(named.id);
  await refuses(t, at, 'hold_released', () => release(named.id));
  const idsOf = async (filter: Parameters<typeof domain.holds.list>[1]) =>
    (await domain.holds.list(actor, filter, page)).items.map(({ id }) => id);
  t.strictSame((await idsOf({})).slice(0, 3), [past.id, range.id, named.id]);
  t.strictSame(await idsOf({ state: 'open' }), [past.id, range.id]);
  t.ok((await idsOf({ state: 'released' })).includes(named.id));
  t.strictSame(await idsOf({ branchId: main.id }), [past.id, range.id]);
  t.strictSame(await idsOf({ snapshotId: snapshot.id }), [range.id, named.id], 'with those that covered it');
  t.strictSame(await idsOf({ snapshotId: snapshot.id, state: 'open' }), [range.id]);
  const first = await domain.holds.list(actor, {}, { limit: 1 });
  const second = await domain.holds.list(actor, {}, { limit: 1, cursor: first.nextCursor ?? '' });
  t.strictSame(
    [...first.items, ...second.items].map(({ id }) => id),
    [past.id, range.id],
  );
  t.strictSame(await domain.holds.get(actor, range.id), second.items[0]);
  await release(range.id);
  await release(past.id);
});

t.test('what cannot be held is refused', async (t) => {
  await untilJobsAreDone();
  await untilAtRest(at);
  const range = (from: string, until?: string) => () =>
    domain.holds.place(actor, { ...matter, selector: { branchId: main.id, from, until } });
  await refuses(t, at, 'range_empty', range('2026-03-02T00:00:00Z', '2026-03-01T00:00:00Z'), {
    field: 'selector.until',
  });
  await refuses(t, at, 'invalid_instant', range('yesterday'), { field: 'selector.from' });
  await refuses(t, at, 'invalid_instant', range('2026-03-02T00:00:00Z', 'today'), { field: 'selector.until' });
  const known = (await domain.snapshots.list(actor, {}, page)).items[0]?.id ?? '';
  await refuses(t, at, 'not_found', () => place({ snapshotIds: [known, 'snp_nowhere'] }));
  await refuses(t, at, 'not_found', () => place({ branchId: 'brn_nowhere', from: '2026-03-02T00:00:00Z' }));
  await refuses(t, at, 'not_found', () => release('hld_nowhere'));
});

t.test(
  'a policy expires nothing that is held, says so, and lets it go with the first pass after the release',
  async (t) => {
    const wish = { name: 'held', selector: { projects: [project.id] }, schedules: [], retention: { keepLast: 1 } };
    const policy = await domain.policies.create(actor, wish);
    const hold = await place({ branchId: main.id, from: new Date(Date.now() - 1_000).toISOString() });
    const run = async (): Promise<string> => {
      const id = (await domain.policies.run(actor, policy.id)).snapshots[0]?.id ?? '';
      await untilSnapshot(at, id, 'available');
      return id;
    };
    const [first, second] = [await run(), await run()];
    t.match(await domain.snapshots.get(actor, first), { status: 'available', holds: [hold.id], keptBecause: ['hold'] });
    t.strictSame((await domain.snapshots.get(actor, second)).keptBecause, ['keep_last', 'newest', 'hold']);
    await release(hold.id);
    const third = await run();
    await untilSnapshot(at, first, 'purged');
    await untilSnapshot(at, second, 'purged');
    t.strictSame((await domain.snapshots.get(actor, third)).keptBecause, ['keep_last', 'newest']);
    await domain.policies.delete(actor, { id: policy.id });
  },
);

t.test('what is expiring when a hold is placed is available again, and stays in Neon', async (t) => {
  await untilJobsAreDone();
  const { id, end } = await expiring(at, 'turned back');
  const hold = await place({ snapshotIds: [id] });
  t.strictSame([hold.turnedBack, hold.tooLate], [[id], []]);
  t.equal((await domain.snapshots.get(actor, id)).status, 'available');
  t.match(await eventsOf(id), [{ action: 'snapshot.available', details: { from: 'expiring', holdId: hold.id } }]);
  end();
  await untilJobsAreDone();
  const view = await domain.snapshots.get(actor, id);
  t.equal(view.status, 'available', 'its purge job has ended and done nothing');
  t.ok(await isInNeon(view.neonId));
  await release(hold.id);
  await domain.snapshots.delete(actor, id);
  await untilSnapshot(at, id, 'purged');
});

t.test('a hold that a purge meets only as it begins: what was expiring is available again', async (t) => {
  await untilJobsAreDone();
  const { id, end } = await expiring(at, 'met late');
  // As a hold that was placed while the snapshot became available, and could not see it yet.
  const holdId = 'hld_00000000-0000-7000-8000-000000000001';
  const placed = { placed_by_kind: actor.kind, placed_by: actor.id, created_at: new Date(), team_id: actor.teamId };
  await db.transaction().execute((tx) => insertHold(tx, { id: holdId, ...matter, ...placed }, [id]));
  end();
  await untilJobsAreDone();
  const view = await domain.snapshots.get(actor, id);
  t.match(view, { status: 'available', holds: [holdId] });
  t.ok(await isInNeon(view.neonId));
  const [event] = await eventsOf(id);
  t.match(event, { action: 'snapshot.available', details: { cause: 'covered', holdIds: [holdId] } });
  await release(holdId);
});

t.test('a hold on what Neon is removing comes too late, and says so', async (t) => {
  await untilJobsAreDone();
  const { id, neonId } = await take('too late');
  const deleting = await hang(at, 'deleteSnapshot', 'before');
  await domain.snapshots.delete(actor, id);
  await deleting.until();
  const [named, range] = [
    await place({ snapshotIds: [id] }),
    await place({ branchId: main.id, from: '2020-01-01T00:00:00Z' }),
  ];
  t.strictSame([named.turnedBack, named.tooLate], [[], [id]]);
  t.ok(range.tooLate.includes(id));
  deleting.end();
  await untilSnapshot(at, id, 'purged');
  t.notOk(await isInNeon(neonId));
  t.strictSame((await domain.holds.get(actor, named.id)).tooLate, [id], 'it is told for good');
  t.strictSame((await place({ snapshotIds: [id] })).tooLate, [id], 'also of what is purged');
  await release(named.id);
  await release(range.id);
});

t.test('a copy that shows again after a purge that was too late to stop is not removed', async (t) => {
  await untilJobsAreDone();
  const { id, neonId } = await take('shows again');
  // Neon hides it for a while, and so it is called purged.
  at.faults.neon = (real) => ({
    deleteSnapshot: async () => ({ operationIds: [] }),
    listSnapshots: async (projectId) => (await real.listSnapshots(projectId)).filter((one) => one.id !== neonId),
  });
  await domain.snapshots.delete(actor, id);
  await untilSnapshot(at, id, 'purged');
  at.faults.neon = undefined;
  const hold = await place({ snapshotIds: [id] });
  t.strictSame(briefly((await reconcile(at)).findings), ['leftover none held_or_locked']);
  t.ok(await isInNeon(neonId));
  await release(hold.id);
  t.strictSame(briefly((await reconcile(at)).findings), ['leftover remove done']);
  t.notOk(await isInNeon(neonId));
});

t.test('held and missing: it is not forgotten, because it may be back', async (t) => {
  at.log.expect(/gone from Neon/);
  const { id, neonId } = await take('missing');
  const hold = await place({ snapshotIds: [id] });
  at.faults.neon = (real) => ({
    listSnapshots: async (projectId) => (await real.listSnapshots(projectId)).filter((one) => one.id !== neonId),
  });
  await reconcile(at);
  t.equal((await domain.snapshots.get(actor, id)).status, 'missing');
  t.equal((await refusalOf(domain.snapshots.delete(actor, id))).code, 'snapshot_held');
  at.faults.neon = undefined;
  await reconcile(at);
  t.match(await domain.snapshots.get(actor, id), { status: 'available', holds: [hold.id] });
  await release(hold.id);
});

t.test('a project that is removed and registered again has its holds still', async (t) => {
  await untilJobsAreDone();
  const { id, neonId } = await take('outlives');
  const hold = await place({ snapshotIds: [id] });
  await domain.projects.remove(actor, project.id);
  t.ok(await isInNeon(neonId), 'nothing is removed in Neon');
  const gone = await refusalOf(domain.snapshots.delete(actor, id));
  t.equal(gone.code, 'project_removed', 'and nothing can be, through us');
  const back = { neonProjectId: emulator.projectId, credentialId: at.credential.id };
  t.equal((await domain.projects.register(actor, back)).id, project.id);
  t.match(await domain.snapshots.get(actor, id), { status: 'available', holds: [hold.id] });
  t.equal((await refusalOf(domain.snapshots.delete(actor, id))).code, 'snapshot_held');
  await release(hold.id);
});

t.test('a hold and a deletion at once: whichever comes first, the snapshot stays', async (t) => {
  await untilJobsAreDone();
  for (let round = 0; round < 12; round += 1) {
    const { id, neonId } = await take(`race ${round}`);
    const selector =
      round % 3 ? { snapshotIds: [id] } : { branchId: main.id, from: '2020-01-01T00:00:00Z', until: null };
    const deleted = domain.snapshots.delete(actor, id).then(
      () => 'deleted',
      (error: unknown) => {
        if (error instanceof Refusal) return error.code;
        throw error;
      },
    );
    const [hold, outcome] = await Promise.all([place(selector), deleted]);
    t.match(outcome, /^(deleted|snapshot_held)$/);
    await untilJobsAreDone();
    const view = await domain.snapshots.get(actor, id);
    const isGone = hold.tooLate.includes(id);
    t.equal(view.status, isGone ? 'purged' : 'available');
    t.equal(await isInNeon(neonId), !isGone);
    await release(hold.id);
  }
});

t.test('holds on the same snapshots at once, in any order, wait for each other', async (t) => {
  const ids = [(await take('first of two')).id, (await take('second of two')).id];
  for (let round = 0; round < 20; round += 1) {
    const holds = await Promise.all([
      place({ snapshotIds: ids }),
      place({ snapshotIds: ids.toReversed() }),
      place({ branchId: main.id, from: '2020-01-01T00:00:00Z' }),
      place({ snapshotIds: ids.toReversed() }),
    ]);
    t.equal((await domain.snapshots.get(actor, ids[0] ?? '')).holds.length, 4);
    await Promise.all(holds.map(({ id }) => release(id)));
  }
});

t.test('holds that are placed while a policy makes new points and looks at the old ones stop nothing', async (t) => {
  const retention = { keepLast: 20 };
  const policy = await domain.policies.create(actor, {
    name: 'busy',
    selector: { projects: [project.id] },
    schedules: [],
    retention,
  });
  const made: string[] = [];
  const taking = (async () => {
    for (let round = 0; round < 6; round += 1) {
      const id = (await domain.policies.run(actor, policy.id)).snapshots[0]?.id ?? '';
      made.push(id);
      await untilSnapshot(at, id, 'available');
    }
  })();
  let placed = 0;
  const isOver = taking.then(() => true);
  while (!(await Promise.race([isOver, Promise.resolve(false)]))) {
    const range = place({ branchId: main.id, from: '2020-01-01T00:00:00Z' });
    const holds = await Promise.all(made.length === 0 ? [range] : [range, place({ snapshotIds: made.toReversed() })]);
    await Promise.all(holds.map(({ id }) => release(id)));
    placed += holds.length;
  }
  t.ok(placed > 6, `${placed} holds were placed meanwhile`);
  for (const id of made) t.equal((await domain.snapshots.get(actor, id)).status, 'available');
  await domain.policies.delete(actor, { id: policy.id });
});

t.test('a key makes one hold of a request that is sent twice', async (t) => {
  const { id } = await take('once');
  const idempotency = { key: 'k-hold', fingerprint: 'the same' };
  const send = () => domain.holds.place(actor, { ...matter, selector: { snapshotIds: [id] } }, { idempotency });
  const first = await send();
  t.strictSame(await send(), first);
  t.strictSame((await domain.snapshots.get(actor, id)).holds, [first.id]);
  await release(first.id);
});

t.test("another team's hold is another team's, and covers nothing of ours", async (t) => {
  const other = await addTeam(at, 'holders');
  const { id } = await take('ours');
  const foreign = { ...matter, selector: { snapshotIds: [id] } };
  await untilJobsAreDone();
  await untilAtRest(at);
  await refuses(t, at, 'not_found', () => domain.holds.place(other, foreign));
  const range = { branchId: main.id, from: '2020-01-01T00:00:00Z' };
  await refuses(t, at, 'not_found', () => domain.holds.place(other, { ...matter, selector: range }));
  const hold = await place({ snapshotIds: [id] });
  t.strictSame((await domain.holds.list(other, { snapshotId: id }, page)).items, []);
  t.equal((await refusalOf(domain.holds.get(inRole(other, 'viewer'), hold.id))).code, 'not_found');
  await release(hold.id);
});

t.test('a list of held snapshots takes one statement, however many it holds', async (t) => {
  const all = (await domain.snapshots.list(actor, {}, page)).items;
  t.ok(all.length > 5);
  const hold = await place({ branchId: main.id, from: '2020-01-01T00:00:00Z' });
  let statements = 0;
  const executeQuery: typeof db.executeQuery = (...asked) => {
    statements += 1;
    return db.executeQuery(...asked);
  };
  const counted = Object.create(db, { executeQuery: { value: executeQuery } }) as Kysely<Database>;
  const deps = { db: counted, allow: () => undefined } as Parameters<typeof listSnapshots>[0];
  const { items } = await listSnapshots(deps, actor, {}, page);
  t.equal(statements, 1);
  t.equal(items.length, all.length);
  t.ok(items.every(({ holds }) => holds.includes(hold.id)));
  await release(hold.id);
});
