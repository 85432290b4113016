// Owns the one statement that changes a status. Only `domain/advance.ts` calls it, and the architecture test says so.

import { type SqlBool, type Updateable, sql } from 'kysely';
import type { Resource, SnapshotStatus, StatusOf } from '../core/lifecycle.ts';
import type { Database, Tx } from './database.ts';
import { isWayOut, refuseCovered } from './protection.ts';

const tables = {
  snapshot: 'snapshots',
  restore: 'restores',
  preserved_branch: 'preserved_branches',
  firing: 'firings',
  retention_plan: 'retention_plans',
  credential: 'credentials',
} as const satisfies Record<Resource, keyof Database>;

/** The other columns that change together with a status. */
export type StatusPatch<R extends Resource> = Omit<
  Updateable<Database[(typeof tables)[R]]>,
  'status' | 'version' | 'updated_at'
>;

/**
 * Compare-and-set: true where the row had the status `from` and now has `to`; false where somebody was faster, and then
 * nothing has changed. Refuses with `snapshot_held` or `snapshot_locked` what would lead a covered snapshot out.
 */
export async function updateStatus<R extends Resource>(
  tx: Tx,
  resource: R,
  change: { id: string; from: StatusOf<R>; to: StatusOf<R>; patch: StatusPatch<R>; now: Date },
): Promise<boolean> {
  if (resource === 'snapshot' && isWayOut(change.from as SnapshotStatus, change.to as SnapshotStatus)) {
    await refuseCovered(tx, change.id, change.now);
  }
  const assignments = Object.entries(change.patch).map(
    ([column, value]) => sql<SqlBool>`, ${sql.ref(column)} = ${value}`,
  );
  const { numAffectedRows } = await sql`
    update ${sql.table(tables[resource])}
    set status = ${change.to}, version = version + 1, updated_at = ${change.now}
        ${sql.join(assignments, sql.raw(' '))}
    where id = ${change.id} and status = ${change.from}`.execute(tx);
  return numAffectedRows === 1n;
}
