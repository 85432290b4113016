// Owns registered Neon projects. A removed one keeps its row, so that its snapshots and history can still be read.

import { type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { PolicySelector } from '../core/selector.ts';
import type { Database, Db, Tx } from './database.ts';
import { type Page, type PageRequest, readPage } from './page.ts';
import { inScope, type Scope } from './scope.ts';

export type ProjectRow = Selectable<Database['projects']>;

export interface ProjectFilter {
  /** Those that carry all of these. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export async function insertProject(tx: Tx, row: Insertable<Database['projects']>): Promise<ProjectRow> {
  return tx.insertInto('projects').values(row).returningAll().executeTakeFirstOrThrow();
}

/** A registered project of the team. */
export async function findProject(db: Db, scope: Scope, id: string): Promise<ProjectRow | undefined> {
  return db
    .selectFrom('projects')
    .selectAll()
    .where(inScope(scope, 'projects'))
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
}

/** For the worker, which has no team: the row, removed or not. */
export async function getProjectRow(db: Db, id: string): Promise<ProjectRow> {
  return db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** The rows of the ids, removed or not. */
export async function listProjectRows(db: Db, ids: readonly string[]): Promise<ProjectRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('projects').selectAll().where('id', 'in', ids).execute();
}

/** Those of the ids that are registered by the team. */
export async function findProjects(db: Db, scope: Scope, ids: readonly string[]): Promise<ProjectRow[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('projects')
    .selectAll()
    .where(inScope(scope, 'projects'))
    .where(sql<boolean>`id = any(${ids})`)
    .where('removed_at', 'is', null)
    .execute();
}

/** Those that are registered by the team, each named by its id or by Neon's. */
export async function listNamedProjects(
  db: Db,
  scope: Scope,
  names: readonly string[],
): Promise<Pick<ProjectRow, 'id' | 'neon_project_id'>[]> {
  if (names.length === 0) return [];
  return db
    .selectFrom('projects')
    .select(['id', 'neon_project_id'])
    .where(inScope(scope, 'projects'))
    .where(sql<boolean>`(id = any(${names}) or neon_project_id = any(${names}))`)
    .where('removed_at', 'is', null)
    .execute();
}

/** The registered projects of the team that the selector means, gone from Neon or not. */
export async function listSelectedProjects(
  db: Db,
  scope: Scope,
  { projects, labels }: Pick<PolicySelector, 'projects' | 'labels'>,
): Promise<ProjectRow[]> {
  if (projects) return findProjects(db, scope, projects);
  return db
    .selectFrom('projects')
    .selectAll()
    .where(inScope(scope, 'projects'))
    .where('removed_at', 'is', null)
    .where(carries(labels ?? {}))
    .execute();
}

/** Holds for the projects that carry all of the labels. */
function carries(labels: Readonly<Record<string, string>>) {
  return sql<boolean>`labels @> ${JSON.stringify(labels)}::jsonb`;
}

/** A project of this team with the Neon id that was registered before and removed: it is revived, with all its history. */
export async function findRemovedProject(db: Db, scope: Scope, neonProjectId: string): Promise<ProjectRow | undefined> {
  return db
    .selectFrom('projects')
    .selectAll()
    .where(inScope(scope, 'projects'))
    .where('neon_project_id', '=', neonProjectId)
    .where('removed_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export async function listProjects(
  db: Db,
  scope: Scope,
  { labels }: ProjectFilter,
  page: PageRequest,
): Promise<Page<ProjectRow>> {
  let query = db.selectFrom('projects').selectAll().where(inScope(scope, 'projects')).where('removed_at', 'is', null);
  if (labels) query = query.where(carries(labels));
  return readPage(query, page, { start: 'prj_' });
}

/** What Neon says of the project: no new version, because no person changed it. */
export async function updateProjectMirror(
  tx: Tx,
  id: string,
  patch: Pick<
    Updateable<Database['projects']>,
    'name' | 'region' | 'pg_version' | 'plan' | 'history_retention_seconds' | 'synced_at' | 'gone_at'
  >,
): Promise<void> {
  await tx.updateTable('projects').set(patch).where('id', '=', id).execute();
}

/** The mirror is known to be wrong: it is as old as `at`, if it was younger. */
export async function ageMirror(db: Db, id: string, at: Date): Promise<void> {
  await db.updateTable('projects').set({ synced_at: at }).where('id', '=', id).where('synced_at', '>', at).execute();
}

/** Changes the row if it still has `version`; undefined where it has not. */
export async function updateProject(
  tx: Tx,
  id: string,
  version: number,
  patch: Updateable<Database['projects']>,
): Promise<ProjectRow | undefined> {
  return tx
    .updateTable('projects')
    .set((eb) => ({ ...patch, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst();
}

/** Whichever team has registered it: there is one at most. Its jobs have Neon's id as their lane. */
export async function findRegisteredProject(db: Db, neonProjectId: string): Promise<ProjectRow | undefined> {
  return db
    .selectFrom('projects')
    .selectAll()
    .where('neon_project_id', '=', neonProjectId)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
}

/**
 * Registered projects whose mirror is older than `before`, or than `goneBefore` where Neon did not show them any more, and for which no
 * comparison is promised.
 */
export async function listStaleProjects(
  db: Db,
  { before, goneBefore }: { readonly before: Date; readonly goneBefore: Date },
  limit: number,
): Promise<ProjectRow[]> {
  return db
    .selectFrom('projects')
    .selectAll()
    .where('removed_at', 'is', null)
    .where('synced_at', '<', before)
    .where((eb) => eb.or([eb('gone_at', 'is', null), eb('synced_at', '<', goneBefore)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('outbox')
            .select('outbox.id')
            .whereRef('outbox.lane', '=', 'projects.neon_project_id')
            .where('outbox.job', '=', 'project.reconcile')
            .where('outbox.status', '!=', 'done'),
        ),
      ),
    )
    .orderBy('synced_at')
    .limit(limit)
    .execute();
}

/** The registered projects of the team, with what a policy selects them by, and whether Neon still shows them. */
export async function listSelectableProjects(
  db: Db,
  scope: Scope,
): Promise<Pick<ProjectRow, 'id' | 'labels' | 'gone_at' | 'history_retention_seconds'>[]> {
  return db
    .selectFrom('projects')
    .select(['id', 'labels', 'gone_at', 'history_retention_seconds'])
    .where(inScope(scope, 'projects'))
    .where('removed_at', 'is', null)
    .orderBy('id')
    .execute();
}

/** Whether work that changes the project is promised or under way. Locks the project's row against new promises. */
export async function hasUnfinishedWork(tx: Tx, projectId: string): Promise<boolean> {
  await tx.selectFrom('projects').select('id').where('id', '=', projectId).forUpdate().execute();
  const restores = tx
    .selectFrom('restores')
    .select('id')
    .where('project_id', '=', projectId)
    .where(({ eb, or }) => or([eb('status', 'in', ['requested', 'running']), eb('clean_up', '=', 'pending')]));
  const snapshots = tx
    .selectFrom('snapshots')
    .select('id')
    .where('project_id', '=', projectId)
    .where(({ eb, or }) =>
      or([eb('status', 'in', ['requested', 'creating', 'expiring', 'purging']), eb('clean_up', '=', 'pending')]),
    );
  const preserved = tx
    .selectFrom('preserved_branches')
    .select('id')
    .where('project_id', '=', projectId)
    .where('status', '=', 'purging');
  const row = await restores.union(snapshots).union(preserved).limit(1).executeTakeFirst();
  return row !== undefined;
}

/** Locks the row for as long as the transaction lasts and returns it, if it is registered. Every promise of work in the project takes it, so that caps and names are counted one request at a time. */
export async function lockProject(tx: Tx, id: string): Promise<ProjectRow | undefined> {
  return tx
    .selectFrom('projects')
    .selectAll()
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** As `lockProject`, all of them in the order of their ids, so that two who do so cannot deadlock. */
export async function lockProjects(tx: Tx, ids: readonly string[]): Promise<ProjectRow[]> {
  return tx
    .selectFrom('projects')
    .selectAll()
    .where(sql<boolean>`id = any(${ids})`)
    .where('removed_at', 'is', null)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
}
