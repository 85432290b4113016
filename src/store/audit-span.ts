// Owns reading the chain in its own order, piece by piece: up to a head, which makes an export, or on and on, which makes a stream.

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
    db
      .selectFrom('audit_closings')
      .select(({ fn }) => fn.max('sequence').as('sequence'))
      .where('team_id', '=', teamId)
      .executeTakeFirst(),
  ]);
  let [from, to] = [(closed?.sequence ?? 0) + 1, head?.sequence ?? 0];
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
 * The events of a span in the order of the chain, some hundreds at a time; nothing is held in between. Throws where one is not there:
 * a month was dropped meanwhile, and what was read so far is no whole span.
 */
export async function* readAuditSpan(db: Db, { teamId, from, to }: AuditSpan): AsyncGenerator<AuditEventRow[]> {
  let next = from;
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
    for (const row of rows) {
      if (row.sequence !== next) break;
      next += 1;
    }
    if (rows.length === 0 || rows.at(-1)?.sequence !== next - 1) {
      throw new Error(`The audit event ${next} of the team ${teamId} is not there any more: the export is not whole.`);
    }
    yield rows;
  }
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
