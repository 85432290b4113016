// A restore in place moves the children of its branch, in Neon, to what it preserves: also what other work has just made of the branch, and
// reads back afterwards. The answers are forged by `faults.neon`: two jobs of one lane meet in Neon only between two tries of the first.

import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { writeRow } from '../harness/rows.ts';
import { restoreToEnd, untilSnapshot } from '../harness/work.ts';

const at = await startRegistered(t);
const { domain, actor, emulator, main } = at;

t.test('what Neon moved to the undo copy of a restore in place that came between is what was asked for', async (t) => {
  const before = await writeRow(emulator.connectionUri, 20);
  const undone = await restoreToEnd(at, { source: { branchId: main.id, at: before.at }, target: { kind: 'in_place' } });
  t.equal(undone.status, 'succeeded');
  const parentId = undone.preservedBranch?.neonBranchId;
  if (parentId === undefined) throw new Error('a restore in place preserves what was');
  const point = await writeRow(emulator.connectionUri, 21);
  at.faults.neon = (real) => ({
    listBranches: async (projectId) =>
      (await real.listBranches(projectId)).map((one) =>
        one.id === parentId || one.parentId === undefined ? one : { ...one, parentId },
      ),
  });
  const restored = await restoreToEnd(at, {
    source: { branchId: main.id, at: point.at },
    target: { kind: 'new_branch' },
  });
  const { id } = await domain.policies.create(actor, {
    name: 'copies',
    selector: { projects: [at.project.id], branches: ['main'] },
    schedules: [],
    retention: { keepLast: 1 },
    store: 'branch',
  });
  const [copy] = (await domain.policies.run(actor, id)).snapshots;
  const made = await untilSnapshot(at, copy?.id ?? '', 'available');
  at.faults.neon = undefined;
  t.match(
    [restored, made],
    [
      { status: 'succeeded', unverified: [] },
      { status: 'available', kind: 'branch' },
    ],
  );
});
