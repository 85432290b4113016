// Owns what is known of the schedules that Neon was asked to keep, one for a branch.

import { type Insertable, type RawBuilder, type Selectable, sql } from 'kysely';
import type { Database, Db, Tx } from './database.ts';

export type DelegationRow = Selectable<Database['delegated_schedules']>;

export async function findDelegation(db: Db, branchId: string): Promise<DelegationRow | undefined> {
  return db.selectFrom('delegated_schedules').selectAll().where('branch_id', '=', branchId).executeTakeFirst();
}

export async function listDelegations(db: Db, branchIds: readonly string[]): Promise<DelegationRow[]> {
  if (branchIds.length === 0) return [];
  return (await delegationsOf(sql`${branchIds}`).execute(db)).rows;
}

/** As `listDelegations`, as a query. `branchIds` is an array. */
export function delegationsOf(branchIds: RawBuilder<unknown>): RawBuilder<DelegationRow> {
  return sql<DelegationRow>`select * from delegated_schedules where branch_id = any(${branchIds})`;
}

/** The branches whose schedule stands for the policy. */
export async function listBranchesOfDelegation(db: Db, policyId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('delegated_schedules')
    .select('branch_id')
    .where('policy_id', '=', policyId)
    .execute();
  return rows.map(({ branch_id }) => branch_id);
}

export async function listBranchesDelegatedIn(db: Db, projectId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('delegated_schedules')
    .select('branch_id')
    .where('project_id', '=', projectId)
    .execute();
  return rows.map(({ branch_id }) => branch_id);
}

/** Adds the row, or replaces the one of the branch. */
export async function putDelegation(tx: Tx, row: Insertable<Database['delegated_schedules']>): Promise<void> {
  const { branch_id: _branch, team_id: _team, project_id: _project, ...rest } = row;
  await tx
    .insertInto('delegated_schedules')
    .values(row)
    .onConflict((conflict) => conflict.column('branch_id').doUpdateSet(rest))
    .execute();
}

export async function removeDelegation(tx: Tx, branchId: string): Promise<void> {
  await tx.deleteFrom('delegated_schedules').where('branch_id', '=', branchId).execute();
}
