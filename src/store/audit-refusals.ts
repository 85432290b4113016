// Owns the count of refused requests, by actor and action, between the events that tell of them.

import type { Selectable } from 'kysely';
import type { Database, Db, Tx } from './database.ts';

export type AuditRefusalRow = Selectable<Database['audit_refusals']>;
export type RefusalKey = Pick<AuditRefusalRow, 'team_id' | 'actor_id' | 'action'>;

/** For so long after an event further refusals are counted only. */
const windowMs = 60_000;

/** Whether an event told of the same less than a minute ago; a clock that has jumped back has not. */
function isRecent(toldAt: Date, now: Date): boolean {
  return Math.abs(now.getTime() - toldAt.getTime()) < windowMs;
}

/** So many refused requests, at this time. */
interface Refused {
  readonly count: number;
  readonly now: Date;
}

/** Counts them where an event told of the same a moment ago; false where none did, and nothing was counted. One statement. */
export async function countRefusals(db: Db, key: RefusalKey, { count, now }: Refused): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('audit_refusals')
    .set((eb) => ({ untold: eb('untold', '+', count) }))
    .where('team_id', '=', key.team_id)
    .where('actor_id', '=', key.actor_id)
    .where('action', '=', key.action)
    .where('told_at', '>', new Date(now.getTime() - windowMs))
    .where('told_at', '<', new Date(now.getTime() + windowMs))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Adds them, and takes what is untold if it is time to tell it: how many. Undefined where another was faster, and they were counted only. */
export async function takeRefusals(
  tx: Tx,
  actor: Omit<AuditRefusalRow, 'told_at' | 'untold'>,
  { count, now }: Refused,
): Promise<number | undefined> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('audit_refusals')
    .values({ ...actor, told_at: now, untold: 0 })
    .onConflict((conflict) => conflict.columns(['team_id', 'actor_id', 'action']).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 1n) return count;
  const row = await lockRefusal(tx, actor);
  if (isRecent(row.told_at, now)) {
    await setRefusal(tx, row, { told_at: row.told_at, untold: row.untold + count });
    return undefined;
  }
  await setRefusal(tx, row, { told_at: now, untold: 0 });
  return row.untold + count;
}

/** Takes what a minute has left untold; 0 where somebody was faster. */
export async function takeUntold(tx: Tx, key: RefusalKey, now: Date): Promise<number> {
  const row = await lockRefusal(tx, key);
  if (isRecent(row.told_at, now)) return 0;
  await setRefusal(tx, row, { told_at: now, untold: 0 });
  return row.untold;
}

async function lockRefusal(tx: Tx, key: RefusalKey): Promise<AuditRefusalRow> {
  return tx
    .selectFrom('audit_refusals')
    .selectAll()
    .where('team_id', '=', key.team_id)
    .where('actor_id', '=', key.actor_id)
    .where('action', '=', key.action)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

async function setRefusal(tx: Tx, key: RefusalKey, patch: Pick<AuditRefusalRow, 'told_at' | 'untold'>): Promise<void> {
  await tx
    .updateTable('audit_refusals')
    .set(patch)
    .where('team_id', '=', key.team_id)
    .where('actor_id', '=', key.actor_id)
    .where('action', '=', key.action)
    .execute();
}

/** Those whose minute is over and that no event has told of. */
export async function listUntoldRefusals(db: Db, now: Date, limit: number): Promise<AuditRefusalRow[]> {
  return db
    .selectFrom('audit_refusals')
    .selectAll()
    .where('untold', '>', 0)
    .where((eb) =>
      eb.or([
        eb('told_at', '<=', new Date(now.getTime() - windowMs)),
        eb('told_at', '>=', new Date(now.getTime() + windowMs)),
      ]),
    )
    .limit(limit)
    .execute();
}
