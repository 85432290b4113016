// Owns who has signed in before: one row for each actor of a team, from its first request on.

import type { Db, Tx } from './database.ts';

export async function hasSignedIn(db: Db, teamId: string, actorId: string): Promise<boolean> {
  const row = await db
    .selectFrom('sign_ins')
    .select('actor_id')
    .where('team_id', '=', teamId)
    .where('actor_id', '=', actorId)
    .executeTakeFirst();
  return row !== undefined;
}

/** True for the first of them, also where several come at once. */
export async function insertSignIn(tx: Tx, teamId: string, actorId: string, at: Date): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('sign_ins')
    .values({ team_id: teamId, actor_id: actorId, at })
    .onConflict((conflict) => conflict.columns(['team_id', 'actor_id']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}
