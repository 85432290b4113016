// Owns the shape of every table for Kysely. It runs nothing.
// A status is read and inserted freely, but updated by `status.ts` alone: its update type is `never`.

import type { ColumnType, Generated, Kysely, Transaction } from 'kysely';
import type { FailureCode } from '../core/errors.ts';
import type {
  CredentialStatus,
  FiringStatus,
  PreservedBranchStatus,
  RestoreStatus,
  SnapshotStatus,
} from '../core/lifecycle.ts';
import type { LockMode } from '../core/protection.ts';
import type { RestoreSourceKind, RestoreStepName, RestoreTargetKind } from '../core/restore-plan.ts';
import type { RetentionRule } from '../core/retention.ts';
import type { PolicySelector } from '../core/selector.ts';
import type { PresentCounts, ReportedFinding } from './findings.ts';

/** A status column: `status.ts` holds the one statement that updates it. */
type Status<S> = ColumnType<S, S, never>;
/** Fixed at insert. */
type Fixed<T> = ColumnType<T, T, never>;
/** A jsonb column: read as its value, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;
type JsonDefault<T> = ColumnType<T, string | undefined, string>;
type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;

export type Role = 'viewer' | 'operator' | 'approver' | 'admin';
export type ActorKind = 'person' | 'service' | 'scheduler';

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

interface TeamTable {
  id: Fixed<string>;
  slug: string;
  name: string;
  created_at: Fixed<Date>;
}

interface ApiKeyTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  name: string;
  prefix: Fixed<string>;
  hash: Fixed<Buffer>;
  role: Role;
  kind: Fixed<'person' | 'service'>;
  created_at: Fixed<Date>;
  revoked_at: Nullable<Date>;
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

interface PolicyTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  name: string;
  selector: Json<PolicySelector>;
  retention: Json<RetentionRule>;
  version: Generated<number>;
  created_at: Fixed<Date>;
  updated_at: Date;
  deleted_at: Nullable<Date>;
}

interface ScheduleTable {
  id: Fixed<string>;
  policy_id: Fixed<string>;
  name: Fixed<string>;
  cron: string;
  time_zone: string;
  next_firing_at: Nullable<Date>;
  removed_at: Nullable<Date>;
}

interface FiringTable {
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
  requested_at_instant: Fixed<Date | null>;
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

interface HoldTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  matter: Fixed<string>;
  reason: Fixed<string>;
  /** With `from_at` and `until_at`, both included; null where it names snapshots. */
  branch_id: Fixed<string | null>;
  from_at: Fixed<Date | null>;
  until_at: Fixed<Date | null>;
  placed_by_kind: Fixed<ActorKind>;
  placed_by: Fixed<string>;
  created_at: Fixed<Date>;
  /** Snapshots that were on their way out and stay, and those for which it came too late. */
  turned_back: ColumnType<string[], string[] | undefined, string[]>;
  too_late: ColumnType<string[], string[] | undefined, string[]>;
  released_at: Nullable<Date>;
  released_by_kind: Nullable<ActorKind>;
  released_by: Nullable<string>;
  release_reason: Nullable<string>;
}

interface HoldSnapshotTable {
  hold_id: Fixed<string>;
  snapshot_id: Fixed<string>;
}

/** A view: which snapshots each hold covers. A hold binds while it is not released. */
interface HoldMatchView {
  snapshot_id: ColumnType<string, never, never>;
  hold_id: ColumnType<string, never, never>;
  released_at: ColumnType<Date | null, never, never>;
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

interface OutboxTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  job: Fixed<string>;
  subject_id: Fixed<string>;
  lane: Fixed<string | null>;
  priority: Fixed<number>;
  not_before: Date;
  status: ColumnType<'waiting' | 'released' | 'done', 'waiting' | undefined, 'waiting' | 'released' | 'done'>;
  release: Generated<number>;
  fence: Generated<number>;
  claimed_until: Nullable<Date>;
  attempts: Generated<number>;
  /** Why it waits: `waits_for_neon`, or the code of what made it wait. */
  reason: Nullable<string>;
  /** Whose refusal pauses it, and whose rate limit it draws on. */
  credential_id: Fixed<string | null>;
  account_id: Fixed<string | null>;
  /** When the queue is to deliver the paused row again, by the database's clock. */
  look_at: Nullable<Date>;
  created_at: Fixed<Date>;
  /** When its budget began to run, moved on by the time in which it was not allowed to try. */
  begun_at: Nullable<Date>;
  /** Since when it is not allowed to try: that time is not drawn on its budget. */
  paused_at: Nullable<Date>;
  released_at: Nullable<Date>;
  finished_at: Nullable<Date>;
}

/** How an attempt ended; null while it runs. `taken_over`: its job was ended from outside. `lost`: its process died, or another took its row. */
export type AttemptOutcome =
  | 'finished'
  | 'failed'
  | 'waits_for_neon'
  | 'tried_again'
  | 'throttled'
  | 'credential_refused'
  | 'handed_back'
  | 'taken_over'
  | 'lost';

interface AttemptTable {
  job_id: Fixed<string>;
  fence: Fixed<number>;
  release: Fixed<number>;
  worker: Fixed<string>;
  started_at: Fixed<Date>;
  ended_at: Nullable<Date>;
  outcome: Nullable<AttemptOutcome>;
  code: Nullable<string>;
  message: Nullable<string>;
  neon_request_id: Nullable<string>;
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

interface ReadinessCheckTable {
  id: Fixed<number>;
  at: Date;
}

interface IdempotencyKeyTable {
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
}

interface AuditEventTable {
  team_id: Fixed<string>;
  sequence: Fixed<number>;
  id: Fixed<string>;
  at: Fixed<Date>;
  actor_kind: Fixed<ActorKind>;
  actor_id: Fixed<string>;
  action: Fixed<string>;
  subject_kind: Fixed<string>;
  subject_id: Fixed<string>;
  request_id: Fixed<string | null>;
  source_address: Fixed<string | null>;
  details: ColumnType<Record<string, unknown>, string, never>;
  previous_hash: Fixed<Buffer>;
  hash: Fixed<Buffer>;
}

export interface Database {
  teams: TeamTable;
  api_keys: ApiKeyTable;
  credentials: CredentialTable;
  projects: ProjectTable;
  branches: BranchTable;
  policies: PolicyTable;
  schedules: ScheduleTable;
  firings: FiringTable;
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
  readiness_checks: ReadinessCheckTable;
  idempotency_keys: IdempotencyKeyTable;
  audit_heads: AuditHeadTable;
  audit_events: AuditEventTable;
}

/** A pool or a transaction: reads take either. */
export type Db = Kysely<Database>;
/** Writes that belong together ask for a transaction. */
export type Tx = Transaction<Database>;
