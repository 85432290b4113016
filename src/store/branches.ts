// Owns the mirror of Neon's branches under lineage ids of our own, which outlive the change of Neon's id by a restore.

import { type Insertable, type RawBuilder, type Selectable, sql, type Updateable } from 'kysely';
import type { Database, Db, Tx } from './database.ts';
import { type Page, type PageRequest, readPage } from './page.ts';
import { inScope, type Scope } from './scope.ts';

export type BranchRow = Selectable<Database['branches']>;

export async function insertBranch(tx: Tx, row: Insertable<Database['branches']>): Promise<void> {
  await tx.insertInto('branches').values(row).execute();
}

export async function updateBranch(tx: Tx, id: string, patch: Updateable<Database['branches']>): Promise<void> {
  await tx.updateTable('branches').set(patch).where('id', '=', id).execute();
}

/** A branch of a registered project of the team, gone from Neon or not. */
export async function findBranch(db: Db, scope: Scope, id: string): Promise<BranchRow | undefined> {
  return db
    .selectFrom('branches')
    .selectAll()
    .where(inScope(scope, 'branches'))
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function findBranches(db: Db, scope: Scope, ids: readonly string[]): Promise<BranchRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('branches').selectAll().where(inScope(scope, 'branches')).where('id', 'in', ids).execute();
}

/** For the worker, which has no team. */
export async function getBranchRow(db: Db, id: string): Promise<BranchRow> {
  return db.selectFrom('branches').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** The branches of the projects that Neon had when it was last asked. */
export async function listPresentBranches(db: Db, projectIds: readonly string[]): Promise<BranchRow[]> {
  if (projectIds.length === 0) return [];
  return db
    .selectFrom('branches')
    .selectAll()
    .where(sql<boolean>`project_id = any(${projectIds})`)
    .where('gone_at', 'is', null)
    .orderBy('id')
    .execute();
}

/** The rows that had these Neon ids and are gone, the one that went last first. */
export async function listGoneBranches(
  db: Db,
  projectId: string,
  neonBranchIds: readonly string[],
): Promise<BranchRow[]> {
  if (neonBranchIds.length === 0) return [];
  return db
    .selectFrom('branches')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('neon_branch_id', 'in', neonBranchIds)
    .where('gone_at', 'is not', null)
    .orderBy('gone_at', 'desc')
    .orderBy('id')
    .execute();
}

export async function listBranches(
  db: Db,
  scope: Scope,
  projectId: string,
  page: PageRequest,
): Promise<Page<BranchRow>> {
  const query = db
    .selectFrom('branches')
    .selectAll()
    .where(inScope(scope, 'branches'))
    .where('project_id', '=', projectId)
    .where('gone_at', 'is', null);
  return readPage(query, page, { start: 'brn_' });
}

/** The rows of the ids, of any team: for what a row of the team refers to. */
export async function listBranchRows(db: Db, ids: readonly string[]): Promise<BranchRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('branches').selectAll().where('id', 'in', ids).execute();
}

export interface SelectableBranchRow {
  readonly id: string;
  readonly projectId: string;
  readonly neonBranchId: string;
  readonly name: string;
  readonly isDefault: boolean;
  readonly isRoot: boolean;
  /** As Neon last said; null until it has. */
  readonly sizeBytes: number | null;
}

/** How many branches, and root branches, each of the projects has in Neon, undo copies included. */
export async function countPresentBranches(
  db: Db,
  projectIds: readonly string[],
): Promise<Map<string, { all: number; roots: number }>> {
  const rows = await db
    .selectFrom('branches')
    .select(({ fn }) => [
      'project_id',
      fn.countAll<string>().as('every'),
      fn.countAll<string>().filterWhere('parent_neon_branch_id', 'is', null).as('roots'),
    ])
    .where(sql<boolean>`project_id = any(${projectIds})`)
    .where('gone_at', 'is', null)
    .groupBy('project_id')
    .execute();
  return new Map(
    rows.map(({ project_id, every, roots }) => [project_id, { all: Number(every), roots: Number(roots) }]),
  );
}

/** What a policy selects by, of the present branches of the projects; without undo copies, which no policy means. */
export async function listSelectableBranches(db: Db, projectIds: readonly string[]): Promise<SelectableBranchRow[]> {
  if (projectIds.length === 0) return [];
  return (await selectableBranchesIn(sql`${projectIds}`).execute(db)).rows;
}

/** As `listSelectableBranches`, as a query. `projectIds` is an array. */
export function selectableBranchesIn(projectIds: RawBuilder<unknown>): RawBuilder<SelectableBranchRow> {
  return sql<SelectableBranchRow>`
    select id, project_id as "projectId", neon_branch_id as "neonBranchId", logical_size_bytes as "sizeBytes", name,
      is_default as "isDefault", parent_neon_branch_id is null as "isRoot"
    from branches
    where project_id = any(${projectIds}) and gone_at is null and not exists (
      select from preserved_branches
      where preserved_branches.project_id = branches.project_id
        and preserved_branches.neon_branch_id = branches.neon_branch_id
        and preserved_branches.status in ('present', 'purging'))`;
}
