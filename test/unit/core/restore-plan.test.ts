// The order of a restore's steps is its safety argument: these are the facts of that order.

import t from 'tap';
import {
  planRestore,
  type RestoreSourceKind,
  type RestoreStepName,
  type RestoreTargetKind,
  rootSlotsTaken,
} from '../../../src/core/restore-plan.ts';

const sources: RestoreSourceKind[] = ['point', 'neon_snapshot', 'branch_snapshot'];
const targets: RestoreTargetKind[] = ['new_branch', 'in_place'];
const makes: RestoreStepName[] = ['create_branch', 'restore_snapshot', 'restore_in_place'];
const plans = sources.flatMap((source) =>
  targets.map((target) => ({ source, target, steps: planRestore(source, target) })),
);

t.test('every plan looks first, proves last, and takes each step once', async (t) => {
  for (const { source, target, steps } of plans) {
    t.equal(steps[0], 'preflight', `${source} ${target}`);
    t.equal(steps.at(-1), 'probe');
    t.equal(new Set(steps).size, steps.length);
    t.equal(steps.filter((step) => makes.includes(step)).length, 1, 'one step makes something');
  }
});

t.test('what is made is awaited and read back before anything is named or proved', async (t) => {
  for (const { steps } of plans) {
    const made = steps.findIndex((step) => makes.includes(step));
    t.strictSame(steps.slice(made + 1, made + 3), ['await_restore', 'read_back']);
    t.ok(steps.indexOf('name') > steps.indexOf('read_back'));
  }
});

t.test(
  'the served branch is replaced only after the restored one has answered, and only in place from a snapshot',
  async (t) => {
    for (const { source, target, steps } of plans) {
      const cut = steps.indexOf('cut_over');
      t.equal(cut >= 0, source === 'neon_snapshot' && target === 'in_place', `${source} ${target}`);
      if (cut < 0) continue;
      t.equal(steps[cut - 1], 'probe_restored');
      t.ok(steps.indexOf('read_back') < cut - 1);
      t.strictSame(steps.slice(cut + 1, cut + 3), ['await_cutover', 'read_back_cutover']);
    }
  },
);

t.test('a new branch never touches the served one', async (t) => {
  for (const { target, steps } of plans) {
    if (target === 'new_branch') t.notOk(steps.includes('restore_in_place') || steps.includes('cut_over'));
  }
});

t.test('a root slot is taken by every undo copy and by every root made from a snapshot', async (t) => {
  t.strictSame(
    plans.map(({ source, target }) => [source, target, rootSlotsTaken(source, target)]),
    [
      ['point', 'new_branch', 0],
      ['point', 'in_place', 1],
      ['neon_snapshot', 'new_branch', 1],
      ['neon_snapshot', 'in_place', 1],
      ['branch_snapshot', 'new_branch', 0],
      ['branch_snapshot', 'in_place', 1],
    ],
  );
});
