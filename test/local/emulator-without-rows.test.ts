import fc from 'fast-check';
import type {
  BackupSchedule,
  Branch,
  ConnectionDetails,
  ConnectionUriResponse,
  Project,
  Snapshot,
} from '@neon/sdk/raw';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startEmulator } from '../../src/local/neon-emulator/index.ts';
import { lsnAt, msAt } from '../../src/local/neon-emulator/rows/moments.ts';
import { compareLsn } from '../../src/local/neon-emulator/wal.ts';
import { probeTarget } from '../../src/neon/probe.ts';
import { openNeon, removeDir, speakTo, sql, temporaryDir, withConnection, type Neon } from './neon.ts';
import { eventually, isAlive, processesOn } from './processes.ts';

const hour = 3_600_000;
const lines: string[] = [];
const neon = await openNeon({ rows: 'none', log: (line) => void lines.push(line) });
t.after(() => neon.close());
const { call, change, emulator } = neon;
const main = emulator.branchId;

const get = async (id: string): Promise<Branch> => (await call('GET', `branches/${id}`)).body.branch;
const find = async (id: string): Promise<Snapshot | undefined> =>
  (await call('GET', 'snapshots')).body.snapshots.find((snapshot) => snapshot.id === id);
const statusOf = async (method: string, path: string, body?: unknown) => (await call(method, path, body)).status;

/** Of this machine's clock, with nothing else in the same millisecond. */
async function moment(): Promise<string> {
  await sleep(5);
  const at = new Date().toISOString();
  await sleep(5);
  return at;
}

const to = (uri: string, database: string) => uri.replace(/\/neondb(?=\?)/, `/${database}`);

/** Servers that lead others; their own processes name no directory. */
const postmasters = () => processesOn(neon.dir).length;

t.test('every connection URI answers a probe, also pooled, of a past branch and of a restored one', async (t) => {
  await probeTarget(emulator.connectionUri);
  const at = await moment();
  const child = await neon.branch({ name: 'probed', parent_timestamp: at });
  await probeTarget(await neon.uri(child.id));
  const query = `branch_id=${child.id}&database_name=neondb&role_name=neondb_owner&pooled=true`;
  await probeTarget((await call<ConnectionUriResponse>('GET', `connection_uri?${query}`)).body.uri);
  const { snapshot } = (await change('POST', `branches/${main}/snapshot`)).body;
  const body = { target_branch_id: main, name: 'probed too' };
  const { branch } = (await change('POST', `snapshots/${snapshot.id}/restore`, body)).body;
  await probeTarget(await neon.uri(branch.id));
  const visit = `${emulator.connectionUri}${encodeURIComponent(` neon_timestamp:${at}`)}`;
  t.equal(await sql(visit, `select current_user || ' of ' || current_database()`), 'neondb_owner of neondb');
  await change('DELETE', `branches/${child.id}`);
  await change('DELETE', `branches/${branch.id}`);
  t.equal(await statusOf('DELETE', `branches/${branch.id}`), 204);
});

t.test('a connection with a wrong password, another database, or a wish to write is refused by Postgres', async (t) => {
  const uri = emulator.connectionUri;
  const { body: other } = await call<Created>('POST', '/projects', {
    project: { branch: { database_name: 'elsewhere', role_name: 'keeper' } },
  });
  const theirs = other.connection_uris[0]?.connection_uri ?? '';
  t.equal(await sql(theirs, `select current_user || ' of ' || current_database()`), 'keeper of elsewhere');
  await t.rejects(sql(uri.replace(/:npg_[^@]+@/, ':npg_wrong@'), 'select 1'), { code: '28P01' });
  await t.rejects(sql(uri.replace('neondb_owner', 'keeper'), 'select 1'), { code: '28P01' });
  await t.rejects(sql(to(uri, 'elsewhere'), 'select 1'), { code: '3D000' });
  await t.rejects(sql(uri, 'create table kept ()'), { code: '25006' });
  await withConnection(uri, async (client) => {
    await client.query('set default_transaction_read_only = off');
    await t.rejects(client.query('create table kept ()'), { code: '42501' }, 'whatever it sets');
  });
});

t.test('however many branches there are, one Postgres runs and no cluster is made', async (t) => {
  t.equal(postmasters(), 1);
  const made = [];
  for (let count = 0; count < 5; count += 1) made.push(await neon.branch({ name: `many ${count}` }));
  for (const { id } of made) await probeTarget(await neon.uri(id));
  t.ok(await eventually(() => postmasters() === 1), 'besides the processes of connections, which end');
  t.strictSame((await readdir(neon.dir)).toSorted(), ['lock', 'stand-in']);
  for (const { id } of made) await change('DELETE', `branches/${id}`);
});

t.test(
  'endpoints share two ports, and a URI names its endpoint: without the name nobody is led anywhere',
  async (t) => {
    const other = await ownProject();
    const [one, two] = [new URL(emulator.connectionUri), new URL(other.uri)];
    t.equal(one.host, two.host);
    t.not(one.search, two.search);
    const query = 'database_name=neondb&role_name=neondb_owner&pooled=true';
    const pooled = (await call<ConnectionUriResponse>('GET', `connection_uri?${query}`)).body.uri;
    t.equal(new URL(pooled).search, one.search);
    t.not(new URL(pooled).host, one.host);
    await t.rejects(
      sql(`${emulator.connectionUri}%20-c%20work_mem%3D8MB`.replace(one.host, new URL(pooled).host), 'select 1'),
      {
        code: '08P01',
      },
    );
    one.search = two.search;
    await t.rejects(sql(one.href, 'select 1'), { code: '28P01' }, 'the password is that of one project');
    one.search = '';
    await t.rejects(sql(one.href, 'select 1'), { code: '22023' });
    one.search = '?options=endpoint%3Dep-none-such-aaaaaaaa';
    await t.rejects(sql(one.href, 'select 1'), { code: '22023' });
    await within(other.id).call('DELETE', '');
  },
);

t.test('a call that ends the connections of one endpoint leaves those of others alone', async (t) => {
  const other = await ownProject();
  await withConnection(emulator.connectionUri, async (mine) => {
    await withConnection(other.uri, async (theirs) => {
      const ended = new Promise((resolve) => theirs.once('end', resolve));
      const [endpoint] = (await within(other.id).call('GET', 'endpoints')).body.endpoints;
      await within(other.id).change('POST', `endpoints/${endpoint?.id}/suspend`);
      await ended;
      t.match((await mine.query('select 1 as one')).rows, [{ one: 1 }]);
    });
  });
  await within(other.id).call('DELETE', '');
});

t.test('of a snapshot all is read back as it was asked, and the rest becomes known later', async (t) => {
  const early = await moment();
  const take = async (query: string) => (await change('POST', `branches/${main}/snapshot?${query}`)).body.snapshot;
  const head = await take('name=the head&slug=the-head');
  const later = await take('name=later');
  const byTime = await take(`timestamp=${early}`);
  const byLsn = await take(`lsn=${encodeURIComponent(head.lsn ?? '')}`);
  t.match(head, { name: 'the head', slug: 'the-head', lsn: /^[0-9A-F]+\/[0-9A-F]+$/, manual: true });
  t.ok(compareLsn(head.lsn ?? '', later.lsn ?? '') < 0 && (head.timestamp ?? '') < (later.timestamp ?? ''));
  t.strictSame([byTime.timestamp, byTime.lsn], [early, undefined]);
  t.strictSame([byLsn.timestamp, byLsn.lsn], [undefined, head.lsn]);
  t.ok(await eventually(async () => ((await find(byLsn.id))?.full_size ?? 0) > 1_000_000));
  t.equal((await find(byLsn.id))?.timestamp, head.timestamp, 'an LSN leads to its instant');
  t.ok(await eventually(async () => (await find(byTime.id))?.lsn !== undefined));
  t.ok(compareLsn((await find(byTime.id))?.lsn ?? '', head.lsn ?? '') < 0, 'and an instant to its LSN');
  t.equal(await statusOf('POST', `branches/${main}/snapshot?slug=the-head`), 409);
  t.equal(
    await statusOf('POST', `branches/${main}/snapshot?timestamp=${new Date(Date.now() + hour).toISOString()}`),
    422,
  );
  t.equal(await statusOf('POST', `branches/${main}/snapshot?timestamp=2026-01-01T00:00:00Z`), 422);
  t.equal(await statusOf('POST', `branches/${main}/snapshot?lsn=0/1`), 422);
  for (const { id } of [head, later, byTime, byLsn]) await change('DELETE', `snapshots/${id}`);
  t.equal(
    (await call('GET', 'snapshots')).body.snapshots.some(({ id }) => id === head.id),
    false,
  );
});

t.test('a branch at an instant or an LSN shows it, and is made of that moment', async (t) => {
  const { role } = (await change('POST', `branches/${main}/roles`, { role: { name: 'of then' } })).body;
  const at = await moment();
  const { snapshot } = (await change('POST', `branches/${main}/snapshot`)).body;
  await change('DELETE', `branches/${main}/roles/of%20then`);
  const rolesOf = async (id: string) => (await call('GET', `branches/${id}/roles`)).body.roles.map(({ name }) => name);
  t.strictSame(await rolesOf(main), ['neondb_owner']);
  const byTime = await neon.branch({ parent_timestamp: at });
  t.match(await get(byTime.id), { parent_id: main, parent_timestamp: at, current_state: 'ready', parent_lsn: /\// });
  const byLsn = await neon.branch({ parent_lsn: snapshot.lsn });
  t.match(await get(byLsn.id), { parent_id: main, parent_lsn: snapshot.lsn });
  for (const { id } of [byTime, byLsn]) t.strictSame(await rolesOf(id), ['neondb_owner', 'of then']);
  t.equal(await statusOf('POST', 'branches', { branch: { parent_timestamp: '2026-01-01T00:00:00Z' } }), 422);
  const uri = await neon.uri(byTime.id);
  const asThen = uri.replace(/neondb_owner:[^@]+@/, `of%20then:${role.password}@`);
  t.equal(await sql(asThen, 'select current_user'), 'of then');
  await t.rejects(
    sql(emulator.connectionUri.replace(/neondb_owner:[^@]+@/, `of%20then:${role.password}@`), 'select 1'),
    {
      code: '28P01',
    },
  );
  for (const { id } of [byTime, byLsn]) await change('DELETE', `branches/${id}`);
});

t.test('in place: the branch keeps id and URI, its old state is preserved under the name that was asked', async (t) => {
  const project = await ownProject();
  const { id, branchId, uri } = project;
  const own = within(id);
  const at = await moment();
  await own.change('POST', `branches/${branchId}/databases`, {
    database: { name: 'too much', owner_name: 'neondb_owner' },
  });
  const body = { source_branch_id: branchId, source_timestamp: at, preserve_under_name: 'undo' };
  t.equal((await own.change('POST', `branches/${branchId}/restore`, body)).status, 200);
  const { branches } = (await own.call('GET', 'branches')).body;
  t.strictSame(branches.map(({ name }) => name).toSorted(), ['main', 'undo']);
  t.match(
    branches.find(({ id: each }) => each === branchId),
    { name: 'main', default: true, current_state: 'ready' },
  );
  const databasesOf = async (of: string) => (await own.call('GET', `branches/${of}/databases`)).body.databases.length;
  const undo = branches.find(({ name }) => name === 'undo')?.id ?? '';
  t.strictSame([await databasesOf(branchId), await databasesOf(undo)], [1, 2]);
  await probeTarget(uri);
  t.equal(await own.status('POST', `branches/${branchId}/restore`, body), 409, 'the name is taken');
  await own.change('DELETE', `branches/${undo}`);
});

t.test('a restored snapshot takes the place of its branch when it is finalised, under the same URI', async (t) => {
  const { id, branchId, uri } = await ownProject();
  const own = within(id);
  const { snapshot } = (await own.change('POST', `branches/${branchId}/snapshot?name=kept`)).body;
  const { branch } = (await own.change('POST', `snapshots/${snapshot.id}/restore`, { target_branch_id: branchId }))
    .body;
  t.match(branch, { restore_status: 'restored', restored_from: snapshot.id, restored_as: branchId });
  const { operations } = (await own.change('POST', `branches/${branch.id}/finalize_restore`, { name: 'before' })).body;
  t.ok(operations.length >= 3);
  const { branches } = (await own.call('GET', 'branches')).body;
  t.match(
    branches.find(({ name }) => name === 'main'),
    { id: branch.id, default: true, restore_status: 'finalized' },
  );
  t.match(
    branches.find(({ name }) => name === 'before'),
    { id: branchId, default: false },
  );
  await probeTarget(uri);
  t.equal(await own.status('POST', `branches/${branch.id}/finalize_restore`, {}), 422, 'once');
  await own.change('DELETE', `branches/${branchId}`);
  await own.change('POST', `branches/${branch.id}/snapshot`);
  await own.change('POST', `snapshots/${snapshot.id}/restore`, { target_branch_id: branch.id, finalize_restore: true });
  const names = (await own.call('GET', 'branches')).body.branches.map(({ name }) => name);
  t.strictSame(names.toSorted(), ['main', 'main (old)'], 'a snapshot outlives the branch that it was taken of');
  await own.change('DELETE', `snapshots/${snapshot.id}`);
  t.equal(await own.status('DELETE', ''), 200);
  t.equal(await own.status('GET', ''), 404);
  await t.rejects(sql(uri, 'select 1'), { code: '22023' }, 'nobody leads there any more');
});

t.test('roles and databases change as anywhere, and URIs with them', async (t) => {
  const { id, branchId, uri } = await ownProject();
  const own = within(id);
  const on = `branches/${branchId}`;
  await own.change('POST', `${on}/databases`, { database: { name: 'second', owner_name: 'neondb_owner' } });
  t.equal(await sql(to(uri, 'second'), 'select current_database()'), 'second');
  await own.change('PATCH', `${on}/databases/second`, { database: { name: 'renamed' } });
  await t.rejects(sql(to(uri, 'second'), 'select 1'), { code: '3D000' });
  t.equal(await sql(to(uri, 'renamed'), 'select current_database()'), 'renamed');
  t.match(await own.call('GET', `${on}/schema?db_name=renamed`), { status: 200, body: { sql: /PostgreSQL/ } });
  t.equal(await own.status('GET', `${on}/schema?db_name=second`), 404);
  await own.change('DELETE', `${on}/databases/renamed`);
  const { role } = (await own.change('POST', `${on}/roles/neondb_owner/reset_password`)).body;
  await t.rejects(sql(uri, 'select 1'), { code: '28P01' }, 'the former password');
  const query = 'database_name=neondb&role_name=neondb_owner';
  const fresh = (await own.call<ConnectionUriResponse>('GET', `connection_uri?${query}`)).body.uri;
  t.ok(fresh.includes(role.password));
  await probeTarget(fresh);
});

t.test('while operations run a second change is refused; one that fails for good is taken back', async (t) => {
  const slow = await openNeon({ rows: 'none', latencyMs: 300 });
  t.teardown(() => slow.close());
  const { control, branchId } = slow.emulator;
  const { operations } = (await slow.call('POST', 'branches', { branch: { name: 'first' } })).body;
  t.match(operations, [{ status: 'scheduling', action: 'create_branch' }]);
  t.equal((await slow.call('POST', `branches/${branchId}/snapshot`)).status, 423);
  await slow.settled();
  await control.add({ times: 1, fault: { kind: 'operation', outcome: 'errors' } });
  await slow.call('POST', 'branches', { branch: { name: 'second' }, endpoints: [{ type: 'read_write' }] });
  const newest = async () => (await slow.call('GET', 'operations?limit=1')).body.operations[0]?.status;
  t.ok(await eventually(async () => ['error', 'cancelled'].includes((await newest()) ?? '')));
  const { branches } = (await slow.call('GET', 'branches')).body;
  t.strictSame(branches.map(({ name }) => name).toSorted(), ['first', 'main']);
  await control.add({ times: 1, fault: { kind: 'drop', when: 'after' } });
  await t.rejects(slow.call('POST', `branches/${branchId}/snapshot?name=unanswered`));
  t.match((await slow.call('GET', 'snapshots')).body.snapshots, [{ name: 'unanswered' }], 'made, and not answered');
});

t.test('what rests is looked at again when it is due: expirations, schedules, computes without clients', async (t) => {
  const { id, branchId, uri } = await ownProject();
  const own = within(id);
  const in2Hours = new Date(Date.now() + 2 * hour).toISOString();
  await own.change('POST', `branches/${branchId}/snapshot?expires_at=${in2Hours}`);
  await own.change('POST', 'branches', { branch: { name: 'passing', expires_at: in2Hours } });
  const daily = { frequency: 'daily', hour: (new Date().getUTCHours() + 2) % 24 };
  await own.call('PUT', `branches/${branchId}/backup_schedule`, { schedule: [daily] });
  const { schedule } = (await own.call<BackupSchedule>('GET', `branches/${branchId}/backup_schedule`)).body;
  t.match(schedule, [daily]);
  await probeTarget(uri);
  // Long enough for a round that leaves nothing to do.
  await sleep(2500);
  await emulator.control.setClock(4 * hour);
  t.teardown(() => emulator.control.setClock(0));
  const snapshots = async () => (await own.call('GET', 'snapshots')).body.snapshots.map(({ manual }) => manual);
  t.ok(await eventually(async () => (await snapshots()).join() === 'false'), 'one expired, one was taken');
  t.ok(await eventually(async () => (await own.call('GET', 'branches')).body.branches.length === 1));
  const states = async () => (await own.call('GET', 'endpoints')).body.endpoints.map((each) => each.current_state);
  t.ok(await eventually(async () => (await states()).join() === 'idle'));
  await probeTarget(uri);
  t.strictSame(await states(), ['active'], 'a client wakes it');
});

t.test('each account has its own key and projects', async (t) => {
  const { apiKey, accountId } = await emulator.control.addAccount('Another');
  const theirs = speakTo({ ...emulator, apiKey }, neon.dir);
  const { body } = await theirs.call<Created>('POST', '/projects', { project: { name: 'theirs' } });
  t.equal(body.project.org_id, accountId);
  t.equal((await theirs.call('GET', '')).status, 404, 'nothing of the first account');
  t.equal((await call('GET', `/projects/${body.project.id}`)).status, 404);
});

t.test(
  'all of it ends with the emulator: the directory is empty, and the next start knows nothing of it',
  async (t) => {
    const dir = await temporaryDir();
    t.teardown(() => removeDir(dir));
    const first = await startEmulator({ dataDir: dir, rows: 'none' });
    const pids = processesOn(dir);
    await first.close();
    t.ok(await eventually(() => !pids.some(isAlive)));
    t.strictSame(await readdir(dir), []);
    const second = await startEmulator({ dataDir: dir, rows: 'none', empty: true });
    t.teardown(() => second.close());
    t.not(second.apiKey, first.apiKey);
    t.equal(second.projectId, '');
  },
);

t.test('a directory that holds branches with rows is refused, and left as it is', async (t) => {
  const dir = await temporaryDir();
  t.teardown(() => removeDir(dir));
  await (await startEmulator({ dataDir: dir, empty: true })).close();
  await t.rejects(startEmulator({ dataDir: dir, rows: 'none' }), { message: /holds branches with rows/ });
  t.strictSame(
    (await readdir(dir)).filter((name) => name === 'lock' || name === 'stand-in'),
    [],
  );
  await (await startEmulator({ dataDir: dir, empty: true })).close();
});

t.test('LSNs and instants lead to each other, in the same order', async (t) => {
  const instant = fc.date({ min: new Date('2025-01-01'), max: new Date('2125-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(instant, instant, (one, other) => {
      const [a, b] = [one.getTime(), other.getTime()];
      return msAt(lsnAt(a)) === a && Math.sign(compareLsn(lsnAt(a), lsnAt(b))) === Math.sign(a - b);
    }),
  );
  t.pass();
});

t.test('nothing went wrong unseen', (t) => {
  t.strictSame(
    lines.filter((line) => !/LOG:|FATAL:|ERROR:|STATEMENT:|DETAIL:|HINT:|Connection matched|PANIC/.test(line)),
    [],
  );
  t.end();
});

interface Created {
  readonly project: Project;
  readonly branch: Branch;
  readonly connection_uris: readonly ConnectionDetails[];
}

interface Own {
  readonly id: string;
  readonly branchId: string;
  readonly uri: string;
}

async function ownProject(): Promise<Own> {
  const { body } = await call<Created>('POST', '/projects', { project: {} });
  await within(body.project.id).settled();
  const uri = body.connection_uris[0]?.connection_uri ?? '';
  return { id: body.project.id, branchId: body.branch.id, uri };
}

function within(projectId: string): Neon & { status(method: string, path: string, body?: unknown): Promise<number> } {
  const own = speakTo({ ...emulator, projectId }, neon.dir);
  return { ...own, status: async (method, path, body) => (await own.call(method, path, body)).status };
}

t.end();
