// Owns the shapes that both doors answer with: JSON-ready, instants as RFC 3339 text in UTC. It computes nothing.

import type { BranchState, StateReason } from '../core/branch-status.ts';
import type { FieldChange } from '../core/document.ts';
import type {
  CredentialStatus,
  FiringStatus,
  PreservedBranchStatus,
  RestoreStatus,
  RetentionPlanStatus,
  SnapshotStatus,
} from '../core/lifecycle.ts';
import type { LockMode, Protection } from '../core/protection.ts';
import type { RestoreTargetKind } from '../core/restore-plan.ts';
import type { KeptLine } from '../core/forecast.ts';
import type { DelegationState } from '../core/delegation.ts';
import type { MissedFirings, PolicyStore, ScheduleEngine } from '../core/policy.ts';
import type { RetentionRule } from '../core/retention.ts';
import type { Tier } from '../core/retention/tiers.ts';
import type { FindingAction, FindingKind } from '../core/reconciliation.ts';
import type { PolicySelector } from '../core/selector.ts';
import type {
  ActorKind,
  AttemptOutcome,
  CleanUp,
  PlannedDecision,
  RecordedError,
  RestoreStep,
  SnapshotStep,
  Warning,
} from '../store/database.ts';
import type { FindingOutcome, PresentCounts, ReportedFinding } from '../store/findings.ts';
import type { JobState } from '../store/outbox/list.ts';

export type { Page } from '../store/page.ts';
export type {
  BranchState,
  StateReason,
  AttemptOutcome,
  CleanUp,
  FindingAction,
  FindingKind,
  FindingOutcome,
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

/** Once, with `from` and `until`; or from each time of the line on for so long. */
export interface MaintenanceWindowView {
  readonly name: string;
  readonly from: string | null;
  readonly until: string | null;
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly durationSeconds: number | null;
}

export interface WindowView {
  readonly from: string;
  readonly until: string;
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

/** How old the newest recovery point is, and how old the strictest objective lets it become; null where there is none. */
export interface RpoView {
  readonly achievedSeconds: number | null;
  readonly targetSeconds: number | null;
}

export interface LastPointView {
  readonly snapshotId: string;
  readonly pointAt: string;
}

export interface PolicyStatusView {
  readonly policyId: string;
  readonly name: string;
  /** Of this policy alone. */
  readonly state: BranchState;
  readonly reasons: readonly StateReason[];
  /** Of the newest available point that it made of the branch. */
  readonly lastPointAt: string | null;
  /** The last firing that was due since it covers the branch. */
  readonly expectedAt: string | null;
  readonly nextFiringAt: string | null;
  /** Nothing of the branch expires by it, because its firings have no success. */
  readonly frozen: boolean;
  readonly paused: boolean;
}

export interface BranchStatusView {
  readonly branchId: string;
  readonly state: BranchState | 'uncovered';
  /** All of them, the worst first. */
  readonly reasons: readonly StateReason[];
  /** The newest available snapshot, of any origin. */
  readonly lastPoint: LastPointView | null;
  readonly rpo: RpoView;
  readonly nextFiringAt: string | null;
  readonly restoreWindow: WindowView | null;
  readonly policies: readonly PolicyStatusView[];
  readonly checkedAt: string;
}

/** A covered branch as it was last seen, its ages as of now. */
export interface StatusItemView {
  readonly branchId: string;
  readonly projectId: string;
  readonly name: string;
  readonly state: BranchState;
  readonly reasons: readonly StateReason[];
  readonly lastPoint: LastPointView | null;
  readonly rpo: RpoView;
  readonly nextFiringAt: string | null;
  readonly policyIds: readonly string[];
  /** When the state or its reasons last changed. */
  readonly changedAt: string;
}

export interface TeamStatusView {
  /** Covered branches by state. */
  readonly counts: Readonly<Record<BranchState, number>>;
  /** Every covered branch has been looked at since; null before the first time. */
  readonly checkedAt: string | null;
  readonly items: StatusItemView[];
  readonly nextCursor: string | null;
}

export interface ScheduleRuleView {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly jitterSeconds: number;
  readonly window: { readonly startWithinSeconds: number };
  readonly engine: ScheduleEngine;
}

export interface ScheduleView extends ScheduleRuleView {
  /** Null while it is paused, where it fires no more, and where Neon takes the snapshots. */
  readonly nextFiringAt: string | null;
}

/** What is known of one branch's schedule in Neon. */
export interface DelegatedBranchView {
  readonly branchId: string;
  readonly state: DelegationState;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Neon was last asked then; null before the first time. */
  readonly checkedAt: string | null;
}

/** How far the schedules that are left to Neon stand on the branches that the policy covers. */
export interface DelegationView {
  readonly counts: Readonly<Record<DelegationState, number>>;
  /** The first 200, those that are not set before the others. */
  readonly branches: readonly DelegatedBranchView[];
}

/** Where a policy does nothing, and why. */
export interface PolicyStop {
  readonly projectId: string;
  readonly code: 'project_gone';
}

/** Every part of a rule; null for what it has not. */
export type RetentionView = {
  readonly [Name in Exclude<keyof RetentionRule, 'bucketKeeps'>]-?: NonNullable<RetentionRule[Name]> | null;
} & { readonly bucketKeeps: 'first' | 'last' };

export interface SelectorView {
  /** Null where labels choose the projects. */
  readonly projects: readonly string[] | null;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly branches: PolicySelector['branches'];
}

export interface RetentionSimulationView {
  /** In the order of the points. */
  readonly decisions: readonly RetentionDecisionView[];
}

export interface RetentionDecisionView {
  readonly id: string;
  readonly keep: boolean;
  /** Every reason; of what is let go `beyond_retention`. */
  readonly reasons: readonly string[];
}

/** What a policy says, whatever time has made of it. */
export interface PolicyRuleView {
  readonly name: string;
  readonly selector: SelectorView;
  readonly schedules: readonly ScheduleRuleView[];
  readonly retention: RetentionView;
  readonly protection: {
    readonly lock: Omit<Protection['lock'], 'tiers'> & { readonly tiers: readonly Tier[] | null };
  } | null;
  readonly store: PolicyStore;
  readonly objectives: { readonly rpoSeconds: number | null };
  readonly missedFirings: MissedFirings;
  readonly limits: { readonly expireAtMostShare: number };
}

export interface PolicyView extends PolicyRuleView {
  readonly id: string;
  readonly schedules: readonly ScheduleView[];
  /** While it is, nothing fires: until `pausedUntil`, or until a person resumes it. */
  readonly isPaused: boolean;
  readonly pausedUntil: string | null;
  /** What it says and cannot do, or not as it may be meant. */
  readonly warnings: readonly Warning[];
  /** Projects that it selects and does nothing in. */
  readonly stops: readonly PolicyStop[];
  /** Null where Afterglow takes the snapshots. */
  readonly delegation: DelegationView | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
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

export interface RetentionPlanView {
  readonly id: string;
  readonly policyId: string;
  readonly policyVersion: number;
  /** `limit`: a pass would have expired too much by itself. */
  readonly cause: 'limit' | 'requested';
  readonly status: RetentionPlanStatus;
  /** What an approval is bound to. */
  readonly hash: string;
  readonly branchIds: readonly string[];
  /** Of these nothing goes but by an approval: their backups are failing. */
  readonly frozenBranchIds: readonly string[];
  readonly keeps: number;
  readonly expires: number;
  /** One for each point; null in a list. */
  readonly decisions: readonly PlannedDecision[] | null;
  readonly decidedBy: { readonly kind: ActorKind; readonly id: string } | null;
  readonly decidedAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A policy as it was saved, and by whom. */
export interface PolicyVersionView extends PolicyRuleView {
  readonly version: number;
  readonly createdAt: string;
  readonly by: { readonly kind: ActorKind; readonly id: string };
}

export interface FiringView {
  readonly id: string;
  readonly policyId: string;
  /** Its name. */
  readonly schedule: string;
  readonly branchId: string;
  readonly dueAt: string;
  readonly status: FiringStatus;
  readonly reason: string | null;
  readonly snapshotId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface FiringForecastView {
  /** The schedule's name. */
  readonly schedule: string;
  readonly at: string;
  /** In the schedule's zone, with its offset. */
  readonly local: string;
  /** It stands for a local time that is skipped, or that comes twice. */
  readonly dst: 'skipped' | 'repeated' | null;
  readonly engine: ScheduleEngine;
}

export interface KeptForecastView {
  readonly total: number;
  /** Too many to be counted: so many at least. */
  readonly isAtLeast: boolean;
  readonly tiers: Readonly<Record<KeptLine, number>>;
}

/** How many of a kind the project would hold, and what they are made up of. */
export interface NeedView {
  /** The sum of what follows. */
  readonly needed: number;
  readonly thisPolicy: number;
  readonly otherPolicies: number;
  /** What no policy keeps or removes. */
  readonly standing: number;
  /** A new one is made before an old one expires. */
  readonly beingMade: number;
  readonly cap: number;
  readonly fits: boolean;
  /** Too many to be counted: so many at least. */
  readonly isAtLeast: boolean;
}

export interface CostView {
  /** US dollars a month; null where it is not known. */
  readonly snapshots: number | null;
  readonly branches: number;
  readonly total: number | null;
  readonly unknownBecause: string | null;
}

export interface ProjectForecastView {
  readonly projectId: string;
  readonly snapshots: NeedView;
  readonly branches: NeedView & { readonly included: number };
  /** What a policy makes takes none: snapshots are no branches, and branches are made as children. */
  readonly rootSlots: { readonly needed: number; readonly used: number; readonly cap: number };
  readonly monthlyCost: CostView;
}

export interface ExpiryForecastView {
  readonly count: number;
  /** The first 200. */
  readonly snapshots: readonly {
    readonly snapshotId: string;
    readonly branchId: string;
    readonly pointAt: string;
    readonly reasons: readonly string[];
  }[];
}

export interface PolicyPreviewView {
  readonly firings: readonly FiringForecastView[];
  /** Of each branch, once the policy has run for long. */
  readonly keeps: KeptForecastView;
  readonly forecast: {
    readonly projectCount: number;
    /** The first 200, those that do not fit before the others. */
    readonly projects: readonly ProjectForecastView[];
    readonly monthlyCost: CostView;
  };
  /** What the next firing lets go. */
  readonly wouldExpire: ExpiryForecastView;
  /** What is let go of the points that are there, and the present version keeps. */
  readonly wouldExpireNow: ExpiryForecastView;
  readonly warnings: readonly Warning[];
}

export interface BranchCoverageView {
  readonly branchId: string;
  readonly projectId: string;
  readonly name: string;
}

export interface PolicyCoverageView {
  readonly coveredCount: number;
  /** The first 1,000, each with what a firing makes of it. */
  readonly covered: readonly (BranchCoverageView & { readonly kind: 'neon_snapshot' | 'branch' })[];
  readonly uncoveredCount: number;
  /** The first 1,000 of the team's branches that no policy covers. */
  readonly uncovered: readonly BranchCoverageView[];
  readonly warnings: readonly Warning[];
}

/** Policies as a document keeps them: by name, in the form in which they are asked for, with every default. */
export interface PolicyDocument {
  readonly policies: Readonly<Record<string, PolicyEntryView>>;
}

export type PolicyEntryView = Readonly<Record<string, unknown>>;

export interface PolicyChange {
  readonly name: string;
  readonly change: 'create' | 'update' | 'unchanged' | 'remove';
  /** Of one that is created: the removed one that says the same. A renamed policy is a new one, and the snapshots stay the old one's. */
  readonly insteadOf: string | null;
  readonly fields: readonly FieldChange[];
}

export interface PolicyImportView {
  readonly isDryRun: boolean;
  /** By name. */
  readonly changes: readonly PolicyChange[];
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

export interface AuditEventView {
  readonly id: string;
  readonly sequence: number;
  readonly at: string;
  readonly actor: { readonly kind: ActorKind; readonly id: string };
  readonly action: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly requestId: string | null;
  readonly sourceAddress: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly previousHash: string;
  readonly hash: string;
}

export interface AttemptView {
  /** Counts the attempts of a job; one with an old number can change nothing any more. */
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
  | { readonly code: 'governor' | 'neon'; readonly at: string }
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
  /** Null while it runs and when it is done. */
  readonly waitsFor: JobWait | null;
  readonly release: number;
  readonly fence: number;
  /** Attempts that did not succeed and count. */
  readonly failedAttempts: number;
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
