// Holds and locks in the database itself: raw SQL tries every way round them, and the store's own check sees what is made later.

import { sql } from 'kysely';
import t from 'tap';
import { Refusal } from '../../src/core/errors.ts';
import { lifecycles, type SnapshotStatus } from '../../src/core/lifecycle.ts';
import { findCovers, readClocks } from '../../src/store/protection.ts';
import { writeSnapshots } from '../../src/store/snapshot-json.ts';
import { updateStatus } from '../../src/store/status.ts';
import { openStore } from './open.ts';
import { addRows } from './protected.ts';

const { db } = await openStore(t);
const rows = await addRows(db);
const run = (text: string) => sql.raw(text).execute(db);
const statuses = Object.keys(lifecycles.snapshot) as SnapshotStatus[];
const at = (text: string) => new Date(`2026-03-${text}Z`);
const hour = 3_600_000;

/** The open holds with which the snapshot is shown. */
async function holdsOf(id: string): Promise<string[]> {
  const { holds } = JSON.parse((await writeSnapshots(db, [id])).get(id) ?? '{}') as { holds: string[] };
  return holds;
}

/** The constraint that the statement violates, or undefined where it was done. */
async function refusedBy(text: string): Promise<string | undefined> {
  try {
    await run(text);
    return undefined;
  } catch (error) {
    const { constraint, message } = error as { constraint?: string; message: string };
    return constraint ?? message;
  }
}

/** The same for each pair of statuses: what leads out is refused, and what must go on goes on. */
function refusedStep(from: SnapshotStatus, to: SnapshotStatus): boolean {
  if (from === to) return false;
  if (to === 'expiring' || to === 'purging') return true;
  if (to === 'purged') return from !== 'purging';
  const wasThere = from === 'available' || from === 'expiring' || from === 'missing';
  return wasThere && to !== 'available' && to !== 'missing';
}

for (const cover of ['snapshot_held', 'snapshot_locked'] as const) {
  t.test(`${cover}: no statement takes it from any status to one that leads out`, async (t) => {
    for (const from of statuses) {
      for (const to of statuses) {
        const id = await rows.snapshot(from);
        const hold = cover === 'snapshot_held' ? await rows.hold(id) : undefined;
        if (hold === undefined) await rows.lock(id, 'governance', 5, 0);
        const step = `update snapshots set status = '${to}' where id = '${id}'`;
        t.equal(await refusedBy(step), refusedStep(from, to) ? cover : undefined, `${from} to ${to}`);
        if (hold === undefined || !refusedStep(from, to)) continue;
        await rows.release(hold);
        t.equal(await refusedBy(step), undefined, `${from} to ${to} once the hold is released`);
      }
    }
  });
}

t.test('without a hold or a lock, and with one that is over, every step is free', async (t) => {
  const bare = await rows.snapshot('available');
  t.equal(await refusedBy(`update snapshots set status = 'expiring' where id = '${bare}'`), undefined);
  const over = await rows.snapshot('available');
  await rows.lock(over, 'compliance', -1, -2);
  t.equal(await refusedBy(`update snapshots set status = 'purged' where id = '${over}'`), undefined);
});

t.test('a protected row is neither removed nor turned into another', async (t) => {
  const point = { point_at: at('05T00:00:00'), requested_at_instant: at('05T00:00:00') };
  const id = await rows.snapshot('available', point);
  const hold = await rows.rangeHold(at('04T00:00:00'), at('06T00:00:00'));
  for (const change of [
    `branch_id = 'brn_2'`,
    `point_at = '2020-01-01'`,
    `point_at = null`,
    `requested_at_instant = null`,
    `requested_lsn = '0/1'`,
    `created_at = '2020-01-01'`,
    `id = 'snp_other'`,
    `team_id = 'tem_b'`,
    `point_at = '2020-01-01', status = 'expiring'`,
  ]) {
    t.equal(await refusedBy(`update snapshots set ${change} where id = '${id}'`), 'snapshot_held', change);
  }
  t.equal(await refusedBy(`delete from snapshots where id = '${id}'`), 'snapshot_held');
  t.equal(await refusedBy(`update snapshots set name = 'renamed', size_bytes = 7 where id = '${id}'`), undefined);
  await rows.release(hold);
  t.equal(await refusedBy(`delete from snapshots where id = '${id}'`), undefined);
  const locked = await rows.snapshot('available');
  await rows.lock(locked, 'governance', 5, 0);
  t.equal(await refusedBy(`delete from snapshots where id = '${locked}'`), 'snapshot_locked');
});

t.test('what is covered may take another moment while Neon has nothing of it, and not from then on', async (t) => {
  const asked = { requested_at_instant: at('15T00:00:00') };
  const id = await rows.snapshot('creating', asked);
  const hold = await rows.rangeHold(at('14T00:00:00'), at('16T00:00:00'));
  const move = `update snapshots set requested_at_instant = null where id = '${id}'`;
  t.equal(await refusedBy(`update snapshots set neon_id = 'snap-1' where id = '${id}'`), undefined);
  t.equal(await refusedBy(move), 'snapshot_held');
  t.equal(await refusedBy(`update snapshots set neon_id = null where id = '${id}'`), undefined);
  t.equal(await refusedBy(move), undefined);
  await rows.release(hold);
});

t.test('a hold is released once, and neither changed nor removed; nor is what it covers', async (t) => {
  const [one, other] = [await rows.snapshot('available'), await rows.snapshot('available')];
  const id = await rows.hold(one);
  const range = await rows.rangeHold(at('01T00:00:00'), null);
  const refused = [
    `delete from holds where id = '${id}'`,
    `delete from hold_snapshots where hold_id = '${id}'`,
    `update hold_snapshots set snapshot_id = '${other}' where hold_id = '${id}'`,
    `update holds set matter = 'x' where id = '${id}'`,
    `update holds set branch_id = 'brn_1', from_at = now() where id = '${id}'`,
    `update holds set until_at = from_at where id = '${range}'`,
    `update holds set branch_id = 'brn_2' where id = '${range}'`,
    'truncate holds cascade',
    'truncate hold_snapshots',
    'truncate snapshots cascade',
  ];
  for (const statement of refused) t.match(await refusedBy(statement), /neither changed nor removed/, statement);
  await rows.release(id);
  for (const statement of [
    `update holds set released_at = null, released_by = null, release_reason = null where id = '${id}'`,
    `update holds set release_reason = 'x' where id = '${id}'`,
    `delete from holds where id = '${id}'`,
  ]) {
    t.match(await refusedBy(statement), /neither changed nor removed/, statement);
  }
  await rows.release(range);
  t.strictSame(await holdsOf(one), [], 'a released hold covers nothing');
});

t.test('a compliance lock past its grace is extended, and never weakened', async (t) => {
  const id = await rows.snapshot('available');
  await rows.lock(id, 'compliance', 10, -1);
  for (const change of [
    `lock_until = now() + interval '9 hours'`,
    `lock_mode = 'governance'`,
    `lock_mode = null, lock_until = null, lock_grace_until = null, locked_at = null, locked_by = null`,
    `lock_grace_until = now() + interval '1 hour'`,
    `lock_grace_until = lock_grace_until - interval '1 hour'`,
  ]) {
    t.equal(await refusedBy(`update snapshots set ${change} where id = '${id}'`), 'compliance_lock_fixed', change);
  }
  t.equal(
    await refusedBy(`update snapshots set lock_until = lock_until + interval '1 day' where id = '${id}'`),
    undefined,
  );
});

t.test(
  'a governance lock, and a compliance lock in its grace, can be changed: who may, is no question here',
  async (t) => {
    for (const [mode, grace] of [
      ['governance', -1],
      ['compliance', 1],
    ] as const) {
      const id = await rows.snapshot('available');
      await rows.lock(id, mode, 10, grace);
      const change = `lock_until = now() + interval '5 hours'`;
      t.equal(await refusedBy(`update snapshots set ${change} where id = '${id}'`), undefined, mode);
      const lift = 'lock_mode = null, lock_until = null, lock_grace_until = null, locked_at = null, locked_by = null';
      t.equal(await refusedBy(`update snapshots set ${lift} where id = '${id}'`), undefined, mode);
    }
  },
);

t.test('a lock is whole and does not end before its grace', async (t) => {
  const id = await rows.snapshot('available');
  const half = `update snapshots set lock_until = now() + interval '1 hour' where id = '${id}'`;
  t.equal(await refusedBy(half), 'snapshots_lock_whole');
  await t.rejects(rows.lock(id, 'governance', 1, 2), { message: /snapshots_lock_grace/ });
});

t.test('a hold on moments covers what is made later, at both of its ends, and nothing else', async (t) => {
  const hold = await rows.rangeHold(at('10T00:00:00'), at('12T00:00:00'));
  const covered = {
    'at its beginning': { point_at: at('10T00:00:00') },
    'at its end': { point_at: at('12T00:00:00') },
    'asked for, and not there yet': { requested_at_instant: at('11T00:00:00') },
    'of the present, and not there yet': { created_at: at('11T00:00:00') },
    'of a position whose moment nobody knows': { requested_lsn: '0/1', created_at: at('20T00:00:00') },
  };
  const free = {
    'before it': { point_at: at('09T23:59:59.999') },
    'after it': { point_at: at('12T00:00:00.001') },
    'of another branch': { point_at: at('11T00:00:00'), branch_id: 'brn_2' },
    'asked for before, and captured after': { requested_at_instant: at('11T00:00:00'), point_at: at('13T00:00:00') },
    'of a position that was asked for before it began': { requested_lsn: '0/1', created_at: at('09T00:00:00') },
  };
  for (const [title, columns] of Object.entries(covered)) {
    const id = await rows.snapshot('available', columns);
    t.strictSame(await holdsOf(id), [hold], title);
  }
  for (const [title, columns] of Object.entries(free)) {
    const id = await rows.snapshot('available', columns);
    t.strictSame(await holdsOf(id), [], title);
  }
  await rows.release(hold);
  const endless = await rows.rangeHold(at('10T00:00:00'), null);
  const late = await rows.snapshot('available', { point_at: new Date('2099-01-01T00:00:00Z') });
  t.strictSame(await holdsOf(late), [endless]);
  await rows.release(endless);
});

const step = (id: string, from: SnapshotStatus, to: SnapshotStatus, now = new Date()) =>
  db.transaction().execute((tx) => updateStatus(tx, 'snapshot', { id, from, to, patch: {}, now }));

t.test('the one statement that changes a status refuses each step out, with what covers it', async (t) => {
  for (const [from, to] of [
    ['available', 'expiring'],
    ['expiring', 'purging'],
    ['missing', 'purged'],
  ] as const) {
    const held = await rows.snapshot(from);
    const holdIds = [await rows.hold(held), await rows.hold(held)];
    const members = { snapshotId: held, holdIds, lockedUntil: null };
    await t.rejects(step(held, from, to), { code: 'snapshot_held', members }, `${from} to ${to}`);
    const locked = await rows.snapshot(from);
    await rows.lock(locked, 'governance', 5, 0);
    await t.rejects(step(locked, from, to), { code: 'snapshot_locked', members: { snapshotId: locked, holdIds: [] } });
    t.ok(await step(await rows.snapshot(from), from, to), 'and lets go what nothing covers');
  }
  const given = await rows.snapshot('purging');
  await rows.hold(given);
  t.ok(await step(given, 'purging', 'purged'), 'a hold that came too late stops nothing');
});

t.test('where the clocks differ the one that protects for longer decides', async (t) => {
  const id = await rows.snapshot('available');
  await rows.lock(id, 'governance', 1, 0);
  const [ahead, behind] = [new Date(Date.now() + 100 * hour), new Date(Date.now() - 100 * hour)];
  await t.rejects(step(id, 'available', 'expiring', ahead), { code: 'snapshot_locked' }, 'ours is ahead');
  const over = await rows.snapshot('available');
  await rows.lock(over, 'governance', -1, -2);
  await t.rejects(step(over, 'available', 'expiring', behind), { code: 'snapshot_locked' }, 'ours is behind');
  t.strictSame([...(await findCovers(db, [id, over], ahead)).keys()], [id]);
  for (const now of [ahead, behind]) {
    const { earliest, latest } = await readClocks(db, now);
    t.ok(latest.getTime() - earliest.getTime() > 99 * hour);
    t.ok([earliest.getTime(), latest.getTime()].includes(now.getTime()));
  }
});

t.test('a hold and an expiry at once: whoever takes the row first decides, and the other sees it', async (t) => {
  for (let round = 0; round < 20; round += 1) {
    const id = await rows.snapshot('available');
    const held = db.transaction().execute(async (tx) => {
      await tx.selectFrom('snapshots').select('status').where('id', '=', id).forUpdate().execute();
      const { status } = await tx
        .selectFrom('snapshots')
        .select('status')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      await sql`insert into holds (id, team_id, matter, reason, placed_by_kind, placed_by, created_at)
        values (${`hld_race_${round}`}, 'tem_a', 'm', 'r', 'person', 'key_1', now())`.execute(tx);
      await sql`insert into hold_snapshots values (${`hld_race_${round}`}, ${id})`.execute(tx);
      return status;
    });
    const gone = step(id, 'available', 'expiring').then(
      () => true,
      (error: unknown) => {
        if (error instanceof Refusal && error.code === 'snapshot_held') return false;
        throw error;
      },
    );
    const [seen, went] = await Promise.all([held, gone]);
    t.equal(seen, went ? 'expiring' : 'available');
  }
});

t.test('the check costs the same with many holds: it looks at those of the branch that have begun', async (t) => {
  await run(`insert into branches (id, team_id, project_id, neon_branch_id, name, is_default, is_protected, state,
      neon_created_at, history_started_at, created_at, updated_at)
    select 'brn_m' || n, 'tem_a', 'prj_1', 'br-m' || n, 'm' || n, false, false, 'ready', now(), now(), now(), now()
    from generate_series(1, 500) n`);
  await run(`insert into holds (id, team_id, matter, reason, branch_id, from_at, placed_by_kind, placed_by, created_at)
    select 'hld_m' || n, 'tem_a', 'm', 'r', 'brn_m' || (n % 500 + 1), now() - interval '1 day', 'person', 'key_1', now()
    from generate_series(1, 20000) n`);
  await run('analyze holds, hold_snapshots, snapshots');
  const id = await rows.snapshot('available', { branch_id: 'brn_m7' });
  const { rows: plan } = await sql<{ 'QUERY PLAN': string }>`
    explain (analyze, costs off, timing off, summary off)
    select hold_id from hold_matches where snapshot_id = ${id} and released_at is null`.execute(db);
  const text = plan.map((line) => line['QUERY PLAN']).join('\n');
  t.notMatch(text, 'Seq Scan on holds', text);
  t.equal((await holdsOf(id)).length, 40);
});
