// Owns reading the chain in its own order, piece by piece: up to a head, which makes an export, or on and on, which makes a stream.

import { Refusal } from '../core/errors.ts';
import type { AuditEventRow } from './audit.ts';
import type { Db } from './database.ts';

export interface AuditSpan {
  readonly teamId: string;
  /** The sequence of its first event, and of its last. */
  readonly from: number;
  readonly to: number;
}

/**
 * The piece of the chain, as it is now, from the first event that is not before `since` to the last one before `until`, without gaps: what a
 * jumped clock has dated otherwise in between is part of it. Undefined where nothing is. It begins after the newest closing head.
 */
export async function findAuditSpan(
  db: Db,
  teamId: string,
  { since, until }: { readonly since?: Date | undefined; readonly until?: Date | undefined },
): Promise<AuditSpan | undefined> {
  const [head, closed] = await Promise.all([
    db.selectFrom('audit_heads').select('sequence').where('team_id', '=', teamId).executeTakeFirst(),
    closedUpTo(db, teamId),
  ]);
  let [from, to] = [closed + 1, head?.sequence ?? 0];
  if (since !== undefined || until !== undefined) {
    let query = db.selectFrom('audit_events').select('sequence').where('team_id', '=', teamId).limit(1);
    if (since !== undefined) query = query.where('at', '>=', since);
    if (until !== undefined) query = query.where('at', '<', until);
    // What lies before the month of `since`, and after that of `until`, is not looked at.
    const first = await query.orderBy('sequence').executeTakeFirst();
    const last = await query.orderBy('sequence', 'desc').executeTakeFirst();
    if (!first || !last) return undefined;
    [from, to] = [Math.max(from, first.sequence), Math.min(to, last.sequence)];
  }
  return from > to ? undefined : { teamId, from, to };
}

/**
 * The events of a span that are there, in the order of the chain, some hundreds at a time; nothing is held in between. Calls `onBreach`
 * once, with the first number that is missing or there twice: nothing of Afterglow does that. Refuses with `database_busy` where a month
 * was dropped meanwhile: what was read so far is no whole span.
 */
export async function* readAuditSpan(
  db: Db,
  { teamId, from, to }: AuditSpan,
  onBreach: (sequence: number) => void,
): AsyncGenerator<AuditEventRow[]> {
  let next = from;
  let breach: number | undefined;
  while (next <= to) {
    const rows = await db
      .selectFrom('audit_events')
      .selectAll()
      .where('team_id', '=', teamId)
      .where('sequence', '>=', next)
      .where('sequence', '<=', to)
      .orderBy('sequence')
      .limit(eventsAtOnce)
      .execute();
    const due = next;
    const isEnd = rows.length < eventsAtOnce;
    next = isEnd ? to + 1 : (rows.at(-1)?.sequence ?? to) + 1;
    const misfit = firstMisfit(rows, due, next);
    if (misfit !== undefined && breach === undefined) {
      if (misfit <= (await closedUpTo(db, teamId))) {
        throw new Refusal(
          'database_busy',
          'A month of the audit history was let go while it was read. The export is not whole. Take it again.',
          { retryAfterSeconds: 1 },
        );
      }
      breach = misfit;
      onBreach(breach);
    }
    if (rows.length > 0) yield rows;
  }
}

/** The first number from `due` on, and before `end`, that the rows do not have, or have twice. */
function firstMisfit(rows: readonly AuditEventRow[], due: number, end: number): number | undefined {
  let next = due;
  for (const { sequence } of rows) {
    if (sequence !== next) return Math.min(sequence, next);
    next += 1;
  }
  return next < end ? next : undefined;
}

/** The number up to which months were let go; 0 where none was. */
async function closedUpTo(db: Db, teamId: string): Promise<number> {
  const closed = await db
    .selectFrom('audit_closings')
    .select(({ fn }) => fn.max('sequence').as('sequence'))
    .where('team_id', '=', teamId)
    .executeTakeFirst();
  return closed?.sequence ?? 0;
}

const eventsAtOnce = 500;

/** The events of the team after that sequence, in the order of the chain: at most `limit`. */
export async function readAuditAfter(db: Db, teamId: string, after: number, limit: number): Promise<AuditEventRow[]> {
  return db
    .selectFrom('audit_events')
    .selectAll()
    .where('team_id', '=', teamId)
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(limit)
    .execute();
}

/** The sequence of each team's last event, 0 where there is none yet. */
export async function readAuditSequences(db: Db, teamIds: readonly string[]): Promise<Map<string, number>> {
  if (teamIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('audit_heads')
    .select(['team_id', 'sequence'])
    .where('team_id', 'in', teamIds)
    .execute();
  return new Map(rows.map(({ team_id, sequence }) => [team_id, sequence]));
}
