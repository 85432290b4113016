// Owns reading, in one statement, everything with which policies are shown. It decides nothing.

import { type RawBuilder, sql } from 'kysely';
import { type SelectableBranchRow, selectableBranchesIn } from './branches.ts';
import type { Db } from './database.ts';
import { type DelegationRow, delegationsOf } from './delegations.ts';
import { policiesMeaning, type PolicyRow, type ScheduleRow, schedulesOf } from './policies.ts';
import type { ProjectRow } from './projects.ts';
import { inScope, type Scope } from './scope.ts';
import { readTogether } from './together.ts';

export interface PolicyFacts {
  readonly policies: PolicyRow[];
  /** The present ones, by name. */
  readonly schedules: ScheduleRow[];
  /** Those registered projects that one of the policies may select. */
  readonly projects: Pick<ProjectRow, 'id' | 'labels' | 'gone_at' | 'history_retention_seconds'>[];
  /** Of those projects, where Neon shows them. */
  readonly branches: SelectableBranchRow[];
  /** Of those branches, where one of the policies leaves its schedules to Neon. */
  readonly delegations: DelegationRow[];
}

export async function readFactsOfPolicies(db: Db, scope: Scope, ids: readonly string[]): Promise<PolicyFacts> {
  return readFacts(db, scope, sql`select * from policies where team_id = ${scope.teamId} and id = any(${ids})`);
}

/** Of every policy that may mean one of the branches, by what it says of projects. */
export async function readFactsOfBranches(db: Db, scope: Scope, branchIds: readonly string[]): Promise<PolicyFacts> {
  const projectIds = sql`array(
    select distinct project_id from branches where ${inScope(scope, 'branches')} and id = any(${branchIds}))`;
  return readFacts(db, scope, policiesMeaning(scope.teamId, projectIds));
}

async function readFacts(db: Db, scope: Scope, chosen: RawBuilder<PolicyRow>): Promise<PolicyFacts> {
  const facts: { [K in keyof PolicyFacts]: RawBuilder<PolicyFacts[K][number]> } = {
    policies: sql`select * from chosen order by id`,
    schedules: schedulesOf(sql`array(select id from chosen)`),
    projects: sql`select * from reached order by id`,
    branches: sql`select * from selectable`,
    delegations: sql`select * from (${delegationsOf(sql`array(select id from selectable)`)}) as known where exists (
      select from schedules where policy_id = any(array(select id from chosen)) and removed_at is null and engine = 'neon')`,
  };
  return readTogether(
    db,
    facts,
    sql`with chosen as materialized (${chosen}),
      reached as materialized (
        select id, labels, gone_at, history_retention_seconds from projects
        where ${inScope(scope, 'projects')} and removed_at is null and exists (
          select from chosen
          where chosen.selector -> 'projects' ? projects.id or projects.labels @> (chosen.selector -> 'labels'))),
      selectable as materialized (
        ${selectableBranchesIn(sql`array(select id from reached where gone_at is null)`)})`,
  );
}
