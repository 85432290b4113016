// Owns the Neon keys of teams, sealed. It never opens one.

import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Database, Db, Tx } from './database.ts';
import { type Page, type PageRequest, readPage } from './page.ts';

export type CredentialRow = Selectable<Database['credentials']>;

export async function insertCredential(tx: Tx, row: Insertable<Database['credentials']>): Promise<CredentialRow> {
  return tx.insertInto('credentials').values(row).returningAll().executeTakeFirstOrThrow();
}

export async function findCredential(db: Db, teamId: string, id: string): Promise<CredentialRow | undefined> {
  return db
    .selectFrom('credentials')
    .selectAll()
    .where('team_id', '=', teamId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

export async function listCredentials(db: Db, teamId: string, page: PageRequest): Promise<Page<CredentialRow>> {
  const query = db.selectFrom('credentials').selectAll().where('team_id', '=', teamId).where('deleted_at', 'is', null);
  return readPage(query, page, { start: 'crd_' });
}

/** Changes the row if it still has `version`; undefined where it has not. */
export async function updateCredential(
  tx: Tx,
  id: string,
  version: number,
  patch: Updateable<Database['credentials']>,
): Promise<CredentialRow | undefined> {
  return tx
    .updateTable('credentials')
    .set((eb) => ({ ...patch, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .where('version', '=', version)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** How many registered projects use it. Locks the credential's row, so that none can be added meanwhile. */
export async function countProjectsOfCredential(tx: Tx, id: string): Promise<number> {
  await tx.selectFrom('credentials').select('id').where('id', '=', id).forUpdate().execute();
  const row = await tx
    .selectFrom('projects')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('credential_id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Those that Neon refuses, of all teams. */
export async function listRefusedCredentials(db: Db, limit: number): Promise<CredentialRow[]> {
  return db
    .selectFrom('credentials')
    .selectAll()
    .where('status', '=', 'refused')
    .where('deleted_at', 'is', null)
    .orderBy('updated_at')
    .limit(limit)
    .execute();
}

/** For the worker, which has no team. */
export async function getCredentialRow(db: Db, id: string): Promise<CredentialRow> {
  return db.selectFrom('credentials').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** Keeps the credential from being deleted until the transaction ends; false where it is deleted already. */
export async function lockCredential(tx: Tx, id: string): Promise<boolean> {
  const row = await tx
    .selectFrom('credentials')
    .select('id')
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  return row !== undefined;
}
