// Owns the months of the audit history: that they are there before events come, and that they go whole, closed, or not at all. The functions
// of the database do both (migrations/0014-audit.ts), and refuse what would break a chain.

import { sql } from 'kysely';
import { foundLocked, gaveWay } from './constraint.ts';
import type { Db } from './database.ts';

/** Of UTC, such as 2026-09. */
export type Month = string;

export function monthOf(at: Date): Month {
  return at.toISOString().slice(0, -17);
}

/** The month so many months after. */
export function monthAfter(month: Month, months: number): Month {
  const first = beginOf(month);
  return monthOf(new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + months)));
}

function beginOf(month: Month): Date {
  return new Date(`${month}-01T00:00:00.000Z`);
}

/** How long a statement waits for those that read or write the history. */
const lockTimeout = sql.raw(`set local lock_timeout = '1s'`);

/** What `work` answers, or undefined where others held the table for too long: nothing was done then. */
async function withTable<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T | undefined> {
  try {
    return await db.transaction().execute(async (tx) => {
      await lockTimeout.execute(tx);
      return work(tx);
    });
  } catch (error) {
    // A deadlock is with one who came to it from the other side.
    if (foundLocked(error) || gaveWay(error)) return undefined;
    throw error;
  }
}

/** Moves events whose month was not there into months of their own; returns how many there were. */
export async function spreadAuditOverflow(db: Db): Promise<number> {
  const moved = await withTable(db, async (tx) => {
    const { rows } = await sql<{ moved: number }>`select audit_spread_overflow() as moved`.execute(tx);
    return rows[0]?.moved;
  });
  return moved ?? 0;
}

/** Makes the months that are missing. One that the overflow holds events of is made when those are moved. */
export async function makeAuditMonths(db: Db, months: readonly Month[]): Promise<void> {
  for (const month of months) {
    await withTable(db, (tx) => sql`select audit_make_month(${`${month}-01`}::date)`.execute(tx));
  }
}

/** The months that are there, oldest first. */
export async function listAuditMonths(db: Db): Promise<Month[]> {
  const { rows } = await sql<{ name: string }>`
    select child.relname as name from pg_inherits join pg_class child on child.oid = inhrelid
    where inhparent = 'audit_events'::regclass and child.relname ~ '^audit_events_[0-9]+_[0-9][0-9]$'
    order by 1`.execute(db);
  return rows.map(({ name }) => name.slice('audit_events_'.length).replace('_', '-'));
}

export interface LastOfMonth {
  readonly teamId: string;
  readonly sequence: number;
  readonly hash: Buffer;
  readonly at: Date;
  /** An event before it, in the chain, is kept: to let the month go would tear a hole into what is left. */
  readonly isAmongKept: boolean;
}

/** Of every team with events in `month`, the last of them. What is not before `keptFrom` is kept. */
export async function listLastOfMonth(db: Db, month: Month, keptFrom: Month): Promise<LastOfMonth[]> {
  const { rows } = await sql<LastOfMonth>`
    select heads.team_id as "teamId", last.sequence, last.hash, last.at,
      coalesce((select min(sequence) from audit_events
        where team_id = heads.team_id and at >= ${beginOf(keptFrom)}) < last.sequence, false) as "isAmongKept"
    from audit_heads heads cross join lateral (
      select sequence, hash, at from audit_events
      where team_id = heads.team_id and at >= ${beginOf(month)} and at < ${beginOf(monthAfter(month, 1))}
      order by sequence desc limit 1) last
    order by heads.team_id`.execute(db);
  return rows;
}

/** False where it may not go yet: it is not past, a chain is not closed, or others held the table. */
export async function dropAuditMonth(db: Db, month: Month): Promise<boolean> {
  const dropped = await withTable(db, async (tx) => {
    const { rows } = await sql<{
      dropped: boolean;
    }>`select audit_drop_month(${`${month}-01`}::date) as dropped`.execute(tx);
    return rows[0]?.dropped;
  });
  return dropped ?? false;
}
