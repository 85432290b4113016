// The long way of a snapshot or a restore, from the request to its end.

import type { RequestRestoreInput, RequestSnapshotInput, RestoreView, SnapshotView } from '../../src/domain/index.ts';
import type { Started } from './app.ts';
import { readRows } from './rows.ts';

type At = Pick<Started, 'domain' | 'actor' | 'until'>;

/** Waits until the snapshot has one of the statuses; fails early where it ends otherwise. */
export async function untilSnapshot(at: At, id: string, status: SnapshotView['status']): Promise<SnapshotView> {
  return at.until(
    () => at.domain.snapshots.get(at.actor, id),
    (view) => {
      if (view.status === 'failed' && status !== 'failed') throw new Error(JSON.stringify(view.error));
      return view.status === status;
    },
  );
}

/** Asks for a snapshot and waits until it is available. */
export async function takeSnapshot(at: At, input: RequestSnapshotInput): Promise<SnapshotView> {
  const { id } = await at.domain.snapshots.request(at.actor, input);
  return untilSnapshot(at, id, 'available');
}

/** Waits until the restore has ended, well or not. */
export async function untilRestoreEnded(at: At, id: string): Promise<RestoreView> {
  return at.until(
    () => at.domain.restores.get(at.actor, id),
    (view) => view.status === 'succeeded' || view.status === 'failed',
  );
}

/** Asks for a restore and waits until it has ended, well or not. */
export async function restoreToEnd(at: At, input: RequestRestoreInput): Promise<RestoreView> {
  const { id } = await at.domain.restores.request(at.actor, input);
  return untilRestoreEnded(at, id);
}

/** Asks for a restore that must succeed. */
export async function restore(at: At, input: RequestRestoreInput): Promise<RestoreView> {
  const view = await restoreToEnd(at, input);
  if (view.status !== 'succeeded') throw new Error(`the restore ${view.status}: ${JSON.stringify(view.error)}`);
  return view;
}

/** Waits until what a restore without success made is cleaned up, or left for good. */
export async function untilCleanedUp(at: At, id: string): Promise<RestoreView> {
  return at.until(
    () => at.domain.restores.get(at.actor, id),
    ({ cleanUp }) => cleanUp !== 'pending',
  );
}

/** The rows that users find through the URI of a restore's target. */
export async function rowsOfRestore(at: At, id: string): Promise<number[]> {
  return readRows((await at.domain.restores.connect(at.actor, { id })).uri);
}
