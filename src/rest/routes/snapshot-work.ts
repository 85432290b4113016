// Owns when work on snapshots counts as ended for a caller who waits, and how it is looked at.

import type { Actor, DoorDomain, SnapshotView } from '../../domain/index.ts';

/** It is available, or never will be. */
export function isTaken({ status }: SnapshotView): boolean {
  return status !== 'requested' && status !== 'creating';
}

export function areTaken(snapshots: readonly SnapshotView[]): boolean {
  return snapshots.every(isTaken);
}

/** It is gone, or stays after all. */
export function isDeleted({ status }: SnapshotView): boolean {
  return status !== 'expiring' && status !== 'purging';
}

/** Looks at snapshots until one is still being taken: the rest keep the view that they had, so a look costs little. */
export function lookAtSnapshots(
  domain: DoorDomain,
  actor: Actor,
  first: readonly SnapshotView[],
): () => Promise<SnapshotView[]> {
  const views = [...first];
  return async () => {
    for (const [index, view] of views.entries()) {
      if (isTaken(view)) continue;
      const now = await domain.snapshots.get(actor, view.id);
      views[index] = now;
      if (!isTaken(now)) break;
    }
    return [...views];
  };
}
