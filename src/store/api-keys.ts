// Owns the keys by which actors are known. A key is kept as its hash only, and what finds one reads its row anew: a revocation holds in
// every process from its commit on.

import { hash } from 'node:crypto';
import { type Insertable, type Selectable, sql } from 'kysely';
import type { Database, Db, Tx } from './database.ts';
import { type Page, type PageRequest, readPage } from './page.ts';

export type ApiKeyRow = Selectable<Database['api_keys']>;

/** SHA-256: keys are random and long, so a slow hash would protect nothing. Of the key that the settings preset. */
export function hashApiKey(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}

/**
 * Of a key that was made here. Another hash than a preset key's, so that the version before this one, which knows neither an end nor
 * projects nor networks, finds no such key while both run.
 */
export function hashMadeKey(key: string): Buffer {
  return hash('sha256', `afterglow api key\n${key}`, 'buffer');
}

export async function insertApiKey(tx: Tx, key: Insertable<Database['api_keys']>): Promise<ApiKeyRow> {
  return tx.insertInto('api_keys').values(key).returningAll().executeTakeFirstOrThrow();
}

/** Adds the preset key, or makes the one with this hash valid again, and of the platform; returns its id. */
export async function putPresetKey(tx: Tx, key: Insertable<Database['api_keys']>): Promise<string> {
  const { id } = await tx
    .insertInto('api_keys')
    .values({ ...key, is_platform: true })
    .onConflict((conflict) => conflict.column('hash').doUpdateSet({ revoked_at: null, is_platform: true }))
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Revokes the team's other preset keys, which nobody made, of this name; returns their ids. */
export async function revokePresetKeysExcept(
  tx: Tx,
  { teamId, name, hash, now }: { teamId: string; name: string; hash: Buffer; now: Date },
): Promise<string[]> {
  const rows = await tx
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where('team_id', '=', teamId)
    .where('name', '=', name)
    .where('created_by', 'is', null)
    .where('hash', '!=', hash)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

export async function findApiKey(db: Db, teamId: string, id: string): Promise<ApiKeyRow | undefined> {
  return db.selectFrom('api_keys').selectAll().where('team_id', '=', teamId).where('id', '=', id).executeTakeFirst();
}

/** The row, locked. */
export async function lockApiKey(tx: Tx, id: string): Promise<ApiKeyRow> {
  return tx.selectFrom('api_keys').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

/** Newest first, revoked ones among them. Refuses with `invalid_cursor`. */
export async function listApiKeys(db: Db, teamId: string, page: PageRequest): Promise<Page<ApiKeyRow>> {
  const query = db.selectFrom('api_keys').selectAll().where('team_id', '=', teamId);
  return readPage(query, page, { start: 'key_' });
}

export async function endApiKey(tx: Tx, id: string, end: { revoked_at: Date } | { expires_at: Date }): Promise<void> {
  await tx.updateTable('api_keys').set(end).where('id', '=', id).execute();
}

/** Notes that the key was used at `now`, unless that was noted after `since`. */
export async function noteKeyUse(db: Db, id: string, { now, since }: { now: Date; since: Date }): Promise<void> {
  await sql`
    update api_keys set last_used_at = ${now}
    where id = ${id} and (last_used_at is null or last_used_at <= ${since})`.execute(db);
}
