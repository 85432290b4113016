// Owns stored recovery points. Their status is changed by `status.ts` alone.

import { type Insertable, type Selectable, type Updateable, sql } from 'kysely';
import type { SnapshotStatus } from '../core/lifecycle.ts';
import type { Database, Db, Tx } from './database.ts';
import type { TimeRange } from './page.ts';
import { inScope, type Scope } from './scope.ts';

export type SnapshotRow = Selectable<Database['snapshots']>;

/** In the order of their ids, which is that of `created_at` but for moments between processes: the range moves nothing in it. */
export interface SnapshotFilter extends TimeRange {
  readonly projectId?: string | undefined;
  readonly branchId?: string | undefined;
  readonly policyId?: string | undefined;
  readonly status?: SnapshotStatus | undefined;
}

export async function insertSnapshot(tx: Tx, row: Insertable<Database['snapshots']>): Promise<SnapshotRow> {
  return tx.insertInto('snapshots').values(row).returningAll().executeTakeFirstOrThrow();
}

const rowsAtOnce = 1_000;

/** As many as there are, in the order given. */
export async function insertSnapshots(
  tx: Tx,
  rows: readonly Insertable<Database['snapshots']>[],
): Promise<SnapshotRow[]> {
  const inserted: SnapshotRow[] = [];
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const values = rows.slice(from, from + rowsAtOnce);
    inserted.push(...(await tx.insertInto('snapshots').values(values).returningAll().execute()));
  }
  return inserted;
}

export async function findSnapshot(db: Db, scope: Scope, id: string): Promise<SnapshotRow | undefined> {
  return db
    .selectFrom('snapshots')
    .selectAll()
    .where(inScope(scope, 'snapshots'))
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function findSnapshots(db: Db, scope: Scope, ids: readonly string[]): Promise<SnapshotRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('snapshots').selectAll().where(inScope(scope, 'snapshots')).where('id', 'in', ids).execute();
}

/** For the worker, which has no team. */
export async function getSnapshotRow(db: Db, id: string): Promise<SnapshotRow> {
  return db.selectFrom('snapshots').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** The row, locked: holds, locks and the purge meet here. */
export async function lockSnapshot(tx: Tx, id: string): Promise<SnapshotRow> {
  return tx.selectFrom('snapshots').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

/** Everything but the status. */
export async function patchSnapshot(tx: Tx, id: string, patch: Updateable<Database['snapshots']>): Promise<void> {
  await tx.updateTable('snapshots').set(patch).where('id', '=', id).execute();
}

/** Available points of one branch made by one policy, locked, for a retention decision. */
export async function lockAvailableOfPolicy(tx: Tx, policyId: string, branchId: string): Promise<SnapshotRow[]> {
  return tx
    .selectFrom('snapshots')
    .selectAll()
    .where('policy_id', '=', policyId)
    .where('branch_id', '=', branchId)
    .where('status', '=', 'available')
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** The branches of which the policy has available points, in the order of their ids. */
export async function listBranchesOfPolicy(db: Db, policyId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('snapshots')
    .select('branch_id')
    .distinct()
    .where('policy_id', '=', policyId)
    .where('status', '=', 'available')
    .orderBy('branch_id')
    .execute();
  return rows.map((row) => row.branch_id);
}

/** The available points of the branches that one policy made. */
export async function listPointsOfPolicy(
  db: Db,
  policyId: string,
  branchIds: readonly string[],
): Promise<Pick<SnapshotRow, 'id' | 'branch_id' | 'point_at' | 'created_at'>[]> {
  return db
    .selectFrom('snapshots')
    .select(['id', 'branch_id', 'point_at', 'created_at'])
    .where('policy_id', '=', policyId)
    .where('status', '=', 'available')
    .where(sql<boolean>`branch_id = any(${branchIds})`)
    .execute();
}

export interface HeldSnapshots {
  readonly projectId: string;
  readonly branchId: string;
  /** Of a policy that is not deleted. */
  readonly policyId: string | null;
  readonly kind: SnapshotRow['kind'];
  readonly count: number;
  /** Those of them under a legal hold, or a lock that a person has set or changed. */
  readonly covered: number;
  /** The others with a lock: that of the policy. */
  readonly locked: number;
}

/** How many snapshots take a place in Neon, or are about to, by branch and by who keeps them. */
export async function countHeldSnapshots(db: Db, projectIds: readonly string[], now: Date): Promise<HeldSnapshots[]> {
  const { rows } = await sql<Record<'count' | 'covered' | 'locked', string> & HeldSnapshots>`
    select project_id as "projectId", branch_id as "branchId", policies.id as "policyId", kind, count(*) as count,
      count(*) filter (where is_held or (is_locked and locked_by is distinct from policy_id)) as covered,
      count(*) filter (where not is_held and is_locked and locked_by = policy_id) as locked
    from snapshots left join policies on policies.id = policy_id and policies.deleted_at is null
    cross join lateral (
      select coalesce(lock_until > ${now}, false) as is_locked,
        exists (select from hold_matches where snapshot_id = snapshots.id and released_at is null) as is_held) as covers
    where project_id = any(${projectIds}) and status in ('requested', 'creating', 'available', 'expiring', 'purging')
    group by 1, 2, 3, 4`.execute(db);
  return rows.map(({ count, covered, locked, ...row }) => {
    return { ...row, count: Number(count), covered: Number(covered), locked: Number(locked) };
  });
}

/** Neon's ids of the branches of the projects that are snapshots of ours. */
export async function listSnapshotBranchIds(db: Db, projectIds: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('snapshots')
    .select('neon_id')
    .where(sql<boolean>`project_id = any(${projectIds})`)
    .where('kind', '=', 'branch')
    .where('neon_id', 'is not', null)
    .where('status', '!=', 'purged')
    .execute();
  return new Set(rows.flatMap(({ neon_id }) => neon_id ?? []));
}

/** The available snapshot of the branch whose moment is nearest to `at`. */
export async function findNearestSnapshot(
  db: Db,
  branchId: string,
  at: Date,
): Promise<{ id: string; pointAt: Date } | undefined> {
  const available = db
    .selectFrom('snapshots')
    .select(['id', 'point_at'])
    .where('branch_id', '=', branchId)
    .where('status', '=', 'available')
    .where('point_at', 'is not', null)
    .limit(1);
  const [before, after] = await Promise.all([
    available.where('point_at', '<=', at).orderBy('point_at', 'desc').executeTakeFirst(),
    available.where('point_at', '>', at).orderBy('point_at', 'asc').executeTakeFirst(),
  ]);
  const distance = (point: { point_at: Date | null } | undefined): number =>
    point?.point_at ? Math.abs(point.point_at.getTime() - at.getTime()) : Number.POSITIVE_INFINITY;
  const nearest = distance(before) <= distance(after) ? before : after;
  return nearest?.point_at ? { id: nearest.id, pointAt: nearest.point_at } : undefined;
}

/** Whether a snapshot of kind `branch` that is being taken will have this name in Neon. */
export async function isBranchSnapshotPromised(db: Db, projectId: string, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('snapshots')
    .select('id')
    .where('project_id', '=', projectId)
    .where('kind', '=', 'branch')
    .where('name', '=', name)
    .where('status', 'in', ['requested', 'creating'])
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Snapshots of the project that Neon may hold a copy of: those that have not ended, those whose copy has one of the Neon ids or is named
 * after one of `ids`, and those whose clean-up has left something.
 */
export async function listSnapshotsToReconcile(
  db: Db,
  projectId: string,
  { neonIds, ids }: { readonly neonIds: readonly string[]; readonly ids: readonly string[] },
): Promise<SnapshotRow[]> {
  return db
    .selectFrom('snapshots')
    .selectAll()
    .where('project_id', '=', projectId)
    .where((eb) =>
      eb.or([
        eb('status', 'not in', ['purged', 'failed', 'cancelled']),
        sql<boolean>`neon_id = any(${neonIds})`,
        sql<boolean>`id = any(${ids})`,
        eb('clean_up', 'in', ['pending', 'left']),
      ]),
    )
    .orderBy('id')
    .execute();
}

/** The snapshot of the project that stands for Neon's, or is named for it, unless it was purged. */
export async function findSnapshotInNeon(
  db: Db,
  projectId: string,
  { neonId, ids }: { readonly neonId: string; readonly ids: readonly string[] },
): Promise<SnapshotRow | undefined> {
  return db
    .selectFrom('snapshots')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('status', '!=', 'purged')
    .where((eb) => eb.or([eb('neon_id', '=', neonId), sql<boolean>`id = any(${ids})`]))
    .limit(1)
    .executeTakeFirst();
}

/** Whether another snapshot of the project stands under the name: the index `snapshots_name` lets one do so at a time. */
export async function isSnapshotNameTaken(db: Db, projectId: string, name: string, exceptId: string): Promise<boolean> {
  const row = await db
    .selectFrom('snapshots')
    .select('id')
    .where('project_id', '=', projectId)
    .where('name', '=', name)
    .where('id', '!=', exceptId)
    .where('status', 'in', ['requested', 'creating', 'available', 'expiring', 'purging'])
    .executeTakeFirst();
  return row !== undefined;
}
