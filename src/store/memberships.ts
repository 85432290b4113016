// Owns memberships: which person, known by issuer and subject, has which role in which team.

import type { Insertable, Selectable } from 'kysely';
import type { Database, Db, Role, Tx } from './database.ts';
import { type Page, type PageRequest, readPage } from './page.ts';

export type MembershipRow = Selectable<Database['memberships']>;

export async function insertMembership(tx: Tx, row: Insertable<Database['memberships']>): Promise<MembershipRow> {
  return tx.insertInto('memberships').values(row).returningAll().executeTakeFirstOrThrow();
}

export async function findMembership(db: Db, teamId: string, id: string): Promise<MembershipRow | undefined> {
  return db.selectFrom('memberships').selectAll().where('team_id', '=', teamId).where('id', '=', id).executeTakeFirst();
}

/** Newest first. Refuses with `invalid_cursor`. */
export async function listMemberships(db: Db, teamId: string, page: PageRequest): Promise<Page<MembershipRow>> {
  const query = db.selectFrom('memberships').selectAll().where('team_id', '=', teamId);
  return readPage(query, page, { start: 'mbr_' });
}

export async function countAdmins(db: Db, teamId: string): Promise<number> {
  const row = await db
    .selectFrom('memberships')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('team_id', '=', teamId)
    .where('role', '=', 'admin')
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Changes the row if it still has `version`; undefined where it has not. */
export async function updateMembership(
  tx: Tx,
  { id, version }: Pick<MembershipRow, 'id' | 'version'>,
  patch: { readonly role: Role; readonly updated_at: Date },
): Promise<MembershipRow | undefined> {
  return tx
    .updateTable('memberships')
    .set((eb) => ({ ...patch, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst();
}

/** False where somebody else has removed it. */
export async function deleteMembership(tx: Tx, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('memberships').where('id', '=', id).executeTakeFirst();
  return numDeletedRows > 0n;
}
