// The move of an audit history to months: its events are what they were, and the former version goes on writing meanwhile.

import { createHash, randomUUID } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path, { resolve } from 'node:path';
import canonicalize from 'canonicalize';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import pg from 'pg';
import t from 'tap';
import { verifyAudit } from '../../scripts/audit/verify.ts';
import { appendAuditEvents, factOf, type NewAuditEvent } from '../../src/store/audit.ts';
import { dropAuditMonth, listAuditMonths, makeAuditMonths, spreadAuditOverflow } from '../../src/store/audit-months.ts';
import { findAuditSpan, readAuditSpan } from '../../src/store/audit-span.ts';
import { connectStore } from '../../src/store/connect.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { each } from '../audit/exported.ts';
import { query } from '../harness/database-server.ts';
import { testDatabaseServer } from '../harness/servers.ts';

const { url } = await testDatabaseServer(t);
const name = `test_audit_migration_${randomUUID().slice(0, 8)}`;
const role = `${name}_app`;
await query(url, `create database ${name}`);
const own = new URL(url);
own.pathname = `/${name}`;
const client = new pg.Client({ connectionString: own.href });
await client.connect();
t.teardown(async () => {
  await client.end();
  await query(url, `drop database if exists ${name} with (force)`);
  await query(url, `drop role if exists ${role}`);
});

async function migrateTo(migration: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: own.href, max: 2 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const migrationFolder = resolve(import.meta.dirname, '../../migrations');
  const provider = new FileMigrationProvider({ fs, path, migrationFolder });
  const { error } = await new Migrator({ db, provider }).migrateTo(migration);
  await db.destroy();
  if (error) throw error;
}

let last = { sequence: 0, hash: Buffer.alloc(32) };

/** As the version before did it, word for word. */
async function appendAsBefore(at: string): Promise<void> {
  const sequence = last.sequence + 1;
  const event = {
    id: `evt_${sequence}`,
    teamId: 'tem_a',
    at,
    actor: { kind: 'person', id: 'key_1' },
    action: 'policy.created',
    subject: { kind: 'policy', id: 'pol_1' },
    requestId: null,
    sourceAddress: '127.0.0.1',
    details: { name: 'ü', nested: [1, null] },
    sequence,
  };
  const hash = createHash('sha256')
    .update(last.hash)
    .update(canonicalize(event) ?? '')
    .digest();
  await client.query(
    `insert into audit_events (team_id, sequence, id, at, actor_kind, actor_id, action, subject_kind, subject_id, request_id,
      source_address, details, previous_hash, hash) values ('tem_a', $1, $2, $3, 'person', 'key_1', 'policy.created', 'policy', 'pol_1',
      null, '127.0.0.1', $4, $5, $6)`,
    [sequence, event.id, at, JSON.stringify(event.details), last.hash, hash],
  );
  await client.query(`update audit_heads set sequence = $1, hash = $2 where team_id = 'tem_a'`, [sequence, hash]);
  last = { sequence, hash };
}

function eventOf(id: string, at: Date): NewAuditEvent {
  return {
    id,
    teamId: 'tem_a',
    at,
    actor: { kind: 'person', id: 'key_1', label: 'ag_12345' },
    action: 'policy.updated',
    subject: { kind: 'policy', id: 'pol_1' },
    requestId: null,
    sourceAddress: null,
    details: {},
    before: { a: 1 },
    after: { a: 2 },
  };
}

t.test('events are moved to their months as they were, and the chain goes on in the new form', async (t) => {
  await migrateTo('0013-instant-not-had');
  await client.query(`insert into teams (id, slug, name, created_at) values ('tem_a', 'a', 'a', now())`);
  await client.query(`insert into audit_heads (team_id, sequence, hash) values ('tem_a', 0, $1)`, [last.hash]);
  for (const at of ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z', '2026-03-05T08:00:00.123Z']) {
    await appendAsBefore(at);
  }
  await migrateToLatest(own.href);
  await appendAsBefore(new Date().toISOString());

  const store = connectStore(own.href, { connectionsMax: 2, onError: () => undefined });
  t.teardown(() => store.close());
  await store.db.transaction().execute((tx) => appendAuditEvents(tx, [eventOf('evt_new', new Date())]));
  const span = await findAuditSpan(store.db, 'tem_a', {});
  if (!span) throw new Error('there is nothing');
  const lines: string[] = [];
  for await (const rows of readAuditSpan(store.db, span, () => t.fail('the chain is broken'))) {
    for (const row of rows) {
      const hashes = { previousHash: row.previous_hash.toString('hex'), hash: row.hash.toString('hex') };
      lines.push(JSON.stringify({ ...factOf(row), ...hashes }));
    }
  }
  t.match(await verifyAudit(each(lines), {}), { events: 5, from: 1, to: 5, fault: undefined });
  t.strictSame(
    lines.map((line) => (JSON.parse(line) as { form: number }).form),
    [1, 1, 1, 1, 2],
  );
  const months = await listAuditMonths(store.db);
  t.strictSame(months.slice(0, 3), ['2025-12', '2026-01', '2026-03']);
  const { rows } = await client.query('select count(*)::int as n from audit_events_2026_01');
  t.strictSame(rows, [{ n: 1 }]);
  t.strictSame((await client.query('select from audit_events_overflow')).rows, []);
});

t.test('the role that docs/audit.md makes finds the database up to date, appends, and tends the months', async (t) => {
  const text = await fs.readFile(resolve(import.meta.dirname, '../../docs/audit.md'), 'utf8');
  const [, statements = ''] = /```sql\n(.*?)```/s.exec(text) ?? [];
  await client.query(statements.replaceAll('afterglow_app', role).replace("'...'", "'x'"));
  const asRole = new URL(own.href);
  asRole.username = role;
  asRole.password = 'x';
  await migrateToLatest(asRole.href);
  const store = connectStore(asRole.href, { connectionsMax: 2, onError: () => undefined });
  await store.db.transaction().execute((tx) => appendAuditEvents(tx, [eventOf('evt_role', new Date('1999-01-01'))]));
  await makeAuditMonths(store.db, ['2018-01']);
  t.equal(await spreadAuditOverflow(store.db), 1);
  t.equal(await dropAuditMonth(store.db, '2018-01'), true);
  t.equal(await dropAuditMonth(store.db, '1999-01'), false, 'its chain is open');
  for (const statement of [
    'delete from audit_events',
    'delete from audit_events_1999_01',
    'drop table audit_events_1999_01',
  ]) {
    await t.rejects(sql.raw(statement).execute(store.db), { code: '42501' }, statement);
  }
  await store.close();
  await client.query(`drop owned by ${role}`);
});
