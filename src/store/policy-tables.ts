// Owns the shapes of the tables of policies for Kysely: what they say, what fired, and what they would let go. It runs nothing.

import type { ColumnType, Generated } from 'kysely';
import type { FiringStatus, RetentionPlanStatus } from '../core/lifecycle.ts';
import type { DelegationState, NativeSchedule } from '../core/delegation.ts';
import type { FailureCode } from '../core/errors.ts';
import type {
  MissedFirings,
  PolicyLimits,
  PolicyObjectives,
  PolicyRule,
  PolicyStore,
  ScheduleEngine,
} from '../core/policy.ts';
import type { Protection } from '../core/protection.ts';
import type { RetentionRule } from '../core/retention.ts';
import type { PolicySelector } from '../core/selector.ts';
import type { ActorKind, Fixed, Json, JsonDefault, Nullable, Status } from './columns.ts';

export interface PolicyTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  name: string;
  selector: Json<PolicySelector>;
  retention: Json<RetentionRule>;
  protection: ColumnType<Protection | null, string | null | undefined, string | null>;
  store: ColumnType<PolicyStore, PolicyStore | undefined, PolicyStore>;
  objectives: JsonDefault<PolicyObjectives>;
  missed_firings: ColumnType<MissedFirings, MissedFirings | undefined, MissedFirings>;
  limits: JsonDefault<PolicyLimits>;
  /** Nothing fires from then on, until `paused_until` or a person's word. */
  paused_at: Nullable<Date>;
  paused_until: Nullable<Date>;
  version: Generated<number>;
  created_at: Fixed<Date>;
  updated_at: Date;
  deleted_at: Nullable<Date>;
}

export interface ScheduleTable {
  id: Fixed<string>;
  policy_id: Fixed<string>;
  name: Fixed<string>;
  cron: string;
  time_zone: string;
  jitter_seconds: ColumnType<number, number | undefined, number>;
  start_within_seconds: Nullable<number>;
  engine: ColumnType<ScheduleEngine, ScheduleEngine | undefined, ScheduleEngine>;
  next_firing_at: Nullable<Date>;
  /** What was due before, it had not promised. */
  since: ColumnType<Date, Date | undefined, Date>;
  removed_at: Nullable<Date>;
}

export interface DelegatedScheduleTable {
  branch_id: Fixed<string>;
  team_id: Fixed<string>;
  project_id: Fixed<string>;
  /** Of the branch when it was last looked at. */
  neon_branch_id: string;
  policy_id: string;
  /** What Neon was asked for last; empty while it is taken back. */
  asked: Json<readonly NativeSchedule[]>;
  /** What Neon had when it was asked: ours, or nothing. */
  replaced: Json<readonly NativeSchedule[]>;
  /** What Neon showed last; null before that. */
  seen: ColumnType<readonly NativeSchedule[] | null, string | null | undefined, string | null>;
  state: DelegationState;
  error: ColumnType<DelegationError | null, string | null | undefined, string | null>;
  checked_at: Nullable<Date>;
  updated_at: Date;
}

interface DelegationError {
  readonly code: FailureCode;
  readonly message: string;
}

export interface PolicyVersionTable {
  policy_id: Fixed<string>;
  version: Fixed<number>;
  team_id: Fixed<string>;
  rule: ColumnType<PolicyRule, string, never>;
  actor_kind: Fixed<ActorKind>;
  actor_id: Fixed<string>;
  created_at: Fixed<Date>;
}

/** What a plan says of one point. */
export interface PlannedDecision {
  readonly snapshotId: string;
  readonly branchId: string;
  readonly pointAt: string;
  readonly keep: boolean;
  readonly reasons: readonly string[];
}

export interface RetentionPlanTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  policy_id: Fixed<string>;
  policy_version: Fixed<number>;
  /** A pass that would have expired too much by itself, or a person's wish. */
  cause: Fixed<'limit' | 'requested'>;
  branch_ids: Fixed<string[]>;
  frozen_branch_ids: Fixed<string[]>;
  hash: Fixed<string>;
  keep_count: Fixed<number>;
  expire_ids: Fixed<string[]>;
  decisions: ColumnType<PlannedDecision[], string, never>;
  status: Status<RetentionPlanStatus>;
  decided_by_kind: Nullable<ActorKind>;
  decided_by: Nullable<string>;
  decided_at: Nullable<Date>;
  version: Generated<number>;
  created_at: Fixed<Date>;
  updated_at: Date;
}

export interface FiringTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  policy_id: Fixed<string>;
  schedule_id: Fixed<string>;
  branch_id: Fixed<string>;
  due_at: Fixed<Date>;
  status: Status<FiringStatus>;
  reason: Nullable<string>;
  snapshot_id: Fixed<string | null>;
  version: Generated<number>;
  created_at: Fixed<Date>;
  updated_at: Date;
}
