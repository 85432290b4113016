// The audit chain: every event names the hash of the one before it, and nothing is ever rewritten.

import { sql } from 'kysely';
import t from 'tap';
import { appendAuditEvents, factOf, listAuditEvents, type NewAuditEvent } from '../../src/store/audit.ts';
import { hashAuditEvent } from '../../src/store/audit-chain.ts';
import { openStore } from './open.ts';

const { db } = await openStore(t, 24);
let count = 0;

function event(teamId: string, details: Record<string, unknown> = {}): NewAuditEvent {
  count += 1;
  return {
    id: `evt_${count}`,
    teamId,
    at: new Date(1_780_000_000_000 + count),
    actor: { kind: 'person', id: 'key_1', label: count % 2 ? 'ag_12345' : null },
    action: count % 2 ? 'odd.happened' : 'even.happened',
    subject: { kind: 'thing', id: `thing_${count % 3}` },
    requestId: count % 2 ? 'req-1' : null,
    sourceAddress: null,
    details,
    before: null,
    after: null,
  };
}

/** The clock of the lists: a little after the last event. */
const ofA = { teamId: 'tem_a', now: new Date(1_780_000_100_000) };

const append = (...events: NewAuditEvent[]) => db.transaction().execute((tx) => appendAuditEvents(tx, events));
const rowsOf = (teamId: string) =>
  db.selectFrom('audit_events').selectAll().where('team_id', '=', teamId).orderBy('sequence').execute();

/** Recomputes every hash from what is stored; the answer is the last one. */
async function verify(teamId: string): Promise<{ sequence: number; hash: string; breaks: number[] }> {
  let previous: Buffer = Buffer.alloc(32);
  const breaks: number[] = [];
  const rows = await rowsOf(teamId);
  for (const [index, row] of rows.entries()) {
    const hash = hashAuditEvent(previous, factOf(row));
    const holds = row.sequence === index + 1 && row.previous_hash.equals(previous) && row.hash.equals(hash);
    if (!holds) breaks.push(row.sequence);
    previous = row.hash;
  }
  return { sequence: rows.length, hash: previous.toString('hex'), breaks };
}

t.test('hashes recompute from what is stored, whatever the details hold', async (t) => {
  const details = [
    { b: 1, a: { z: [1, 2.5, -0], y: null }, ü: '☃ "quoted" \\ / 𝄞' },
    { number: 1e21, small: 1e-7, long: 0.1 + 0.2, max: Number.MAX_SAFE_INTEGER },
    { at: new Date(0), gone: undefined, list: [undefined, true] },
    {},
  ];
  for (const one of details) await append(event('tem_a', one));
  await append(event('tem_a'), event('tem_b'), event('tem_a'));
  const { sequence, hash, breaks } = await verify('tem_a');
  t.strictSame(breaks, []);
  t.equal(sequence, details.length + 2);
  const head = await db.selectFrom('audit_heads').selectAll().where('team_id', '=', 'tem_a').executeTakeFirstOrThrow();
  t.match({ sequence: head.sequence, hash: head.hash.toString('hex') }, { sequence, hash });
});

t.test('a change, a removal and an emptying of the table are refused by the database itself', async (t) => {
  const before = await verify('tem_a');
  for (const statement of [
    "update audit_events set action = 'nothing.happened'",
    'delete from audit_events where sequence = 1',
    'truncate audit_events',
    'truncate teams cascade',
  ]) {
    // Of all tables at once another one that nothing is taken from may be the first to refuse.
    const message = /^(audit events are append-only|what a legal hold covers is neither changed nor removed)$/;
    await t.rejects(sql.raw(statement).execute(db), { message }, statement);
  }
  t.strictSame(await verify('tem_a'), before);
});

t.test('twenty transactions at once over two teams, in both orders: no deadlock, no gap, no fork', async (t) => {
  const before = { a: (await verify('tem_a')).sequence, b: (await verify('tem_b')).sequence };
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => {
      const pair = [event('tem_a', { index }), event('tem_b', { index })];
      return append(...(index % 2 ? pair : pair.toReversed()));
    }),
  );
  const [a, b] = [await verify('tem_a'), await verify('tem_b')];
  t.strictSame([a.breaks, b.breaks], [[], []]);
  t.strictSame([a.sequence, b.sequence], [before.a + 20, before.b + 20]);
});

t.test('a transaction that is rolled back leaves no event and no gap', async (t) => {
  const before = await verify('tem_b');
  await t.rejects(
    db.transaction().execute(async (tx) => {
      await appendAuditEvents(tx, [event('tem_b')]);
      throw new Error('no');
    }),
  );
  await append(event('tem_b'));
  const after = await verify('tem_b');
  t.strictSame(after.breaks, []);
  t.equal(after.sequence, before.sequence + 1);
});

t.test('lists go newest first, by pages without gaps, and by every filter', async (t) => {
  const all = (await rowsOf('tem_a')).map(({ sequence }) => sequence).toReversed();
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await listAuditEvents(db, { ...ofA }, { limit: 7, cursor });
    seen.push(...page.items.map(({ sequence }) => sequence));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  t.strictSame(seen, all);
  const page = { limit: 200 };
  const rows = await rowsOf('tem_a');
  const [first, second] = [rows[3]?.at ?? new Date(0), rows[9]?.at ?? new Date(0)];
  const between = await listAuditEvents(db, { ...ofA, since: first, until: second }, page);
  t.strictSame(
    between.items.map(({ id }) => id),
    rows
      .filter(({ at }) => at >= first && at < second)
      .map(({ id }) => id)
      .toReversed(),
    'since is included, until is not',
  );
  const filtered = await listAuditEvents(db, { ...ofA, action: 'odd.happened', subjectId: 'thing_1' }, page);
  t.ok(filtered.items.length > 0);
  t.ok(filtered.items.every((row) => row.action === 'odd.happened' && row.subject_id === 'thing_1'));
  t.strictSame((await listAuditEvents(db, { ...ofA, actorId: 'key_2' }, page)).items, []);
});

t.test('a cursor of another list is refused, not answered with an empty history', async (t) => {
  const cursor = Buffer.from('snp_01').toString('base64url');
  await t.rejects(listAuditEvents(db, { ...ofA }, { limit: 5, cursor }), { code: 'invalid_cursor' });
});
