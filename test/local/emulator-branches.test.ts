import t from 'tap';
import type { Branch } from '@neon/sdk/raw';
import { mkdir, rmdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openNeon, removeDir, speakTo, sql, temporaryDir, withConnection } from './neon.ts';
import { eventually, startVictim } from './processes.ts';

const hour = 3_600_000;
const neon = await openNeon();
t.after(() => neon.close());
const { call, change, branch, emulator } = neon;
const main = emulator.branchId;
const get = async (id: string): Promise<Branch> => (await call('GET', `branches/${id}`)).body.branch;

const secrets = `
  create schema staff;
  create table staff.people (id serial primary key, name text unique, boss integer references staff.people);
  create table staff.parts (id integer, at date) partition by range (at);
  create table staff.parts_2026 partition of staff.parts for values from ('2026-01-01') to ('2027-01-01');
  create function staff.refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end';
  create trigger no_truncate before truncate on staff.people execute function staff.refuse();
  create sequence staff.numbers;
  create view staff.bosses as select name from staff.people where boss is null;
  insert into staff.people (name, boss) select 'secret ' || n, case when n > 1 then 1 end from generate_series(1, 500) n;
  insert into staff.parts values (1, '2026-05-05');
  create materialized view staff.names as select name from staff.people;
  select nextval('staff.numbers'), nextval('staff.numbers'), lo_from_bytea(0, 'secret');
  analyze`;

t.test('a schema-only branch is a root that has the schema, no rows anywhere and no past with rows', async (t) => {
  await sql(emulator.connectionUri, secrets);
  const then = new Date().toISOString();
  await sleep(20);
  await sql(emulator.connectionUri, 'alter table staff.people add column later integer');
  const made = await branch({ name: 'empty', parent_id: main, init_source: 'schema-only' });
  t.match(made, { init_source: 'schema-only', name: 'empty' });
  t.notOk(made.parent_id ?? made.parent_lsn ?? made.parent_timestamp, 'a root branch');
  const uri = await neon.uri(made.id);
  const nothing = async (of: string) => {
    await withConnection(of, async (client) => {
      const { rows } = await client.query<{ left: string }>(`
        select 'people' as left from staff.people union all select 'parts' from staff.parts
        union all select 'bosses' from staff.bosses
        union all select 'object' from pg_largeobject_metadata
        union all select 'statistics' from pg_stats where schemaname = 'staff'`);
      t.strictSame(rows, []);
      await t.rejects(client.query('select from staff.names'), { code: '55000' }, 'the view is not populated');
    });
  };
  await nothing(uri);
  t.equal(await sql(uri, `select nextval('staff.numbers')`), '1');
  t.equal(await sql(uri, `insert into staff.people (name) values ('new') returning id`), '1');
  t.equal(await sql(emulator.connectionUri, 'select count(*) from staff.people'), '500', 'the source keeps its rows');

  const born = await branch({ parent_id: made.id, parent_timestamp: made.created_at });
  await nothing(await neon.uri(born.id));
  t.equal((await call('POST', 'branches', { branch: { parent_id: made.id, parent_timestamp: then } })).status, 422);
  const early = (await get(main)).logical_size === undefined ? '0/100' : '0/1000';
  t.equal((await call('POST', 'branches', { branch: { parent_id: made.id, parent_lsn: early } })).status, 422);
  const head = await branch({ parent_id: made.id });
  t.equal(await sql(await neon.uri(head.id), 'select string_agg(name, $1) from staff.people', [',']), 'new');
  const { snapshot } = (await change('POST', `branches/${made.id}/snapshot?timestamp=${made.created_at}`)).body;
  const restored = await change('POST', `snapshots/${snapshot.id}/restore`, { target_branch_id: made.id });
  await nothing(await neon.uri(restored.body.branch.id));

  const old = await branch({ init_source: 'schema-only', parent_timestamp: then });
  const columns = `select count(*) from information_schema.columns where table_schema = 'staff' and table_name = 'people'`;
  t.equal(await sql(await neon.uri(old.id), columns), '3', 'of a past moment it has the schema of then');
  await nothing(await neon.uri(old.id));
  for (const { id } of [restored.body.branch, old, head, born]) await change('DELETE', `branches/${id}`);

  const filled = await change('POST', `branches/${made.id}/restore`, { source_branch_id: main });
  t.equal(filled.body.branch.id, made.id);
  t.equal(await sql(uri, 'select count(*) from staff.people'), '500', 'a restore from another branch brings rows');
});

t.test(
  'kill -9 while a schema-only branch is made: the next start makes it, and no row was ever to be seen',
  async (t) => {
    const dir = await temporaryDir();
    t.teardown(() => removeDir(dir));
    const fill = await openNeon({ dataDir: dir });
    await sql(fill.emulator.connectionUri, secrets);
    await fill.emulator.close();
    const names = [50, 150, 300].map((ms) => ({ ms, name: `killed after ${ms} ms` }));
    for (const { ms, name } of names) {
      const victim = await startVictim('emulator', dir);
      const described: typeof fill.emulator = JSON.parse(victim.line);
      const wish = { branch: { name, init_source: 'schema-only' }, endpoints: [{ type: 'read_write' }] };
      const victims = speakTo({ ...described, close: async () => {} }, dir);
      await victims.settled();
      await victims.call('POST', 'branches', wish);
      await sleep(ms);
      await victim.kill();
    }
    const again = await openNeon({ dataDir: dir });
    await again.settled();
    for (const { name } of names) {
      const found = (await again.call('GET', 'branches')).body.branches.find((each) => each.name === name);
      t.match(found, { current_state: 'ready', init_source: 'schema-only' });
      t.equal(await sql(await again.uri(found?.id ?? ''), 'select count(*) from staff.people'), '0', name);
    }
    await again.emulator.close();
  },
);

t.test('a branch created as archived is one until somebody uses it', async (t) => {
  const { body } = await change('POST', 'branches', { branch: { name: 'stored', archived: true } });
  t.equal((await get(body.branch.id)).current_state, 'archived');
  const child = await branch({ parent_id: body.branch.id });
  t.equal(child.parent_id, body.branch.id);
  t.equal((await get(body.branch.id)).current_state, 'archived');
  await change('POST', 'endpoints', { endpoint: { branch_id: body.branch.id, type: 'read_write' } });
  t.equal((await get(body.branch.id)).current_state, 'ready');
  t.equal(await sql(await neon.uri(body.branch.id), 'select 1'), '1');
});

t.test('branches are counted, all or those that a search finds', async (t) => {
  const all = (await call('GET', 'branches?limit=10000')).body.branches;
  const count = async (query: string) => (await call<{ count: number }>('GET', `branches/count${query}`)).body.count;
  t.equal(await count(''), all.length);
  t.equal(await count('?search=stored'), 1);
  t.equal(await count('?search=nowhere'), 0);
});

t.test('a child that is reset to its parent begins its time to live anew; a parent may not get one', async (t) => {
  const expiresAt = new Date(Date.now() + hour).toISOString();
  const child = await branch({ name: 'temporary', expires_at: expiresAt });
  await sleep(10);
  const reset = await change('POST', `branches/${child.id}/restore`, { source_branch_id: main });
  t.ok((reset.body.branch.expires_at ?? '') > expiresAt);
  t.equal(reset.body.branch.ttl_interval_seconds, child.ttl_interval_seconds);
  const cleared = await call('PATCH', `branches/${child.id}`, { branch: { expires_at: null } });
  t.notOk(cleared.body.branch.expires_at ?? cleared.body.branch.ttl_interval_seconds);
  await branch({ name: 'grandchild', parent_id: child.id });
  t.equal((await call('PATCH', `branches/${child.id}`, { branch: { expires_at: expiresAt } })).status, 422);
});

t.test('a protected branch says what is restricted, and is neither deleted nor restored', async (t) => {
  const made = await branch({ name: 'guarded', protected: true });
  t.match(made, { protected: true, restricted_actions: [{ name: 'restore' }, { name: 'delete-rw-endpoint' }] });
  t.equal((await call('DELETE', `branches/${made.id}`)).status, 422);
  t.equal((await call('POST', `branches/${made.id}/restore`, { source_branch_id: main })).status, 422);
  const [endpoint] = (await call('GET', `branches/${made.id}/endpoints`)).body.endpoints;
  t.equal((await call('DELETE', `endpoints/${endpoint?.id}`)).status, 422);
  await call('PATCH', `branches/${made.id}`, { branch: { protected: false } });
  t.notOk((await get(made.id)).restricted_actions);
  await change('DELETE', `branches/${made.id}`);
});

t.test('a removal that cannot be recorded changes nothing and locks nothing', async (t) => {
  const made = await branch({ name: 'unremovable' });
  const shown = async () => [
    (await call('GET', 'branches?limit=1000')).body.branches.map(({ id }) => id),
    (await call('GET', 'endpoints')).body.endpoints.map(({ id, host }) => [id, host]),
    (await call('GET', 'operations?limit=1000')).body.operations.map(({ id }) => id),
  ];
  const before = await shown();
  // The state is written to this name first.
  const obstacle = `${neon.dir}/state.json.new`;
  const place = () =>
    mkdir(obstacle).then(
      () => true,
      () => false,
    );
  t.ok(await eventually(place));
  await t.rejects(emulator.control.add({ fault: { kind: 'remove', branchId: made.id } }), { code: 'EISDIR' });
  await rmdir(obstacle);
  t.strictSame(await shown(), before);
  t.equal(await sql(await neon.uri(made.id), 'select 1'), '1');
  t.equal((await change('DELETE', `branches/${made.id}`)).status, 200);
});

t.test('a schema-only branch takes the slot of a root', async (t) => {
  const free = await openNeon({ plan: 'free' });
  t.teardown(() => free.close());
  const wish = { branch: { init_source: 'schema-only' } };
  await free.change('POST', 'branches', wish);
  await free.change('POST', 'branches', wish);
  t.match(await free.call('POST', 'branches', wish), {
    status: 422,
    body: { message: 'root branches limit exceeded' },
  });
  t.equal((await free.change('POST', 'branches', {})).status, 201, 'a child takes none');
});

t.end();
