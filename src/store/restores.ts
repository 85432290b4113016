// Owns restore jobs and the branches that in-place restores preserved. Their statuses are changed by `status.ts` alone.

import { type Insertable, type RawBuilder, type Selectable, type Updateable, sql } from 'kysely';
import type { RestoreStatus } from '../core/lifecycle.ts';
import type { Database, Db, Tx } from './database.ts';
import { isWithin, type Page, type PageRequest, readPage, type TimeRange } from './page.ts';
import { inScope, type Scope } from './scope.ts';

export type RestoreRow = Selectable<Database['restores']>;
export type PreservedBranchRow = Selectable<Database['preserved_branches']>;

export interface RestoreFilter extends TimeRange {
  readonly projectId?: string | undefined;
  readonly branchId?: string | undefined;
  readonly status?: RestoreStatus | undefined;
}

export async function insertRestore(tx: Tx, row: Insertable<Database['restores']>): Promise<RestoreRow> {
  return tx.insertInto('restores').values(row).returningAll().executeTakeFirstOrThrow();
}

export async function findRestore(db: Db, scope: Scope, id: string): Promise<RestoreRow | undefined> {
  return db
    .selectFrom('restores')
    .selectAll()
    .where(inScope(scope, 'restores'))
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Those of the ids that the scope lets be seen. */
export async function findRestores(db: Db, scope: Scope, ids: readonly string[]): Promise<RestoreRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('restores').selectAll().where(inScope(scope, 'restores')).where('id', 'in', ids).execute();
}

/** For the worker, which has no team. */
export async function getRestoreRow(db: Db, id: string): Promise<RestoreRow> {
  return db.selectFrom('restores').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** The row, locked. */
export async function lockRestore(tx: Tx, id: string): Promise<RestoreRow> {
  return tx.selectFrom('restores').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

/** Everything but the status. */
export async function patchRestore(tx: Tx, id: string, patch: Updateable<Database['restores']>): Promise<void> {
  await tx.updateTable('restores').set(patch).where('id', '=', id).execute();
}

export async function listRestores(
  db: Db,
  scope: Scope,
  filter: RestoreFilter,
  page: PageRequest,
): Promise<Page<RestoreRow>> {
  let query = db
    .selectFrom('restores')
    .selectAll()
    .where(inScope(scope, 'restores'))
    .where(isWithin(filter, sql.ref('created_at')));
  if (filter.projectId !== undefined) query = query.where('project_id', '=', filter.projectId);
  if (filter.branchId !== undefined) query = query.where('branch_id', '=', filter.branchId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  return readPage(query, page, { start: 'rst_' });
}

/** Restores under way in the project that take a root branch slot which the mirror does not show yet: without a target, so far. */
export async function countRootSlotsPromised(db: Db, projectId: string): Promise<number> {
  const row = await db
    .selectFrom('restores')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('project_id', '=', projectId)
    .where('status', 'in', ['requested', 'running'])
    .where('target_branch_id', 'is', null)
    .where((eb) => eb.or([eb('target_kind', '=', 'in_place'), eb('source_kind', '=', 'neon_snapshot')]))
    .executeTakeFirstOrThrow();
  return row.count;
}

/** The restore that makes the branch its own past, requested or running: there is one at most. */
export async function findInPlaceUnderWay(db: Db, branchId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('restores')
    .select('id')
    .where('branch_id', '=', branchId)
    .where('target_kind', '=', 'in_place')
    .where('status', 'in', ['requested', 'running'])
    .executeTakeFirst();
  return row?.id;
}

/** The restores that made, or make, the branch its own past, with the names that people wished for what they preserve. */
export async function listInPlace(db: Db, branchId: string): Promise<Pick<RestoreRow, 'id' | 'preserve_as'>[]> {
  return db
    .selectFrom('restores')
    .select(['id', 'preserve_as'])
    .where('branch_id', '=', branchId)
    .where('target_kind', '=', 'in_place')
    .execute();
}

/** Whether a restore under way will give the name in the project. */
export async function isNamePromised(db: Db, projectId: string, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('restores')
    .select('id')
    .where('project_id', '=', projectId)
    .where('status', 'in', ['requested', 'running'])
    .where((eb) => eb.or([eb('target_name', '=', name), eb('preserve_as', '=', name)]))
    .executeTakeFirst();
  return row !== undefined;
}

/** Keeps what was preserved; false where it is kept already, and then nothing has changed. */
export async function insertPreservedBranch(tx: Tx, row: Insertable<Database['preserved_branches']>): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('preserved_branches')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function findPreservedBranches(db: Db, restoreIds: readonly string[]): Promise<PreservedBranchRow[]> {
  if (restoreIds.length === 0) return [];
  return db.selectFrom('preserved_branches').selectAll().where('id', 'in', restoreIds).execute();
}

/** Neon ids of the undo copies in the projects: no policy means them. */
export async function listPreservedNeonIds(db: Db, projectIds: readonly string[]): Promise<Set<string>> {
  if (projectIds.length === 0) return new Set();
  const { rows } = await undoCopiesIn(sql`${projectIds}`).execute(db);
  return new Set(rows.map((row) => row.neon_branch_id));
}

/** As `listPreservedNeonIds`, as a query. `projectIds` is an array. */
export function undoCopiesIn(projectIds: RawBuilder<unknown>): RawBuilder<Pick<PreservedBranchRow, 'neon_branch_id'>> {
  return sql`select neon_branch_id from preserved_branches
    where project_id = any(${projectIds}) and status in ('present', 'purging')`;
}

export async function findPreservedBranch(db: Db, restoreId: string): Promise<PreservedBranchRow | undefined> {
  return db.selectFrom('preserved_branches').selectAll().where('id', '=', restoreId).executeTakeFirst();
}

/** The row, locked. */
export async function lockPreservedBranch(tx: Tx, restoreId: string): Promise<PreservedBranchRow | undefined> {
  return tx.selectFrom('preserved_branches').selectAll().where('id', '=', restoreId).forUpdate().executeTakeFirst();
}

/** Everything but the status. */
export async function patchPreservedBranch(
  tx: Tx,
  restoreId: string,
  patch: Updateable<Database['preserved_branches']>,
): Promise<void> {
  await tx.updateTable('preserved_branches').set(patch).where('id', '=', restoreId).execute();
}

/** Those of the snapshots that a restore under way brings back: they are neither deleted nor expired meanwhile. */
export async function listSnapshotsInRestore(db: Db, snapshotIds: readonly string[]): Promise<Set<string>> {
  if (snapshotIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('restores')
    .select('snapshot_id')
    .where('snapshot_id', 'in', snapshotIds)
    .where('status', 'in', ['requested', 'running'])
    .execute();
  return new Set(rows.flatMap((row) => row.snapshot_id ?? []));
}

/** Restores of the project after which something in Neon is named, and those whose clean-up has left something. */
export async function listRestoresToReconcile(
  db: Db,
  projectId: string,
  ids: readonly string[],
): Promise<RestoreRow[]> {
  return db
    .selectFrom('restores')
    .selectAll()
    .where('project_id', '=', projectId)
    .where((eb) => eb.or([sql<boolean>`id = any(${ids})`, eb('clean_up', 'in', ['pending', 'left'])]))
    .orderBy('id')
    .execute();
}

/** Undo copies of the project, but for those that were purged, unless they are of one of the restores. */
export async function listPreservedToReconcile(
  db: Db,
  projectId: string,
  restoreIds: readonly string[],
): Promise<PreservedBranchRow[]> {
  return db
    .selectFrom('preserved_branches')
    .selectAll()
    .where('project_id', '=', projectId)
    .where((eb) => eb.or([eb('status', '!=', 'purged'), sql<boolean>`id = any(${restoreIds})`]))
    .orderBy('id')
    .execute();
}

/** Undo copies have the names that Neon lists them under: a person may rename one, and so may a restore that recorded no more. */
export async function nameUndoCopies(
  tx: Tx,
  projectId: string,
  listed: readonly { readonly id: string; readonly name: string }[],
  now: Date,
): Promise<void> {
  await sql`
    update preserved_branches set name = listed.name, updated_at = ${now}
    from unnest(${listed.map(({ id }) => id)}::text[], ${listed.map(({ name }) => name)}::text[]) as listed (id, name)
    where preserved_branches.project_id = ${projectId} and preserved_branches.neon_branch_id = listed.id
      and preserved_branches.name <> listed.name`.execute(tx);
}

export interface ReplacedBranch {
  /** The lineage that was restored. */
  readonly branch_id: string;
  /** The Neon id that it had, now its undo copy's. */
  readonly undo_neon_id: string;
  /** The Neon id that took its place. */
  readonly successor_neon_id: string;
}

/** Of restores in place that brought a snapshot back, as far as they have recorded both. */
export async function listReplacedBranches(db: Db, projectId: string): Promise<ReplacedBranch[]> {
  const { rows } = await sql<ReplacedBranch>`
    select restores.branch_id, preserved_branches.neon_branch_id as undo_neon_id,
      restores.progress ->> 'neonBranchId' as successor_neon_id
    from restores join preserved_branches on preserved_branches.id = restores.id
    where restores.project_id = ${projectId} and restores.progress ->> 'neonBranchId' <> preserved_branches.neon_branch_id`.execute(
    db,
  );
  return rows;
}
