// Cancelling between any two steps: the status ends at once, what was made is removed again, and past the point of no return it is refused.

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { RestoreStepName } from '../../src/core/restore-plan.ts';
import type { RequestRestoreInput } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { untilAtRest } from '../harness/neon.ts';
import { refuses } from '../harness/refusal.ts';
import { type Call, hold, strike } from '../harness/strike.ts';
import { addTeam, inRole } from '../harness/teams.ts';
import { takeSnapshot, untilCleanedUp, untilRestoreEnded, untilSnapshot } from '../harness/work.ts';

const at = await startRegistered(t, { emulator: { latencyMs: 150 } });
const { domain, actor, emulator, neon, main, db } = at;
const snapshot = await takeSnapshot(at, { branchId: main.id });
await sleep(20);
const byInstant = { branchId: main.id, at: new Date().toISOString() };
await sleep(20);
const bySnapshot = { snapshotId: snapshot.id };
const newBranch = { kind: 'new_branch', name: 'wished' } as const;
const inPlace = { kind: 'in_place' } as const;

t.setTimeout(120_000);
t.afterEach(async () => {
  emulator.control.clear();
  await untilAtRest(at);
});

const namesInNeon = async (): Promise<string[]> => {
  const lists = await Promise.all([neon.listBranches(emulator.projectId), neon.listSnapshots(emulator.projectId)]);
  return lists.flatMap((list) => list.map(({ name }) => name)).sort();
};
const before = await namesInNeon();

/** Nothing of it is left: in Neon, in the lane, or half told. */
async function checkGone(t: Test, id: string): Promise<void> {
  const jobs = await at.until(
    () => db.selectFrom('outbox').select('status').where('subject_id', '=', id).execute(),
    (rows) => rows.every(({ status }) => status === 'done'),
  );
  t.ok(jobs.length > 0);
  t.strictSame(await namesInNeon(), before, 'Neon holds what it held');
  const { items } = await domain.audit.list(actor, { subjectId: id }, { limit: 50 });
  const told = items.map(({ action }) => action);
  t.equal(told.filter((action) => action.endsWith('.cancelled')).length, 1, 'it is told once');
}

/** Each call of a restore at which it may be cancelled, while the call waits to be made and when it was made. */
const moments: readonly [string, RequestRestoreInput, Call, 'before' | 'after'][] = [
  [
    'at an instant to a new branch, before anything is made',
    { source: byInstant, target: newBranch },
    'listBranches',
    'before',
  ],
  [
    'at an instant to a new branch, before it is made',
    { source: byInstant, target: newBranch },
    'createBranch',
    'before',
  ],
  [
    'at an instant to a new branch, after it is made',
    { source: byInstant, target: newBranch },
    'createBranch',
    'after',
  ],
  [
    'at an instant to a new branch, while Neon works',
    { source: byInstant, target: newBranch },
    'listOperations',
    'after',
  ],
  [
    'at an instant to a new branch, when it has its name',
    { source: byInstant, target: newBranch },
    'updateBranch',
    'after',
  ],
  [
    'at an instant to a new branch, at its last call',
    { source: byInstant, target: newBranch },
    'getConnectionUri',
    'after',
  ],
  ['of a snapshot to a new branch', { source: bySnapshot, target: newBranch }, 'restoreSnapshot', 'after'],
  ['of a snapshot in place, before the cutover', { source: bySnapshot, target: inPlace }, 'restoreSnapshot', 'after'],
  ['of a snapshot in place, when it is proved', { source: bySnapshot, target: inPlace }, 'getConnectionUri', 'after'],
];

for (const [what, input, call, when] of moments) {
  t.test(`a restore ${what}: cancelled at once, and nothing is left of it`, async (t) => {
    const held = await hold(at, call, when);
    const { id } = await domain.restores.request(actor, input);
    await held.until();
    const view = await domain.restores.cancel(actor, id);
    t.match(view, { status: 'cancelled', error: null });
    held.end();
    t.equal((await untilCleanedUp(at, id)).cleanUp, call === 'listBranches' ? null : 'done');
    await checkGone(t, id);
    t.match(await domain.restores.get(actor, id), {
      status: 'cancelled',
      target: { branchId: input.target.kind === 'in_place' ? null : view.target.branchId },
    });
    t.equal(
      (await domain.branches.get(actor, main.id)).neonBranchId,
      main.neonBranchId,
      'the served branch is the same',
    );
  });
}

t.test('a restore whose answer was lost: what it made is found by its name and removed', async (t) => {
  const lost = await strike(at, 'createBranch', { kind: 'drop', when: 'after' }, 1);
  const { id } = await domain.restores.request(actor, { source: byInstant, target: newBranch });
  await lost.until();
  t.match(await domain.restores.cancel(actor, id), { status: 'cancelled', target: { neonBranchId: null } });
  t.equal((await untilCleanedUp(at, id)).cleanUp, 'done');
  await checkGone(t, id);
});

t.test('a snapshot, while it is made and while Neon works: nothing is left of it', async (t) => {
  for (const [call, when] of [
    ['createSnapshot', 'before'],
    ['createSnapshot', 'after'],
    ['listOperations', 'after'],
    ['renameSnapshot', 'after'],
  ] as const) {
    const held = await hold(at, call, when);
    const { id } = await domain.snapshots.request(actor, { branchId: main.id, name: `wished-${call}-${when}` });
    await held.until();
    t.match(await domain.snapshots.cancel(actor, id), { status: 'cancelled', cleanUp: 'pending' }, call);
    held.end();
    await at.until(
      () => domain.snapshots.get(actor, id),
      ({ cleanUp }) => cleanUp === 'done',
    );
    await checkGone(t, id);
  }
});

t.test('what waits for its lane ends without a call, and its lane goes on', async (t) => {
  const held = await hold(at, 'createSnapshot', 'before');
  const first = await domain.snapshots.request(actor, { branchId: main.id });
  await held.until();
  const waiting = await domain.snapshots.request(actor, { branchId: main.id });
  const restore = await domain.restores.request(actor, { source: byInstant, target: newBranch });
  t.match(await domain.snapshots.cancel(actor, waiting.id), { status: 'cancelled', cleanUp: null });
  t.match(await domain.restores.cancel(actor, restore.id), { status: 'cancelled', cleanUp: null });
  held.end();
  await untilSnapshot(at, first.id, 'available');
  await domain.snapshots.delete(actor, first.id);
  await untilSnapshot(at, first.id, 'purged');
  await checkGone(t, waiting.id);
  await checkGone(t, restore.id);
});

t.test('what has ended is not cancelled, nor is it a second time', async (t) => {
  await refuses(t, at, 'already_ended', () => domain.snapshots.cancel(actor, snapshot.id), {
    presentStatus: 'available',
  });
  const { id } = await domain.restores.request(actor, { source: byInstant, target: newBranch });
  await domain.restores.cancel(actor, id);
  await untilCleanedUp(at, id);
  await checkGone(t, id);
  await refuses(t, at, 'already_ended', () => domain.restores.cancel(actor, id), { presentStatus: 'cancelled' });
});

t.test('another team, an unknown id and a viewer may not', async (t) => {
  const stranger = await addTeam(at, 'strangers');
  const held = await hold(at, 'listBranches', 'before');
  const { id } = await domain.restores.request(actor, { source: byInstant, target: newBranch });
  await held.until();
  await t.rejects(domain.restores.cancel(stranger, id), { code: 'not_found' });
  await t.rejects(domain.restores.cancel(actor, 'rst_none'), { code: 'not_found' });
  await t.rejects(domain.snapshots.cancel(stranger, snapshot.id), { code: 'not_found' });
  await t.rejects(domain.restores.cancel(inRole(actor, 'viewer'), id), { code: 'forbidden' });
  await domain.restores.cancel(inRole(actor, 'operator'), id);
  held.end();
  await checkGone(t, id);
});

t.test('Neon has refused each call that would change the branch in place: it is cancelled', async (t) => {
  const refused: readonly [RequestRestoreInput, Call, RestoreStepName][] = [
    [{ source: byInstant, target: inPlace }, 'restoreBranch', 'restore_in_place'],
    [{ source: bySnapshot, target: inPlace }, 'finalizeRestore', 'cut_over'],
  ];
  for (const [input, call, step] of refused) {
    const struck = await strike(at, call, { kind: 'status', status: 423 });
    const { id } = await domain.restores.request(actor, input);
    await struck.until(2);
    const cancelled = await at.until(
      () => domain.restores.cancel(actor, id).catch((error: unknown) => (error as { code: string }).code),
      // Not while a call is under way whose answer nobody knows yet.
      (answer) => answer !== 'past_point_of_no_return',
    );
    t.match(cancelled, { status: 'cancelled' }, step);
    struck.end();
    await checkGone(t, id);
  }
});

t.test('once the branch is being changed in place it is refused, and the restore goes on', async (t) => {
  const begun: readonly [RequestRestoreInput, Call, RestoreStepName][] = [
    [{ source: byInstant, target: inPlace }, 'restoreBranch', 'restore_in_place'],
    // After it Neon lets nobody go back in time on the branch: last of all.
    [{ source: bySnapshot, target: inPlace }, 'finalizeRestore', 'cut_over'],
  ];
  for (const [input, call, step] of begun) {
    const held = await hold(at, call, 'before');
    const { id } = await domain.restores.request(actor, input);
    await held.until();
    await t.rejects(domain.restores.cancel(actor, id), { code: 'past_point_of_no_return' }, step);
    held.end();
    t.match(await untilRestoreEnded(at, id), { status: 'succeeded', preservedBranch: { status: 'present' } });
  }
});
