// Owns firings: unique on (schedule, branch, instant), so that any number of schedulers makes each one once.

import type { Insertable, Selectable } from 'kysely';
import type { Database, Db, Tx } from './database.ts';

export type FiringRow = Selectable<Database['firings']>;

/** False where this firing is there already. */
export async function insertFiring(tx: Tx, row: Insertable<Database['firings']>): Promise<boolean> {
  const result = await tx
    .insertInto('firings')
    .values(row)
    .onConflict((conflict) => conflict.columns(['schedule_id', 'branch_id', 'due_at']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function hasFiring(db: Db, scheduleId: string, branchId: string, dueAt: Date): Promise<boolean> {
  const row = await db
    .selectFrom('firings')
    .select('id')
    .where('schedule_id', '=', scheduleId)
    .where('branch_id', '=', branchId)
    .where('due_at', '=', dueAt)
    .executeTakeFirst();
  return row !== undefined;
}

export async function hasPendingFiring(db: Db, scheduleId: string, branchId: string): Promise<boolean> {
  const row = await db
    .selectFrom('firings')
    .select('id')
    .where('schedule_id', '=', scheduleId)
    .where('branch_id', '=', branchId)
    .where('status', '=', 'pending')
    .executeTakeFirst();
  return row !== undefined;
}

/** The firing that asked for the snapshot, if one did. */
export async function findFiringOfSnapshot(db: Db, snapshotId: string): Promise<FiringRow | undefined> {
  return db.selectFrom('firings').selectAll().where('snapshot_id', '=', snapshotId).executeTakeFirst();
}
