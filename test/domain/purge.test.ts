// A copy is purged once it is gone from Neon for good: not while its deletion runs, and not where that has failed.

import t from 'tap';
import type { BranchView } from '../../src/domain/index.ts';
import { type Registered, startRegistered } from '../harness/app.ts';
import { makeChild } from '../harness/neon.ts';
import { countCalls, strike } from '../harness/strike.ts';
import { takeSnapshot, untilSnapshot } from '../harness/work.ts';

/** Of a child branch a branch is kept. */
async function addChild(at: Registered): Promise<BranchView> {
  const { domain, actor, project, main } = at;
  await makeChild(at, 'dev', main.neonBranchId);
  await domain.projects.requestSync(actor, project.id);
  const read = async () => (await domain.branches.list(actor, project.id, { limit: 10 })).items;
  const items = await at.until(read, (all) => all.some(({ name }) => name === 'dev'));
  const child = items.find(({ name }) => name === 'dev');
  if (!child) throw new Error('there is no child');
  return child;
}

for (const kind of ['neon_snapshot', 'branch'] as const) {
  t.test(`a copy of kind ${kind}`, { buffered: true }, async (t) => {
    const at = await startRegistered(t, { emulator: { latencyMs: 300 } });
    const { domain, actor, neon, emulator, main } = at;
    const branch = kind === 'branch' ? await addChild(at) : main;
    const call = kind === 'branch' ? 'deleteBranch' : 'deleteSnapshot';
    const isThere = async (neonId: string | null): Promise<boolean> => {
      const lists = await Promise.all([neon.listBranches(emulator.projectId), neon.listSnapshots(emulator.projectId)]);
      return lists.flat().some(({ id }) => id === neonId);
    };
    t.afterEach(() => emulator.control.clear());

    await t.test('its deletion fails in Neon: it is sent again, and the copy is gone', async (t) => {
      const view = await takeSnapshot(at, { branchId: branch.id, name: `failing-${kind}` });
      t.equal(view.kind, kind);
      await strike(at, call, { kind: 'operation', outcome: 'errors' }, 1);
      const calls = await countCalls(at, call);
      await domain.snapshots.delete(actor, view.id);
      await untilSnapshot(at, view.id, 'purged');
      t.equal(calls.times(), 2);
      t.notOk(await isThere(view.neonId));
    });

    await t.test('the answer is lost besides: it is not called purged before it is', async (t) => {
      const view = await takeSnapshot(at, { branchId: branch.id, name: `lost-${kind}` });
      await strike(at, call, { kind: 'operation', outcome: 'errors' }, 1);
      await strike(at, call, { kind: 'drop', when: 'after' }, 1);
      await domain.snapshots.delete(actor, view.id);
      await untilSnapshot(at, view.id, 'purged');
      t.notOk(await isThere(view.neonId));
    });
  });
}
