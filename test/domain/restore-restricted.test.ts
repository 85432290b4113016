// What Neon refuses for a while is found by the preflight, before anything is changed.

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startRegistered } from '../harness/app.ts';
import { countCalls } from '../harness/strike.ts';
import { restore, takeSnapshot, untilRestoreEnded } from '../harness/work.ts';

t.test(
  'in place to an instant, within a day of a restore from a snapshot: restore_restricted, and nothing is sent',
  async (t) => {
    const at = await startRegistered(t);
    const { domain, actor, main } = at;
    const { id: snapshotId } = await takeSnapshot(at, { branchId: main.id });
    await restore(at, { source: { snapshotId }, target: { kind: 'in_place' } });
    await sleep(50);
    const calls = await countCalls(at, 'restoreBranch');
    const source = { branchId: main.id, at: new Date().toISOString() };
    const { id } = await domain.restores.request(actor, { source, target: { kind: 'in_place' } });
    const view = await untilRestoreEnded(at, id);
    t.match(view, { status: 'failed', error: { code: 'restore_restricted' }, cleanUp: null, preservedBranch: null });
    t.match(view.error?.message, /still ongoing.*Nothing was changed/);
    t.equal(calls.times(), 0);

    const beside = await restore(at, { source, target: { kind: 'new_branch' } });
    t.equal(beside.status, 'succeeded', 'beside it goes');
  },
);
