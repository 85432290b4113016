// Owns reading the recovery points of branches together: of each branch its stored points and its restores. It changes nothing.

import { sql } from 'kysely';
import type { RestoreStatus, SnapshotStatus } from '../core/lifecycle.ts';
import type { BranchRow } from './branches.ts';
import type { Db } from './database.ts';
import { inScope, type Scope } from './scope.ts';

export interface PointRow {
  readonly kind: 'snapshot' | 'restore';
  readonly id: string;
  readonly at: Date;
  readonly name: string | null;
  readonly status: SnapshotStatus | RestoreStatus;
}

/** What a branch's restore window is computed from, beside one of its points; the point's columns are null where it has none. */
export type TimelineRow = Pick<BranchRow, 'gone_at' | 'history_started_at'> & {
  readonly history_retention_seconds: number;
  readonly branch_id: string;
} & (PointRow | { readonly [K in keyof PointRow]: null });

/** Of each branch the newest `limit` available snapshots and the newest `limit` restores, newest first, in one statement. */
export async function listTimelineRows(
  db: Db,
  scope: Scope,
  branchIds: readonly string[],
  limit: number,
): Promise<TimelineRow[]> {
  const { rows } = await sql<TimelineRow>`
    select branches.id as branch_id, branches.gone_at, branches.history_started_at, projects.history_retention_seconds, point.*
    from branches join projects on projects.id = branches.project_id
    left join lateral (
      (select 'snapshot' as kind, id, coalesce(point_at, created_at) as at, name, status from snapshots
        where branch_id = branches.id and status = 'available' order by id desc limit ${limit})
      union all
      (select 'restore', id, coalesce(started_at, created_at), target_name, status from restores
        where branch_id = branches.id order by id desc limit ${limit})
    ) point on true
    where ${inScope(scope, 'branches')} and branches.id = any(${branchIds})
    order by branches.id, date_trunc('milliseconds', point.at) desc, point.id desc`.execute(db);
  return rows;
}
