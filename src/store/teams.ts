// Owns teams.

import { type Insertable, type Selectable, sql } from 'kysely';
import type { Database, Db, Role, Tx } from './database.ts';
import { type Page, type PageRequest, readPage } from './page.ts';

export type TeamRow = Selectable<Database['teams']>;

export async function findTeam(db: Db, id: string): Promise<TeamRow | undefined> {
  return db.selectFrom('teams').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function findTeamBySlug(db: Db, slug: string): Promise<TeamRow | undefined> {
  return db.selectFrom('teams').selectAll().where('slug', '=', slug).executeTakeFirst();
}

/** Those that there are, by slug. */
export async function findTeamsBySlug(db: Db, slugs: readonly string[]): Promise<TeamRow[]> {
  if (slugs.length === 0) return [];
  return db.selectFrom('teams').selectAll().where('slug', 'in', slugs).orderBy('slug').execute();
}

/** The teams in which the person is a member, by slug. */
export async function listTeamsOfPerson(
  db: Db,
  person: { readonly issuer: string; readonly subject: string },
): Promise<(TeamRow & { role: Role })[]> {
  return db
    .selectFrom('memberships')
    .innerJoin('teams', 'teams.id', 'memberships.team_id')
    .selectAll('teams')
    .select('memberships.role')
    .where('memberships.issuer', '=', person.issuer)
    .where('memberships.subject', '=', person.subject)
    .orderBy('teams.slug')
    .execute();
}

/** Newest first: all teams, or those of the ids. Refuses with `invalid_cursor`. */
export async function listTeams(db: Db, ids: readonly string[] | 'all', page: PageRequest): Promise<Page<TeamRow>> {
  let query = db.selectFrom('teams').selectAll();
  if (ids !== 'all') query = query.where(sql<boolean>`id = any(${ids})`);
  return readPage(query, page, { start: 'tem_' });
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
