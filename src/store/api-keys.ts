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

export async function revokeApiKeyRow(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.updateTable('api_keys').set({ revoked_at: now }).where('id', '=', id).execute();
}

/** Another key takes the place of this one, which opens until `overlapEnd`, or its end where that is sooner: returned. Its own end is kept. */
export async function outliveApiKey(
  tx: Tx,
  { id, expires_at, rotated_at }: ApiKeyRow,
  { now, overlapEnd }: { now: Date; overlapEnd: Date },
): Promise<Date> {
  const end = expires_at && expires_at < overlapEnd ? expires_at : overlapEnd;
  await tx
    .updateTable('api_keys')
    .set({ expires_at: end, ...(rotated_at ? {} : { rotated_at: now, own_expires_at: expires_at }) })
    .where('id', '=', id)
    .execute();
  return end;
}

/** The end with which the key was made, whatever its rotation has made of it. */
export function ownEndOf({ rotated_at, own_expires_at, expires_at }: ApiKeyRow): Date | null {
  return rotated_at ? own_expires_at : expires_at;
}

/** Revokes the keys that were made in the place of this one and never let in anybody; returns them. */
export async function revokeUnusedSuccessors(tx: Tx, id: string, now: Date): Promise<Pick<ApiKeyRow, 'id' | 'name'>[]> {
  return (
    tx
      .updateTable('api_keys')
      .set({ revoked_at: now })
      .where('rotated_from', '=', id)
      .where('revoked_at', 'is', null)
      .where('last_used_at', 'is', null)
      // It is there before a key's first request is answered; the last use is noted beside the request.
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('sign_ins')
              .select('actor_id')
              .whereRef('sign_ins.team_id', '=', 'api_keys.team_id')
              .whereRef('sign_ins.actor_id', '=', 'api_keys.id'),
          ),
        ),
      )
      .returning(['id', 'name'])
      .execute()
  );
}

/** Notes that the key was used at `now`, unless that was noted after `since`. */
export async function noteKeyUse(db: Db, id: string, { now, since }: { now: Date; since: Date }): Promise<void> {
  await sql`
    update api_keys set last_used_at = ${now}
    where id = ${id} and (last_used_at is null or last_used_at <= ${since})`.execute(db);
}
