// A Postgres that cannot be written to, and clocks that jump: nothing is half done, and what was promised happens later.

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { type Registered, startRegistered } from '../harness/app.ts';
import { refusalOf, refuses } from '../harness/refusal.ts';
import { restore, takeSnapshot, untilSnapshot } from '../harness/work.ts';

t.setTimeout(120_000);
const at = await startRegistered(t);
const { domain, actor, db, main, emulator } = at;

const commands = [
  ['a snapshot', () => domain.snapshots.request(actor, { branchId: main.id })],
  [
    'a restore',
    () =>
      domain.restores.request(actor, {
        source: { branchId: main.id, at: new Date().toISOString() },
        target: { kind: 'in_place' },
      }),
  ],
  ['a sync', () => domain.projects.requestSync(actor, at.project.id)],
] as const;

/** New connections of every process get it; those of the pool are ended. */
async function setReadOnly(isReadOnly: boolean): Promise<void> {
  const name = new URL(at.databaseUrl).pathname.slice(1);
  const setting = sql.raw(`alter database ${name} set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
  await db.connection().execute(async (one) => {
    await sql`set default_transaction_read_only = off`.execute(one);
    await setting.execute(one);
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(one);
  });
}

t.test('a database that is read-only: 503, not ready, nothing half written; then it goes on', async (t) => {
  at.log.expect(/connection or the queue is at fault|round failed|could not be run/);
  await setReadOnly(true);
  t.equal((await refusalOf(domain.checkReady())).code, 'database_unreachable');
  for (const [what, command] of commands) {
    await refuses(t, at, 'database_unreachable', command);
    t.equal((await refusalOf(command())).retryAfterSeconds, 2, what);
  }
  await setReadOnly(false);
  await at.until(
    () =>
      domain.checkReady().then(
        () => true,
        () => false,
      ),
    (isReady) => isReady,
  );
  await takeSnapshot(at, { branchId: main.id });
});

/** Every write to the table fails as when the disk is full. */
async function fillDisk(table: string): Promise<() => Promise<void>> {
  await sql`
    create or replace function disk_is_full() returns trigger language plpgsql as $$
    begin raise exception using errcode = 'disk_full', message = 'could not extend file: No space left on device'; end $$`.execute(
    db,
  );
  await sql
    .raw(`create trigger disk_is_full before insert or update on ${table} execute function disk_is_full()`)
    .execute(db);
  return async () => {
    await sql.raw(`drop trigger disk_is_full on ${table}`).execute(db);
  };
}

for (const table of ['snapshots', 'outbox', 'audit_events', 'audit_heads']) {
  t.test(`a disk that is full when ${table} is written: 503 and nothing half written`, async (t) => {
    at.log.expect(/round failed|could not be run/);
    const freed = await fillDisk(table);
    await refuses(t, at, 'database_unreachable', () => domain.snapshots.request(actor, { branchId: main.id }));
    await freed();
    await takeSnapshot(at, { branchId: main.id });
  });
}

t.test('a disk that is full while a job runs: it ends when there is room again, once', async (t) => {
  at.log.expect(/round failed|could not be run/);
  const before = (await at.neon.listSnapshots(emulator.projectId)).length;
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  const freed = await fillDisk('audit_events');
  await sleep(1_500);
  await freed();
  await untilSnapshot(at, id, 'available');
  t.equal((await at.neon.listSnapshots(emulator.projectId)).length, before + 1);
});

t.test('a command that meets another in a deadlock: 503, nothing half written; sent again it is done', async (t) => {
  const { id } = await takeSnapshot(at, { branchId: main.id });
  const other = new pg.Client({ connectionString: at.databaseUrl });
  await other.connect();
  // So that the command is the one that gives way.
  await other.query(`set deadlock_timeout = '60s'`);
  await other.query('begin');
  await other.query('select from snapshots where id = $1 for update', [id]);
  const asked = refusalOf(domain.snapshots.delete(actor, id));
  while ((await sql`select from pg_locks where not granted`.execute(db)).rows.length === 0) await sleep(10);
  const blocked = other.query('select from projects where id = $1 for update', [at.project.id]);
  t.match(await asked, { code: 'database_busy', retryAfterSeconds: 1 });
  await blocked;
  await other.query('rollback');
  await other.end();
  t.equal((await domain.snapshots.delete(actor, id)).status, 'expiring');
  await untilSnapshot(at, id, 'purged');
});

const hour = 3_600_000;

/** What a process believes the time to be; Postgres and Neon go on as they were. */
async function jumpTo(aheadMs: number, during: () => Promise<void>): Promise<void> {
  at.faults.aheadMs = aheadMs;
  try {
    await during();
  } finally {
    at.faults.aheadMs = 0;
  }
}

for (const [way, aheadMs] of [
  ['forward', hour],
  ['back', -hour],
] as const) {
  t.test(`a clock that jumps an hour ${way}: work goes on, nothing is reaped or done twice`, async (t) => {
    const snapshots = (await at.neon.listSnapshots(emulator.projectId)).length;
    const under = await domain.snapshots.request(actor, { branchId: main.id });
    await jumpTo(aheadMs, async () => {
      await untilSnapshot(at, under.id, 'available');
      await untilSnapshot(at, (await domain.snapshots.request(actor, { branchId: main.id })).id, 'available');
      t.equal(await domain.reapOverdue(), 0);
      t.equal(await domain.reconcileQueue(), 0);
      const source = { snapshotId: under.id };
      t.match(await restore(at, { source, target: { kind: 'new_branch' } }), { status: 'succeeded' });
    });
    t.equal((await at.neon.listSnapshots(emulator.projectId)).length, snapshots + 2);
  });

  t.test(`a clock that jumps an hour ${way} and back: a schedule fires once for each instant`, async (t) => {
    const name = `minutely-${way}`;
    const policy = await domain.policies.create(actor, {
      name,
      selector: { projects: [at.project.id] },
      schedules: [{ name: 'minutely', cron: '* * * * *', timeZone: 'UTC' }],
      retention: { keepLast: 5 },
    });
    const fire = async () => {
      await domain.fireDueSchedules();
      await domain.fireDueSchedules();
    };
    await jumpTo(aheadMs, fire);
    await fire();
    const { rows } = await sql<{ due_at: Date; count: number }>`
      select due_at, count(*)::int as count from firings where policy_id = ${policy.id} group by due_at`.execute(db);
    t.ok(rows.every(({ count }) => count === 1));
    t.ok(rows.length <= 2, `${rows.length} firings: missed instants coalesce`);
    await at.until(
      () => db.selectFrom('firings').select('status').where('policy_id', '=', policy.id).execute(),
      (firings) => firings.every(({ status }) => status !== 'pending'),
    );
    await domain.policies.delete(actor, { id: policy.id });
  });
}

t.test('a firing that a hold covers, for an instant that Neon calls the future, takes the present', async (t) => {
  const policy = await domain.policies.create(actor, {
    name: 'held and ahead',
    selector: { projects: [at.project.id] },
    schedules: [{ name: 'minutely', cron: '* * * * *', timeZone: 'UTC' }],
    retention: { keepLast: 5 },
  });
  const selector = { branchId: main.id, from: new Date().toISOString() };
  const hold = await domain.holds.place(actor, { matter: 'A', reason: 'B', selector });
  await jumpTo(hour, async () => {
    await domain.fireDueSchedules();
  });
  const ofPolicy = async () => (await domain.snapshots.list(actor, { policyId: policy.id }, { limit: 50 })).items;
  await at.until(ofPolicy, (all) => all.length > 0 && all.every(({ status }) => status === 'available'));
  t.match(await ofPolicy(), [{ warnings: [{ code: 'clock_ahead' }], holds: [hold.id] }]);
  await domain.policies.delete(actor, { id: policy.id });
  await domain.holds.release(actor, { id: hold.id, reason: 'C' });
});

t.test('a delivery that the queue puts off for an hour, because its clock jumped, is released again', async (t) => {
  const world: Registered = await startRegistered(t, { roles: ['api'] });
  const { id } = await world.domain.snapshots.request(world.actor, { branchId: world.main.id });
  t.equal(await world.domain.relay(), 1);
  // The queue holds it, and says so; nobody delivers it.
  await sql`update outbox set released_at = now() - interval '55 s'`.execute(world.db);
  t.equal(await world.domain.reconcileQueue(), 0);
  await sql`update outbox set released_at = now() - interval '65 s'`.execute(world.db);
  t.equal(await world.domain.reconcileQueue(), 1);
  t.equal(await world.domain.relay(), 1);
  const [job] = (await world.domain.jobs.list(world.actor, { subjectId: id }, { limit: 1 })).items;
  t.match(job, { state: 'released', release: 2, waitsFor: { code: 'delivery' } });
});
