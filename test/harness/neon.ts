// What tests do in Neon behind Afterglow's back.

import { setTimeout as sleep } from 'node:timers/promises';
import type { NeonBranch } from '../../src/neon/api.ts';
import type { Started } from './app.ts';

type Behind = Pick<Started, 'neon' | 'emulator'>;

const atRest = new Set(['finished', 'skipped', 'error', 'cancelled']);

/** Waits until Neon is at rest; Neon tells nobody, so it is asked again and again. */
export async function untilAtRest({ neon, emulator }: Behind): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(10)) {
    const operations = await neon.listOperations(emulator.projectId);
    if (operations.every(({ status }) => atRest.has(status))) return;
  }
  throw new Error('operations did not end within 20 seconds');
}

/** A child branch of `parentId` at its head, made and ready. */
export async function makeChild(behind: Behind, name: string, parentId: string): Promise<NeonBranch> {
  const { neon, emulator } = behind;
  // Afterglow's own last change may still run.
  await untilAtRest(behind);
  const made = await neon.createBranch(emulator.projectId, {
    name,
    parentId,
    point: { head: true },
    withCompute: true,
  });
  await untilAtRest(behind);
  return made.branch;
}

/** Deletes a branch and waits for Neon. */
export async function dropBranch(behind: Behind, branchId: string): Promise<void> {
  await untilAtRest(behind);
  await behind.neon.deleteBranch(behind.emulator.projectId, branchId);
  await untilAtRest(behind);
}
