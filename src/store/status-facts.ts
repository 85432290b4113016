// Owns reading, in one statement, everything by which some branches are judged as they are now. It judges nothing.

import { type RawBuilder, sql } from 'kysely';
import type { BranchRow } from './branches.ts';
import type { Db } from './database.ts';
import { type DelegationRow, delegationsOf } from './delegations.ts';
import { policiesMeaning, type PolicyRow, type ScheduleRow, schedulesOf } from './policies.ts';
import { undoCopiesIn } from './restores.ts';
import { inScope, type Scope } from './scope.ts';
import {
  type HeldInCap,
  type LineFacts,
  lineFactsOf,
  type NewestPoint,
  newestPointsOf,
  snapshotsInCap,
  type StatusRow,
  type WatchedProject,
} from './statuses.ts';
import { readTogether } from './together.ts';

export interface StatusFacts {
  /** Those of the ids that the scope lets be seen, gone or not. `is_watched`: Neon shows it, or it has gone together with its project. */
  readonly branches: (BranchRow & { readonly is_watched: boolean })[];
  /** Those of the branches, removed or not. */
  readonly projects: WatchedProject[];
  /** What was known of the projects' branches before. */
  readonly known: StatusRow[];
  /** Those that may mean one of the projects. */
  readonly policies: PolicyRow[];
  readonly schedules: ScheduleRow[];
  readonly undoCopies: { readonly neon_branch_id: string }[];
  /** Of each branch and each of the policies that selects it: rather one too many, since who covers a branch is not decided here. */
  readonly lines: LineFacts[];
  readonly delegations: DelegationRow[];
  readonly points: NewestPoint[];
  readonly held: HeldInCap[];
}

export async function readStatusFacts(db: Db, scope: Scope, branchIds: readonly string[]): Promise<StatusFacts> {
  const projectIds = sql`array(select id from own)`;
  const asked = sql`array(select id from asked)`;
  const facts: { [K in keyof StatusFacts]: RawBuilder<StatusFacts[K][number]> } = {
    branches: sql`select asked.*, (asked.gone_at is null or coalesce(asked.gone_at >= own.gone_at, false)) as is_watched
      from asked join own on own.id = asked.project_id`,
    projects: sql`select own.*, credentials.status as "credentialStatus"
      from own join credentials on credentials.id = own.credential_id`,
    known: sql`select * from branch_statuses where branch_id = any(${asked})`,
    policies: sql`select * from may order by id`,
    schedules: schedulesOf(sql`array(select id from may)`),
    undoCopies: undoCopiesIn(projectIds),
    lines: lineFactsOf(sql`lines`),
    delegations: delegationsOf(asked),
    points: newestPointsOf(asked),
    held: snapshotsInCap(projectIds),
  };
  return readTogether(
    db,
    facts,
    sql`with asked as materialized (
        select * from branches where ${inScope(scope, 'branches')} and id = any(${branchIds})),
      own as materialized (
        select * from projects where ${inScope(scope, 'projects')} and id = any(array(select project_id from asked))),
      may as materialized (${policiesMeaning(scope.teamId, sql`array(select id from own where removed_at is null)`)}),
      lines as materialized (
        select may.id as "policyId", asked.id as "branchId"
        from asked join own on own.id = asked.project_id
        join may on ${selectsProject} and ${selectsBranch})`,
  );
}

// As `core/selector.ts` decides, who covers a branch: here only so that nothing is looked up for pairs that it would never choose.
const selectsProject = sql`(may.selector -> 'projects' ? own.id or own.labels @> (may.selector -> 'labels'))`;
const selectsBranch = sql`(case may.selector ->> 'branches' when 'default' then asked.is_default
  when 'roots' then asked.parent_neon_branch_id is null else may.selector -> 'branches' ? asked.name end)`;
