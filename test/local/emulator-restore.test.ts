import t from 'tap';
import type { Branch } from '@neon/sdk/raw';
import { setTimeout as sleep } from 'node:timers/promises';
import { openNeon, sql, withConnection } from './neon.ts';

const neon = await openNeon({ sample: true });
t.after(() => neon.close());
const { call, change, emulator } = neon;
const { connectionUri } = emulator;
const orders = (uri = connectionUri) => sql(uri, 'select count(*) from orders');

async function moment(): Promise<string> {
  await sleep(5);
  const at = new Date().toISOString();
  await sleep(5);
  return at;
}

async function defaultBranch(): Promise<Branch> {
  const branch = (await call('GET', 'branches')).body.branches.find((candidate) => candidate.default);
  if (branch === undefined) throw new Error('there is no default branch');
  return branch;
}

async function find(name: string): Promise<Branch | undefined> {
  return (await call('GET', 'branches?limit=1000')).body.branches.find((branch) => branch.name === name);
}

t.test('the sample shop is there with its rows and its week of history', async (t) => {
  t.match(await call('GET', ''), {
    body: { project: { name: 'afterglow-sample-shop', history_retention_seconds: 604_800 } },
  });
  t.equal(await orders(), '3000');
  t.equal(await sql(connectionUri, 'select count(*) from customers'), '400');
  t.equal(
    await sql(
      connectionUri,
      'select count(*) from orders left join order_items on id = order_id where order_id is null',
    ),
    '0',
  );
});

t.test(
  'in place: the branch keeps id, host and port, its old state and its children go to the preserved branch',
  async (t) => {
    const main = await defaultBranch();
    const child = await neon.branch({ name: 'child' });
    const at = await moment();
    await sql(connectionUri, 'delete from order_items');
    await sql(connectionUri, 'delete from orders');
    const [before] = (await call('GET', `branches/${main.id}/endpoints`)).body.endpoints;
    await withConnection(connectionUri, async (client) => {
      let isCut = false;
      client.on('end', () => {
        isCut = true;
      });
      const body = { source_branch_id: main.id, source_timestamp: at, preserve_under_name: 'undo' };
      const answer = await call('POST', `branches/${main.id}/restore`, body);
      t.match(answer, {
        status: 200,
        body: { branch: { id: main.id, current_state: 'resetting', parent_timestamp: at } },
      });
      t.ok(await find('undo'), 'the preserved branch is there at once');
      t.equal(await orders(), '3000', 'a connection made meanwhile waits and sees the restored rows');
      t.ok(isCut, 'connections to the old state are cut');
      await neon.settled();
    });
    const [after] = (await call('GET', `branches/${main.id}/endpoints`)).body.endpoints;
    t.match(after, { id: before?.id, host: before?.host, current_state: 'active' });
    t.match(await call('GET', `branches/${main.id}`), {
      body: { branch: { name: main.name, default: true, current_state: 'ready', last_reset_at: String } },
    });
    const undo = await find('undo');
    t.notOk(undo?.parent_id, 'the preserved branch is a root');
    t.match(await call('GET', `branches/${child.id}`), { body: { branch: { parent_id: undo?.id } } });
    await change('POST', 'endpoints', { endpoint: { branch_id: undo?.id, type: 'read_write' } });
    t.equal(await orders(await neon.uri(undo?.id ?? '')), '0');
    t.equal(await orders(await neon.uri(child.id)), '3000');
  },
);

t.test(
  'in place from another branch: its head or its past is taken, and nothing is preserved unless asked',
  async (t) => {
    const main = await defaultBranch();
    const other = await neon.branch({ name: 'other' });
    const uri = await neon.uri(other.id);
    await sql(uri, 'create table extra as select 1 as one');
    await change('POST', `branches/${main.id}/restore`, {
      source_branch_id: other.id,
      preserve_under_name: 'before-other',
    });
    t.equal(await sql(connectionUri, 'select one from extra'), '1');
    await sql(uri, 'drop table extra');
    const reset = await change('POST', `branches/${other.id}/restore`, {
      source_branch_id: (await find('before-other'))?.id,
    });
    t.equal(reset.body.branch.id, other.id, 'a child may be reset to the head of its parent');
    t.equal(await sql(uri, `select to_regclass('extra') is null`), 'true');
  },
);

t.test('in place is refused without what it needs, and then nothing has changed', async (t) => {
  const main = await defaultBranch();
  const child = await neon.branch({ name: 'another child' });
  const at = new Date().toISOString();
  const names = async () => (await call('GET', 'branches?sort_by=name')).body.branches.map(({ name }) => name);
  const before = await names();
  const attempt = async (id: string, body: object) => (await call('POST', `branches/${id}/restore`, body)).status;
  t.equal(await attempt(main.id, {}), 400);
  t.equal(await attempt(main.id, { source_branch_id: main.id, preserve_under_name: 'x' }), 400);
  t.equal(
    await attempt(main.id, {
      source_branch_id: main.id,
      source_timestamp: at,
      source_lsn: '0/1',
      preserve_under_name: 'x',
    }),
    400,
  );
  t.equal(await attempt(main.id, { source_branch_id: main.id, source_timestamp: at }), 422);
  t.equal(await attempt(main.id, { source_branch_id: child.id }), 422, 'it has children');
  t.equal(
    await attempt(main.id, { source_branch_id: main.id, source_timestamp: at, preserve_under_name: 'undo' }),
    409,
  );
  t.equal(await attempt(main.id, { source_branch_id: 'br-none-such-aaaaaaaa' }), 404);
  t.equal(
    await attempt(child.id, { source_branch_id: child.id, source_timestamp: at, preserve_under_name: 'x' }),
    422,
    'no root',
  );
  t.strictSame(await names(), before);
  t.equal(await orders(), '3000');
});

t.test(
  'a snapshot is restored in two steps: a root of its own first, then in the place of the served branch',
  async (t) => {
    const served = await defaultBranch();
    const { snapshot } = (await change('POST', `branches/${served.id}/snapshot?name=keep`)).body;
    await sql(connectionUri, 'truncate order_items, orders');
    const first = await change('POST', `snapshots/${snapshot.id}/restore`, {
      name: 'preview',
      target_branch_id: served.id,
      finalize_restore: false,
    });
    const { branch: restored, endpoints } = first.body;
    t.match(restored, { name: 'preview', restore_status: 'restored', restored_from: snapshot.id, default: false });
    t.notOk(restored.parent_id);
    t.equal(endpoints.length, 1);
    t.equal(await orders(await neon.uri(restored.id)), '3000');
    t.equal(await orders(), '0', 'what is served is not touched by the first step');
    t.equal((await call('POST', `branches/${served.id}/finalize_restore`, {})).status, 422);
    t.equal((await call('POST', `branches/${restored.id}/finalize_restore`, { name: 'undo' })).status, 409);
    const [port] = (await call('GET', `branches/${served.id}/endpoints`)).body.endpoints;
    await change('POST', `branches/${restored.id}/finalize_restore`, {});
    t.equal(await orders(), '3000', 'the same connection string');
    const now = await defaultBranch();
    t.match(now, {
      id: restored.id,
      name: served.name,
      restore_status: 'finalized',
      restored_from: snapshot.id,
      restored_as: served.id,
    });
    t.match((await call('GET', `branches/${restored.id}/endpoints`)).body.endpoints, [
      { id: port?.id, host: port?.host },
    ]);
    t.match(await call('GET', `branches/${served.id}`), {
      body: { branch: { name: `${served.name} (old)`, default: false } },
    });
    t.equal((await call('POST', `branches/${restored.id}/finalize_restore`, {})).status, 422, 'only once');
    const early = await call('POST', 'branches', { branch: { parent_timestamp: snapshot.timestamp } });
    t.equal(early.status, 422, 'before the restore there is no history');
  },
);

t.test('without a target a snapshot is restored for its source, which is the old branch by now', async (t) => {
  const [snapshot] = (await call('GET', 'snapshots')).body.snapshots;
  const served = await defaultBranch();
  const answer = await change('POST', `snapshots/${snapshot?.id}/restore`, { finalize_restore: true });
  const { branch } = answer.body;
  t.match(await call('GET', `branches/${branch.id}`), {
    body: { branch: { restored_as: snapshot?.source_branch_id, restore_status: 'finalized' } },
  });
  t.equal((await defaultBranch()).id, served.id, 'what is served stays');
  t.match(await call('GET', `branches/${branch.id}`), { body: { branch: { name: `${served.name} (old)` } } });
});

t.test('what nothing needs any more is removed from the disk', async (t) => {
  const { readdir } = await import('node:fs/promises');
  const before = (await readdir(`${neon.dir}/clusters`)).length;
  const branch = await neon.branch({ name: 'short-lived' });
  t.equal((await readdir(`${neon.dir}/clusters`)).length, before + 1);
  await change('DELETE', `branches/${branch.id}`);
  t.equal((await readdir(`${neon.dir}/clusters`)).length, before);
});

t.end();
