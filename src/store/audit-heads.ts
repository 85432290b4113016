// Owns reading the heads of chains: where a chain stands, and the closing heads of the months that retention let go.

import type { Selectable } from 'kysely';
import type { Database, Db, Tx } from './database.ts';

export type AuditHeadRow = Selectable<Database['audit_heads']>;
export type AuditClosingRow = Selectable<Database['audit_closings']>;

export async function getAuditHead(db: Db, teamId: string): Promise<AuditHeadRow> {
  return db.selectFrom('audit_heads').selectAll().where('team_id', '=', teamId).executeTakeFirstOrThrow();
}

/** The newest first. */
export async function listAuditClosings(db: Db, teamId: string): Promise<AuditClosingRow[]> {
  return db
    .selectFrom('audit_closings')
    .selectAll()
    .where('team_id', '=', teamId)
    .orderBy('sequence', 'desc')
    .execute();
}

/** False where the month of the team is closed already. */
export async function insertAuditClosing(tx: Tx, row: AuditClosingRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('audit_closings')
    .values(row)
    .onConflict((conflict) => conflict.columns(['team_id', 'month']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}
