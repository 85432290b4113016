// Owns finding the key that a request presents. What finds one reads its row anew, in a statement that begins after the request has come: a
// revocation holds in every process from its commit on, and nothing is remembered between two statements.

import type { Selectable } from 'kysely';
import { hashApiKey, hashMadeKey } from './api-keys.ts';
import type { Database } from './database.ts';
import { prepare } from './prepared.ts';
import { inTurns } from './turns.ts';

const columns = [
  'id',
  'team_id',
  'prefix',
  'role',
  'kind',
  'projects',
  'cidrs',
  'expires_at',
  'last_used_at',
  'is_platform',
] as const;

/** A key with the team that it belongs to. */
export type KnownKey = Pick<Selectable<Database['api_keys']>, (typeof columns)[number]> & {
  readonly team_slug: string;
  readonly team_name: string;
  readonly team_created_at: Date;
};

const findByHash = prepare<KnownKey & { readonly hash: Buffer }>(`
  select ${columns.map((column) => `api_keys.${column}`).join(', ')}, hash, teams.slug as team_slug, teams.name as team_name, teams.created_at as team_created_at
  from api_keys join teams on teams.id = api_keys.team_id
  where hash = any($1) and revoked_at is null`);

/**
 * The key that was presented, unless it is revoked. Whether it has ended, or comes from elsewhere, is the caller's to ask. Those that are
 * presented in one turn share a statement.
 */
export const findPresentedKey = inTurns<string, KnownKey | undefined>(async (db, presented) => {
  const hashes = presented.map((key) => [hashApiKey(key), hashMadeKey(key)]);
  const rows = await findByHash(db, [hashes.flat()]);
  const byHash = new Map(rows.map((row) => [row.hash.toString('latin1'), row]));
  return hashes.map((ofKey) => {
    const known = ofKey.flatMap((hash) => byHash.get(hash.toString('latin1')) ?? []);
    // A preset key may have been made here before it was preset.
    return known.find((row) => row.is_platform) ?? known[0];
  });
});
