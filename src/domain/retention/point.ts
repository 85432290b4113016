// Owns what a snapshot is to a retention decision.

import type { RetentionPoint } from '../../core/retention.ts';
import type { Cover } from '../../store/protection.ts';
import type { SnapshotRow } from '../../store/snapshots.ts';

type Captured = Pick<SnapshotRow, 'id' | 'branch_id' | 'point_at' | 'created_at'>;

/** The moment that it captures, as far as Neon says it. */
export function momentOf(row: Pick<Captured, 'point_at' | 'created_at'>): Date {
  return row.point_at ?? row.created_at;
}

/** `cover`: the holds and the lock that cover it, if any. */
export function toRetentionPoint(row: Captured, cover?: Cover): RetentionPoint {
  return {
    id: row.id,
    branchId: row.branch_id,
    pointAt: momentOf(row),
    isHeld: (cover?.holdIds.length ?? 0) > 0,
    lockedUntil: cover?.lockedUntil ?? null,
  };
}
