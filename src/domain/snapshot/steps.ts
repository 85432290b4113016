// Owns the steps of a snapshot as they are shown, with their times. What each does is in `create.ts`.

import type { SnapshotStep } from '../../store/database.ts';

const names = ['create', 'await_operations', 'read_back', 'name'] as const;

/** All of them, the first begun. */
export function stepsOfSnapshot(now: Date): SnapshotStep[] {
  const at = now.toISOString();
  return names.map((name, index) => ({ name, startedAt: index === 0 ? at : null, endedAt: null }));
}

/** The step has ended, unless it had already, and the one after it has begun. */
export function endStep(steps: readonly SnapshotStep[], ended: SnapshotStep['name'], now: Date): SnapshotStep[] {
  const at = now.toISOString();
  const index = steps.findIndex(({ name }) => name === ended);
  if (steps[index]?.endedAt !== null) return [...steps];
  return steps.map((step, i) => {
    if (i === index) return { ...step, endedAt: at };
    return i === index + 1 ? { ...step, startedAt: at } : step;
  });
}
