// Owns Idempotency-Keys: claimed before a command runs, answered in the command's own transaction. A claim whose owner died
// lapses; then nothing was committed under it, and the key may be used again.

import { type Selectable, sql } from 'kysely';
import type { Database, Db, Tx } from './database.ts';

export type IdempotencyKeyRow = Selectable<Database['idempotency_keys']>;

export interface IdempotencyClaim {
  /** A team, or an actor. */
  readonly ownerId: string;
  readonly key: string;
  readonly fingerprint: string;
  /** Names this claim: an owner that was slow loses it to the next. */
  readonly token: string;
}

const keptHours = 24;

/** Longer than any command takes: after it a claim without an answer counts as its dead owner's. */
export const defaultKeyClaimMs = 90_000;

/** True where the key is ours to use now, for `claimMs`. */
export async function claimIdempotencyKey(
  db: Db,
  claim: IdempotencyClaim,
  claimMs = defaultKeyClaimMs,
): Promise<boolean> {
  const { rows } = await sql`
    insert into idempotency_keys as k (team_id, key, fingerprint, token, claimed_until, created_at)
    values (${claim.ownerId}, ${claim.key}, ${claim.fingerprint}, ${claim.token},
            now() + make_interval(secs => ${claimMs} / 1000.0), now())
    on conflict (team_id, key) do update
      set fingerprint = excluded.fingerprint, token = excluded.token, response = null,
          claimed_until = excluded.claimed_until, created_at = excluded.created_at
      where k.created_at < now() - make_interval(hours => ${keptHours})
         or (k.response is null and k.claimed_until < now())
    returning 1`.execute(db);
  return rows.length > 0;
}

export async function findIdempotencyKey(
  db: Db,
  { ownerId, key }: Pick<IdempotencyClaim, 'ownerId' | 'key'>,
): Promise<IdempotencyKeyRow | undefined> {
  return db
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('team_id', '=', ownerId)
    .where('key', '=', key)
    .executeTakeFirst();
}

/** Keeps the answer; false where the claim was lost, and then the caller must roll back. */
export async function answerIdempotencyKey(tx: Tx, claim: IdempotencyClaim, response: unknown): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('idempotency_keys')
    .set({ response: JSON.stringify(response) })
    .where('team_id', '=', claim.ownerId)
    .where('key', '=', claim.key)
    .where('token', '=', claim.token)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The command was refused: the key may be used again. */
export async function dropIdempotencyClaim(db: Db, claim: IdempotencyClaim): Promise<void> {
  await db
    .deleteFrom('idempotency_keys')
    .where('team_id', '=', claim.ownerId)
    .where('key', '=', claim.key)
    .where('token', '=', claim.token)
    .where('response', 'is', null)
    .execute();
}

export async function dropOldIdempotencyKeys(db: Db): Promise<void> {
  await sql`delete from idempotency_keys where created_at < now() - make_interval(hours => ${keptHours})`.execute(db);
}
