// Owns the reports of comparing projects with Neon. Only the newest one of a project is of use; older ones are dropped once they ended.

import type { Insertable, Selectable, Updateable } from 'kysely';
import type { Database, Db, Tx } from './database.ts';
import { inScope, type Scope } from './scope.ts';

export type ReportRow = Selectable<Database['reconcile_reports']>;

export async function insertReport(tx: Tx, row: Insertable<Database['reconcile_reports']>): Promise<ReportRow> {
  return tx.insertInto('reconcile_reports').values(row).returningAll().executeTakeFirstOrThrow();
}

/** For the worker, which has no team. */
export async function getReportRow(db: Db, id: string): Promise<ReportRow> {
  return db.selectFrom('reconcile_reports').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

export async function patchReport(tx: Tx, id: string, patch: Updateable<Database['reconcile_reports']>): Promise<void> {
  await tx.updateTable('reconcile_reports').set(patch).where('id', '=', id).execute();
}

/** The newest report of each project that says something, or that somebody asked for: the clock's are shown once they have compared. */
export async function listNewestReports(db: Db, scope: Scope, projectIds: readonly string[]): Promise<ReportRow[]> {
  if (projectIds.length === 0) return [];
  return db
    .selectFrom('reconcile_reports')
    .distinctOn('project_id')
    .selectAll()
    .where(inScope(scope, 'reconcile_reports'))
    .where('project_id', 'in', projectIds)
    .where((eb) => eb.or([eb('compared_at', 'is not', null), eb('requested_by', '!=', 'scheduler')]))
    .orderBy('project_id')
    .orderBy('id', 'desc')
    .execute();
}

/** One whose job nobody has begun, and so will see what is in Neon from now on. */
export async function findReportToCome(db: Db, projectId: string): Promise<ReportRow | undefined> {
  return db
    .selectFrom('reconcile_reports')
    .innerJoin('outbox', 'outbox.subject_id', 'reconcile_reports.id')
    .selectAll('reconcile_reports')
    .where('reconcile_reports.project_id', '=', projectId)
    .where('reconcile_reports.requested_by', '!=', 'scheduler')
    .where('outbox.status', '!=', 'done')
    .where('outbox.begun_at', 'is', null)
    .orderBy('reconcile_reports.id')
    .limit(1)
    .executeTakeFirst();
}

/** Drops the project's reports that ended before this one. */
export async function dropOlderReports(
  tx: Tx,
  { id, project_id }: Pick<ReportRow, 'id' | 'project_id'>,
): Promise<void> {
  await tx
    .deleteFrom('reconcile_reports')
    .where('project_id', '=', project_id)
    .where('id', '<', id)
    .where('ended_at', 'is not', null)
    .execute();
}
