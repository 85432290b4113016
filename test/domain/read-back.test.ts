// What Neon made is compared with what was asked: a contradiction fails the work, what Neon does not say is unverified.
// The answers are forged by `faults.neon`: they are whole and half wrong, which no fault of the emulator makes of a true one.

import t from 'tap';
import type { NeonApi, NeonBranch, NeonSnapshot } from '../../src/neon/api.ts';
import { startRegistered } from '../harness/app.ts';
import { readRows, writeRow } from '../harness/rows.ts';
import { restoreToEnd, takeSnapshot, untilSnapshot, untilCleanedUp } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, emulator, neon, main } = at;
const moment = await writeRow(emulator.connectionUri, 1);
await writeRow(emulator.connectionUri, 2);
const snapshot = await takeSnapshot(at, { branchId: main.id });

/** Neon says something else of every branch that Afterglow made. */
const lieOfBranches =
  (lie: Partial<NeonBranch>) =>
  (real: NeonApi): Partial<NeonApi> => ({
    listBranches: async (projectId) =>
      (await real.listBranches(projectId)).map((one) => (one.name.startsWith('afterglow-') ? { ...one, ...lie } : one)),
  });
const lieOfSnapshots =
  (lie: Partial<NeonSnapshot>) =>
  (real: NeonApi): Partial<NeonApi> => ({
    listSnapshots: async (projectId) => (await real.listSnapshots(projectId)).map((one) => ({ ...one, ...lie })),
  });
const other = new Date(Date.parse(moment.at) + 1);
const newBranch = { kind: 'new_branch' } as const;
const inPlace = { kind: 'in_place' } as const;
const listMadeFor = async (id: string) =>
  (await neon.listBranches(emulator.projectId)).map(({ name }) => name).filter((name) => name.includes(id.slice(4)));
const byInstant = { source: { branchId: main.id, at: moment.at }, target: newBranch };
const byLsn = { source: { branchId: main.id, lsn: moment.lsn }, target: newBranch };
const bySnapshot = { source: { snapshotId: snapshot.id }, target: newBranch };

t.test('a restored branch that contradicts the request fails the restore, and what it made is removed', async (t) => {
  const lies = [
    [byInstant, { parentTimestamp: other }],
    [byLsn, { parentLsn: '0/1' }],
    [byInstant, { parentId: 'br-another-one-00000000' }],
    [bySnapshot, { restoredFrom: 'snap-another-one-00000000' }],
  ] as const;
  for (const [input, lie] of lies) {
    at.faults.neon = lieOfBranches(lie);
    const view = await restoreToEnd(at, input);
    t.match(view, { status: 'failed', error: { code: 'read_back_mismatch' } }, JSON.stringify(lie));
    t.match(view.error?.message, view.target.neonBranchId ?? 'no branch', 'it is named');
    t.equal((await untilCleanedUp(at, view.id)).cleanUp, 'done');
    t.strictSame(await listMadeFor(view.id), []);
    t.equal(view.steps.find(({ name }) => name === 'read_back')?.endedAt, null);
  }
  at.faults.neon = undefined;
});

t.test('what Neon does not return of a restored branch is unverified, and the restore succeeds', async (t) => {
  const silences = [
    [byInstant, { parentTimestamp: undefined }, ['timestamp']],
    [byLsn, { parentLsn: undefined, parentId: undefined }, ['parent_id', 'lsn']],
    [bySnapshot, { restoredFrom: undefined }, ['restored_from']],
  ] as const;
  for (const [input, lie, unverified] of silences) {
    at.faults.neon = lieOfBranches(lie);
    const view = await restoreToEnd(at, input);
    t.match(view, { status: 'succeeded', error: null });
    t.strictSame(view.unverified, unverified);
    const { items } = await domain.audit.list(actor, { subjectId: view.id, action: 'restore.succeeded' }, { limit: 1 });
    t.match(items, [{ details: { unverified } }]);
  }
  at.faults.neon = undefined;
});

t.test('a restore in place whose undo copy Neon does not list fails', async (t) => {
  at.faults.neon = (real) => ({
    listBranches: async (projectId) =>
      (await real.listBranches(projectId)).filter(({ name }) => !name.endsWith('-old')),
  });
  const view = await restoreToEnd(at, { source: byInstant.source, target: inPlace });
  at.faults.neon = undefined;
  t.match(view, { status: 'failed', error: { code: 'read_back_mismatch' }, preservedBranch: null });
});

t.test(
  'a snapshot restored wrongly is never cut over: the served branch is untouched, what was made is removed',
  async (t) => {
    const held = await readRows(emulator.connectionUri);
    at.faults.neon = lieOfBranches({ restoredFrom: 'snap-another-one-00000000' });
    const view = await restoreToEnd(at, { source: bySnapshot.source, target: inPlace });
    at.faults.neon = undefined;
    t.match(view, { status: 'failed', error: { code: 'read_back_mismatch' }, preservedBranch: null });
    t.strictSame(await readRows(emulator.connectionUri), held);
    t.equal((await domain.branches.get(actor, main.id)).neonBranchId, main.neonBranchId);
    t.equal((await untilCleanedUp(at, view.id)).cleanUp, 'done');
    t.strictSame(await listMadeFor(view.id), [], 'it takes no root slot any more');
  },
);

t.test('a restored branch that does not answer is never cut over', async (t) => {
  const called: string[] = [];
  at.faults.neon = (real) => ({
    listDatabases: async () => [],
    finalizeRestore: (...call) => {
      called.push(...call);
      return real.finalizeRestore(...call);
    },
  });
  const view = await restoreToEnd(at, { source: bySnapshot.source, target: inPlace });
  at.faults.neon = undefined;
  t.match(view, { status: 'failed', error: { code: 'target_unreachable' } });
  t.strictSame(called, []);
});

t.test('a snapshot that contradicts the request fails; what Neon does not return is unverified', async (t) => {
  const later = await writeRow(emulator.connectionUri, 3);
  const cases = [
    [{ at: later.at }, { timestamp: new Date(Date.parse(later.at) - 1) }, 'failed'],
    [{ lsn: later.lsn }, { lsn: '0/1' }, 'failed'],
    [{}, { sourceBranchId: 'br-another-one-00000000' }, 'failed'],
    [{ at: later.at }, { timestamp: undefined }, 'available'],
    [{ lsn: later.lsn }, { lsn: undefined }, 'available'],
  ] as const;
  for (const [input, lie, status] of cases) {
    at.faults.neon = lieOfSnapshots(lie);
    const { id } = await domain.snapshots.request(actor, { branchId: main.id, ...input });
    const view = await untilSnapshot(at, id, status);
    if (status === 'failed') t.match(view.error, { code: 'read_back_mismatch' }, JSON.stringify(lie));
    else t.strictSame(view.unverified, Object.keys(lie));
  }
  at.faults.neon = undefined;
});

t.test('a cutover after which another branch is preserved, or the name differs, fails', async (t) => {
  at.faults.neon = (real) => ({
    listBranches: async (projectId) => {
      const branches = await real.listBranches(projectId);
      return branches.map((one) =>
        one.name === 'main' && one.id !== main.neonBranchId ? { ...one, name: 'main2' } : one,
      );
    },
  });
  const view = await restoreToEnd(at, { source: bySnapshot.source, target: inPlace });
  at.faults.neon = undefined;
  t.match(view, { status: 'failed', error: { code: 'read_back_mismatch' } });
  t.type(view.steps.find(({ name }) => name === 'cut_over')?.endedAt, 'string');
  t.notOk(view.error?.message.includes('is left in Neon'), 'what was cut over to is not called a leftover');
});
