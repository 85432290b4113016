// Owns the keys by which actors are known. A key is kept as its hash only, and what finds one reads its row anew: a revocation holds in
// every process from its commit on.

import { createHash } from 'node:crypto';
import { type Insertable, type Selectable, sql } from 'kysely';
import type { Database, Db, Tx } from './database.ts';
import { type Page, type PageRequest, readPage } from './page.ts';

export type ApiKeyRow = Selectable<Database['api_keys']>;

/** SHA-256: keys are random and long, so a slow hash would protect nothing. Of the key that the settings preset. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/**
 * Of a key that was made here. Another hash than a preset key's, so that the version before this one, which knows neither an end nor
 * projects nor networks, finds no such key while both run.
 */
export function hashMadeKey(key: string): Buffer {
  return createHash('sha256').update('afterglow api key\n').update(key).digest();
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

/** A key with the team that it belongs to. */
export type KnownKey = ApiKeyRow & {
  readonly team_slug: string;
  readonly team_name: string;
  readonly team_created_at: Date;
};

/** The key that was presented, unless it is revoked. Whether it has ended, or comes from elsewhere, is the caller's to ask. */
export async function findPresentedKey(db: Db, presented: string): Promise<KnownKey | undefined> {
  return (
    db
      .selectFrom('api_keys')
      .innerJoin('teams', 'teams.id', 'api_keys.team_id')
      .selectAll('api_keys')
      .select(['teams.slug as team_slug', 'teams.name as team_name', 'teams.created_at as team_created_at'])
      .where('hash', 'in', [hashApiKey(presented), hashMadeKey(presented)])
      .where('revoked_at', 'is', null)
      // A preset key may have been made here before it was preset.
      .orderBy('is_platform', 'desc')
      .limit(1)
      .executeTakeFirst()
  );
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
