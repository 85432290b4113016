// Neon's own CLI, of which nothing was written here, against the emulator. Each command asks for what it needs by itself; rows
// are read and written through Postgres.

import type {
  BackupScheduleItem,
  Branch,
  ConnectionDetails,
  Endpoint,
  Operation,
  Project,
  Snapshot,
} from '@neon/sdk/raw';
import t from 'tap';
import { openNeon, sql } from '../local/neon.ts';
import { openCli } from './neon-cli.ts';
import { makeNumbers, readNumbers, writeNumbers } from './rows.ts';

t.setTimeout(300_000);
const neon = await openNeon({ rateLimited: false });
const { emulator, settled } = neon;
t.after(() => neon.close());
const { baseUrl, apiKey, personalApiKey } = emulator;
const cli = await openCli(t, baseUrl, apiKey);
// Who is a person, and which organizations are the person's, is told to a personal key alone.
const person = await openCli(t, baseUrl, personalApiKey);
const project = ['--project-id', emulator.projectId] as const;

interface Created {
  readonly branch: Branch;
  readonly endpoints: Endpoint[];
  readonly connection_uris: ConnectionDetails[];
}

const main = emulator.connectionUri;
const named = async (name: string): Promise<Branch | undefined> => {
  const { body } = await neon.call('GET', `branches?search=${name}`);
  return body.branches.find((branch) => branch.name === name);
};
const uriOf = async (name: string) => {
  const { code, out, err } = await cli.run('connection-string', name, '--ssl', 'omit', ...project);
  if (code !== 0) throw new Error(err);
  return out.trim();
};
/** As `json`, then waits until the project is at rest: the CLI itself waits three seconds for a locked one. */
const change = async <T>(...args: string[]): Promise<T> => {
  const result = await cli.json<T>(...args, ...project);
  await settled();
  return result;
};

t.test('the account, its projects and what is in one are shown', async (t) => {
  const [me, organizations, projects, one, branches, snapshots, operations] = await Promise.all([
    person.json<{ login: string; email: string }>('me'),
    cli.json<{ id: string }[]>('orgs', 'list'),
    cli.json<{ projects: { id: string }[]; shared: { id: string }[] }>('projects', 'list'),
    cli.json<Project>('projects', 'get', emulator.projectId),
    cli.json<Branch[]>('branches', 'list', ...project),
    cli.json<Snapshot[]>('snapshots', 'list', ...project),
    cli.json<Operation[]>('operations', 'list', ...project),
  ]);
  t.match(me, { login: String, email: /@/ });
  t.match(organizations, [{ id: emulator.accountId }]);
  t.match(projects, { projects: [{ id: emulator.projectId }] });
  t.match(one, { id: emulator.projectId, pg_version: 17 });
  t.match(branches, [{ id: emulator.branchId, name: 'main', default: true, current_state: 'ready' }]);
  t.strictSame(snapshots, []);
  t.ok(Array.isArray(operations));
});

t.test('a connection string connects, pooled or not, and a refusal ends the command with its words', async (t) => {
  const [plain, pooled, unknown] = await Promise.all([
    uriOf('main'),
    cli.run('connection-string', 'main', '--pooled', '--ssl', 'omit', ...project),
    cli.run('branches', 'get', 'br-none-such-aaaaaaaa', ...project),
  ]);
  t.equal(await sql(plain, 'select current_user'), 'neondb_owner');
  t.equal(await sql(pooled.out.trim(), 'select current_database()'), 'neondb');
  t.equal(unknown.code, 1);
  t.match(unknown.err, /branch not found/);
});

t.test('a branch is made of the head or of an instant, renamed, reset to its parent and deleted', async (t) => {
  await makeNumbers(main);
  const ten = await writeNumbers(main, 1, 10);
  await writeNumbers(main, 11, 20);
  const head = await change<Created>('branches', 'create', '--name', 'head');
  const past = await change<Created>('branches', 'create', '--name', 'past', '--parent', ten);
  t.match(head.branch, { name: 'head', parent_id: emulator.branchId });
  t.match(past.branch, { parent_id: emulator.branchId, parent_timestamp: String });
  t.equal(Date.parse(past.branch.parent_timestamp ?? ''), Date.parse(ten));
  const child = head.connection_uris[0]?.connection_uri ?? '';
  t.equal(await readNumbers(child), '1-20');
  t.equal(await readNumbers(past.connection_uris[0]?.connection_uri ?? ''), '1-10');

  t.match(await change<Branch>('branches', 'rename', 'head', 'feature'), { id: head.branch.id, name: 'feature' });
  t.match(await cli.json<Branch>('branches', 'get', 'feature', ...project), {
    id: head.branch.id,
    current_state: 'ready',
  });
  await writeNumbers(child, 100, 110);
  await writeNumbers(main, 21, 30);
  t.match(await change<Branch>('branches', 'reset', 'feature', '--parent'), { id: head.branch.id });
  t.equal(await readNumbers(child), '1-30', 'under the host and port it had');

  await change('branches', 'delete', 'past');
  const left = await cli.json<Branch[]>('branches', 'list', ...project);
  t.strictSame(left.map(({ name }) => name).toSorted(), ['feature', 'main']);
});

t.test('a branch is restored to its own past, and the state that it leaves is preserved under a name', async (t) => {
  const before = await readNumbers(main);
  const instant = await writeNumbers(main, 40, 40);
  await sql(main, 'delete from numbers');
  await change('branches', 'restore', 'main', `^self@${instant}`, '--preserve-under-name', 'lost');
  t.match(await named('main'), { id: emulator.branchId, last_reset_at: String });
  t.equal(await readNumbers(main), `${before},40`);
  await change('branches', 'add-compute', 'lost', '--type', 'read_write');
  t.equal(await readNumbers(await neon.uri((await named('lost'))?.id ?? '')), '');
});

t.test('a past instant is read through a connection string that names it', async (t) => {
  const before = await readNumbers(main);
  const instant = await writeNumbers(main, 50, 50);
  await writeNumbers(main, 51, 59);
  t.equal(await readNumbers(await uriOf(`main@${instant}`)), `${before},50`);
});

t.test('a snapshot is restored beside its branch, looked at, and finalised in its place', async (t) => {
  const before = await readNumbers(main);
  const served = (await named('main'))?.id;
  const snapshot = await change<Snapshot>(
    ...['snapshots', 'create', '--branch', 'main', '--name', 'Before', '--slug', 'before'],
  );
  t.match(snapshot, { name: 'Before', slug: 'before', source_branch_id: served });
  await writeNumbers(main, 61, 69);
  t.match(await cli.json<Snapshot[]>('snapshots', 'list', ...project), [{ id: snapshot.id }]);

  const preview = await change<Record<string, Branch>>(
    ...['snapshots', 'restore', 'before', '--target-branch', 'main', '--name', 'preview'],
  );
  const [restored] = Object.values(preview);
  t.match(restored, { name: 'preview', restored_from: snapshot.id, restored_as: served, restore_status: 'restored' });
  t.equal(await readNumbers(await neon.uri(restored?.id ?? '')), before);
  t.equal(await readNumbers(main), `${before},61-69`, 'main is as it was');

  t.match(await change<Operation[]>('snapshots', 'finalize', 'preview', '--name', 'replaced'), [{ id: String }]);
  t.match(await named('main'), { id: restored?.id, restore_status: 'finalized' });
  t.match(await named('replaced'), { id: served });
  t.equal(await readNumbers(main), before, 'under the host and port of main');
  await change('snapshots', 'delete', 'before');
  t.strictSame(await cli.json<Snapshot[]>('snapshots', 'list', ...project), []);
});

t.test('a schedule of snapshots is set and shown', async (t) => {
  const schedule: BackupScheduleItem[] = [{ frequency: 'daily', hour: 3, retention_seconds: 604_800 }];
  const set = ['--frequency', 'daily', '--hour', '3', '--retention', '604800'];
  t.match(await change('snapshots', 'schedule', 'set', '--branch', 'main', ...set), schedule);
  t.match(
    await cli.json<BackupScheduleItem[]>('snapshots', 'schedule', 'get', '--branch', 'main', ...project),
    schedule,
  );
});

t.test('the schemas of two branches, and of a branch and its own past, are compared', async (t) => {
  await change('branches', 'create', '--name', 'schema');
  const instant = new Date().toISOString();
  await sql(main, 'create table added (id uuid primary key, note text)');
  const [parent, past] = await Promise.all([
    cli.run('branches', 'schema-diff', 'schema', '^parent', '--database', 'neondb', ...project),
    cli.run('branches', 'schema-diff', 'main', `^self@${instant}`, '--database', 'neondb', ...project),
  ]);
  for (const { code, out, err } of [parent, past]) {
    t.equal(code, 0, err);
    t.match(out, /^[-+]CREATE TABLE public\.added/im);
    t.notMatch(out, /^[-+]CREATE TABLE public\.numbers/im);
  }
});

t.test('operations are shown, the newest first', async (t) => {
  const operations = await cli.json<Operation[]>('operations', 'list', ...project);
  t.ok(operations.length > 10);
  const created = operations.map(({ created_at }) => created_at);
  t.strictSame(created, created.toSorted().toReversed());
  t.ok(operations.every(({ status }) => status === 'finished' || status === 'skipped'));
});

t.test('no command tried to reach anything but this machine', async (t) => {
  t.strictSame([...cli.reached(), ...person.reached()], []);
  // TEST-NET-1 and a name that nobody can own: the guard under which the commands ran stops and tells both.
  const { code } = await cli.runProgram(`
    const calls = await Promise.allSettled([fetch('http://192.0.2.1/'), fetch('https://console.invalid/')]);
    process.exitCode = calls.every(({ status }) => status === 'rejected') ? 7 : 1;`);
  t.equal(code, 7);
  t.strictSame(cli.reached().toSorted(), ['192.0.2.1', 'console.invalid']);
});

t.end();
