// Owns teams.

import type { Insertable, Selectable } from 'kysely';
import type { Database, Db, Tx } from './database.ts';
import { type Page, type PageRequest, readCursor, toPage } from './page.ts';

export type TeamRow = Selectable<Database['teams']>;

export async function findTeam(db: Db, id: string): Promise<TeamRow | undefined> {
  return db.selectFrom('teams').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function findTeamBySlug(db: Db, slug: string): Promise<TeamRow | undefined> {
  return db.selectFrom('teams').selectAll().where('slug', '=', slug).executeTakeFirst();
}

/** Newest first: all teams, or those of the ids. Refuses with `invalid_cursor`. */
export async function listTeams(db: Db, ids: readonly string[] | 'all', page: PageRequest): Promise<Page<TeamRow>> {
  const before = readCursor(page);
  if (ids !== 'all' && ids.length === 0) return { items: [], nextCursor: null };
  let query = db.selectFrom('teams').selectAll();
  if (ids !== 'all') query = query.where('id', 'in', ids);
  if (before !== undefined) query = query.where('id', '<', before);
  const rows = await query
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return toPage(rows, page.limit, (row) => row.id);
}

/** A team and the head of its audit chain: sequence 0, 32 zero bytes. */
export async function insertTeam(tx: Tx, team: Insertable<Database['teams']>): Promise<void> {
  await tx.insertInto('teams').values(team).execute();
  await tx
    .insertInto('audit_heads')
    .values({ team_id: team.id, sequence: 0, hash: Buffer.alloc(32) })
    .execute();
}

/** Locks the team, so that its members are counted by one at a time. */
export async function lockTeam(tx: Tx, id: string): Promise<void> {
  await tx.selectFrom('teams').select('id').where('id', '=', id).forNoKeyUpdate().execute();
}
