import t from 'tap';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BranchSchemaCompareResponse, BranchSchemaResponse, CreateProjectBranchResponses } from '@neon/sdk/raw';
import { applyPatch } from 'diff';
import { hasPgDump } from '../../src/local/neon-emulator/schema/pg-dump.ts';
import { renderSchema } from '../../src/local/neon-emulator/schema/rendering.ts';
import { openNeon, sql, withConnection } from './neon.ts';
import { oddSchema, richSchema } from './rich-schema.ts';

const neon = await openNeon();
t.after(() => neon.close());
const main = neon.emulator.branchId;
const { connectionUri } = neon.emulator;
const database = (name: string) => connectionUri.replace(/\/neondb\b/, `/${name}`);
const run = (uri: string, text: string) => withConnection(uri, (client) => client.query(text));
const query = (fields: Readonly<Record<string, string>>) =>
  new URLSearchParams({ db_name: 'neondb', ...fields }).toString();
const schema = (branchId: string, fields: Readonly<Record<string, string>> = {}) =>
  neon.call<BranchSchemaResponse>('GET', `branches/${branchId}/schema?${query(fields)}`);
const diff = (branchId: string, fields: Readonly<Record<string, string>> = {}) =>
  neon.call<BranchSchemaCompareResponse>('GET', `branches/${branchId}/compare_schema?${query(fields)}`);

async function moment(): Promise<string> {
  await sleep(5);
  const instant = new Date().toISOString();
  await sleep(5);
  return instant;
}

for (const made of ['role schema_reader', 'role schema_writer', 'database empty'])
  await run(connectionUri, `create ${made}`);
const whenEmpty = await moment();
const lsnWhenEmpty = await sql(connectionUri, 'select pg_current_wal_insert_lsn()');
await run(connectionUri, richSchema);
await run(connectionUri, 'create database later');
const rich = await schema(main);

t.test('the schema of a rich database says what is in it and leaves out what belongs to extensions', async (t) => {
  t.equal(rich.status, 200);
  const text = rich.body.sql ?? '';
  for (const part of [
    'CREATE SCHEMA "Odd Schema";',
    'CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;',
    'CREATE TYPE public.mood AS ENUM (',
    'CREATE DOMAIN app.posint AS integer NOT NULL DEFAULT 1',
    'CREATE TYPE app.floatrange AS RANGE (',
    'CREATE FUNCTION app.add(a integer, b integer DEFAULT 2) RETURNS integer',
    'CREATE AGGREGATE app.total(integer) (',
    'CREATE UNLOGGED TABLE public.cache (',
    'upper_name text GENERATED ALWAYS AS (upper(name)) STORED',
    'ALTER TABLE public.orders ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (',
    'ALTER SEQUENCE app.person_id_seq OWNED BY app.person.id;',
    'INHERITS (public.parent);',
    "ALTER TABLE ONLY public.events ATTACH PARTITION public.events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');",
    'CREATE MATERIALIZED VIEW public.totals AS',
    'ADD CONSTRAINT orders_person_id_fkey FOREIGN KEY (person_id) REFERENCES app.person(id) ON DELETE CASCADE',
    'CREATE INDEX person_name ON app.person USING btree (lower(name) DESC NULLS LAST) INCLUDE (age)',
    'ALTER INDEX public.events_kind ATTACH PARTITION public.events_2024_kind_idx;',
    'ALTER TABLE app.person DISABLE TRIGGER touch;',
    'CREATE POLICY readers ON app.person AS RESTRICTIVE FOR SELECT TO schema_reader, schema_writer USING (true);',
    'ALTER TABLE app.person ENABLE ROW LEVEL SECURITY;',
    'ON DELETE TO public.cache DO INSTEAD NOTHING;',
    `COMMENT ON COLUMN app.person."Odd Col" IS 'odd';`,
    'GRANT SELECT,INSERT,UPDATE ON TABLE app.person TO schema_writer;',
  ]) {
    t.ok(text.includes(part), part);
  }
  t.notMatch(text, /CREATE (FUNCTION|OPERATOR|TYPE) public\.citext/);
  t.notMatch(text, /Not written|OWNER TO|\\restrict/);
});

t.test('a past moment shows the schema of that moment, by instant and by LSN', async (t) => {
  for (const asked of [{ timestamp: whenEmpty }, { lsn: lsnWhenEmpty }]) {
    const past = await schema(main, asked);
    t.equal(past.status, 200);
    t.equal(past.body.sql, (await schema(main, { db_name: 'empty' })).body.sql);
  }
  const later = await schema(main, { db_name: 'later', timestamp: whenEmpty });
  t.equal(later.status, 404, 'it was not there yet');
});

t.test('a branch is compared with its parent after a migration, and with its own past', async (t) => {
  const { body: created } = await neon.call<CreateProjectBranchResponses[201]>('POST', 'branches', {
    branch: { name: 'migrated' },
    endpoints: [{ type: 'read_write' }],
  });
  const { id } = created.branch;
  t.strictSame(await diff(id), { status: 200, body: { diff: '' } }, 'equal, and answered as soon as the data is whole');
  await neon.settled();
  const before = await moment();
  await run(await neon.uri(id), 'alter table public.parent add column added text; drop view public.nums');
  const { status, body } = await diff(id);
  t.equal(status, 200);
  t.match(body.diff, /^--- a\/neondb\n\+\+\+ b\/neondb\n@@ /);
  t.match(body.diff, /^\+ {4}added text,?$/m);
  t.match(body.diff, /^-CREATE.* VIEW public\.nums/m);
  const [parents, branchs] = [(await schema(main)).body.sql ?? '', (await schema(id)).body.sql];
  t.equal(applyPatch(parents, body.diff ?? ''), branchs, 'the patch turns the one into the other');
  const itself = await diff(id, { base_branch_id: id, base_timestamp: before });
  t.strictSame(itself.body, body);
  const reversed = await diff(id, { timestamp: before, base_branch_id: id });
  t.match(reversed.body.diff, /^- {4}added text,?$/m);
  t.strictSame((await diff(id, { timestamp: before })).body, { diff: '' });
});

t.test('what cannot be answered is refused', async (t) => {
  const both = { timestamp: whenEmpty, lsn: lsnWhenEmpty };
  const baseBoth = { base_branch_id: main, base_timestamp: whenEmpty, base_lsn: lsnWhenEmpty };
  const early = { timestamp: '2020-01-01T00:00:00Z' };
  const refusals = [
    [404, await schema(main, { db_name: 'nowhere' })],
    [404, await schema(main, { db_name: 'postgres' })],
    [404, await schema('br-no-such-12345678')],
    [404, await diff(main, { base_branch_id: 'br-no-such-12345678' })],
    [404, await diff(main, { base_branch_id: main, db_name: 'nowhere' })],
    [400, await schema(main, { db_name: '' })],
    [400, await schema(main, both)],
    [400, await diff(main, { base_branch_id: main, ...both })],
    [400, await diff(main, baseBoth)],
    [400, await diff(main)],
    [400, await schema(main, { timestamp: 'yesterday' })],
    [400, await schema(main, { lsn: 'yesterday' })],
    [422, await schema(main, early)],
    [422, await diff(main, { base_branch_id: main, base_timestamp: early.timestamp })],
  ] as const;
  for (const [status, refused] of refusals) t.equal(refused.status, status, JSON.stringify(refused.body));
});

t.test('as JSON, the tables, columns and keys', async (t) => {
  const { status, body } = await schema(main, { format: 'json' });
  t.equal(status, 200);
  const orders = body.json?.tables.find(({ name }) => name === 'orders');
  t.match(orders, {
    schema: 'public',
    columns: [{ name: 'id', type: 'bigint', nullable: false, generated: false }],
    constraints: [
      { type: 'primary_key', name: 'orders_pkey', columns: ['id', 'at'] },
      {
        type: 'foreign_key',
        columns: ['person_id'],
        referenced_table: { schema: 'app', table: 'person', columns: ['id'] },
      },
    ],
  });
  t.equal((await schema(main, { format: 'xml' })).status, 400);
});

t.test('the script run in an empty database gives the same schema again', async (t) => {
  await run(connectionUri, 'create database again');
  await run(database('again'), rich.body.sql ?? '');
  const again = await schema(main, { db_name: 'again' });
  t.equal(again.body.sql, rich.body.sql);
});

t.test('what is written from the catalogs gives itself again, whether or not the machine has pg_dump', async (t) => {
  for (const [name, made] of [
    ['rich', richSchema],
    ['odd', oddSchema],
  ] as const) {
    for (const each of [name, `${name}_again`]) await run(connectionUri, `create database ${each}`);
    await run(database(name), made);
    const rendered = await withConnection(database(name), renderSchema);
    await run(database(`${name}_again`), rendered);
    t.equal(await withConnection(database(`${name}_again`), renderSchema), rendered, name);
    t.equal(await withConnection(database(name), renderSchema), rendered, 'in the same order');
    if (!(await hasPgDump())) t.equal((await schema(main, { db_name: name })).body.sql, rendered);
  }
});

t.test('what cannot be written from the catalogs is named', async (t) => {
  await run(connectionUri, 'create database german');
  await run(database('german'), `create collation german (provider = icu, locale = 'de')`);
  const rendered = await withConnection(database('german'), renderSchema);
  t.match(rendered, '-- Not written by the Neon emulator: collation public.german\n');
});

t.end();
