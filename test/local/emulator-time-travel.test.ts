import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { CreateProjectResponses } from '@neon/sdk/raw';
import { startEmulator } from '../../src/local/neon-emulator/index.ts';
import { openNeon, speakTo, sql, withConnection } from './neon.ts';
import { eventually, processesOn } from './processes.ts';

const neon = await openNeon();
t.after(() => neon.close());
const { connectionUri } = neon.emulator;
const at = (option: string, uri = connectionUri) => `${uri}?options=${encodeURIComponent(option)}`;
const atInstant = (instant: string, uri = connectionUri) => at(`neon_timestamp:${instant}`, uri);
const rows = (uri: string) => sql(uri, 'select string_agg(word, $1 order by n) from words', [' ']);
const add = (word: string, uri = connectionUri) => sql(uri, 'insert into words (word) values ($1)', [word]);
const serversOfThePast = async () =>
  (await readdir(`${neon.dir}/clusters`)).filter((name) => name.startsWith('travel-')).length;

async function baseCopies(): Promise<number> {
  const names = await readdir(`${neon.dir}/clusters`, { recursive: true });
  return names.filter((name) => /\/bases\/base-[0-9a-f]+$/.test(name)).length;
}

async function moment(): Promise<string> {
  await sleep(5);
  const instant = new Date().toISOString();
  await sleep(5);
  return instant;
}

await sql(connectionUri, 'create table words (n serial, word text)');
await add('one');
const first = await moment();
const firstLsn = await sql(connectionUri, 'select pg_current_wal_insert_lsn()');
await add('two');
const second = await moment();
await add('three');

t.test('at an instant or an LSN a client finds the rows of that moment, while the present goes on', async (t) => {
  t.equal(await rows(atInstant(first)), 'one');
  t.equal(await rows(atInstant(second)), 'one two');
  t.equal(await rows(at(`neon_lsn:${firstLsn}`)), 'one');
  const encoded = encodeURIComponent(`neon_timestamp:${second}`);
  t.equal(await rows(at(`-c application_name=visitor ${encoded}`)), 'one two');
  const name = await sql(at(`-c application_name=visitor neon_timestamp:${second}`), 'show application_name');
  t.equal(name, 'visitor', 'the other options reach Postgres');
  await add('four');
  t.equal(await rows(atInstant(await moment())), 'one two three four', 'what was committed a moment ago is there');
  t.equal(await rows(atInstant(first)), 'one');
  t.equal(await rows(connectionUri), 'one two three four');
});

t.test('a visitor of the past cannot write, whatever it sets', async (t) => {
  await withConnection(atInstant(first), async (client) => {
    const insert = () => client.query(`insert into words (word) values ('changed')`);
    await t.rejects(insert(), { code: '25006' });
    await client.query('set default_transaction_read_only = off').catch(() => {});
    await client.query('set session characteristics as transaction read write').catch(() => {});
    await t.rejects(insert(), { code: '25006' });
    await client.query('begin');
    await t.rejects(client.query('set transaction read write'), { code: '0A000' });
    await client.query('rollback');
    await t.rejects(client.query('create table more (n int)'), { code: '25006' });
    await t.rejects(client.query('vacuum words'), { code: '25006' });
    t.match((await client.query('select count(*) from words')).rows, [{ count: '1' }]);
  });
});

t.test('equal requests share a server, several at once do not disturb one another', async (t) => {
  const present = await serversOfThePast();
  const instants = [await moment(), await moment(), await moment()];
  await add('five');
  const uris = [...instants, ...instants, ...instants, ...instants].map((instant) => atInstant(instant));
  const found = await Promise.all(uris.map(rows));
  t.strictSame(
    found,
    uris.map(() => 'one two three four'),
  );
  t.equal(await serversOfThePast(), present + 3);
});

t.test('also on a child, on a child taken from the past, and after a restore', async (t) => {
  const child = await neon.branch({ name: 'child', parent_timestamp: second });
  const uri = await neon.uri(child.id);
  const untouched = await moment();
  await add('own', uri);
  t.equal(await rows(uri), 'one two own');
  t.equal(await rows(atInstant(untouched, uri)), 'one two');
  const grandchild = await neon.branch({ name: 'grandchild', parent_id: child.id, parent_timestamp: untouched });
  t.equal(await rows(atInstant(await moment(), await neon.uri(grandchild.id))), 'one two');
  await neon.change('POST', `branches/${neon.emulator.branchId}/restore`, {
    source_branch_id: neon.emulator.branchId,
    source_timestamp: second,
    preserve_under_name: 'undo',
  });
  const restored = await moment();
  await add('after');
  t.equal(await rows(connectionUri), 'one two after');
  t.equal(await rows(atInstant(restored)), 'one two');
  await t.rejects(rows(atInstant(first)), { code: '22023' }, 'the window begins at the restore');
});

t.test('what is no moment of the branch is refused with the reason, and the connection ended', async (t) => {
  const refusal = (message: RegExp) => ({ code: '22023', severity: 'FATAL', message });
  await t.rejects(rows(atInstant('yesterday')), refusal(/neon_timestamp must be an RFC 3339 timestamp/));
  await t.rejects(rows(at('neon_lsn:12')), refusal(/neon_lsn must be an LSN/));
  await t.rejects(rows(at('neon_lsn:FFFF/0')), refusal(/ahead/));
  await t.rejects(rows(atInstant('2099-01-01T00:00:00Z')), refusal(/future/));
  await t.rejects(rows(atInstant('2001-01-01T00:00:00Z')), refusal(/window/));
  await t.rejects(rows(at(`neon_lsn:${firstLsn} neon_timestamp:${first}`)), refusal(/together/));
  const wrongPassword = new URL(atInstant(await moment()));
  wrongPassword.password = 'wrong';
  await t.rejects(rows(wrongPassword.toString()), { code: '28P01' });
});

t.test('a server of the past lasts while a client uses it, and a minute longer', async (t) => {
  t.ok((await serversOfThePast()) > 0);
  const instant = await moment();
  await withConnection(atInstant(instant), async (client) => {
    await sleep(1000);
    await neon.emulator.control.setClock(120_000);
    t.ok(await eventually(async () => (await serversOfThePast()) === 1, 20_000), 'the unused ones are dropped');
    t.match((await client.query('select 1 as one')).rows, [{ one: 1 }]);
  });
  await neon.emulator.control.setClock(240_000);
  t.ok(await eventually(async () => (await serversOfThePast()) === 0, 20_000));
  await neon.emulator.control.setClock(0);
  t.notOk(processesOn(`${neon.dir}/clusters/travel-`).length);
  t.equal(await rows(atInstant(instant)), 'one two after', 'and is made again');
});

t.test('a server of the past goes with its project', async (t) => {
  const made = (await neon.call<CreateProjectResponses[201]>('POST', '/projects', { project: {} })).body;
  const other = speakTo({ ...neon.emulator, projectId: made.project.id }, neon.dir);
  await other.settled();
  const before = await serversOfThePast();
  t.equal(await sql(atInstant(await moment(), await other.uri(made.branch.id)), 'select 1'), '1');
  t.equal(await serversOfThePast(), before + 1);
  await other.call('DELETE', '');
  t.ok(await eventually(async () => (await serversOfThePast()) === before));
});

t.test('read-only it is also where Postgres could let nobody in before the moment was reached', async (t) => {
  // A copy made amid a transaction with more subtransactions than a standby is told of.
  const before = await baseCopies();
  await withConnection(connectionUri, async (client) => {
    await client.query('begin');
    for (let number = 0; number < 100; number += 1)
      await client.query(`savepoint s${number}; insert into words (word) values ('unfinished')`);
    await sql(connectionUri, `create table filler as select repeat('x', 1000) from generate_series(1, 45000)`);
    await sql(connectionUri, 'drop table filler');
    await neon.change('POST', 'branches', { branch: {} });
    t.ok(await eventually(async () => (await baseCopies()) > before, 20_000), 'the branch is copied');
    const uri = atInstant(await moment());
    t.equal(await rows(uri), 'one two after');
    await t.rejects(add('changed', uri), { code: '25006' });
  });
});

t.test('what an end leaves of them, the next start removes', async (t) => {
  await neon.emulator.close();
  t.ok((await serversOfThePast()) > 0);
  const emulator = await startEmulator({ dataDir: neon.dir });
  t.teardown(() => emulator.close());
  t.equal(await serversOfThePast(), 0);
  t.equal(
    await rows(atInstant(await moment(), await speakTo(emulator, neon.dir).uri(emulator.branchId))),
    'one two after',
  );
});

t.end();
