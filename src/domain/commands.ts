// Owns what the doors may ask for: the inputs of every use-case, already parsed to these types, and nothing of how it is done.

import type { BranchState } from '../core/branch-status.ts';
import type { FiringStatus, RestoreStatus, RetentionPlanStatus, SnapshotStatus } from '../core/lifecycle.ts';
import type {
  MissedFirings,
  PolicyLimits,
  PolicyObjectives,
  PolicyStore,
  PresetName,
  ScheduleEngine,
} from '../core/policy.ts';
import type { LockMode, Protection } from '../core/protection.ts';
import type { PolicySelector } from '../core/selector.ts';
import type { RetentionRule } from '../core/retention.ts';
import type { Tier } from '../core/retention/tiers.ts';
import type { ProjectLimits } from '../store/database.ts';
import type { JobState } from '../store/outbox/list.ts';
import type { AuditEventView } from './views.ts';

export type { JobState, LockMode, ProjectLimits };
export type * from './commands/stream.ts';
export type * from './commands/team.ts';
export type { PartRequest } from '../store/nested-json.ts';
export type { PageRequest } from '../store/page.ts';

/** Makes a repeated request have one effect: the first answer is given again. */
export interface IdempotencyInput {
  /** From the Idempotency-Key header. */
  readonly key: string;
  /** Names the request itself: method, path, body. */
  readonly fingerprint: string;
}

export interface CommandOptions {
  readonly idempotency?: IdempotencyInput | undefined;
}

export interface CreateCredentialInput {
  readonly name: string;
  readonly neonApiKey: string;
}

export interface UpdateCredentialInput {
  readonly id: string;
  /** The version that the caller has read. */
  readonly version: number;
  readonly name?: string | undefined;
  readonly neonApiKey?: string | undefined;
}

export interface RegisterProjectInput {
  readonly neonProjectId: string;
  readonly credentialId: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface UpdateProjectInput {
  readonly id: string;
  readonly version: number;
  /** Merge-patch: null removes a label. */
  readonly labels?: Readonly<Record<string, string | null>> | undefined;
  /** Merge-patch: null brings the plan's own limit back. */
  readonly limits?: { readonly [K in keyof ProjectLimits]?: number | null | undefined } | undefined;
  /** Replaces the list. */
  readonly maintenanceWindows?: readonly MaintenanceWindowInput[] | undefined;
}

/** Once, with `from` and `until`; or again and again, with the three others. What is null is absent. */
export interface MaintenanceWindowInput {
  readonly name: string;
  readonly from?: string | null | undefined;
  readonly until?: string | null | undefined;
  readonly cron?: string | null | undefined;
  readonly timeZone?: string | null | undefined;
  readonly durationSeconds?: number | null | undefined;
}

export interface ListProjectsFilter {
  /** Those that carry all of these, as a policy's selector means them. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface AdoptSnapshotInput {
  /** Of the project. */
  readonly id: string;
  readonly neonSnapshotId: string;
  /** For people; the name that it has in Neon otherwise. */
  readonly name?: string | undefined;
  /** The branch that it is kept under; the one that it was taken of otherwise. */
  readonly branchId?: string | undefined;
}

export interface ScheduleInput {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly jitterSeconds?: number | null | undefined;
  readonly window?: { readonly startWithinSeconds: number } | null | undefined;
  /** Default: afterglow. */
  readonly engine?: ScheduleEngine | null | undefined;
}

/** Either `projects` or `labels`. */
export interface SelectorInput {
  readonly projects?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly branches?: PolicySelector['branches'] | undefined;
}

/** What is absent or null keeps nothing. */
export type RetentionInput = Nullable<RetentionRule>;

/** What is absent or null has its default. */
export type Nullable<T> = { readonly [K in keyof T]?: T[K] | null | undefined };

export interface ProtectionInput {
  readonly lock: Omit<Protection['lock'], 'tiers'> & { readonly tiers?: readonly Tier[] | null | undefined };
}

/** Of a merge-patch: what is absent stays, null removes. */
export interface ProtectionPatch {
  readonly lock?: Nullable<Protection['lock']> | null | undefined;
}

interface PolicyParts {
  readonly schedules?: readonly ScheduleInput[] | undefined;
  readonly retention?: RetentionInput | undefined;
  readonly store?: PolicyStore | undefined;
  readonly objectives?: Nullable<PolicyObjectives> | null | undefined;
  readonly missedFirings?: MissedFirings | undefined;
  readonly limits?: Nullable<PolicyLimits> | null | undefined;
}

/** A policy as it is asked for. */
export interface PolicyForm extends PolicyParts {
  readonly name: string;
  readonly selector: SelectorInput;
  /** Null: none. */
  readonly protection?: ProtectionInput | null | undefined;
  /** Fills the schedules and the retention, where they are absent. */
  readonly preset?: PresetName | undefined;
  /** Of the preset's schedules; UTC otherwise. */
  readonly timeZone?: string | undefined;
}

export interface CreatePolicyInput extends PolicyForm {
  /** Saved although the forecast exceeds a cap of Neon's. */
  readonly force?: boolean | undefined;
}

export interface PreviewRange {
  /** RFC 3339 text: firings after it; now otherwise. */
  readonly from?: string | undefined;
  /** How many firings, 1 to 500; 10 otherwise. */
  readonly count?: number | undefined;
}

export interface PreviewPolicyInput extends PreviewRange {
  readonly form: CreatePolicyInput;
  /** The policy that it would replace. */
  readonly policyId?: string | undefined;
}

/** A merge-patch (RFC 7396), but for the selector: its projects, labels and branches are replaced as a whole, as lists are. */
export interface PolicyPatch extends PolicyParts {
  readonly name?: string | undefined;
  readonly protection?: ProtectionPatch | null | undefined;
  readonly selector?: SelectorInput | undefined;
}

export interface UpdatePolicyInput extends PolicyPatch {
  readonly id: string;
  /** As for a new one. */
  readonly force?: boolean | undefined;
  readonly version: number;
}

export interface ApproveRetentionPlanInput {
  readonly id: string;
  /** Of the plan that was looked at. */
  readonly hash: string;
}

export interface ListRetentionPlansFilter {
  readonly policyId?: string | undefined;
  readonly status?: RetentionPlanStatus | undefined;
}

export interface SimulateRetentionInput {
  /** Each with an id of its own; the doors bound how many there are. */
  readonly points: readonly SimulatedPointInput[];
  readonly retention: RetentionInput;
  readonly timeZone: string;
  /** RFC 3339 text. */
  readonly now: string;
}

export interface SimulatedPointInput {
  readonly id: string;
  /** RFC 3339 text. */
  readonly pointAt: string;
  /** Points of other branches never mix; those that name none are of one branch. */
  readonly branchId?: string | null | undefined;
  readonly held?: boolean | null | undefined;
  /** RFC 3339 text. */
  readonly lockedUntil?: string | null | undefined;
  readonly proven?: boolean | null | undefined;
}

export interface DeletePolicyInput {
  readonly id: string;
  /** Absent: whatever has become of it. */
  readonly version?: number | undefined;
  /** Take one more of every branch that it covers. */
  readonly lastSnapshot?: boolean | undefined;
}

export interface PausePolicyInput {
  readonly id: string;
  /** RFC 3339 text: it goes on by itself then. Absent: until a person resumes it. */
  readonly until?: string | null | undefined;
  /** For the audit history. */
  readonly reason?: string | undefined;
}

/** Of a list: RFC 3339 texts. `since` is included, `until` is not. */
export interface TimeBounds {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** The bounds are of when it was due. */
export interface ListFiringsFilter extends TimeBounds {
  readonly policyId?: string | undefined;
  readonly branchId?: string | undefined;
  readonly status?: FiringStatus | undefined;
}

/** A policy as it stands in a document, where its name is its key. Projects are named by our id or by Neon's. */
export type PolicyEntry = Omit<PolicyForm, 'name'>;

export interface ImportPoliciesInput {
  readonly policies: Readonly<Record<string, PolicyEntry>>;
  /** Says what would be changed, and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Policies that the document leaves out are deleted. */
  readonly remove?: boolean | undefined;
  /** Also what Neon would not hold. */
  readonly force?: boolean | undefined;
}

export interface RequestSnapshotInput {
  readonly branchId: string;
  readonly name?: string | undefined;
  /** RFC 3339 text, checked by the domain; not together with `lsn` (the doors refuse both). */
  readonly at?: string | undefined;
  readonly lsn?: string | undefined;
}

/** The bounds are of when it was asked for or recorded. */
export interface ListSnapshotsFilter extends TimeBounds {
  readonly projectId?: string | undefined;
  readonly branchId?: string | undefined;
  readonly policyId?: string | undefined;
  readonly status?: SnapshotStatus | undefined;
}

export interface LockSnapshotInput {
  /** Of the snapshot. */
  readonly id: string;
  /** `governance` for a first lock, as it is otherwise, unless given. */
  readonly mode?: LockMode | undefined;
  /** RFC 3339 text; null lifts the lock. */
  readonly until: string | null;
  /** Required to shorten, lift or soften a lock. */
  readonly reason?: string | undefined;
  /** For a lock that begins, or becomes a compliance lock. */
  readonly graceHours?: number | undefined;
}

export interface PlaceHoldInput {
  /** The case that it belongs to. */
  readonly matter: string;
  readonly reason: string;
  /** RFC 3339 texts, both included; without `until` it has no end. */
  readonly selector:
    | { readonly snapshotIds: readonly string[] }
    | { readonly branchId: string; readonly from: string; readonly until?: string | null | undefined };
}

export interface ReleaseHoldInput {
  readonly id: string;
  readonly reason: string;
}

export interface ListHoldsFilter {
  readonly state?: 'open' | 'released' | undefined;
  /** Holds on moments of this branch. */
  readonly branchId?: string | undefined;
  /** Holds that cover this snapshot. */
  readonly snapshotId?: string | undefined;
}

export interface ListStatusesFilter {
  readonly state?: BranchState | undefined;
}

export interface RequestRestoreInput {
  readonly source:
    | { readonly snapshotId: string }
    | { readonly branchId: string; readonly at: string }
    | { readonly branchId: string; readonly lsn: string };
  readonly target:
    | { readonly kind: 'new_branch'; readonly name?: string | undefined; readonly expiresAt?: string | undefined }
    | { readonly kind: 'in_place'; readonly preserveAs?: string | undefined };
}

/** The bounds are of when it was asked for. */
export interface ListRestoresFilter extends TimeBounds {
  readonly projectId?: string | undefined;
  readonly branchId?: string | undefined;
  readonly status?: RestoreStatus | undefined;
}

export interface ConnectRestoreInput {
  readonly id: string;
  readonly databaseName?: string | undefined;
  readonly roleName?: string | undefined;
  readonly pooled?: boolean | undefined;
}

/** Of lists of one branch. */
export type NestedSnapshotsFilter = Pick<ListSnapshotsFilter, 'policyId' | 'status' | keyof TimeBounds>;
export type NestedRestoresFilter = Pick<ListRestoresFilter, 'status' | keyof TimeBounds>;

export interface ListJobsFilter {
  readonly state?: JobState | undefined;
  readonly projectId?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly job?: string | undefined;
}

export interface ListAuditEventsFilter extends TimeBounds {
  readonly subjectId?: string | undefined;
  readonly action?: string | undefined;
  readonly actorId?: string | undefined;
}

export type ExportAuditEventsInput = TimeBounds;

export interface AuditExport {
  readonly teamId: string;
  /** The sequences of the first and the last event; null where there is none. */
  readonly from: number | null;
  readonly to: number | null;
  /** Some hundreds at a time. Whoever stops taking them leaves nothing behind. */
  readonly events: AsyncIterable<readonly AuditEventView[]>;
}
