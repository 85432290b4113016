// Owns the count of refused requests, by actor, action and source, between the events that tell of them, and the last request of each.

import { type Selectable, sql } from 'kysely';
import type { Database, Db, Tx } from './database.ts';

export type RefusalCountRow = Selectable<Database['audit_refusal_counts']>;
type Counted = Pick<RefusalCountRow, 'team_id' | 'actor_id' | 'action'>;
export type RefusalKey = Counted & Pick<RefusalCountRow, 'source'>;
/** Of the last request that is counted. */
export type LastRefused = Pick<RefusalCountRow, 'request_id' | 'source_address' | 'code' | 'role' | 'aimed_at'>;

/** For so long after an event further refusals are counted only. */
const windowMs = 60_000;
/** What was told and has rested for so long is forgotten. */
const restMs = 60 * windowMs;
/** So many sources of one actor and action are counted apart in a minute; the others are counted as one. */
export const sourcesMax = 10;
/** No address. */
export const otherSources = 'others';

/** Whether an event told of the same less than a minute ago; a clock that has jumped back has not. */
function isRecent(toldAt: Date, now: Date): boolean {
  return Math.abs(now.getTime() - toldAt.getTime()) < windowMs;
}

/** So many refused requests, at this time, and the last of them. */
interface Refused {
  readonly count: number;
  readonly last: LastRefused;
  readonly now: Date;
}

/** Counts them where an event told of the same a moment ago; false where none did, and nothing was counted. One statement. */
export async function countRefusals(db: Db, key: RefusalKey, { count, last, now }: Refused): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('audit_refusal_counts')
    .set((eb) => ({ untold: eb('untold', '+', count), ...last }))
    .where((eb) => eb.and({ ...keyOf(key) }))
    .where('told_at', '>', new Date(now.getTime() - windowMs))
    .where('told_at', '<', new Date(now.getTime() + windowMs))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Where requests of a source that is not counted yet are counted: by itself, or with the others where there are many already. */
export async function placeRefusals(tx: Tx, key: RefusalKey, now: Date): Promise<RefusalKey> {
  const { own, sources } = await tx
    .selectFrom('audit_refusal_counts')
    .select(({ fn }) => [
      fn.count<number>('source').filterWhere('source', '=', key.source).as('own'),
      fn.count<number>('source').filterWhere('source', '!=', otherSources).as('sources'),
    ])
    .where((eb) => eb.and(countedOf(key)))
    .where('told_at', '>', new Date(now.getTime() - windowMs))
    .where('told_at', '<', new Date(now.getTime() + windowMs))
    .executeTakeFirstOrThrow();
  return own > 0 || sources < sourcesMax ? key : { ...key, source: otherSources };
}

/** Adds them, and takes what is untold if it is time to tell it: how many. Undefined where another was faster, and they were counted only. */
export async function takeRefusals(
  tx: Tx,
  actor: RefusalKey & Pick<RefusalCountRow, 'actor_kind' | 'actor_label'>,
  { count, last, now }: Refused,
): Promise<number | undefined> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('audit_refusal_counts')
    .values({ ...actor, ...last, told_at: now, untold: 0 })
    .onConflict((conflict) => conflict.columns(['team_id', 'actor_id', 'action', 'source']).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows === 1n) return count;
  const row = await lockRefusal(tx, actor);
  // It was forgotten in between.
  if (!row) return takeRefusals(tx, actor, { count, last, now });
  if (isRecent(row.told_at, now)) {
    await setRefusal(tx, row, { told_at: row.told_at, untold: row.untold + count, ...last });
    return undefined;
  }
  await setRefusal(tx, row, { told_at: now, untold: 0, ...last });
  return row.untold + count;
}

/** Takes what a minute has left untold, with the last of it; undefined where somebody was faster. */
export async function takeUntold(tx: Tx, key: RefusalKey, now: Date): Promise<RefusalCountRow | undefined> {
  const row = await lockRefusal(tx, key);
  if (!row || row.untold === 0 || isRecent(row.told_at, now)) return undefined;
  await setRefusal(tx, row, { told_at: now, untold: 0 });
  return row;
}

async function lockRefusal(tx: Tx, key: RefusalKey): Promise<RefusalCountRow | undefined> {
  return tx
    .selectFrom('audit_refusal_counts')
    .selectAll()
    .where((eb) => eb.and(keyOf(key)))
    .forUpdate()
    .executeTakeFirst();
}

async function setRefusal(
  tx: Tx,
  key: RefusalKey,
  patch: Pick<RefusalCountRow, 'told_at' | 'untold'> & Partial<LastRefused>,
): Promise<void> {
  await tx
    .updateTable('audit_refusal_counts')
    .set(patch)
    .where((eb) => eb.and(keyOf(key)))
    .execute();
}

function countedOf({ team_id, actor_id, action }: Counted): Counted {
  return { team_id, actor_id, action };
}

function keyOf(key: RefusalKey): RefusalKey {
  return { ...countedOf(key), source: key.source };
}

/** Those whose minute is over and that no event has told of. */
export async function listUntoldRefusals(db: Db, now: Date, limit: number): Promise<RefusalCountRow[]> {
  return db
    .selectFrom('audit_refusal_counts')
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

/** What the former version has counted and not told, once it should have; it knew neither source nor request. */
export async function takeOverRefusals(db: Db, now: Date): Promise<void> {
  await sql`
    with left_over as (
      delete from audit_refusals where untold > 0 and told_at < ${new Date(now.getTime() - 5 * windowMs)} returning *)
    insert into audit_refusal_counts (team_id, actor_id, action, source, actor_kind, actor_label, told_at, untold)
    select team_id, actor_id, action, '', actor_kind, actor_label, told_at, untold from left_over
    on conflict (team_id, actor_id, action, source) do update set untold = audit_refusal_counts.untold + excluded.untold`.execute(
    db,
  );
}

/** Of a source that has rested: its next refusal is told as a first one. */
export async function forgetRefusals(db: Db, now: Date): Promise<void> {
  await db
    .deleteFrom('audit_refusal_counts')
    .where('untold', '=', 0)
    .where('told_at', '<', new Date(now.getTime() - restMs))
    .execute();
}
