// Owns the shape of every table for Kysely. It runs nothing.
// A status is read and inserted freely, but updated by `status.ts` alone: its update type is `never`.

import type { ColumnType, Generated, Kysely, Transaction } from 'kysely';
import type { BranchState, StateReason } from '../core/branch-status.ts';
import type { FailureCode } from '../core/errors.ts';
import type { CredentialStatus, PreservedBranchStatus, RestoreStatus, SnapshotStatus } from '../core/lifecycle.ts';
import type { LockMode } from '../core/protection.ts';
import type { RestoreSourceKind, RestoreStepName, RestoreTargetKind } from '../core/restore-plan.ts';
import type { MaintenanceWindow } from '../core/maintenance.ts';
import type { ActorKind, Fixed, Json, JsonDefault, Nullable, Status } from './columns.ts';
import type { PresentCounts, ReportedFinding } from './findings.ts';
import type { HoldMatchView, HoldSnapshotTable, HoldTable } from './hold-tables.ts';
import type { ApiKeyTable, MembershipTable, TeamTable } from './identity-tables.ts';
import type { AttemptTable, OutboxTable } from './outbox/tables.ts';
import type {
  DelegatedScheduleTable,
  FiringTable,
  PolicyTable,
  PolicyVersionTable,
  RetentionPlanTable,
  ScheduleTable,
} from './policy-tables.ts';
import type { RefusalCountTable } from './refusal-table.ts';

export type { ActorKind } from './columns.ts';
export type { AttemptOutcome } from './outbox/tables.ts';
export type { PlannedDecision } from './policy-tables.ts';

export type { Role } from './identity-tables.ts';

export interface RecordedError {
  readonly code: FailureCode;
  readonly message: string;
}

/** Something that did not stop the work but that its owner should know. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

export interface RestoreStep {
  readonly name: RestoreStepName;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface SnapshotStep {
  readonly name: 'create' | 'await_operations' | 'read_back' | 'name';
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** What becomes of that which work without success has made in Neon; null where it made nothing. */
export type CleanUp = 'pending' | 'done' | 'left';

/** What the worker has learnt so far, so that a later attempt goes on where the former one stopped. */
export interface RestoreProgress {
  /** The branch that was made or restored. */
  readonly neonBranchId?: string;
  /** The branch that was served when an in-place restore from a snapshot began. */
  readonly servedNeonBranchId?: string;
  /** Its name in Neon at that moment. */
  readonly servedName?: string;
  readonly operationIds?: readonly string[];
}

interface CredentialTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  name: string;
  sealed_key: string;
  neon_account_id: string;
  status: Status<CredentialStatus>;
  version: Generated<number>;
  created_at: Fixed<Date>;
  updated_at: Date;
  deleted_at: Nullable<Date>;
}

export interface ProjectLimits {
  /** Root branches that the plan allows. */
  readonly rootBranches?: number;
  /** Manual snapshots that the plan allows. */
  readonly snapshots?: number;
}

interface ProjectTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  credential_id: string;
  neon_project_id: Fixed<string>;
  name: string;
  region: string;
  pg_version: number;
  plan: string;
  history_retention_seconds: number;
  labels: Json<Record<string, string>>;
  limits: Json<ProjectLimits>;
  maintenance_windows: JsonDefault<MaintenanceWindow[]>;
  version: Generated<number>;
  created_at: Fixed<Date>;
  updated_at: Date;
  synced_at: Date;
  removed_at: Nullable<Date>;
  /** When Neon was found not to show it any more. */
  gone_at: Nullable<Date>;
}

interface BranchTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  project_id: Fixed<string>;
  neon_branch_id: string;
  name: string;
  parent_neon_branch_id: Nullable<string>;
  is_default: boolean;
  is_protected: boolean;
  state: string;
  logical_size_bytes: Nullable<number>;
  neon_created_at: Date;
  history_started_at: Date;
  expires_at: Nullable<Date>;
  gone_at: Nullable<Date>;
  created_at: Fixed<Date>;
  updated_at: Date;
}

interface SnapshotTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  project_id: Fixed<string>;
  branch_id: Fixed<string>;
  policy_id: Fixed<string | null>;
  policy_version: Fixed<number | null>;
  name: string;
  kind: Fixed<'neon_snapshot' | 'branch'>;
  status: Status<SnapshotStatus>;
  requested_at_instant: Nullable<Date>;
  requested_lsn: Fixed<string | null>;
  point_at: Nullable<Date>;
  lsn: Nullable<string>;
  neon_id: Nullable<string>;
  neon_branch_id: Nullable<string>;
  size_bytes: Nullable<number>;
  kept_because: string[];
  operation_ids: ColumnType<string[], string[] | undefined, string[]>;
  unverified: ColumnType<string[], string[] | undefined, string[]>;
  warnings: JsonDefault<Warning[]>;
  error: ColumnType<RecordedError | null, string | null | undefined, string | null>;
  steps: JsonDefault<SnapshotStep[]>;
  clean_up: Nullable<CleanUp>;
  /** The retention lock: all five, or none. */
  lock_mode: Nullable<LockMode>;
  lock_until: Nullable<Date>;
  lock_grace_until: Nullable<Date>;
  locked_at: Nullable<Date>;
  /** Of the policy, or of the API key. */
  locked_by: Nullable<string>;
  version: Generated<number>;
  created_at: Fixed<Date>;
  updated_at: Date;
  started_at: Nullable<Date>;
  available_at: Nullable<Date>;
  ended_at: Nullable<Date>;
}

interface RestoreTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  project_id: Fixed<string>;
  branch_id: Fixed<string>;
  snapshot_id: Fixed<string | null>;
  source_kind: Fixed<RestoreSourceKind>;
  source_at: Fixed<Date | null>;
  source_lsn: Fixed<string | null>;
  target_kind: Fixed<RestoreTargetKind>;
  target_name: Fixed<string | null>;
  preserve_as: Fixed<string | null>;
  expires_at: Fixed<Date | null>;
  target_branch_id: Nullable<string>;
  status: Status<RestoreStatus>;
  steps: Json<RestoreStep[]>;
  progress: JsonDefault<RestoreProgress>;
  unverified: ColumnType<string[], string[] | undefined, string[]>;
  warnings: JsonDefault<Warning[]>;
  error: ColumnType<RecordedError | null, string | null | undefined, string | null>;
  clean_up: Nullable<CleanUp>;
  version: Generated<number>;
  created_at: Fixed<Date>;
  updated_at: Date;
  started_at: Nullable<Date>;
  ended_at: Nullable<Date>;
}

interface PreservedBranchTable {
  /** The restore's id. */
  id: Fixed<string>;
  team_id: Fixed<string>;
  project_id: Fixed<string>;
  neon_branch_id: Fixed<string>;
  name: string;
  status: Status<PreservedBranchStatus>;
  waits_for: Nullable<string>;
  version: Generated<number>;
  created_at: Fixed<Date>;
  updated_at: Date;
}

interface LaneTable {
  key: Fixed<string>;
}

interface ReconcileReportTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  project_id: Fixed<string>;
  requested_by: Fixed<ActorKind>;
  created_at: Fixed<Date>;
  /** When Neon was compared, and what is to be done about it was recorded. */
  compared_at: Nullable<Date>;
  ended_at: Nullable<Date>;
  is_project_gone: ColumnType<boolean, boolean | undefined, boolean>;
  present: ColumnType<PresentCounts | null, string | null | undefined, string | null>;
  findings: JsonDefault<ReportedFinding[]>;
  error: ColumnType<RecordedError | null, string | null | undefined, string | null>;
}

interface BranchStatusTable {
  branch_id: Fixed<string>;
  team_id: Fixed<string>;
  project_id: Fixed<string>;
  /** Those that cover it, and since when each is known to. */
  policies: Json<CoveringSince[]>;
  state: BranchState;
  reasons: StateReason[];
  last_point_id: Nullable<string>;
  last_point_at: Nullable<Date>;
  rpo_seconds: Nullable<number>;
  next_firing_at: Nullable<Date>;
  version: number;
  /** When the state or its reasons last changed. */
  changed_at: Date;
}

export interface CoveringSince {
  readonly id: string;
  readonly since: string;
}

interface StatusCheckTable {
  team_id: Fixed<string>;
  checked_at: Date;
}

interface ReadinessCheckTable {
  id: Fixed<number>;
  at: Date;
}

interface IdempotencyKeyTable {
  /** Whose it is: a team's, or of a command that is not about the team in which the actor acts, the actor's. */
  team_id: Fixed<string>;
  key: Fixed<string>;
  fingerprint: string;
  token: string;
  claimed_until: Date;
  response: ColumnType<unknown, string | null | undefined, string>;
  created_at: Date;
}

interface AuditHeadTable {
  team_id: Fixed<string>;
  sequence: number;
  hash: Buffer;
  /** Of the last event. */
  at: Nullable<Date>;
}

interface AuditEventTable {
  team_id: Fixed<string>;
  sequence: Fixed<number>;
  id: Fixed<string>;
  at: Fixed<Date>;
  actor_kind: Fixed<ActorKind>;
  actor_id: Fixed<string>;
  actor_label: Fixed<string | null>;
  action: Fixed<string>;
  subject_kind: Fixed<string>;
  subject_id: Fixed<string>;
  request_id: Fixed<string | null>;
  source_address: Fixed<string | null>;
  details: ColumnType<Record<string, unknown>, string, never>;
  before: ColumnType<Record<string, unknown> | null, string | null, never>;
  after: ColumnType<Record<string, unknown> | null, string | null, never>;
  form: Fixed<number>;
  previous_hash: Fixed<Buffer>;
  hash: Fixed<Buffer>;
}

interface AuditClosingTable {
  team_id: Fixed<string>;
  /** Of UTC, such as 2026-09. */
  month: Fixed<string>;
  sequence: Fixed<number>;
  hash: Fixed<Buffer>;
  at: Fixed<Date>;
  signature: Fixed<string>;
  created_at: Fixed<Date>;
}

interface SignInTable {
  team_id: Fixed<string>;
  actor_id: Fixed<string>;
  at: Fixed<Date>;
}

export interface Database {
  teams: TeamTable;
  api_keys: ApiKeyTable;
  memberships: MembershipTable;
  credentials: CredentialTable;
  projects: ProjectTable;
  branches: BranchTable;
  policies: PolicyTable;
  policy_versions: PolicyVersionTable;
  delegated_schedules: DelegatedScheduleTable;
  schedules: ScheduleTable;
  firings: FiringTable;
  retention_plans: RetentionPlanTable;
  snapshots: SnapshotTable;
  holds: HoldTable;
  hold_snapshots: HoldSnapshotTable;
  hold_matches: HoldMatchView;
  restores: RestoreTable;
  preserved_branches: PreservedBranchTable;
  lanes: LaneTable;
  outbox: OutboxTable;
  attempts: AttemptTable;
  reconcile_reports: ReconcileReportTable;
  branch_statuses: BranchStatusTable;
  status_checks: StatusCheckTable;
  readiness_checks: ReadinessCheckTable;
  idempotency_keys: IdempotencyKeyTable;
  audit_heads: AuditHeadTable;
  audit_events: AuditEventTable;
  audit_closings: AuditClosingTable;
  audit_refusal_counts: RefusalCountTable;
  sign_ins: SignInTable;
}

/** A pool or a transaction: reads take either. */
export type Db = Kysely<Database>;
/** Writes that belong together ask for a transaction. */
export type Tx = Transaction<Database>;
