import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { Database, Role } from '@neon/sdk/raw';
import { startEmulator } from '../../src/local/neon-emulator/index.ts';
import { openNeon, speakTo, sql, withConnection } from './neon.ts';

const neon = await openNeon();
t.after(() => neon.close());
const { call, change, emulator } = neon;
const main = `branches/${emulator.branchId}`;
const { connectionUri } = emulator;
const actions = (operations: readonly { readonly action: string }[]) => operations.map(({ action }) => action);

interface RoleAnswer {
  readonly role: Role;
}

async function addRole(name: string, branch = main): Promise<string> {
  const answer = await call<RoleAnswer>('POST', `${branch}/roles`, { role: { name } });
  t.equal(answer.status, 201);
  await neon.settled();
  return answer.body.role.password ?? '';
}

async function reset(name: string, branch = main): Promise<string> {
  const { body } = await call<RoleAnswer>('POST', `${branch}/roles/${name}/reset_password`);
  await neon.settled();
  return body.role.password ?? '';
}

async function reveal(name: string, branch = main): Promise<string> {
  return (await call<{ password: string }>('GET', `${branch}/roles/${name}/reveal_password`)).body.password;
}

async function uriFor(role: string, branchId = emulator.branchId, database = 'neondb'): Promise<string> {
  const query = `branch_id=${branchId}&database_name=${database}&role_name=${role}`;
  return (await call<{ uri: string }>('GET', `connection_uri?${query}`)).body.uri;
}

const passwordIn = (uri: string) => decodeURIComponent(new URL(uri).password);
const withPassword = (uri: string, password: string) => Object.assign(new URL(uri), { password }).toString();

async function moment(): Promise<string> {
  await sleep(5);
  const instant = new Date().toISOString();
  await sleep(5);
  return instant;
}

t.test('a role is made with a password that works, shown, and deleted', async (t) => {
  await sql(connectionUri, 'create table shared as select 7 as n');
  const body = { role: { name: 'Casey "C"' } };
  const path = `${main}/roles/${encodeURIComponent(body.role.name)}`;
  const made = await change('POST', `${main}/roles`, body);
  t.match(made, { status: 201, body: { role: { name: 'Casey "C"', password: String, branch_id: emulator.branchId } } });
  t.strictSame(actions(made.body.operations), ['apply_config']);
  const uri = await uriFor(encodeURIComponent(body.role.name));
  t.equal(await sql(uri, 'select current_user'), 'Casey "C"');
  t.equal(await sql(uri, 'select n from shared'), '7', 'it reads what others own, as members of neon_superuser do');
  await t.rejects(sql(withPassword(uri, 'wrong'), 'select 1'), { code: '28P01' });
  const shown = await call<RoleAnswer>('GET', path);
  t.match(shown, { status: 200, body: { role: { name: 'Casey "C"', authentication_method: 'password' } } });
  t.notOk('password' in shown.body.role);
  t.equal((await call('POST', `${main}/roles`, body)).status, 409);
  for (const name of ['', 'pg_special', 'cloud_admin', 'x'.repeat(64)])
    t.equal((await call('POST', `${main}/roles`, { role: { name } })).status, 400, `a role ${name.slice(0, 12)}`);

  await sql(connectionUri, 'grant create on database neondb to "Casey ""C"""');
  await sql(uri, 'create schema own');
  await sql(uri, 'create table own.notes as select 1 as n');
  t.equal((await change('DELETE', path)).status, 200);
  t.equal((await call('DELETE', path)).status, 204);
  t.equal((await call('GET', path)).status, 404);
  t.equal((await call('GET', `${path}/reveal_password`)).status, 404);
  const owner = `select tableowner from pg_tables where tablename = 'notes'`;
  t.equal(await sql(connectionUri, owner), 'neondb_owner', 'what it owned goes to the owner of the database');
  t.equal((await call('DELETE', `${main}/roles/neondb_owner`)).status, 422, 'it owns a database');

  await change('POST', `${main}/roles`, { role: { name: 'nobody', no_login: true } });
  t.equal((await call('POST', `${main}/roles/nobody/reset_password`)).status, 422);
  t.equal((await call('GET', `${main}/roles/nobody/reveal_password`)).status, 404);
});

t.test('a new password ends the connections and the old one', async (t) => {
  const old = await addRole('resetting');
  const uri = await uriFor('resetting');
  t.equal(passwordIn(uri), old);
  await withConnection(uri, async (client) => {
    const isCut = new Promise<void>((resolve) => client.on('end', resolve));
    const fresh = await reset('resetting');
    await isCut;
    t.not(fresh, old);
    t.equal(await reveal('resetting'), fresh);
    t.equal(passwordIn(await uriFor('resetting')), fresh);
  });
  await t.rejects(sql(uri, 'select 1'), { code: '28P01' });
  t.equal(await sql(await uriFor('resetting'), 'select current_user'), 'resetting');
});

t.test('databases are made, renamed, given to another and deleted', async (t) => {
  const fields = { name: 'Second one', owner_name: 'neondb_owner' };
  const path = `${main}/databases/${encodeURIComponent(fields.name)}`;
  const made = await call<{ database: Database }>('POST', `${main}/databases`, { database: fields });
  t.match(made, { status: 201, body: { database: fields, operations: [{ action: 'apply_config' }] } });
  await neon.settled();
  const { id } = made.body.database;
  t.match(await call('GET', path), { status: 200, body: { database: { ...fields, id } } });
  const uri = await uriFor('neondb_owner', emulator.branchId, encodeURIComponent(fields.name));
  await sql(uri, 'create table here (n int)');
  t.equal((await call('POST', `${main}/databases`, { database: fields })).status, 409);
  t.equal((await call('POST', `${main}/databases`, { database: { ...fields, name: 'postgres' } })).status, 400);
  t.equal((await call('POST', `${main}/databases`, { database: { name: 'third', owner_name: 'none' } })).status, 404);
  await addRole('sally');
  t.equal((await call('PATCH', path, { database: { name: 'neondb' } })).status, 409);
  await withConnection(uri, async () => {
    const renamed = { name: 'renamed', owner_name: 'sally' };
    t.match(await change('PATCH', path, { database: renamed }), { status: 200, body: { database: renamed } });
  });
  t.equal((await call('GET', path)).status, 404);
  t.equal(await sql(await uriFor('sally', emulator.branchId, 'renamed'), 'select count(*) from here'), '0');
  t.equal((await call('DELETE', `${main}/roles/sally`)).status, 422);
  t.equal((await change('DELETE', `${main}/databases/renamed`)).status, 200);
  t.equal((await call('DELETE', `${main}/databases/renamed`)).status, 204);
  t.equal((await change('DELETE', `${main}/roles/sally`)).status, 200);
});

t.test('a database named snapshot is renamed like any other', async (t) => {
  await change('POST', `${main}/databases`, { database: { name: 'snapshot', owner_name: 'neondb_owner' } });
  const renamed = await change('PATCH', `${main}/databases/snapshot`, { database: { name: 'picture' } });
  t.match(renamed, { status: 200, body: { database: { name: 'picture' } } });
  t.equal((await call('GET', `${main}/databases/picture`)).status, 200);
});

t.test('on a sleeping branch the change is made and the compute goes back to sleep', async (t) => {
  const branch = await neon.branch({ name: 'sleeping' });
  const [endpoint] = (await call('GET', `branches/${branch.id}/endpoints`)).body.endpoints;
  await change('POST', `endpoints/${endpoint?.id}/suspend`);
  const made = await change('POST', `branches/${branch.id}/roles`, { role: { name: 'awake' } });
  t.strictSame(actions(made.body.operations), ['apply_config', 'suspend_compute']);
  t.equal((await call('GET', `endpoints/${endpoint?.id}`)).body.endpoint.current_state, 'idle');
  t.equal(await sql(await uriFor('awake', branch.id), 'select current_user'), 'awake');
  t.equal((await call('GET', `${main}/roles/awake`)).status, 404, 'another branch has it not');
});

t.test('a branch taken back in time answers with the password that its role has there', async (t) => {
  const earlier = await addRole('timely');
  const at = await moment();
  const later = await reset('timely');
  const branch = await neon.branch({ name: 'earlier', parent_timestamp: at });
  const path = `branches/${branch.id}`;
  t.equal(await reveal('timely', path), earlier);
  t.equal(await sql(await uriFor('timely', branch.id), 'select current_user'), 'timely');
  t.equal(await reveal('timely'), later, 'the parent has the later one');
  const own = await reset('timely', path);
  t.equal(await reveal('timely', path), own);
  t.equal(await reveal('timely'), later, 'a reset on one branch is none on another');
  t.equal(await sql(await uriFor('timely'), 'select current_user'), 'timely');

  const visit = `?options=${encodeURIComponent(`neon_timestamp:${at}`)}`;
  const address = await uriFor('timely');
  t.equal(await sql(withPassword(address, earlier) + visit, 'select current_user'), 'timely');
  await t.rejects(sql(address + visit, 'select 1'), { code: '28P01' }, 'the past knows only the password of then');

  await change('POST', `${main}/restore`, {
    source_branch_id: emulator.branchId,
    source_timestamp: at,
    preserve_under_name: 'undo',
  });
  t.equal(await reveal('timely'), earlier);
  t.equal(await sql(await uriFor('timely'), 'select current_user'), 'timely');
});

t.test('also after a snapshot is restored and takes the place of its source, and after a restart', async (t) => {
  const atSnapshot = await addRole('snapped');
  const { snapshot } = (await change('POST', `${main}/snapshot?name=before`)).body;
  const after = await reset('snapped');
  const { branch } = (await change('POST', `snapshots/${snapshot.id}/restore`, { target_branch_id: emulator.branchId }))
    .body;
  t.equal(await reveal('snapped', `branches/${branch.id}`), atSnapshot);
  await change('POST', `branches/${branch.id}/finalize_restore`);
  t.equal(await reveal('snapped', `branches/${branch.id}`), atSnapshot);
  t.equal(await reveal('snapped'), after, 'the replaced branch kept its own');
  await neon.emulator.close();
  const again = await startEmulator({ dataDir: neon.dir });
  t.teardown(() => again.close());
  const query = `branch_id=${branch.id}&database_name=neondb&role_name=snapped`;
  const { uri } = (await speakTo(again, neon.dir).call<{ uri: string }>('GET', `connection_uri?${query}`)).body;
  t.equal(passwordIn(uri), atSnapshot);
  t.equal(await sql(uri, 'select current_user'), 'snapped');
});

t.test(
  'after a child gave the role a password of its own, a start answers with that of the default branch',
  async (t) => {
    const first = await openNeon({ dataDir: neon.dir });
    const child = await first.branch({ name: 'apart' });
    await first.change('POST', `branches/${child.id}/roles/neondb_owner/reset_password`);
    await first.emulator.close();
    const second = await openNeon({ dataDir: neon.dir });
    t.teardown(() => second.emulator.close());
    t.equal(await sql(second.emulator.connectionUri, 'select current_user'), 'neondb_owner');
  },
);

t.test('a password that was set by SQL is not known, and nothing else is said instead', async (t) => {
  const other = await openNeon();
  t.teardown(() => other.close());
  await sql(other.emulator.connectionUri, `alter role neondb_owner password 'by hand'`);
  const uri = await other.uri(other.emulator.branchId);
  t.equal(new URL(uri).password, '');
  const path = `branches/${other.emulator.branchId}/roles/neondb_owner`;
  t.equal((await other.call('GET', `${path}/reveal_password`)).status, 404);
  t.equal(await sql(withPassword(uri, 'by hand'), 'select 1'), '1');
  await other.change('POST', `${path}/reset_password`);
  t.equal(await sql(await other.uri(other.emulator.branchId), 'select 1'), '1');
});

t.end();
