// What work without success made is called cleaned up once it is gone from Neon for good, also where its id was never answered: not while
// its deletion runs, and not where that has failed.

import t, { type Test } from 'tap';
import type { RestoreView, SnapshotView } from '../../src/domain/index.ts';
import { startRegistered } from '../harness/app.ts';
import { makeChild, untilAtRest } from '../harness/neon.ts';
import { briefly, untilCleanUp, untilReported } from '../harness/reconcile.ts';
import { type Call, countCalls, hold, strike } from '../harness/strike.ts';

t.setTimeout(120_000);

const at = await startRegistered(t, { emulator: { latencyMs: 300 } });
const { domain, actor, neon, emulator, main } = at;
const dev = await childNamed('dev');
const source = { branchId: main.id, at: new Date().toISOString() };

/** What leaves something in Neon when it is cancelled, and the calls that make it and remove it. */
interface Work {
  readonly what: string;
  readonly makes: Call;
  readonly removes: Call;
  request(): Promise<{ readonly id: string }>;
  cancel(id: string): Promise<SnapshotView | RestoreView>;
}

const works: readonly Work[] = [
  {
    what: 'a snapshot',
    makes: 'createSnapshot',
    removes: 'deleteSnapshot',
    request: () => domain.snapshots.request(actor, { branchId: main.id }),
    cancel: (id) => domain.snapshots.cancel(actor, id),
  },
  {
    what: 'the branch that stands for a snapshot',
    makes: 'createBranch',
    removes: 'deleteBranch',
    request: () => domain.snapshots.request(actor, { branchId: dev }),
    cancel: (id) => domain.snapshots.cancel(actor, id),
  },
  {
    what: 'the branch of a restore',
    makes: 'createBranch',
    removes: 'deleteBranch',
    request: () => domain.restores.request(actor, { source, target: { kind: 'new_branch' } }),
    cancel: (id) => domain.restores.cancel(actor, id),
  },
];

const namesInNeon = async (): Promise<string[]> => {
  await untilAtRest(at);
  const lists = await Promise.all([neon.listBranches(emulator.projectId), neon.listSnapshots(emulator.projectId)]);
  return lists.flatMap((list) => list.map(({ name }) => name)).sort();
};
const before = await namesInNeon();

t.afterEach(() => emulator.control.clear());

/** Asks for the work and cancels it while the answer that would tell its id is under way. */
async function cancelUnanswered({ makes, request, cancel }: Work): Promise<string> {
  const held = await hold(at, makes, 'after');
  const { id } = await request();
  await held.until();
  await cancel(id);
  held.end();
  return id;
}

async function checkGone(t: Test, id: string): Promise<void> {
  await untilCleanUp(at, id, 'done');
  t.strictSame(await namesInNeon(), before, 'Neon holds what it held');
}

for (const work of works) {
  t.test(
    `${work.what}, known by its name alone: its deletion fails in Neon, is sent again, and it is gone`,
    async (t) => {
      await strike(at, work.removes, { kind: 'operation', outcome: 'errors' }, 1);
      const calls = await countCalls(at, work.removes);
      await checkGone(t, await cancelUnanswered(work));
      t.equal(calls.times(), 2);
    },
  );

  t.test(
    `${work.what}, known by its name alone: the answer of its deletion is lost besides, and it is gone`,
    async (t) => {
      await strike(at, work.removes, { kind: 'operation', outcome: 'errors' }, 1);
      await strike(at, work.removes, { kind: 'drop', when: 'after' }, 1);
      await checkGone(t, await cancelUnanswered(work));
    },
  );

  t.test(`${work.what}: its deletion fails in the middle of a look, and it is gone all the same`, async (t) => {
    await strike(at, work.removes, { kind: 'operation', outcome: 'errors' }, 1);
    const calls = await countCalls(at, work.removes);
    const id = await cancelUnanswered(work);
    await calls.until();
    const look = await hold(at, 'listOperations', 'before');
    await look.until();
    await untilAtRest(at);
    look.end();
    await checkGone(t, id);
    t.equal(calls.times(), 2);
  });
}

t.test('what a clean-up had to leave: a comparison calls it removed once it is gone for good', async (t) => {
  for (const work of works) {
    const kept = await strike(at, work.removes, { kind: 'status', status: 422 });
    const id = await cancelUnanswered(work);
    await untilCleanUp(at, id, 'left');
    kept.end();
    await strike(at, work.removes, { kind: 'operation', outcome: 'errors' }, 1);
    const calls = await countCalls(at, work.removes);
    const { id: reportId } = await domain.projects.reconcile(actor, at.project.id);
    await calls.until();
    const look = await hold(at, 'listOperations', 'before');
    await look.until();
    await untilAtRest(at);
    look.end();
    t.strictSame(briefly((await untilReported(at, reportId)).findings), ['leftover remove done'], work.what);
    await checkGone(t, id);
    t.equal(calls.times(), 2, work.what);
  }
});

/** Our id of a new child branch: of one a branch is kept as its copy. */
async function childNamed(name: string): Promise<string> {
  await makeChild(at, name, main.neonBranchId);
  await domain.projects.requestSync(actor, at.project.id);
  const read = async () => (await domain.branches.list(actor, at.project.id, { limit: 10 })).items;
  const items = await at.until(read, (all) => all.some((branch) => branch.name === name));
  return items.find((branch) => branch.name === name)?.id ?? '';
}
