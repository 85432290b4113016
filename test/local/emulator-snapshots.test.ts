import t from 'tap';
import type { BackupSchedule, Branch, Snapshot } from '@neon/sdk/raw';
import { setTimeout as sleep } from 'node:timers/promises';
import { openNeon, sql, type Neon } from './neon.ts';
import { eventually } from './processes.ts';

const hour = 3_600_000;
const ongoing = 'restore from snapshot on target branch is still ongoing';

async function moment(): Promise<string> {
  await sleep(5);
  const at = new Date().toISOString();
  await sleep(5);
  return at;
}

const find = async (neon: Neon, id: string): Promise<Snapshot | undefined> =>
  (await neon.call('GET', 'snapshots')).body.snapshots.find((snapshot) => snapshot.id === id);

async function sized(neon: Neon, id: string): Promise<Snapshot | undefined> {
  await eventually(async () => (await find(neon, id))?.full_size !== undefined, 30_000);
  return find(neon, id);
}

const get = async (neon: Neon, id: string): Promise<Branch> => (await neon.call('GET', `branches/${id}`)).body.branch;

const count = (uri: string) => sql(uri, 'select count(*) from kept');

t.test('of a snapshot the size is computed later, and so is what of LSN and timestamp was not asked', async (t) => {
  const neon = await openNeon({ latencyMs: 300 });
  t.teardown(() => neon.close());
  const { branchId: main, connectionUri } = neon.emulator;
  await sql(connectionUri, 'create table kept as select generate_series(1, 10) as n');
  const at = await moment();
  const lsn = await sql(connectionUri, 'select pg_current_wal_insert_lsn()');
  await sql(connectionUri, 'insert into kept select generate_series(11, 500000)');
  const take = async (query: string) => {
    const { snapshot, operations } = (await neon.call('POST', `branches/${main}/snapshot?${query}`)).body;
    t.notOk('full_size' in snapshot || 'diff_size' in snapshot, `${query}: no size, not even 0, in the answer`);
    t.notOk(operations.length === 0);
    const during = await find(neon, snapshot.id);
    t.notOk(during?.full_size, 'nor while its operations run');
    await neon.settled();
    return snapshot;
  };
  const head = await take('name=head');
  const byTime = await take(`timestamp=${at}`);
  const byLsn = await take(`lsn=${encodeURIComponent(lsn)}`);
  t.match(head, { lsn: /^0\//, timestamp: /Z$/, manual: true });
  t.match(byTime, { timestamp: at, name: /^main at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(manual\)$/ });
  t.notOk(byTime.lsn);
  t.match(byLsn, { lsn });
  t.notOk(byLsn.timestamp);
  const sizes = [];
  for (const { id } of [head, byTime, byLsn]) sizes.push((await sized(neon, id))?.full_size ?? 0);
  // An instant is reached by way of all that was being written then, an LSN is not.
  const [ofHead = 0, ofTime = 0, ofLsn = 0] = sizes;
  t.ok(ofTime > 1_000_000 && ofLsn > 1_000_000 && ofHead > ofLsn + 10_000_000, `of its own moment: ${sizes.join()}`);
  const shownLsn = (await find(neon, byTime.id))?.lsn;
  const branch = await neon.branch({ parent_lsn: shownLsn });
  t.equal(await count(await neon.uri(branch.id)), '10', 'the LSN that it shows means the same rows');
  const shownTime = (await find(neon, byLsn.id))?.timestamp;
  t.ok(shownTime !== undefined && shownTime <= at);
  const another = await neon.branch({ parent_timestamp: shownTime });
  t.equal(await count(await neon.uri(another.id)), '10', 'so does the instant');
});

t.test('all of a snapshot is in the query: whatever is in the body, even no JSON, is ignored', async (t) => {
  const neon = await openNeon();
  t.teardown(() => neon.close());
  for (const query of ['', '?name=query']) {
    const url = `${neon.emulator.baseUrl}/projects/${neon.emulator.projectId}/branches/${neon.emulator.branchId}/snapshot${query}`;
    const headers = { authorization: `Bearer ${neon.emulator.apiKey}`, 'content-type': 'application/json' };
    t.equal((await fetch(url, { method: 'POST', headers, body: '{"name": "body",' })).status, 200);
    await neon.settled();
  }
  const names = (await neon.call('GET', 'snapshots')).body.snapshots.map(({ name }) => name);
  t.equal(names.length, 2);
  t.equal(names[1], 'query');
});

t.test(
  'a finalised restore has all that the replaced branch had, and cannot be restored in place for a day',
  async (t) => {
    const neon = await openNeon();
    t.teardown(() => neon.close());
    const { branchId: main, connectionUri, control } = neon.emulator;
    // Not due while the test moves the clock by a day.
    const schedule = [{ frequency: 'monthly', hour: 3, day: 1 + ((new Date().getUTCDate() + 9) % 28) }];
    await sql(connectionUri, 'create table kept as select generate_series(1, 10) as n');
    await neon.call('PUT', `branches/${main}/backup_schedule`, { schedule });
    const { snapshot } = (await neon.change('POST', `branches/${main}/snapshot?name=kept`)).body;
    await neon.call('PATCH', `branches/${main}`, { branch: { protected: true } });
    await sql(connectionUri, 'truncate kept');
    const body = { target_branch_id: main, name: 'preview' };
    const { branch: restored } = (await neon.change('POST', `snapshots/${snapshot.id}/restore`, body)).body;
    t.match(restored, { restore_status: 'restored', restored_from: snapshot.id, restored_as: main, protected: false });
    t.match(restored.restricted_actions, [{ name: 'restore', reason: ongoing }]);
    t.notOk((await get(neon, main)).restore_status);
    await neon.change('POST', `branches/${restored.id}/finalize_restore`, { name: 'undo' });
    const served = await get(neon, restored.id);
    t.match(served, { name: 'main', default: true, protected: true, restore_status: 'finalized' });
    t.match(await get(neon, main), { name: 'undo', default: false, protected: false });
    const scheduleOf = async (id: string) =>
      (await neon.call<BackupSchedule>('GET', `branches/${id}/backup_schedule`)).body.schedule;
    t.strictSame([await scheduleOf(restored.id), await scheduleOf(main)], [schedule, []]);
    t.equal(await count(connectionUri), '10', 'under the same connection string');

    t.match(
      (await neon.call('POST', `branches/${restored.id}/restore`, { source_branch_id: main })).status,
      422,
      'protected',
    );
    await neon.call('PATCH', `branches/${restored.id}`, { branch: { protected: false } });
    const attempt = async (fields: object, path = `branches/${restored.id}/restore`) => {
      const answer = await neon.call('POST', path, fields);
      return `${answer.status} ${answer.body.message}`;
    };
    const self = { source_branch_id: restored.id, source_timestamp: await moment(), preserve_under_name: 'before' };
    t.equal(await attempt(self), `422 ${ongoing}`);
    t.equal(await attempt({ source_branch_id: main }), `422 ${ongoing}`, 'as a target it is refused for any source');
    const child = await neon.branch({ name: 'child', parent_id: restored.id });
    t.equal(
      await attempt({ source_branch_id: restored.id }, `branches/${child.id}/restore`),
      `422 ${ongoing}`,
      'reset',
    );
    const early = { branch: { parent_id: restored.id, parent_timestamp: snapshot.timestamp } };
    t.match(await attempt(early, 'branches'), /^422 /, 'a branch of before the restore');
    const late = `branches/${restored.id}/snapshot?timestamp=${snapshot.timestamp}`;
    t.match(await attempt({}, late), /^422 /, 'a snapshot of before the restore');
    t.equal(
      (await neon.branch({ parent_id: restored.id, parent_timestamp: self.source_timestamp })).parent_id,
      restored.id,
    );

    await control.setClock(5 * hour);
    t.match(await get(neon, restored.id), { restore_status: 'detaching', restricted_actions: [{ name: 'restore' }] });
    t.match(await attempt(self), `422 ${ongoing}`);
    await control.setClock(25 * hour);
    const free = await get(neon, restored.id);
    t.equal(free.restore_status, 'finalized', 'detached, it goes on in its former status');
    t.notOk(free.restricted_actions);
    await neon.change('POST', `branches/${child.id}/restore`, { source_branch_id: restored.id });
    const present = { ...self, source_timestamp: new Date(Date.now() + 25 * hour).toISOString() };
    await neon.change('POST', `branches/${restored.id}/restore`, present);
    t.equal(await count(connectionUri), '10');
  },
);

t.test('in one step: the same as two, with the old one named (old) and no branch left over', async (t) => {
  const neon = await openNeon();
  t.teardown(() => neon.close());
  const { branchId: main, connectionUri } = neon.emulator;
  await sql(connectionUri, 'create table kept as select 1 as n');
  const { snapshot } = (await neon.change('POST', `branches/${main}/snapshot`)).body;
  await sql(connectionUri, 'drop table kept');
  const answer = await neon.change('POST', `snapshots/${snapshot.id}/restore`, {
    target_branch_id: main,
    finalize_restore: true,
  });
  t.ok(answer.body.operations.some(({ action }) => action === 'swap_binding_id'));
  t.equal(await count(connectionUri), '1');
  const branches = (await neon.call('GET', 'branches?sort_by=name&sort_order=asc')).body.branches;
  t.match(branches, [
    { id: answer.body.branch.id, name: 'main', restore_status: 'finalized', restored_as: main },
    { id: main, name: 'main (old)' },
  ]);
});

t.test('a restored branch that is the default one already stays it when it is finalised, and alone', async (t) => {
  const first = await openNeon();
  t.teardown(() => first.close());
  const { branchId: main } = first.emulator;
  const { snapshot } = (await first.change('POST', `branches/${main}/snapshot`)).body;
  const body = { target_branch_id: main, finalize_restore: false };
  const restored = (await first.change('POST', `snapshots/${snapshot.id}/restore`, body)).body.branch;
  await first.call('POST', `branches/${restored.id}/set_as_default`);
  await first.change('POST', `branches/${restored.id}/finalize_restore`, {});
  const { branches } = (await first.call('GET', 'branches')).body;
  t.strictSame(
    branches.filter((branch) => branch.default).map(({ id }) => id),
    [restored.id],
  );
  await first.emulator.close();
  const second = await openNeon({ dataDir: first.dir });
  t.teardown(() => second.emulator.close());
  t.equal(second.emulator.branchId, restored.id);
});

t.test('a snapshot outlives its branch, is restored for another one, and never for one that is gone', async (t) => {
  const neon = await openNeon();
  t.teardown(() => neon.close());
  const { branchId: main, connectionUri } = neon.emulator;
  await sql(connectionUri, 'create table kept as select generate_series(1, 10) as n');
  const { snapshot } = (await neon.change('POST', `branches/${main}/snapshot?name=survivor`)).body;
  await sql(connectionUri, 'truncate kept');
  const swap = { target_branch_id: main, finalize_restore: true };
  const { branch } = (await neon.change('POST', `snapshots/${snapshot.id}/restore`, swap)).body;
  const half = await neon.change('POST', `snapshots/${snapshot.id}/restore`, { target_branch_id: main });
  await neon.change('DELETE', `branches/${main}`);
  t.match((await neon.call('GET', 'snapshots')).body.snapshots, [{ id: snapshot.id, source_branch_id: main }]);
  const restore = `snapshots/${snapshot.id}/restore`;
  t.equal((await neon.call('POST', restore, {})).status, 404, 'its source is gone');
  t.equal((await neon.call('POST', restore, { target_branch_id: main })).status, 404);
  t.equal((await neon.call('POST', `branches/${half.body.branch.id}/finalize_restore`, {})).status, 422);
  const again = await neon.change('POST', restore, { target_branch_id: branch.id, name: 'again' });
  t.equal(await count(await neon.uri(again.body.branch.id)), '10');
  await neon.change('DELETE', `snapshots/${snapshot.id}`);
  t.equal(await count(await neon.uri(again.body.branch.id)), '10', 'what was restored of it stays');
});

t.test('an expired snapshot is removed, and one whose expiration was cleared is not', async (t) => {
  const neon = await openNeon();
  t.teardown(() => neon.close());
  const soon = new Date(Date.now() + hour).toISOString();
  const path = `branches/${neon.emulator.branchId}/snapshot`;
  await neon.change('POST', `${path}?name=goes&expires_at=${soon}`);
  const stays = (await neon.change('POST', `${path}?name=stays&expires_at=${soon}`)).body.snapshot;
  await neon.call('PATCH', `snapshots/${stays.id}`, { snapshot: { expires_at: null } });
  await neon.emulator.control.setClock(2 * hour);
  const names = async () => (await neon.call('GET', 'snapshots')).body.snapshots.map(({ name }) => name);
  t.ok(await eventually(async () => (await names()).length < 2, 30_000));
  t.same(await names(), ['stays']);
});

t.end();
