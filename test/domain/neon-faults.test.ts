// Neon's bad days: operations that fail, answers that are lost, a service that is away. Queued work waits, and has one effect.

import { sql } from 'kysely';
import t from 'tap';
import { NeonFailure } from '../../src/core/errors.ts';
import type { NeonOperation } from '../../src/neon/api.ts';
import { startRegistered } from '../harness/app.ts';
import { untilCleanUp } from '../harness/reconcile.ts';
import { refuses } from '../harness/refusal.ts';
import { readRows, writeRow } from '../harness/rows.ts';
import { type Call, countCalls, type Fault, hold, strike } from '../harness/strike.ts';
import {
  restore,
  restoreToEnd,
  rowsOfRestore,
  takeSnapshot,
  untilRestoreEnded,
  untilSnapshot,
} from '../harness/work.ts';

t.setTimeout(120_000);

const at = await startRegistered(t);
const { domain, actor, emulator, main, db } = at;
const uri = emulator.connectionUri;
const moment = await writeRow(uri, 1);
const toNewBranch = { source: { branchId: main.id, at: moment.at }, target: { kind: 'new_branch' } } as const;

t.afterEach(() => emulator.control.clear());

t.test('an operation that ends in error or cancelled fails the work with operation_failed', async (t) => {
  for (const outcome of ['errors', 'cancelled'] as const) {
    const fault = { kind: 'operation', outcome, message: 'disk on fire' } as const;
    await strike(at, 'createBranch', fault, 1);
    await strike(at, 'createSnapshot', fault, 1);
    const said = outcome === 'errors' ? /ended as error: disk on fire/ : /ended as cancelled/;
    const view = await restoreToEnd(at, toNewBranch);
    t.match(view, { status: 'failed', error: { code: 'operation_failed', message: said } });
    const { id } = await domain.snapshots.request(actor, { branchId: main.id });
    t.match(await untilSnapshot(at, id, 'failed'), { error: { code: 'operation_failed', message: said } });
  }
});

t.test('a failed operation that Neon means to try again is waited for', async (t) => {
  const fault = { kind: 'operation', outcome: 'fails_once', retryAfterMs: 700 } as const;
  const failing = await strike(at, 'createSnapshot', fault, 1);
  const looks = await countCalls(at, 'listOperations');
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await failing.until();
  await looks.until(2);
  t.equal((await domain.snapshots.get(actor, id)).status, 'creating');
  await untilSnapshot(at, id, 'available');
});

t.test(
  'a failed operation without a time for the next try is waited for a minute, a status of tomorrow for ever',
  async (t) => {
    // Forged: the emulator knows when it tries again, and no status that Neon does not have today.
    let looks = 0;
    const waits = [{ status: 'failed', updatedAt: new Date() }, { status: 'a-word-of-tomorrow' }];
    const operationsAs = (change: () => Partial<NeonOperation> | undefined) => {
      at.faults.neon = (real) => ({
        listOperations: async (projectId) => {
          const all = change();
          return (await real.listOperations(projectId)).map((operation) => ({
            ...operation,
            retryAt: undefined,
            ...all,
          }));
        },
      });
    };
    operationsAs(() => waits[looks++]);
    const { id } = await domain.snapshots.request(actor, { branchId: main.id });
    await untilSnapshot(at, id, 'available');
    t.equal(looks, 3);
    operationsAs(() => ({ status: 'failed', updatedAt: new Date(Date.now() - 61_000) }));
    const final = await domain.snapshots.request(actor, { branchId: main.id });
    t.match(await untilSnapshot(at, final.id, 'failed'), { error: { code: 'operation_failed' } });
    at.faults.neon = undefined;
  },
);

t.test('what was found by its name is awaited while its failed operation is to be tried again', async (t) => {
  await strike(at, 'createSnapshot', { kind: 'drop', when: 'after' }, 1);
  await strike(at, 'createSnapshot', { kind: 'operation', outcome: 'fails_once', retryAfterMs: 4_000 }, 1);
  const { neonId } = await takeSnapshot(at, { branchId: main.id });
  t.type(neonId, 'string');
  const operations = await at.neon.listOperations(emulator.projectId);
  t.notOk(operations.some(({ status }) => status === 'failed'));
});

t.test('what was found by its name does not wait for, nor fail with, what failed on its branch before', async (t) => {
  // Forged: here nothing fails that no call has begun.
  const long = new Date(Date.now() - 3_600_000);
  const [any] = await at.neon.listOperations(emulator.projectId);
  if (any === undefined) throw new Error('no operation was ever listed');
  const former: NeonOperation = {
    ...any,
    id: 'former',
    branchId: main.neonBranchId,
    createdAt: long,
    updatedAt: long,
  };
  const failures: Partial<NeonOperation>[] = [
    { status: 'error' },
    { status: 'failed', retryAt: undefined },
    { status: 'failed', retryAt: long },
  ];
  for (const failure of failures) {
    at.faults.neon = (real) => ({
      listOperations: async (projectId) => [{ ...former, ...failure }, ...(await real.listOperations(projectId))],
    });
    await strike(at, 'createSnapshot', { kind: 'drop', when: 'after' }, 1);
    const { neonId } = await takeSnapshot(at, { branchId: main.id });
    t.type(neonId, 'string', JSON.stringify(failure));
  }
  at.faults.neon = undefined;
});

const losses = {
  'cut off': { kind: 'drop', when: 'after' },
  'broken JSON': { kind: 'malformed' },
} as const;
for (const [way, loss] of Object.entries(losses)) {
  t.test(
    `the answer of each call that makes something is lost (${way}): one effect, and the rows are right`,
    async (t) => {
      const world = await startRegistered(t);
      const { domain, actor, emulator, neon, main } = world;
      const uri = emulator.connectionUri;
      const listed = () => neon.listBranches(emulator.projectId);
      const lose = (call: Call) => strike(world, call, loss, 1);
      const moment = await writeRow(uri, 1);
      const source = { branchId: main.id, at: moment.at };
      const before = (await listed()).length;
      await lose('createBranch');
      const branch = await restore(world, { source, target: { kind: 'new_branch' } });
      t.strictSame(await rowsOfRestore(world, branch.id), [1]);
      t.equal((await listed()).length, before + 1, 'one branch');
      const snapshots = (await neon.listSnapshots(emulator.projectId)).length;
      await lose('createSnapshot');
      const snapshot = await takeSnapshot(world, { branchId: main.id });
      t.equal((await neon.listSnapshots(emulator.projectId)).length, snapshots + 1, 'one snapshot');
      await lose('restoreSnapshot');
      await restore(world, { source: { snapshotId: snapshot.id }, target: { kind: 'new_branch' } });
      t.equal((await listed()).length, before + 2, 'one root branch from the snapshot');
      await writeRow(uri, 2);
      await lose('restoreBranch');
      const restored = await restore(world, { source, target: { kind: 'in_place' } });
      t.strictSame(await readRows(uri), [1]);
      t.equal((await listed()).length, before + 3, 'one undo copy');
      t.equal(restored.preservedBranch?.status, 'present');
      await lose('finalizeRestore');
      const cut = await restore(world, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } });
      t.equal((await listed()).length, before + 4, 'one more root: the replaced branch');
      t.match(cut.preservedBranch, { neonBranchId: main.neonBranchId, status: 'present' });
      t.equal((await domain.branches.get(actor, main.id)).neonBranchId, cut.target.neonBranchId);
      t.ok(
        emulator.control.list().every(({ struck }) => struck === 1),
        'each answer was lost',
      );
    },
  );
}

/** As if the first attempt of everything under way were older than any budget, by the database's clock. */
const begunLongAgo = () =>
  sql`update outbox set begun_at = now() - interval '2 hours' where status != 'done'`.execute(db);

t.test(
  'a target that does not answer yet is tried again; one that never does fails as target_unreachable',
  async (t) => {
    let probes = 0;
    at.faults.probe = async () => {
      probes += 1;
      if (probes < 3) throw new NeonFailure('asleep', { kind: 'again', failure: 'target_unreachable' });
    };
    const snapshot = await takeSnapshot(at, { branchId: main.id });
    const view = await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'new_branch' } });
    t.equal(probes, 3);
    t.ok(view.steps.every(({ endedAt }) => endedAt !== null));
    at.faults.probe = async () => {
      await begunLongAgo();
      throw new NeonFailure('asleep', { kind: 'again', failure: 'target_unreachable' });
    };
    const given = await restoreToEnd(at, { source: { snapshotId: snapshot.id }, target: { kind: 'new_branch' } });
    t.match(given, { status: 'failed', error: { code: 'target_unreachable' } });
    at.faults.probe = undefined;
  },
);

t.test(
  'Neon that never finishes: the work fails as deadline_exceeded when its time is over, and frees its lane',
  async (t) => {
    const fault = { kind: 'operation', outcome: 'fails_once', retryAfterMs: 3_000 } as const;
    await strike(at, 'createSnapshot', fault, 1);
    const looking = await hold(at, 'listOperations', 'before');
    const { id } = await domain.snapshots.request(actor, { branchId: main.id });
    await looking.until();
    await begunLongAgo();
    looking.end();
    t.match(await untilSnapshot(at, id, 'failed'), { error: { code: 'deadline_exceeded' } });
    await takeSnapshot(at, { branchId: main.id });
  },
);

t.test('Neon away: work is accepted and waits, says for what, and succeeds when Neon is back', async (t) => {
  const away = await strike(at, 'any', { kind: 'drop', when: 'before' });
  const snapshot = await domain.snapshots.request(actor, { branchId: main.id });
  const asked = await domain.restores.request(actor, {
    source: {
      snapshotId: (await domain.snapshots.list(actor, { status: 'available' }, { limit: 1 })).items[0]?.id ?? '',
    },
    target: { kind: 'new_branch' },
  });
  const waiting = () =>
    db.selectFrom('outbox').selectAll().where('subject_id', 'in', [snapshot.id, asked.id]).execute();
  const rows = await at.until(waiting, (all) => all.every(({ attempts }) => attempts > 0));
  t.ok(rows.every(({ reason }) => reason === null || reason === 'neon_unreachable'));
  away.end();
  t.equal((await untilRestoreEnded(at, asked.id)).status, 'succeeded');
  await untilSnapshot(at, snapshot.id, 'available');
});

t.test('a connection is refused while Neon fails, with a time to wait, and for what the target has not', async (t) => {
  const { items } = await domain.restores.list(actor, { status: 'succeeded' }, { limit: 1 });
  const id = items[0]?.id ?? '';
  const busy = await strike(at, 'getConnectionUri', { kind: 'status', status: 503, retryAfterSeconds: 17 });
  const refusal = await refuses(t, at, 'neon_unavailable', () => domain.restores.connect(actor, { id }));
  t.equal(refusal.retryAfterSeconds, 17);
  busy.end();
  await refuses(t, at, 'not_found', () => domain.restores.connect(actor, { id, databaseName: 'absent' }));
  await refuses(t, at, 'not_found', () => domain.restores.connect(actor, { id, roleName: 'nobody' }));
  const { uri: secret } = await domain.restores.connect(actor, {
    id,
    databaseName: 'neondb',
    roleName: 'neondb_owner',
  });
  t.ok((await readRows(secret)).length > 0);
  const { items: events } = await domain.audit.list(
    actor,
    { subjectId: id, action: 'restore.connected' },
    { limit: 5 },
  );
  t.match(events, [{ actor: { id: actor.id }, details: { databaseName: 'neondb', roleName: 'neondb_owner' } }]);
  const password = new URL(secret).password;
  const audit = await db.selectFrom('audit_events').selectAll().execute();
  t.notOk((JSON.stringify(audit) + at.log.text()).includes(password), 'the password is in no event and no log line');
});

t.test('what Neon says until the budget is over is why the work failed', async (t) => {
  const brief = await startRegistered(t, { settings: { snapshotBudgetMs: 300, retryMaxMs: 100 } });
  const faults: readonly [Fault, string][] = [
    [{ kind: 'drop', when: 'before' }, 'neon_unreachable'],
    [{ kind: 'status', status: 423 }, 'neon_busy'],
    [{ kind: 'not_ready' }, 'neon_busy'],
    [{ kind: 'status', status: 500 }, 'neon_unavailable'],
    [{ kind: 'status', status: 503 }, 'neon_unavailable'],
    [{ kind: 'status', status: 429, retryAfterSeconds: 0 }, 'neon_rate_limited'],
  ];
  for (const [fault, code] of faults) {
    const struck = await strike(brief, 'createSnapshot', fault);
    const { id } = await brief.domain.snapshots.request(brief.actor, { branchId: brief.main.id });
    const failed = await untilSnapshot(brief, id, 'failed');
    struck.end();
    t.equal(failed.error?.code, code, JSON.stringify(fault));
    await untilCleanUp(brief, id, 'done');
  }
});
