import t, { type Test } from 'tap';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../src/local/neon-emulator/random.ts';
import { openNeon, withConnection } from './neon.ts';

/** What the writer did: row `number` was committed between `lsnBefore` and `lsnAfter`, and known to be there at `at`. */
interface Written {
  readonly number: number;
  readonly at: string;
  readonly lsnAfter: string;
}

const neon = await openNeon();
t.after(() => neon.close());
const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000);
t.comment(`seed ${seed}`);
const random = randomFrom(seed);

/** Writes rows first..last, one commit each, some rolled back in between, and notes the moments. */
async function write(uri: string, first: number, last: number): Promise<Written[]> {
  return withConnection(uri, async (client) => {
    const written: Written[] = [];
    for (let number = first; number <= last; number += 1) {
      await client.query('begin; insert into numbered values (-1); rollback');
      await client.query('insert into numbered values ($1)', [number]);
      const { rows } = await client.query<{ lsn: string; at: Date }>(
        'select pg_current_wal_insert_lsn()::text as lsn, clock_timestamp() as at',
      );
      await sleep(2);
      const [row] = rows;
      if (row === undefined) throw new Error('no answer');
      written.push({ number, at: new Date(row.at.getTime() + 1).toISOString(), lsnAfter: row.lsn });
      await sleep(1 + random() * 4);
    }
    return written;
  });
}

async function rowsOf(branchId: string): Promise<number[]> {
  return withConnection(await neon.uri(branchId), async (client) => {
    const { rows } = await client.query<{ n: number }>('select n from numbered order by n');
    return rows.map(({ n }) => n);
  });
}

function pick(written: readonly Written[]): Written {
  const chosen = written[Math.floor(random() * written.length)];
  if (chosen === undefined) throw new Error('nothing was written');
  return chosen;
}

/** Branches at a random instant or LSN and says which rows that must hold, given what the source began with. */
async function checkBranches(
  t: Test,
  sourceId: string,
  began: readonly number[],
  written: readonly Written[],
  count: number,
): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    const moment = pick(written);
    const byLsn = random() < 0.5;
    const fields = byLsn ? { parent_lsn: moment.lsnAfter } : { parent_timestamp: moment.at };
    const branch = await neon.branch({ parent_id: sourceId, ...fields });
    t.match(branch, fields, 'it says what was asked');
    const expected = [...began, ...written.map(({ number }) => number).filter((number) => number <= moment.number)];
    t.strictSame(await rowsOf(branch.id), expected, `${byLsn ? 'LSN' : 'instant'} of row ${moment.number}`);
    await neon.change('DELETE', `branches/${branch.id}`);
  }
}

const main = neon.emulator.branchId;
const { connectionUri } = neon.emulator;
let onMain: Written[] = [];

t.test('branches of a root hold exactly the rows committed by then', async (t) => {
  await withConnection(connectionUri, (client) => client.query('create table numbered (n integer primary key)'));
  onMain = await write(connectionUri, 1, 25);
  await checkBranches(t, main, [], onMain, 3);
  const head = await neon.branch({ name: 'at-head' });
  t.strictSame(
    await rowsOf(head.id),
    onMain.map(({ number }) => number),
  );
  t.match(head, { parent_lsn: /^[0-9A-F]+\/[0-9A-F]+$/, parent_timestamp: /Z$/ });
});

t.test('branches of a child, and of its child, hold exactly the rows committed by then', async (t) => {
  const moment = pick(onMain);
  const child = await neon.branch({ name: 'child', parent_timestamp: moment.at });
  const began = onMain.map(({ number }) => number).filter((number) => number <= moment.number);
  const onChild = await write(await neon.uri(child.id), 101, 115);
  await write(connectionUri, 26, 30);
  await checkBranches(t, child.id, began, onChild, 2);
  const grandchild = await neon.branch({ name: 'grandchild', parent_id: child.id, parent_lsn: pick(onChild).lsnAfter });
  const heldByGrandchild = await rowsOf(grandchild.id);
  const onGrandchild = await write(await neon.uri(grandchild.id), 201, 210);
  await checkBranches(t, grandchild.id, heldByGrandchild, onGrandchild, 2);
  const born = await neon.branch({ parent_id: grandchild.id, parent_timestamp: grandchild.created_at });
  t.strictSame(await rowsOf(born.id), heldByGrandchild, 'at its creation it held what it began with');
  const early = { branch: { parent_id: grandchild.id, parent_timestamp: moment.at } };
  t.equal((await neon.call('POST', 'branches', early)).status, 422, 'before its creation it has no history');
});

t.test('branches of a branch restored in place hold its new rows and none of those that it lost', async (t) => {
  const moment = pick(onMain);
  const path = `branches/${main}/restore`;
  const body = { source_branch_id: main, source_timestamp: moment.at, preserve_under_name: 'before-restore' };
  await neon.change('POST', path, body);
  const began = onMain.map(({ number }) => number).filter((number) => number <= moment.number);
  t.strictSame(await rowsOf(main), began);
  const after = await write(connectionUri, 301, 312);
  await checkBranches(t, main, began, after, 2);
  const old = await neon.call('POST', 'branches', { branch: { parent_timestamp: moment.at } });
  t.equal(old.status, 422, 'before the restore it has no history');
  const preserved = (await neon.call('GET', 'branches?search=before-restore')).body.branches[0];
  t.same((await neon.call('GET', `branches/${preserved?.id}/endpoints`)).body.endpoints, []);
  await neon.change('POST', 'endpoints', { endpoint: { branch_id: preserved?.id, type: 'read_write' } });
  t.equal((await rowsOf(preserved?.id ?? '')).length, 30, 'what it lost is in the preserved branch');
});

t.test(
  'snapshots at the head, at an instant and at an LSN hold those rows whatever happens to their branch',
  async (t) => {
    const before = await rowsOf(main);
    const written = await write(connectionUri, 401, 410);
    const atInstant = pick(written);
    const atLsn = pick(written);
    const head = (await neon.change('POST', `branches/${main}/snapshot`)).body.snapshot;
    const first = (await neon.change('POST', `branches/${main}/snapshot?timestamp=${atInstant.at}`)).body.snapshot;
    const second = (await neon.change('POST', `branches/${main}/snapshot?lsn=${encodeURIComponent(atLsn.lsnAfter)}`))
      .body.snapshot;
    t.equal(first.timestamp, atInstant.at);
    t.equal(second.lsn, atLsn.lsnAfter);
    t.match(head, { lsn: String, timestamp: String });
    await withConnection(connectionUri, (client) => client.query('truncate numbered'));
    const upTo = (number: number) => [
      ...before,
      ...written.map((row) => row.number).filter((other) => other <= number),
    ];
    const restored = await neon.change('POST', `snapshots/${head.id}/restore`, { target_branch_id: main });
    await neon.change('POST', `branches/${restored.body.branch.id}/finalize_restore`, {});
    await neon.change('DELETE', `branches/${main}`);
    t.strictSame(await rowsOf(restored.body.branch.id), upTo(410));
    for (const [snapshot, number] of [
      [first, atInstant.number],
      [second, atLsn.number],
    ] as const) {
      const copy = await neon.change('POST', `snapshots/${snapshot.id}/restore`, {
        target_branch_id: restored.body.branch.id,
      });
      t.strictSame(await rowsOf(copy.body.branch.id), upTo(number));
    }
    const onRestored = await write(connectionUri, 501, 508);
    await checkBranches(t, restored.body.branch.id, upTo(410), onRestored, 2);
  },
);

t.end();
