/**
 * Owns what may not be done to a branch for a while: a branch that came from a snapshot goes on depending on it until Neon has
 * detached it, up to a day later, and cannot be restored in place meanwhile. All of it follows from the clock.
 */
import type { BranchRestrictedAction } from '@neon/sdk/raw';
import type { Context } from './context.ts';
import { unprocessable } from './refusals.ts';
import type { BranchRecord } from './state.ts';

const hourMs = 3_600_000;
const detachingAfterMs = hourMs;
const detachedAfterMs = 24 * hourMs;
const ongoing = 'restore from snapshot on target branch is still ongoing';

function isDetached(context: Context, branch: BranchRecord): boolean {
  return branch.restore === undefined || ageMs(context, branch.restore.since) >= detachedAfterMs;
}

/** Refuses a restore in place of a branch, and a reset to one, that came from a snapshot less than a day ago. */
export function checkDetached(context: Context, branch: BranchRecord): void {
  if (!isDetached(context, branch)) throw unprocessable(ongoing);
}

/** `detaching` shows for the later part of that day; then the status is again what it was. */
export function restoreStatusOf(
  context: Context,
  branch: BranchRecord,
): 'restored' | 'finalized' | 'detaching' | undefined {
  if (branch.restore === undefined || isDetached(context, branch)) return branch.restore?.status;
  return ageMs(context, branch.restore.since) >= detachingAfterMs ? 'detaching' : branch.restore.status;
}

export function restrictedActionsOf(context: Context, branch: BranchRecord): BranchRestrictedAction[] {
  const reason = 'branch is protected';
  return [
    ...(isDetached(context, branch) ? [] : [{ name: 'restore', reason: ongoing }]),
    ...(branch.isProtected
      ? [
          { name: 'restore', reason },
          { name: 'delete-rw-endpoint', reason },
        ]
      : []),
  ];
}

function ageMs(context: Context, since: string): number {
  return context.now().getTime() - Date.parse(since);
}
