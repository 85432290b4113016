// Owns the shapes that both doors answer with: JSON-ready, instants as RFC 3339 text in UTC. It computes nothing.

import type { CredentialStatus, PreservedBranchStatus, RestoreStatus, SnapshotStatus } from '../core/lifecycle.ts';
import type { LockMode } from '../core/protection.ts';
import type { RestoreTargetKind } from '../core/restore-plan.ts';
import type { FindingAction, FindingKind } from '../core/reconciliation.ts';
import type {
  ActorKind,
  AttemptOutcome,
  CleanUp,
  RecordedError,
  RestoreStep,
  SnapshotStep,
  Warning,
} from '../store/database.ts';
import type { AuditFact } from '../store/audit-chain.ts';
import type { FindingOutcome, PresentCounts, ReportedFinding } from '../store/findings.ts';
import type { JobState } from '../store/outbox/list.ts';
import type { JobEnding } from '../store/outbox/tables.ts';
import type { WindowView } from './views/window.ts';

export type { WindowView } from './views/window.ts';
export type { Part } from '../store/nested-json.ts';
export type { Page } from '../store/page.ts';
export type * from './views/policy.ts';
export type * from './views/status.ts';
export type * from './views/stream.ts';
export type * from './views/team.ts';
export type {
  AttemptOutcome,
  CleanUp,
  FindingAction,
  FindingKind,
  FindingOutcome,
  JobEnding,
  JobState,
  RecordedError,
  RestoreStep,
  SnapshotStep,
  Warning,
};

export interface CredentialView {
  readonly id: string;
  readonly name: string;
  readonly neonAccountId: string;
  readonly status: CredentialStatus;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ProjectView {
  readonly id: string;
  readonly neonProjectId: string;
  readonly credentialId: string;
  readonly name: string;
  readonly region: string;
  readonly pgVersion: number;
  readonly plan: string;
  readonly historyRetentionSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  /** In force: the plan's, unless the project sets its own. */
  readonly limits: { readonly rootBranches: number; readonly snapshots: number };
  /** Nothing of the project fires while one lasts. */
  readonly maintenanceWindows: readonly MaintenanceWindowView[];
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly syncedAt: string;
  /** When Neon was found not to show it any more; null while it does. */
  readonly goneAt: string | null;
}

export interface ProjectFiringView {
  readonly policyId: string;
  readonly schedule: string;
  readonly at: string;
  /** Maintenance lasts then, until that instant: the firing waits for it, or is missed. */
  readonly maintenanceUntil: string | null;
}

/** A project as a change has left it. */
export interface ProjectChangeView extends ProjectView {
  /** Of each schedule that selects it, the earliest 50. */
  readonly nextFirings: readonly ProjectFiringView[];
}

/** Once, with `from` and `until`; or from each time of the line on for so long. */
export interface MaintenanceWindowView {
  readonly name: string;
  readonly from: string | null;
  readonly until: string | null;
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly durationSeconds: number | null;
}

export interface BranchView {
  readonly id: string;
  readonly projectId: string;
  readonly neonBranchId: string;
  readonly name: string;
  readonly parentNeonBranchId: string | null;
  readonly isDefault: boolean;
  readonly isRoot: boolean;
  readonly isProtected: boolean;
  readonly state: string;
  readonly logicalSizeBytes: number | null;
  readonly restoreWindow: WindowView | null;
  readonly expiresAt: string | null;
  /** When Neon was found not to have it any more. */
  readonly goneAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface TimelinePointView {
  readonly kind: 'snapshot' | 'restore';
  /** Of the snapshot or restore. */
  readonly id: string;
  /** The moment that the snapshot captures, or at which the restore began. */
  readonly at: string;
  readonly name: string | null;
  readonly status: SnapshotStatus | RestoreStatus;
}

export interface TimelineView {
  readonly branchId: string;
  readonly restoreWindow: WindowView | null;
  /** Newest first: at most 200 available snapshots and 200 restores. */
  readonly points: readonly TimelinePointView[];
}

export interface LockView {
  readonly mode: LockMode;
  readonly until: string;
  /** Up to then an admin may shorten, lift or soften it, whatever its mode. */
  readonly graceUntil: string;
  readonly lockedAt: string;
  /** The policy, or the API key, that made or last changed it. */
  readonly lockedBy: string;
}

export interface HoldView {
  readonly id: string;
  readonly matter: string;
  readonly reason: string;
  /** Either snapshots, or a branch with its moments from `from` to `until`, both included. */
  readonly selector: {
    readonly snapshotIds: readonly string[] | null;
    readonly branchId: string | null;
    readonly from: string | null;
    readonly until: string | null;
  };
  readonly placedBy: { readonly kind: ActorKind; readonly id: string };
  readonly placedAt: string;
  /** Snapshots that were expiring when it was placed, and are available again. */
  readonly turnedBack: readonly string[];
  /** Snapshots that were being purged, or had been: it came too late for them. */
  readonly tooLate: readonly string[];
  readonly releasedBy: { readonly kind: ActorKind; readonly id: string } | null;
  readonly releasedAt: string | null;
  readonly releaseReason: string | null;
}

/** A view as the JSON that the database has written, for a door that answers with it. */
export interface WrittenView {
  readonly json: string;
  readonly version: number;
}

export interface SnapshotView {
  readonly id: string;
  readonly projectId: string;
  readonly branchId: string;
  readonly policyId: string | null;
  /** Of the policy that asked for it. */
  readonly policyVersion: number | null;
  readonly name: string;
  readonly kind: 'neon_snapshot' | 'branch';
  readonly status: SnapshotStatus;
  /** What was asked for; both null mean the present. */
  readonly requestedAt: string | null;
  readonly requestedLsn: string | null;
  /** What it captures, as Neon says; null until it is available, and where Neon does not say. */
  readonly pointAt: string | null;
  readonly lsn: string | null;
  readonly neonId: string | null;
  readonly sizeBytes: number | null;
  readonly keptBecause: readonly string[];
  /** Ids of the open legal holds that cover it. */
  readonly holds: readonly string[];
  /** As it was last set; it binds until `until`. */
  readonly lock: LockView | null;
  /** Facts asked for that Neon's answers did not show. */
  readonly unverified: readonly string[];
  readonly warnings: readonly Warning[];
  readonly error: RecordedError | null;
  readonly steps: readonly SnapshotStep[];
  /** What becomes of that which it made in Neon, where it did not succeed. */
  readonly cleanUp: CleanUp | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly availableAt: string | null;
  readonly endedAt: string | null;
}

export interface PreservedBranchView {
  readonly neonBranchId: string;
  readonly name: string;
  readonly status: PreservedBranchStatus;
  /** Why its purge waits, such as `has_children`. */
  readonly waitsFor: string | null;
}

export interface RestoreView {
  readonly id: string;
  readonly projectId: string;
  readonly source: {
    readonly snapshotId: string | null;
    readonly branchId: string;
    readonly at: string | null;
    readonly lsn: string | null;
  };
  readonly target: {
    readonly kind: RestoreTargetKind;
    /** Null until the target is there. */
    readonly branchId: string | null;
    readonly neonBranchId: string | null;
    readonly name: string | null;
    readonly expiresAt: string | null;
  };
  readonly status: RestoreStatus;
  readonly steps: readonly RestoreStep[];
  readonly preservedBranch: PreservedBranchView | null;
  readonly unverified: readonly string[];
  readonly warnings: readonly Warning[];
  readonly error: RecordedError | null;
  /** What becomes of that which it made beside, where it did not succeed. */
  readonly cleanUp: CleanUp | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface ConnectionView {
  /** A secret: it holds a password. */
  readonly uri: string;
}

/** As it is hashed (`store/audit-chain.ts`), and its two hashes: all that a verifier needs. */
export interface AuditEventView extends AuditFact {
  readonly actor: AuditFact['actor'] & { readonly kind: ActorKind };
  readonly previousHash: string;
  readonly hash: string;
}

export interface AuditHeadView {
  readonly kind: 'head' | 'closing';
  readonly teamId: string;
  readonly sequence: number;
  readonly hash: string;
  readonly at: string | null;
  /** Of a closing head, such as 2026-09. */
  readonly month: string | null;
  readonly signedAt: string;
  /** A compact JWS that says all of this. */
  readonly signature: string;
}

/** A public key of Ed25519, as a JWK. */
export interface SigningKeyView {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: string;
}

/** That requests are taken, and what is away that carries out what they ask for. */
export interface ReadinessView {
  readonly status: 'ok';
  readonly away: readonly 'queue'[];
}

export interface AttemptView {
  /**
   * Grows with each attempt of a job, and where the job is taken from an attempt or from the queue; one with an old number can change
   * nothing any more.
   */
  readonly fence: number;
  readonly release: number;
  /** Which process made it. */
  readonly worker: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly outcome: AttemptOutcome | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly neonRequestId: string | null;
}

/** Why a job is not at work, in words of a program. */
export type JobWait =
  | { readonly code: 'lane_busy'; readonly jobId: string; readonly job: string; readonly subjectId: string }
  | { readonly code: 'not_before'; readonly at: string; readonly because: string | null }
  | { readonly code: 'credential_refused'; readonly credentialId: string }
  | { readonly code: 'governor' | 'neon' | 'lease'; readonly at: string }
  | { readonly code: 'turn' | 'delivery' };

export interface JobView {
  readonly id: string;
  readonly job: string;
  /** Of the snapshot, restore, project or reconcile report that it is about. */
  readonly subjectId: string;
  readonly projectId: string | null;
  /** Neon's project id: one job of a lane at a time. */
  readonly lane: string | null;
  readonly priority: number;
  readonly state: JobState;
  /** Null when it is done, and while it runs but for a slot of the rate limit. */
  readonly waitsFor: JobWait | null;
  readonly release: number;
  readonly fence: number;
  /** Attempts that did not succeed: tried again, failed, or lost. */
  readonly failedAttempts: number;
  /** What came of it, also while its clean-up goes on; null until then. */
  readonly outcome: JobEnding | null;
  /** Why it did not succeed. */
  readonly code: string | null;
  readonly createdAt: string;
  readonly begunAt: string | null;
  readonly finishedAt: string | null;
}

export interface JobWithAttemptsView extends JobView {
  readonly attempts: readonly AttemptView[];
}

/** What a comparison with Neon found, and what became of it. */
export interface FindingView extends ReportedFinding {
  readonly kind: FindingKind;
  readonly action: FindingAction;
  /** Null while the action is planned, and where there is none. */
  readonly outcome: FindingOutcome | null;
}

export interface ReconcileReportView {
  readonly id: string;
  readonly projectId: string;
  readonly requestedBy: ActorKind;
  readonly requestedAt: string;
  /** When Neon was compared and the findings were recorded: before anything was done about them. */
  readonly comparedAt: string | null;
  /** When what was planned had been done. */
  readonly endedAt: string | null;
  readonly isProjectGone: boolean;
  /** How many of ours were there; null until it is compared. */
  readonly present: PresentCounts | null;
  readonly findings: readonly FindingView[];
  /** Why it could not be carried to its end. */
  readonly error: RecordedError | null;
}
