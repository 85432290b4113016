// The months of the audit history: no event is lost for want of one, and none goes but closed, whole and past.

import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { appendAuditEvents, listAuditEvents, type NewAuditEvent } from '../../src/store/audit.ts';
import { insertAuditClosing } from '../../src/store/audit-heads.ts';
import {
  dropAuditMonth,
  listAuditMonths,
  listLastOfMonth,
  makeAuditMonths,
  monthAfter,
  monthOf,
  spreadAuditOverflow,
} from '../../src/store/audit-months.ts';
import { findAuditSpan, readAuditSpan } from '../../src/store/audit-span.ts';
import { openStore } from './open.ts';

const { db, url } = await openStore(t, 8);
const present = monthOf(new Date());
let count = 0;

function event(at: Date, teamId = 'tem_a'): NewAuditEvent {
  count += 1;
  const told = { details: {}, before: null, after: null };
  const who = { actor: { kind: 'person', id: 'key_1', label: null } as const, requestId: null, sourceAddress: null };
  return { id: `evt_${count}`, teamId, at, action: 'x.happened', subject: { kind: 'x', id: 'x' }, ...who, ...told };
}

const append = (...events: NewAuditEvent[]) => db.transaction().execute((tx) => appendAuditEvents(tx, events));
const inMonth = (month: string, day = 5) => new Date(`${month}-${String(day).padStart(2, '0')}T12:00:00.000Z`);
const overflow = async () =>
  Number((await sql<{ n: string }>`select count(*) as n from audit_events_overflow`.execute(db)).rows[0]?.n);

function unbroken(sequence: number): void {
  throw new Error(`the chain is broken at ${sequence}`);
}

async function sequencesOf(teamId = 'tem_a'): Promise<number[]> {
  const span = await findAuditSpan(db, teamId, {});
  const read: number[] = [];
  if (span)
    for await (const rows of readAuditSpan(db, span, unbroken)) read.push(...rows.map(({ sequence }) => sequence));
  return read;
}

async function close(month: string, teamId: string): Promise<void> {
  for (const last of await listLastOfMonth(db, month, present)) {
    if (last.teamId !== teamId) continue;
    const { sequence, hash, at } = last;
    const row = { team_id: teamId, month, sequence, hash, at, signature: 'a.b.c', created_at: new Date() };
    await db.transaction().execute((tx) => insertAuditClosing(tx, row));
  }
}

t.test('the months from the present to three ahead are there from the first start', async (t) => {
  t.strictSame(
    await listAuditMonths(db),
    [0, 1, 2, 3].map((ahead) => monthAfter(present, ahead)),
  );
  t.equal(monthAfter('2026-11', 2), '2027-01');
  t.equal(monthAfter('2026-01', -1), '2025-12');
});

t.test('events whose months are missing are kept, listed in order, and taken to months of their own', async (t) => {
  const times = ['1970-01', '2024-02', '2024-02', present, '2091-12'].map((month) => inMonth(month));
  for (const at of times) await append(event(at));
  t.equal(await overflow(), 4);
  const listed = async () =>
    (await listAuditEvents(db, { teamId: 'tem_a', now: new Date() }, { limit: 50 })).items.map(
      ({ sequence }) => sequence,
    );
  t.strictSame(await listed(), [5, 4, 3, 2, 1]);
  const before = await sql`select * from audit_events order by sequence`.execute(db);
  t.equal(await spreadAuditOverflow(db), 4);
  t.equal(await overflow(), 0);
  t.strictSame((await sql`select * from audit_events order by sequence`.execute(db)).rows, before.rows, 'as they were');
  t.ok((await listAuditMonths(db)).includes('2091-12'));
  t.strictSame(await listed(), [5, 4, 3, 2, 1]);
  t.equal(await spreadAuditOverflow(db), 0, 'again there is nothing to do');
  await makeAuditMonths(db, [present, '2024-02', '2024-03']);
  t.ok((await listAuditMonths(db)).includes('2024-03'));
  await append(event(inMonth('2024-03')));
  t.equal(await overflow(), 0);
});

t.test('pages over many months have no gap, with each filter and bound', async (t) => {
  const filters = [
    {},
    { action: 'x.happened' },
    { subjectId: 'x' },
    { actorId: 'key_1' },
    { since: inMonth('2024-02', 1) },
  ];
  for (const filter of [
    ...filters,
    { until: inMonth('2024-04') },
    { since: inMonth('2024-02'), until: inMonth(present, 6) },
  ]) {
    const now = new Date();
    const whole = await listAuditEvents(db, { teamId: 'tem_a', now, ...filter }, { limit: 100 });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listAuditEvents(db, { teamId: 'tem_a', now, ...filter }, { limit: 2, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    t.ok(seen.length >= 3, Object.keys(filter).join());
    t.strictSame(
      seen,
      whole.items.map(({ id }) => id),
    );
  }
});

t.test('every month refuses a change, a removal and an emptying, asked directly and through the whole', async (t) => {
  for (const name of ['audit_events', ...(await partitions())]) {
    for (const statement of [`update ${name} set action = 'y'`, `delete from ${name}`, `truncate ${name}`]) {
      const hasRows = (await sql.raw<{ n: number }>(`select 1 as n from ${name} limit 1`).execute(db)).rows.length > 0;
      if (!hasRows && !statement.startsWith('truncate')) continue;
      await t.rejects(sql.raw(statement).execute(db), { message: 'audit events are append-only' }, statement);
    }
  }
  await close('2024-02', 'tem_a');
  for (const statement of [
    "update audit_closings set signature = ''",
    'delete from audit_closings',
    'truncate audit_closings',
  ]) {
    await t.rejects(sql.raw(statement).execute(db), { message: 'audit events are append-only' }, statement);
  }
});

async function partitions(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_inherits join pg_class on oid = inhrelid where inhparent = 'audit_events'::regclass`.execute(
    db,
  );
  return rows.map(({ name }) => name);
}

t.test('a month goes only when it is past and each of its chains is closed', async (t) => {
  await makeAuditMonths(db, ['2020-05']);
  await append(event(inMonth('2020-05'), 'tem_b'));
  t.equal(await dropAuditMonth(db, present), false, 'it is not past');
  t.equal(await dropAuditMonth(db, '2020-04'), false, 'it is not there');
  t.equal(await dropAuditMonth(db, '2020-05'), false, 'its chain is open');
  await close('2020-05', 'tem_b');
  await append(event(inMonth('2020-05', 6), 'tem_b'));
  t.equal(await dropAuditMonth(db, '2020-05'), false, 'an event has followed the closing head');
  t.strictSame(await sequencesOf('tem_b'), [2]);
  await makeAuditMonths(db, ['2020-06']);
  await append(event(inMonth('2020-06'), 'tem_b'));
  await close('2020-06', 'tem_b');
  t.equal(await dropAuditMonth(db, '2020-05'), true, 'a later closing head covers it');
  t.equal(await dropAuditMonth(db, '2020-06'), true);
  t.strictSame(await sequencesOf('tem_b'), []);
  await append(event(new Date(), 'tem_b'));
  t.strictSame(await sequencesOf('tem_b'), [4], 'the chain goes on');
});

t.test('a month with younger events among those that stay is told as one that must stay', async (t) => {
  const [last] = await listLastOfMonth(db, '1970-01', present);
  t.match(last, { teamId: 'tem_a', sequence: 1, isAmongKept: false });
  await append(event(inMonth('1970-01')));
  t.match(await listLastOfMonth(db, '1970-01', present), [{ isAmongKept: true }]);
});

t.test('who reads for long delays a round, and is not disturbed by it', async (t) => {
  await append(event(inMonth('1999-01')));
  const reader = new pg.Client({ connectionString: url });
  await reader.connect();
  await reader.query('begin');
  await reader.query('select count(*) from audit_events');
  t.equal(await spreadAuditOverflow(db), 0);
  t.equal(await dropAuditMonth(db, '2024-02'), false);
  await reader.query('commit');
  await reader.end();
  t.equal(await spreadAuditOverflow(db), 1);
});

t.test('an export is cut off where a month goes while it is read', async (t) => {
  const span = await findAuditSpan(db, 'tem_a', {});
  t.ok(span);
  if (!span) return;
  await t.rejects(
    async () => {
      for await (const rows of readAuditSpan(db, { ...span, from: 0, to: span.to }, unbroken))
        t.equal(rows.length, -1, 'never read');
    },
    { code: 'database_busy' },
  );
});

t.test('an export by time has no gap, whatever a clock has dated in between', async (t) => {
  const all = await db.selectFrom('audit_events').select(['sequence', 'at']).where('team_id', '=', 'tem_a').execute();
  const since = inMonth('2024-02', 1);
  const expected = all.filter(({ at }) => at >= since).map(({ sequence }) => sequence);
  const closed = 3;
  const from = Math.max(Math.min(...expected), closed + 1);
  t.match(await findAuditSpan(db, 'tem_a', { since }), { from, to: Math.max(...expected) });
  t.equal(await findAuditSpan(db, 'tem_a', { since: inMonth('2099-01') }), undefined);
  t.equal(await findAuditSpan(db, 'tem_nobody', {}), undefined);
});

t.test(
  'an event that lies a little before the one before it has its time; after a jump of the clock its own',
  async (t) => {
    const base = new Date(Math.floor(Date.now() / 1000) * 1000);
    const at = (ms: number) => new Date(base.getTime() + ms);
    for (const ms of [0, -20_000, 5_000, 3_600_000, 10_000]) await append(event(at(ms), 'tem_b'));
    const rows = await db
      .selectFrom('audit_events')
      .select('at')
      .where('team_id', '=', 'tem_b')
      .orderBy('sequence')
      .execute();
    t.strictSame(
      rows.slice(-5).map((row) => row.at.getTime() - base.getTime()),
      [0, 0, 5_000, 3_600_000, 10_000],
    );
  },
);

t.test('a role with no more than SELECT and INSERT appends, reads, makes months and lets closed ones go', async (t) => {
  const role = `audit_app_${process.pid}`;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  t.teardown(async () => {
    await admin.query(`drop owned by ${role}; drop role ${role}`);
    await admin.end();
  });
  await admin.query(`create role ${role};
    grant select, insert on audit_events, audit_closings to ${role};
    grant select, insert, update on audit_heads to ${role};
    grant execute on function audit_make_month(date), audit_spread_overflow(), audit_drop_month(date) to ${role};
    set role ${role}`);
  for (const statement of [
    'delete from audit_events',
    "update audit_events set action = ''",
    'truncate audit_events',
  ]) {
    await t.rejects(admin.query(statement), { code: '42501' }, statement);
  }
  await t.rejects(admin.query('drop table audit_events_2024_02'), { code: '42501' });
  await t.rejects(admin.query('alter table audit_events disable trigger all'), { code: '42501' });
  t.match(await admin.query(`select audit_make_month('2019-01-01') as made`), { rows: [{ made: true }] });
  t.match(await admin.query(`select audit_drop_month('2019-01-01') as gone`), { rows: [{ gone: true }] });
  t.match(await admin.query('select audit_spread_overflow() as moved'), { rows: [{ moved: '0' }] });
  await admin.query('reset role');
});
