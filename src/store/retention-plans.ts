// Owns plans of retention.

import { createHash } from 'node:crypto';
import { type Insertable, type Selectable, sql } from 'kysely';
import type { RetentionPlanStatus } from '../core/lifecycle.ts';
import type { Database, Db, Tx } from './database.ts';
import { type Page, type PageRequest, readPage } from './page.ts';

export type RetentionPlanRow = Selectable<Database['retention_plans']>;
export type RetentionPlanSummary = Omit<RetentionPlanRow, 'decisions'>;

/** SHA-256 in hexadecimal of what an approval is bound to: which version of which policy lets what go. */
export function hashOfPlan(
  policy: { readonly id: string; readonly version: number },
  expireIds: readonly string[],
): string {
  return createHash('sha256')
    .update(JSON.stringify([policy.id, policy.version, expireIds]))
    .digest('hex');
}

export async function insertRetentionPlan(
  tx: Tx,
  row: Insertable<Database['retention_plans']>,
): Promise<RetentionPlanRow> {
  return tx.insertInto('retention_plans').values(row).returningAll().executeTakeFirstOrThrow();
}

export async function findRetentionPlan(db: Db, teamId: string, id: string): Promise<RetentionPlanRow | undefined> {
  return db
    .selectFrom('retention_plans')
    .selectAll()
    .where('team_id', '=', teamId)
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function lockRetentionPlan(tx: Tx, id: string): Promise<RetentionPlanRow> {
  return tx.selectFrom('retention_plans').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

/** What a limit has stopped on the branch and nobody has approved: newest first, locked. */
export async function lockStoppedPlans(tx: Tx, policyId: string, branchId: string): Promise<RetentionPlanRow[]> {
  return tx
    .selectFrom('retention_plans')
    .selectAll()
    .where('policy_id', '=', policyId)
    .where('cause', '=', 'limit')
    .where('status', 'in', ['pending', 'rejected'])
    .where(sql<boolean>`branch_ids @> array[${branchId}]::text[]`)
    .orderBy('id', 'desc')
    .forUpdate()
    .execute();
}

/** What was asked for of the policy and nobody has decided, locked. */
export async function lockPendingRequests(tx: Tx, policyId: string): Promise<RetentionPlanRow[]> {
  return tx
    .selectFrom('retention_plans')
    .selectAll()
    .where('policy_id', '=', policyId)
    .where('cause', '=', 'requested')
    .where('status', '=', 'pending')
    .orderBy('id')
    .forUpdate()
    .execute();
}

export interface RetentionPlanFilter {
  readonly policyId?: string | undefined;
  readonly status?: RetentionPlanStatus | undefined;
}

/** Newest first, without their decisions. */
export async function listRetentionPlans(
  db: Db,
  teamId: string,
  filter: RetentionPlanFilter,
  page: PageRequest,
): Promise<Page<RetentionPlanSummary>> {
  let query = db
    .selectFrom('retention_plans')
    .select([
      'id',
      'team_id',
      'policy_id',
      'policy_version',
      'cause',
      'branch_ids',
      'frozen_branch_ids',
      'hash',
      'keep_count',
      'expire_ids',
      'status',
      'decided_by_kind',
      'decided_by',
      'decided_at',
      'version',
      'created_at',
      'updated_at',
    ])
    .where('team_id', '=', teamId);
  if (filter.policyId !== undefined) query = query.where('policy_id', '=', filter.policyId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  return readPage(query, page, { start: 'rtp_' });
}
