// Owns teams and the keys by which their actors are known. A key is kept as its hash only.

import { createHash } from 'node:crypto';
import type { Insertable, Selectable } from 'kysely';
import type { Database, Db, Tx } from './database.ts';

export type TeamRow = Selectable<Database['teams']>;
export type ApiKeyRow = Selectable<Database['api_keys']>;

/** SHA-256: keys are random and long, so a slow hash would protect nothing. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

export async function findTeamBySlug(db: Db, slug: string): Promise<TeamRow | undefined> {
  return db.selectFrom('teams').selectAll().where('slug', '=', slug).executeTakeFirst();
}

/** A team and the head of its audit chain: sequence 0, 32 zero bytes. */
export async function insertTeam(tx: Tx, team: Insertable<Database['teams']>): Promise<void> {
  await tx.insertInto('teams').values(team).execute();
  await tx
    .insertInto('audit_heads')
    .values({ team_id: team.id, sequence: 0, hash: Buffer.alloc(32) })
    .execute();
}

/** Adds the key, or makes the one with this hash valid again; returns its id. */
export async function putApiKey(tx: Tx, key: Insertable<Database['api_keys']>): Promise<string> {
  const { id } = await tx
    .insertInto('api_keys')
    .values(key)
    .onConflict((conflict) => conflict.column('hash').doUpdateSet({ revoked_at: null }))
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Revokes the team's keys of this name but the one with the hash; returns their ids. */
export async function revokeApiKeysExcept(
  tx: Tx,
  teamId: string,
  name: string,
  hash: Buffer,
  now: Date,
): Promise<string[]> {
  const rows = await tx
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where('team_id', '=', teamId)
    .where('name', '=', name)
    .where('hash', '!=', hash)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

/** The key with this hash, unless it is revoked. */
export async function findApiKeyByHash(db: Db, hash: Buffer): Promise<ApiKeyRow | undefined> {
  return db
    .selectFrom('api_keys')
    .selectAll()
    .where('hash', '=', hash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
}
