// Neon's bad days: operations that fail, answers that are lost, a service that is away. Queued work waits, and has one effect.

import { sql } from 'kysely';
import t from 'tap';
import { NeonFailure } from '../../src/core/errors.ts';
import type { NeonApi, NeonOperation } from '../../src/neon/api.ts';
import { startRegistered } from '../harness/app.ts';
import { refuses } from '../harness/refusal.ts';
import { readRows, writeRow } from '../harness/rows.ts';
import {
  restore,
  restoreToEnd,
  rowsOfRestore,
  takeSnapshot,
  untilRestoreEnded,
  untilSnapshot,
} from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, emulator, neon, main, db } = at;
const uri = emulator.connectionUri;
const moment = await writeRow(uri, 1);
const toNewBranch = { source: { branchId: main.id, at: moment.at }, target: { kind: 'new_branch' } } as const;
const listed = () => neon.listBranches(emulator.projectId);
const away = () => new NeonFailure('no answer came', { kind: 'again', failure: 'neon_unreachable' });

/** The newest operations end as `change` says, as long as it says so. */
const operationsAs =
  (change: () => Partial<NeonOperation>) =>
  (real: NeonApi): Partial<NeonApi> => ({
    listOperations: async (projectId) => {
      const all = change();
      return (await real.listOperations(projectId)).map((operation) => ({ ...operation, ...all }));
    },
  });

/** The call is carried out, and its answer is lost, the first time. */
function losing<K extends 'createBranch' | 'createSnapshot' | 'restoreBranch' | 'restoreSnapshot' | 'finalizeRestore'>(
  name: K,
): (real: NeonApi) => Partial<NeonApi> {
  let lost = false;
  return (real) => {
    const call = async (...args: never[]): Promise<unknown> => {
      const made: unknown = await Reflect.apply(real[name], undefined, args);
      if (lost) return made;
      lost = true;
      throw away();
    };
    return { [name]: call };
  };
}

t.test('an operation that ends in error or cancelled fails the work with operation_failed', async (t) => {
  for (const status of ['error', 'cancelled']) {
    at.faults.neon = operationsAs(() => ({ status, error: 'disk on fire' }));
    const view = await restoreToEnd(at, toNewBranch);
    t.match(view, { status: 'failed', error: { code: 'operation_failed', message: /disk on fire/ } });
    const { id } = await domain.snapshots.request(actor, { branchId: main.id });
    t.match(await untilSnapshot(at, id, 'failed'), { error: { code: 'operation_failed' } });
  }
  at.faults.neon = undefined;
});

t.test('a failed operation that Neon means to try again, or that failed a moment ago, is waited for', async (t) => {
  let looks = 0;
  const waits = [
    { status: 'failed', retryAt: new Date(Date.now() + 60_000), updatedAt: new Date(0) },
    { status: 'failed', updatedAt: new Date() },
    { status: 'a-word-of-tomorrow' },
  ];
  at.faults.neon = (real) => ({
    listOperations: async (projectId) => {
      const change = waits[looks];
      looks += 1;
      return (await real.listOperations(projectId)).map((operation) => ({ ...operation, ...change }));
    },
  });
  const { id } = await domain.snapshots.request(actor, { branchId: main.id });
  await untilSnapshot(at, id, 'available');
  t.equal(looks, 4);
  at.faults.neon = operationsAs(() => ({ status: 'failed', updatedAt: new Date(Date.now() - 61_000) }));
  const final = await domain.snapshots.request(actor, { branchId: main.id });
  t.match(await untilSnapshot(at, final.id, 'failed'), { error: { code: 'operation_failed' } });
  at.faults.neon = undefined;
});

t.test('a lost answer of each call that makes something: one effect, and the rows are right', async (t) => {
  const before = (await listed()).length;
  at.faults.neon = losing('createBranch');
  const branch = await restore(at, toNewBranch);
  t.strictSame(await rowsOfRestore(at, branch.id), [1]);
  t.equal((await listed()).length, before + 1, 'one branch');
  const snapshots = (await neon.listSnapshots(emulator.projectId)).length;
  at.faults.neon = losing('createSnapshot');
  const snapshot = await takeSnapshot(at, { branchId: main.id });
  t.equal((await neon.listSnapshots(emulator.projectId)).length, snapshots + 1, 'one snapshot');
  at.faults.neon = losing('restoreSnapshot');
  await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'new_branch' } });
  t.equal((await listed()).length, before + 2, 'one root branch from the snapshot');
  await writeRow(uri, 2);
  at.faults.neon = losing('restoreBranch');
  const restored = await restore(at, { source: toNewBranch.source, target: { kind: 'in_place' } });
  t.strictSame(await readRows(uri), [1]);
  t.equal((await listed()).length, before + 3, 'one undo copy');
  t.equal(restored.preservedBranch?.status, 'present');
  at.faults.neon = losing('finalizeRestore');
  const cut = await restore(at, { source: { snapshotId: snapshot.id }, target: { kind: 'in_place' } });
  at.faults.neon = undefined;
  t.equal((await listed()).length, before + 4, 'one more root: the replaced branch');
  t.match(cut.preservedBranch, { neonBranchId: main.neonBranchId, status: 'present' });
  t.equal((await domain.branches.get(actor, main.id)).neonBranchId, cut.target.neonBranchId);
});

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
    const running = operationsAs(() => ({ status: 'running' }));
    at.faults.neon = (real) => ({
      listOperations: async (id) => {
        await begunLongAgo();
        return (await running(real).listOperations?.(id)) ?? [];
      },
    });
    const { id } = await domain.snapshots.request(actor, { branchId: main.id });
    t.match(await untilSnapshot(at, id, 'failed'), { error: { code: 'deadline_exceeded' } });
    at.faults.neon = undefined;
    await takeSnapshot(at, { branchId: main.id });
  },
);

t.test('Neon away: work is accepted and waits, says for what, and succeeds when Neon is back', async (t) => {
  at.faults.neon = () => ({ listBranches: () => Promise.reject(away()), createSnapshot: () => Promise.reject(away()) });
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
  at.faults.neon = undefined;
  t.equal((await untilRestoreEnded(at, asked.id)).status, 'succeeded');
  await untilSnapshot(at, snapshot.id, 'available');
});

t.test(
  'a connection is refused while Neon is away, with a time to wait, and for what the target has not',
  async (t) => {
    const { items } = await domain.restores.list(actor, { status: 'succeeded' }, { limit: 1 });
    const id = items[0]?.id ?? '';
    at.faults.neon = () => ({
      getConnectionUri: () =>
        Promise.reject(new NeonFailure('busy', { kind: 'again', failure: 'neon_unreachable', retryAfterSeconds: 17 })),
    });
    const refusal = await refuses(t, at, 'neon_unreachable', () => domain.restores.connect(actor, { id }));
    t.equal(refusal.retryAfterSeconds, 17);
    at.faults.neon = undefined;
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
  },
);
