// Generated from schema.graphql by scripts/generate.ts. Do not edit.

import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ApiKeyView, FleetView, MeView, MemberView, NewApiKeyView, TeamView, AuditEventView, BranchView, BranchStatusView, StatusChangeView, StatusItemView, CredentialView, AttemptView, ConnectionView, JobView, SavedPolicyView, PolicyCoverageView, PolicyPreviewView, ProjectView, FindingView, ReconcileReportView, RestoreView, SnapshotView, TimelineView } from '../domain/index.ts';
import type { GraphqlContext } from './context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * An RFC 3339 instant. Answers are in UTC, such as 2026-03-01T09:30:00.000Z; what is sent must have a zone and at most
   * milliseconds (`invalid_instant`).
   */
  DateTime: { input: string; output: string; }
  /** Any JSON value. */
  JSON: { input: unknown; output: unknown; }
  /** A whole number of at most 2^53 - 1, as a JSON number. */
  SafeInt: { input: number; output: number; }
  /** Which branches of its projects a policy means: "default", "roots", or a list of 1 to 500 branch names. */
  BranchSelection: { input: "default" | "roots" | readonly string[]; output: "default" | "roots" | readonly string[]; }
};

export type TextForm =
  /** More than spaces, and no control characters. */
  | 'name'
  /** Visible ASCII characters. */
  | 'visible'
  /** Letters, digits, - and _. */
  | 'neon_project_id'
  /** 1 to 255 visible ASCII characters. */
  | 'idempotency_key'
  /** A log sequence number, such as 16/B374D848. */
  | 'lsn'
  /** Lower-case letters, digits and -, neither first nor last. */
  | 'slug';

export type CredentialStatus =
  | 'active'
  /** Neon no longer accepts the key. */
  | 'refused';

export type SnapshotStatus =
  | 'requested'
  | 'creating'
  | 'available'
  | 'failed'
  | 'cancelled'
  | 'expiring'
  | 'purging'
  | 'purged'
  | 'missing';

export type SnapshotKind =
  | 'neon_snapshot'
  | 'branch';

export type RetentionTier =
  | 'hourly'
  | 'daily'
  | 'weekly'
  | 'monthly'
  | 'yearly';

export type LockMode =
  /** An admin may shorten or lift it, with a reason. */
  | 'governance'
  /** Nobody may shorten, lift or soften it, once its grace is over. */
  | 'compliance';

export type RetentionPlanStatus =
  | 'pending'
  | 'approved'
  | 'rejected'
  /** Something else is judged by now. */
  | 'superseded';

export type RetentionPlanCause =
  /** A pass would have expired too much by itself. */
  | 'limit'
  | 'requested';

export type HoldState =
  | 'open'
  | 'released';

export type RestoreStatus =
  | 'requested'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

export type RestoreTargetKind =
  | 'new_branch'
  | 'in_place';

export type RestoreStepName =
  | 'preflight'
  | 'create_branch'
  | 'restore_snapshot'
  | 'restore_in_place'
  | 'await_restore'
  | 'read_back'
  | 'probe_restored'
  | 'cut_over'
  | 'await_cutover'
  | 'read_back_cutover'
  | 'name'
  | 'probe';

export type SnapshotStepName =
  | 'create'
  | 'await_operations'
  | 'read_back'
  | 'name';

/** What becomes of that which work without success has made in Neon. */
export type CleanUp =
  /** It is to be removed. */
  | 'pending'
  /** It is removed. */
  | 'done'
  /** It stays in Neon, for the reason that the audit history tells. */
  | 'left';

export type PreservedBranchStatus =
  | 'present'
  | 'purging'
  | 'purged'
  | 'missing';

export type TimelinePointKind =
  | 'snapshot'
  | 'restore';

export type TimelinePointStatus =
  | 'requested'
  | 'creating'
  | 'available'
  | 'failed'
  | 'cancelled'
  | 'expiring'
  | 'purging'
  | 'purged'
  | 'missing'
  | 'running'
  | 'succeeded';

export type JobState =
  | 'waiting'
  /** To the queue. */
  | 'released'
  | 'running'
  /** Between two looks at Neon's operations: no worker is held. */
  | 'waits_for_neon'
  | 'done';

export type JobWaitCode =
  /** Another job is under way in the Neon project, one at a time: `jobId`, `job`, `subjectId`. */
  | 'lane_busy'
  /** Its time has not come: `at`, `because`. */
  | 'not_before'
  /** Neon refuses the key: `credentialId`. It goes on when the credential is active again. */
  | 'credential_refused'
  /** The rate limit of the Neon account leaves no room: it is looked at again `at`, or the next call of one that runs is sent then. */
  | 'governor'
  /** A former attempt may still be at work, and nothing is heard of it: its lease ends `at`. */
  | 'lease'
  /** Neon is working on it: it is looked at again `at`. */
  | 'neon'
  /** It is due, and others come first. */
  | 'turn'
  /** It is handed to the queue, and no worker has taken it yet. */
  | 'delivery';

export type JobEnding =
  | 'finished'
  | 'failed'
  /** By a person. */
  | 'cancelled'
  /** Its deadline passed. */
  | 'overdue';

export type AttemptOutcome =
  | 'finished'
  | 'failed'
  | 'waits_for_neon'
  | 'tried_again'
  | 'throttled'
  | 'credential_refused'
  | 'handed_back'
  /** Its job was ended from outside: cancelled, or past its deadline. */
  | 'taken_over'
  /** Its process died, or another attempt took over. */
  | 'lost';

export type FindingKind =
  /** Ours, and gone from Neon. */
  | 'missing'
  /** Ours, was missing, and is back. */
  | 'found'
  /** In Neon, and no row of ours knows it: shown, and never removed. A snapshot can be adopted. */
  | 'orphan'
  /** Made for us, and its answer was lost: adopted, or removed where nobody wants it any more. */
  | 'lost_answer'
  /** Of work that ended without success, or past its time: removed if it is ours by name and by record. */
  | 'leftover'
  /** A branch that a policy selects is gone. */
  | 'policy_branch_gone'
  /** Neon does not show the project any more; one for each policy that it stops. */
  | 'project_gone';

export type FindingThing =
  | 'snapshot'
  | 'branch'
  | 'project';

export type FindingSubject =
  | 'snapshot'
  | 'restore'
  | 'preserved_branch'
  | 'branch'
  | 'project';

export type FindingAction =
  /** Changes nothing in Neon, as `mark_found` does. */
  | 'mark_missing'
  | 'mark_found'
  | 'adopt'
  /** From Neon. */
  | 'remove'
  | 'none';

export type FindingOutcome =
  | 'done'
  | 'skipped'
  | 'failed';

/** Of a branch that a policy covers. */
export type CoveredState =
  | 'ok'
  | 'late'
  | 'at_risk'
  | 'missing';

export type BranchState =
  /** Every point that was due is there, or still has its time. */
  | 'ok'
  /** A point that was due is not there, and may come. */
  | 'late'
  /** Something stands in the way of the next points. */
  | 'at_risk'
  /** There is no point, none young enough for the objective, or its firing has ended without one. */
  | 'missing'
  /** No policy covers it. */
  | 'uncovered';

/** Each asks for a state; the worst of them is the state of the branch. */
export type StateReason =
  /** missing: a policy has never made a point of it, though one was due. */
  | 'no_point'
  /** missing: the newest point is older than the strictest objective allows. */
  | 'rpo_exceeded'
  /** missing: the last firing of a policy ended without a point. */
  | 'firing_missed'
  /** at_risk: Neon does not show the project any more. */
  | 'project_gone'
  /** at_risk: Neon refuses the key. */
  | 'credential_refused'
  /** at_risk: the project holds as many snapshots as it may, or the last firing was missed because of that. */
  | 'cap_reached'
  /** at_risk: less than a tenth of the cap is free. */
  | 'cap_near'
  /** at_risk: two firings of a policy have had no success, and nothing expires by it. */
  | 'frozen'
  /** at_risk: the restore window is shorter than the pauses between firings. */
  | 'window_shorter_than_interval'
  /** at_risk: somebody has changed in Neon the schedule that a policy leaves to it. */
  | 'delegation_drifted'
  /** at_risk: the schedule that a policy leaves to Neon could not be set. */
  | 'delegation_refused'
  /** at_risk: every policy that covers it is paused, and none of the pauses has an end. */
  | 'paused_without_end'
  /** late: a point that was due is not there. */
  | 'point_late'
  /** ok: nothing is expected of a policy that covers it. */
  | 'paused';

/** What a firing makes. */
export type PolicyStore =
  /** A snapshot of Neon: of root branches only, and Neon caps their number. Of a child branch a branch is kept. */
  | 'neon_snapshot'
  /** A branch at the instant: of any branch, billed by the branch. */
  | 'branch';

/** What becomes of firings that an outage has missed. */
export type MissedFirings =
  /** Snapshots of the missed instants that retention would keep, while the restore window holds them. */
  | 'capture_moment'
  /** One of the present. */
  | 'run_once'
  /** None. */
  | 'skip';

/** Gives the schedules and the retention that are absent. */
export type PolicyPreset =
  | 'hourly'
  | 'daily'
  | 'weekly'
  | 'monthly'
  | 'gfs'
  | 'compliance';

export type PolicyStopCode =
  /** Neon does not show the project any more. It goes on when it is back. */
  | 'project_gone';

export type ActorKind =
  | 'person'
  | 'service'
  | 'scheduler';

/**
 * What can be read again by its id alone. Members, firings, reports of comparisons and events of the audit history have ids too, and are read
 * in their lists.
 */
export type Node = {
  readonly id: Scalars['ID']['output'];
};

/** Where a page ends in the direction of its reading is known; on the other side there are others where a cursor was given. */
export type PageInfo = {
  readonly hasNextPage: Scalars['Boolean']['output'];
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  readonly startCursor?: Maybe<Scalars['String']['output']>;
  readonly endCursor?: Maybe<Scalars['String']['output']>;
};

/** A Neon API key of the team. The key itself is never shown. */
export type Credential = Node & {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly neonAccountId: Scalars['String']['output'];
  readonly status: CredentialStatus;
  readonly version: Scalars['Int']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
};

export type CredentialEdge = {
  readonly node: Credential;
  readonly cursor: Scalars['String']['output'];
};

export type CredentialConnection = {
  readonly edges: ReadonlyArray<CredentialEdge>;
  readonly pageInfo: PageInfo;
};

export type ProjectFiring = {
  readonly policyId: Scalars['ID']['output'];
  readonly schedule: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  /** Maintenance lasts then, until that instant: the firing waits for it, or is missed. */
  readonly maintenanceUntil?: Maybe<Scalars['DateTime']['output']>;
};

/** A Neon project that the team has registered. */
export type Project = Node & {
  readonly id: Scalars['ID']['output'];
  readonly neonProjectId: Scalars['String']['output'];
  readonly credentialId: Scalars['ID']['output'];
  readonly credential?: Maybe<Credential>;
  readonly name: Scalars['String']['output'];
  readonly region: Scalars['String']['output'];
  readonly pgVersion: Scalars['Int']['output'];
  readonly plan: Scalars['String']['output'];
  readonly historyRetentionSeconds: Scalars['Int']['output'];
  /** Text by name. */
  readonly labels: Scalars['JSON']['output'];
  readonly limits: ProjectLimits;
  /** Nothing of the project fires while one lasts. */
  readonly maintenanceWindows: ReadonlyArray<MaintenanceWindow>;
  /** The next firing of each schedule that selects it now, the earliest 50. */
  readonly nextFirings: ReadonlyArray<ProjectFiring>;
  /** Its present branches. */
  readonly branches: BranchConnection;
  readonly version: Scalars['Int']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  readonly syncedAt: Scalars['DateTime']['output'];
  /** When Neon was found not to show it any more; null while it does. Work in it is refused. */
  readonly goneAt?: Maybe<Scalars['DateTime']['output']>;
  /** The newest comparison with Neon; null before the first. */
  readonly reconcileReport?: Maybe<ReconcileReport>;
};


/** A Neon project that the team has registered. */
export type ProjectBranchesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

/** In force: the plan's, unless the project sets its own. */
export type ProjectLimits = {
  readonly rootBranches: Scalars['Int']['output'];
  readonly snapshots: Scalars['Int']['output'];
};

/** Once, with {from, until}; or again and again, from each time of the line on, with {cron, timeZone, durationSeconds}. */
export type MaintenanceWindow = {
  readonly name: Scalars['String']['output'];
  readonly from?: Maybe<Scalars['DateTime']['output']>;
  readonly until?: Maybe<Scalars['DateTime']['output']>;
  readonly cron?: Maybe<Scalars['String']['output']>;
  readonly timeZone?: Maybe<Scalars['String']['output']>;
  readonly durationSeconds?: Maybe<Scalars['Int']['output']>;
};

export type ProjectEdge = {
  readonly node: Project;
  readonly cursor: Scalars['String']['output'];
};

export type ProjectConnection = {
  readonly edges: ReadonlyArray<ProjectEdge>;
  readonly pageInfo: PageInfo;
};

/** The instants that point-in-time restore reaches, as of now. */
export type RestoreWindow = {
  readonly from: Scalars['DateTime']['output'];
  readonly until: Scalars['DateTime']['output'];
};

/** A Neon branch, under an id that stays when Neon's own changes. */
export type Branch = Node & {
  readonly id: Scalars['ID']['output'];
  readonly projectId: Scalars['ID']['output'];
  readonly neonBranchId: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  readonly parentNeonBranchId?: Maybe<Scalars['String']['output']>;
  readonly isDefault: Scalars['Boolean']['output'];
  readonly isRoot: Scalars['Boolean']['output'];
  readonly isProtected: Scalars['Boolean']['output'];
  readonly state: Scalars['String']['output'];
  readonly logicalSizeBytes?: Maybe<Scalars['SafeInt']['output']>;
  readonly restoreWindow?: Maybe<RestoreWindow>;
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** When Neon was found not to have it any more. */
  readonly goneAt?: Maybe<Scalars['DateTime']['output']>;
  /** Their cursors are those of `snapshots`. */
  readonly snapshots: SnapshotConnection;
  /** Restores of this branch; their cursors are those of `restores`. */
  readonly restores: RestoreConnection;
  readonly timeline?: Maybe<Timeline>;
  /** Judged at this moment. */
  readonly status?: Maybe<BranchStatus>;
  /** Those that cover it: none of a branch that is gone, or in a project that is. For who may read the team's policies. */
  readonly policies?: Maybe<ReadonlyArray<Policy>>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
};


/** A Neon branch, under an id that stays when Neon's own changes. */
export type BranchSnapshotsArgs = {
  filter?: InputMaybe<BranchSnapshotFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/** A Neon branch, under an id that stays when Neon's own changes. */
export type BranchRestoresArgs = {
  filter?: InputMaybe<BranchRestoreFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/** A Neon branch, under an id that stays when Neon's own changes. */
export type BranchTimelineArgs = {
  first?: Scalars['Int']['input'];
};

export type BranchEdge = {
  readonly node: Branch;
  readonly cursor: Scalars['String']['output'];
};

export type BranchConnection = {
  readonly edges: ReadonlyArray<BranchEdge>;
  readonly pageInfo: PageInfo;
};

/** Whether what was promised of a branch is there. */
export type BranchStatus = {
  readonly branchId: Scalars['ID']['output'];
  readonly state: BranchState;
  /** All that hold, the worst first. */
  readonly reasons: ReadonlyArray<StateReason>;
  readonly lastPoint?: Maybe<LastPoint>;
  readonly rpo: Rpo;
  /** When something fires next; null where nothing does. */
  readonly nextFiringAt?: Maybe<Scalars['DateTime']['output']>;
  readonly restoreWindow?: Maybe<RestoreWindow>;
  /** Those that cover it, each judged for itself. */
  readonly policies: ReadonlyArray<PolicyStatus>;
  readonly checkedAt: Scalars['DateTime']['output'];
};

/** The newest available snapshot, of any origin. */
export type LastPoint = {
  readonly snapshotId: Scalars['ID']['output'];
  readonly pointAt: Scalars['DateTime']['output'];
};

/** The restore window is apart: what it holds is not counted here. */
export type Rpo = {
  /** The age of the newest point, as of now. */
  readonly achievedSeconds?: Maybe<Scalars['Int']['output']>;
  /** Of the strictest policy that is not paused. */
  readonly targetSeconds?: Maybe<Scalars['Int']['output']>;
};

export type PolicyStatus = {
  readonly policyId: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly state: CoveredState;
  readonly reasons: ReadonlyArray<StateReason>;
  /** Of the newest available point that it made of the branch. */
  readonly lastPointAt?: Maybe<Scalars['DateTime']['output']>;
  /** The last firing that was due since it covers the branch. */
  readonly expectedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly nextFiringAt?: Maybe<Scalars['DateTime']['output']>;
  /** Two of its firings have had no success: nothing of the branch expires by it. */
  readonly frozen: Scalars['Boolean']['output'];
  readonly paused: Scalars['Boolean']['output'];
};

/** How the branches are that policies cover, as they were last seen: they are looked at every 30 seconds. */
export type TeamStatus = {
  readonly counts: StateCounts;
  /** Every covered branch has been looked at since; null before the first time. */
  readonly checkedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly branches: StatusItemConnection;
};

/** Covered branches by state. */
export type StateCounts = {
  readonly ok: Scalars['Int']['output'];
  readonly late: Scalars['Int']['output'];
  readonly at_risk: Scalars['Int']['output'];
  readonly missing: Scalars['Int']['output'];
};

export type StatusItem = {
  readonly branchId: Scalars['ID']['output'];
  readonly branch?: Maybe<Branch>;
  readonly projectId: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly state: CoveredState;
  readonly reasons: ReadonlyArray<StateReason>;
  readonly lastPoint?: Maybe<LastPoint>;
  readonly rpo: Rpo;
  readonly nextFiringAt?: Maybe<Scalars['DateTime']['output']>;
  readonly policyIds: ReadonlyArray<Scalars['ID']['output']>;
  /** When its state or its reasons last changed. */
  readonly changedAt: Scalars['DateTime']['output'];
};

export type StatusItemEdge = {
  readonly node: StatusItem;
  readonly cursor: Scalars['String']['output'];
};

export type StatusItemConnection = {
  readonly edges: ReadonlyArray<StatusItemEdge>;
  readonly pageInfo: PageInfo;
};

/** Every recovery point of a branch: its restore window, and its snapshots and restores. */
export type Timeline = {
  readonly branchId: Scalars['ID']['output'];
  readonly restoreWindow?: Maybe<RestoreWindow>;
  /** Newest first: at most 200 available snapshots and 200 restores. */
  readonly points: ReadonlyArray<TimelinePoint>;
};

export type TimelinePoint = {
  readonly kind: TimelinePointKind;
  /** Of the snapshot or restore. */
  readonly id: Scalars['ID']['output'];
  /** The moment that the snapshot captures, or at which the restore began. */
  readonly at: Scalars['DateTime']['output'];
  readonly name?: Maybe<Scalars['String']['output']>;
  readonly status: TimelinePointStatus;
};

/** What must be kept: of which branches, when, and how much of it. */
export type Policy = Node & {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly selector: PolicySelector;
  readonly schedules: ReadonlyArray<Schedule>;
  readonly retention: Retention;
  /** The lock that a snapshot gets when it becomes available. */
  readonly protection?: Maybe<PolicyProtection>;
  readonly store: PolicyStore;
  readonly objectives: PolicyObjectives;
  readonly missedFirings: MissedFirings;
  readonly limits: PolicyLimits;
  /** While it is, nothing fires: until `pausedUntil`, or until a person resumes it. */
  readonly isPaused: Scalars['Boolean']['output'];
  readonly pausedUntil?: Maybe<Scalars['DateTime']['output']>;
  /** Projects that it selects and does nothing in. */
  readonly stops: ReadonlyArray<PolicyStop>;
  /** The schedules that are left to Neon; null where Afterglow takes the snapshots. */
  readonly delegation?: Maybe<PolicyDelegation>;
  /** What it says and cannot do, or not as it may be meant. */
  readonly warnings: ReadonlyArray<Warning>;
  /** What it will do, as it is; of at most 10 policies in one operation. */
  readonly preview?: Maybe<PolicyPreview>;
  /** Which branches it covers, and which of the team's no policy covers; of at most 10 policies in one operation. */
  readonly coverage?: Maybe<PolicyCoverage>;
  readonly version: Scalars['Int']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
};


/** What must be kept: of which branches, when, and how much of it. */
export type PolicyPreviewArgs = {
  from?: InputMaybe<Scalars['String']['input']>;
  count?: InputMaybe<Scalars['Int']['input']>;
};

export type FiringShift =
  /** It stands for a local time that is skipped. */
  | 'skipped'
  /** Its local time comes twice. */
  | 'repeated';

export type FiringForecast = {
  /** The schedule's name. */
  readonly schedule: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  /** In the zone of the schedule, with its offset. */
  readonly local: Scalars['String']['output'];
  readonly dst?: Maybe<FiringShift>;
  /** Maintenance of some of the selected projects, or of all, lasts then: there it waits for the end, or is missed. */
  readonly maintenance?: Maybe<MaintenanceReach>;
  readonly engine: ScheduleEngine;
};

export type MaintenanceReach =
  | 'some'
  | 'all';

/** Of each part of a retention, by itself. */
export type KeptByTier = {
  readonly hourly: Scalars['Int']['output'];
  readonly daily: Scalars['Int']['output'];
  readonly weekly: Scalars['Int']['output'];
  readonly monthly: Scalars['Int']['output'];
  readonly yearly: Scalars['Int']['output'];
  readonly keepLast: Scalars['Int']['output'];
  readonly minimumKept: Scalars['Int']['output'];
  readonly keepWithin: Scalars['Int']['output'];
  /** What the lock keeps. */
  readonly locked: Scalars['Int']['output'];
};

export type KeptForecast = {
  readonly engine: ScheduleEngine;
  /** What several parts of the rule keep is counted once. */
  readonly total: Scalars['Int']['output'];
  /** Too many to be counted: so many at least. */
  readonly isAtLeast: Scalars['Boolean']['output'];
  readonly tiers: KeptByTier;
};

/** Manual snapshots of a project, and what they are made up of. */
export type SnapshotNeed = {
  readonly needed: Scalars['Int']['output'];
  /** Once it has run for long. */
  readonly thisPolicy: Scalars['Int']['output'];
  readonly otherPolicies: Scalars['Int']['output'];
  /** What is there and no policy removes. */
  readonly standing: Scalars['Int']['output'];
  /** 1 where this policy makes one: it is made before an old one expires. */
  readonly beingMade: Scalars['Int']['output'];
  readonly cap: Scalars['Int']['output'];
  readonly fits: Scalars['Boolean']['output'];
  readonly isAtLeast: Scalars['Boolean']['output'];
};

/** As for snapshots. */
export type BranchNeed = {
  readonly needed: Scalars['Int']['output'];
  readonly thisPolicy: Scalars['Int']['output'];
  readonly otherPolicies: Scalars['Int']['output'];
  readonly standing: Scalars['Int']['output'];
  readonly beingMade: Scalars['Int']['output'];
  readonly cap: Scalars['Int']['output'];
  readonly fits: Scalars['Boolean']['output'];
  readonly isAtLeast: Scalars['Boolean']['output'];
  /** What is more is billed by the branch. */
  readonly included: Scalars['Int']['output'];
};

/** Root branches. Neither snapshots nor branches at an instant take one. */
export type RootSlotNeed = {
  readonly needed: Scalars['Int']['output'];
  readonly used: Scalars['Int']['output'];
  readonly cap: Scalars['Int']['output'];
};

/** What the policy adds, in US dollars a month, at the prices that are set. What branches store is not in it. */
export type MonthlyCost = {
  /** Null where a size is not known. */
  readonly snapshots?: Maybe<Scalars['Float']['output']>;
  readonly branches: Scalars['Float']['output'];
  readonly total?: Maybe<Scalars['Float']['output']>;
  /** The snapshots are of Neon's own schedules, of which Neon may charge only what changed since the one before. */
  readonly isAtMost: Scalars['Boolean']['output'];
  readonly unknownBecause?: Maybe<Scalars['String']['output']>;
};

export type ProjectForecast = {
  readonly projectId: Scalars['ID']['output'];
  readonly snapshots: SnapshotNeed;
  /** Snapshots that Neon's own schedules keep of the policy's branches; no cap counts them. */
  readonly leftToNeon: Scalars['Int']['output'];
  readonly branches: BranchNeed;
  readonly rootSlots: RootSlotNeed;
  readonly monthlyCost: MonthlyCost;
};

export type PolicyForecast = {
  readonly projectCount: Scalars['Int']['output'];
  /** The first 200, those that do not fit before the others. */
  readonly projects: ReadonlyArray<ProjectForecast>;
  readonly monthlyCost: MonthlyCost;
};

export type SnapshotToExpire = {
  readonly snapshotId: Scalars['ID']['output'];
  readonly branchId: Scalars['ID']['output'];
  readonly pointAt: Scalars['DateTime']['output'];
  /** Why it would go; against a present version, why that one keeps it (`not_selected`: it leaves the branch alone). */
  readonly reasons: ReadonlyArray<Scalars['String']['output']>;
};

export type ExpiryForecast = {
  readonly count: Scalars['Int']['output'];
  /** The first 200. */
  readonly snapshots: ReadonlyArray<SnapshotToExpire>;
  /** Branches of which so many would go that nothing goes until a person approves. The first 200. */
  readonly needApproval: ReadonlyArray<Scalars['ID']['output']>;
};

/** What a policy will do. Nothing is saved. */
export type PolicyPreview = {
  /** The next ones of all schedules, in the order of time; none within a pause. */
  readonly firings: ReadonlyArray<FiringForecast>;
  /** Of each branch at the worst moment, once the policy has run for long, whenever it is asked. */
  readonly keeps: KeptForecast;
  readonly forecast: PolicyForecast;
  /** What the next firing lets go of what the policy has. */
  readonly wouldExpire: ExpiryForecast;
  /** What is let go at once if this is saved and the present version keeps; of a saved policy all that is let go. */
  readonly wouldExpireNow: ExpiryForecast;
  readonly warnings: ReadonlyArray<Warning>;
};

export type CoveredBranch = {
  readonly branchId: Scalars['ID']['output'];
  readonly projectId: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  /** What a firing makes of it: of a child branch a branch. */
  readonly kind: PolicyStore;
};

export type UncoveredBranch = {
  readonly branchId: Scalars['ID']['output'];
  readonly projectId: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
};

export type PolicyCoverage = {
  readonly coveredCount: Scalars['Int']['output'];
  /** The first 1,000, by id. */
  readonly covered: ReadonlyArray<CoveredBranch>;
  /** The team's branches that no policy covers. */
  readonly uncoveredCount: Scalars['Int']['output'];
  /** The first 1,000, by id. Without undo copies and what Afterglow made. */
  readonly uncovered: ReadonlyArray<UncoveredBranch>;
  /** The team's branches that only policies cover whose pause has no end. */
  readonly pausedCount: Scalars['Int']['output'];
  /** The first 1,000, by id. Their status is `at_risk` (`paused_without_end`). */
  readonly paused: ReadonlyArray<UncoveredBranch>;
  readonly warnings: ReadonlyArray<Warning>;
};

export type PolicyStop = {
  readonly projectId: Scalars['ID']['output'];
  readonly code: PolicyStopCode;
};

export type PolicyProtection = {
  readonly lock: PolicyLock;
};

export type PolicyLock = {
  readonly mode: LockMode;
  /** ISO 8601, such as P7Y: from when the snapshot became available. */
  readonly for: Scalars['String']['output'];
  /** In which an admin may still shorten a compliance lock. */
  readonly graceHours: Scalars['Int']['output'];
  /** Only what is kept for one of these; null: all. */
  readonly tiers?: Maybe<ReadonlyArray<RetentionTier>>;
};

export type PolicyObjectives = {
  /** How old the newest recovery point may become. */
  readonly rpoSeconds?: Maybe<Scalars['Int']['output']>;
};

export type PolicyLimits = {
  /** Of a branch's points: a pass that would expire more, and more than 5, waits for a person. */
  readonly expireAtMostShare: Scalars['Float']['output'];
};

export type PolicySelector = {
  /** Null where labels choose the projects. */
  readonly projects?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  /** Every project that carries all of these, also one that is registered later. */
  readonly labels?: Maybe<Scalars['JSON']['output']>;
  readonly branches: Scalars['BranchSelection']['output'];
};

export type Schedule = {
  readonly name: Scalars['String']['output'];
  readonly cron: Scalars['String']['output'];
  readonly timeZone: Scalars['String']['output'];
  /** A firing starts up to so much later, always the same for a branch, and still captures its own instant. */
  readonly jitterSeconds: Scalars['Int']['output'];
  readonly window: ScheduleWindow;
  readonly engine: ScheduleEngine;
  /** Null while it is paused, where it fires no more, and where Neon takes the snapshots. */
  readonly nextFiringAt?: Maybe<Scalars['DateTime']['output']>;
};

/** Who takes the snapshots. */
export type ScheduleEngine =
  | 'afterglow'
  /** Neon, by the branch's own schedule. */
  | 'neon';

export type DelegationState =
  /** Not looked at yet, or being set. */
  | 'pending'
  | 'set'
  /** Somebody changed it in Neon, where it is left as it is. */
  | 'drifted'
  /** It could not be set. */
  | 'refused';

export type DelegationCounts = {
  readonly pending: Scalars['Int']['output'];
  readonly set: Scalars['Int']['output'];
  readonly drifted: Scalars['Int']['output'];
  readonly refused: Scalars['Int']['output'];
};

/** What is known of one branch's schedule in Neon. */
export type DelegatedBranch = {
  readonly branchId: Scalars['ID']['output'];
  readonly state: DelegationState;
  readonly error?: Maybe<DelegationError>;
  readonly checkedAt?: Maybe<Scalars['DateTime']['output']>;
};

export type DelegationError = {
  readonly code: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
};

export type PolicyDelegation = {
  readonly counts: DelegationCounts;
  /** The first 200, those that are not set before the others. */
  readonly branches: ReadonlyArray<DelegatedBranch>;
};

export type ScheduleWindow = {
  /** A firing that did not start so soon is missed. */
  readonly startWithinSeconds: Scalars['Int']['output'];
};

/** A schedule as a version of its policy has it. */
export type ScheduleRule = {
  readonly name: Scalars['String']['output'];
  readonly cron: Scalars['String']['output'];
  readonly timeZone: Scalars['String']['output'];
  readonly jitterSeconds: Scalars['Int']['output'];
  readonly window: ScheduleWindow;
  readonly engine: ScheduleEngine;
};

/** A policy as it was saved, and by whom. */
export type PolicyVersion = {
  /** Snapshots name it as `policyVersion`. */
  readonly version: Scalars['Int']['output'];
  readonly name: Scalars['String']['output'];
  readonly selector: PolicySelector;
  readonly schedules: ReadonlyArray<ScheduleRule>;
  readonly retention: Retention;
  readonly protection?: Maybe<PolicyProtection>;
  readonly store: PolicyStore;
  readonly objectives: PolicyObjectives;
  readonly missedFirings: MissedFirings;
  readonly limits: PolicyLimits;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly by: AuditActor;
};

export type PolicyVersionEdge = {
  readonly node: PolicyVersion;
  readonly cursor: Scalars['String']['output'];
};

export type PolicyVersionConnection = {
  readonly edges: ReadonlyArray<PolicyVersionEdge>;
  readonly pageInfo: PageInfo;
};

export type FiringStatus =
  | 'pending'
  | 'served'
  | 'missed'
  /** Another one stands for it. */
  | 'coalesced';

/** One due instant of one schedule, for one branch. */
export type Firing = {
  readonly id: Scalars['ID']['output'];
  readonly policyId: Scalars['ID']['output'];
  /** The name of its schedule. */
  readonly schedule: Scalars['String']['output'];
  readonly branchId: Scalars['ID']['output'];
  readonly dueAt: Scalars['DateTime']['output'];
  readonly status: FiringStatus;
  /** Why it is missed or coalesced, or how many others it stands for. */
  readonly reason?: Maybe<Scalars['String']['output']>;
  /** The snapshot that it asked for. */
  readonly snapshotId?: Maybe<Scalars['ID']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
};

export type FiringEdge = {
  readonly node: Firing;
  readonly cursor: Scalars['String']['output'];
};

export type FiringConnection = {
  readonly edges: ReadonlyArray<FiringEdge>;
  readonly pageInfo: PageInfo;
};

export type PolicyChangeKind =
  | 'create'
  | 'update'
  | 'unchanged'
  | 'remove';

/** What an import has changed, or would change. */
export type PolicyImport = {
  readonly isDryRun: Scalars['Boolean']['output'];
  /** Of every policy that is there or in the document, by name. */
  readonly changes: ReadonlyArray<PolicyChange>;
};

export type PolicyChange = {
  readonly name: Scalars['String']['output'];
  readonly change: PolicyChangeKind;
  /** Of one that is created: the removed one that says the same. A renamed policy is a new one, and the snapshots stay those of the old. */
  readonly insteadOf?: Maybe<Scalars['String']['output']>;
  readonly fields: ReadonlyArray<PolicyFieldChange>;
  /** Of a policy in the document, one for each schedule. */
  readonly nextFirings: ReadonlyArray<NextFiring>;
};

export type NextFiring = {
  readonly schedule: Scalars['String']['output'];
  /** Null while nothing is to fire, and for what Neon takes. */
  readonly at?: Maybe<Scalars['DateTime']['output']>;
};

export type PolicyFieldChange = {
  /** Such as `schedules[hourly].cron`. */
  readonly path: Scalars['String']['output'];
  readonly from?: Maybe<Scalars['JSON']['output']>;
  readonly to?: Maybe<Scalars['JSON']['output']>;
};

export type BucketKeeps =
  | 'first'
  | 'last';

/** What is kept for each branch: what any part of it keeps. */
export type Retention = {
  /** So many hours that hold a snapshot, of the zone of the schedules. */
  readonly hourly?: Maybe<Scalars['Int']['output']>;
  readonly daily?: Maybe<Scalars['Int']['output']>;
  /** ISO weeks. */
  readonly weekly?: Maybe<Scalars['Int']['output']>;
  readonly monthly?: Maybe<Scalars['Int']['output']>;
  readonly yearly?: Maybe<Scalars['Int']['output']>;
  /** So many of the newest. */
  readonly keepLast?: Maybe<Scalars['Int']['output']>;
  /** ISO 8601, such as P2D: all that are so close to the newest. */
  readonly keepWithin?: Maybe<Scalars['String']['output']>;
  /** So many of the newest, whatever else is kept. */
  readonly minimumKept?: Maybe<Scalars['Int']['output']>;
  /** Which snapshot stands for an hour, a day and so on. */
  readonly bucketKeeps: BucketKeeps;
};

/** What a rule keeps of a list of points, and why. */
export type RetentionSimulation = {
  /** In the order of the points. */
  readonly decisions: ReadonlyArray<RetentionDecision>;
};

export type RetentionDecision = {
  /** Of the point. */
  readonly id: Scalars['ID']['output'];
  readonly keep: Scalars['Boolean']['output'];
  /** Every reason, such as `daily:2026-11-26` or `keep_last`; `beyond_retention` of what is let go. */
  readonly reasons: ReadonlyArray<Scalars['String']['output']>;
};

export type PolicyEdge = {
  readonly node: Policy;
  readonly cursor: Scalars['String']['output'];
};

export type PolicyConnection = {
  readonly edges: ReadonlyArray<PolicyEdge>;
  readonly pageInfo: PageInfo;
};

/** A fact that did not stop the work but that its owner should know. */
export type Warning = {
  readonly code: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
};

/** Why work ended without success. */
export type RecordedError = {
  readonly code: Scalars['String']['output'];
  readonly message: Scalars['String']['output'];
};

/** A stored recovery point. */
export type Snapshot = Node & {
  readonly id: Scalars['ID']['output'];
  readonly projectId: Scalars['ID']['output'];
  readonly branchId: Scalars['ID']['output'];
  readonly branch?: Maybe<Branch>;
  readonly policyId?: Maybe<Scalars['ID']['output']>;
  /** Of the policy that asked for it. */
  readonly policyVersion?: Maybe<Scalars['Int']['output']>;
  readonly name: Scalars['String']['output'];
  readonly kind: SnapshotKind;
  readonly status: SnapshotStatus;
  /** What was asked for; both null mean the present. */
  readonly requestedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly requestedLsn?: Maybe<Scalars['String']['output']>;
  /** What it captures, as Neon says; null until it is available, and where Neon does not say. */
  readonly pointAt?: Maybe<Scalars['DateTime']['output']>;
  readonly lsn?: Maybe<Scalars['String']['output']>;
  readonly neonId?: Maybe<Scalars['String']['output']>;
  readonly sizeBytes?: Maybe<Scalars['SafeInt']['output']>;
  readonly keptBecause: ReadonlyArray<Scalars['String']['output']>;
  /** Ids of the open legal holds that cover it. */
  readonly holds: ReadonlyArray<Scalars['ID']['output']>;
  /** As it was last set. */
  readonly lock?: Maybe<Lock>;
  /** Facts asked for that Neon's answers did not show. */
  readonly unverified: ReadonlyArray<Scalars['String']['output']>;
  readonly warnings: ReadonlyArray<Warning>;
  readonly error?: Maybe<RecordedError>;
  /** None until work on it begins. */
  readonly steps: ReadonlyArray<SnapshotStep>;
  /** Where it did not succeed; null where nothing was made. */
  readonly cleanUp?: Maybe<CleanUp>;
  readonly version: Scalars['Int']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  readonly availableAt?: Maybe<Scalars['DateTime']['output']>;
  readonly endedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** A retention lock: nothing removes the snapshot before `until`. */
export type Lock = {
  readonly mode: LockMode;
  readonly until: Scalars['DateTime']['output'];
  /** Up to then an admin may shorten, lift or soften it, whatever its mode. */
  readonly graceUntil: Scalars['DateTime']['output'];
  /** When it was made or last changed. */
  readonly lockedAt: Scalars['DateTime']['output'];
  /** The policy, or the API key, that did so. */
  readonly lockedBy: Scalars['ID']['output'];
};

/** What a policy would let go. Nothing goes until a person approves it. */
export type RetentionPlan = Node & {
  readonly id: Scalars['ID']['output'];
  readonly policyId: Scalars['ID']['output'];
  readonly policyVersion: Scalars['Int']['output'];
  readonly cause: RetentionPlanCause;
  readonly status: RetentionPlanStatus;
  /** What an approval is bound to. */
  readonly hash: Scalars['String']['output'];
  readonly branchIds: ReadonlyArray<Scalars['ID']['output']>;
  /** Of these nothing goes but by an approval: their backups are failing. */
  readonly frozenBranchIds: ReadonlyArray<Scalars['ID']['output']>;
  /** How many points are kept. */
  readonly keeps: Scalars['Int']['output'];
  /** How many would go. */
  readonly expires: Scalars['Int']['output'];
  /** One for each point; null in a list. */
  readonly decisions?: Maybe<ReadonlyArray<RetentionPlanDecision>>;
  readonly decidedBy?: Maybe<AuditActor>;
  readonly decidedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
};

export type RetentionPlanDecision = {
  readonly snapshotId: Scalars['ID']['output'];
  readonly branchId: Scalars['ID']['output'];
  readonly pointAt: Scalars['DateTime']['output'];
  readonly keep: Scalars['Boolean']['output'];
  /** All of them. */
  readonly reasons: ReadonlyArray<Scalars['String']['output']>;
};

export type RetentionPlanEdge = {
  readonly node: RetentionPlan;
  readonly cursor: Scalars['String']['output'];
};

export type RetentionPlanConnection = {
  readonly edges: ReadonlyArray<RetentionPlanEdge>;
  readonly pageInfo: PageInfo;
};

/** A legal hold: what it covers is not removed until it is released, also what is made later. */
export type Hold = Node & {
  readonly id: Scalars['ID']['output'];
  /** The case that it belongs to. */
  readonly matter: Scalars['String']['output'];
  readonly reason: Scalars['String']['output'];
  readonly selector: HoldSelector;
  readonly placedBy: AuditActor;
  readonly placedAt: Scalars['DateTime']['output'];
  /** Snapshots that were expiring when it was placed, and are available again. */
  readonly turnedBack: ReadonlyArray<Scalars['ID']['output']>;
  /** Snapshots that were being purged, or had been: it came too late for them. */
  readonly tooLate: ReadonlyArray<Scalars['ID']['output']>;
  readonly releasedBy?: Maybe<AuditActor>;
  readonly releasedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly releaseReason?: Maybe<Scalars['String']['output']>;
};

/** Snapshots, or a branch with its moments from `from` to `until`, both included. */
export type HoldSelector = {
  readonly snapshotIds?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  readonly branchId?: Maybe<Scalars['ID']['output']>;
  readonly from?: Maybe<Scalars['DateTime']['output']>;
  /** Null for no end. */
  readonly until?: Maybe<Scalars['DateTime']['output']>;
};

export type HoldEdge = {
  readonly node: Hold;
  readonly cursor: Scalars['String']['output'];
};

export type HoldConnection = {
  readonly edges: ReadonlyArray<HoldEdge>;
  readonly pageInfo: PageInfo;
};

export type SnapshotStep = {
  readonly name: SnapshotStepName;
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly endedAt?: Maybe<Scalars['DateTime']['output']>;
};

export type SnapshotEdge = {
  readonly node: Snapshot;
  readonly cursor: Scalars['String']['output'];
};

export type SnapshotConnection = {
  readonly edges: ReadonlyArray<SnapshotEdge>;
  readonly pageInfo: PageInfo;
};

export type Restore = Node & {
  readonly id: Scalars['ID']['output'];
  readonly projectId: Scalars['ID']['output'];
  /** The branch whose past is restored: that of `source`. */
  readonly branch?: Maybe<Branch>;
  readonly source: RestoreSource;
  readonly target: RestoreTarget;
  readonly status: RestoreStatus;
  readonly steps: ReadonlyArray<RestoreStep>;
  readonly preservedBranch?: Maybe<PreservedBranch>;
  /** Facts asked for that Neon's answers did not show. */
  readonly unverified: ReadonlyArray<Scalars['String']['output']>;
  readonly warnings: ReadonlyArray<Warning>;
  readonly error?: Maybe<RecordedError>;
  /** Of what it made beside, where it did not succeed; null where nothing was made. */
  readonly cleanUp?: Maybe<CleanUp>;
  readonly version: Scalars['Int']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly endedAt?: Maybe<Scalars['DateTime']['output']>;
};

export type RestoreSource = {
  readonly snapshotId?: Maybe<Scalars['ID']['output']>;
  readonly branchId: Scalars['ID']['output'];
  readonly at?: Maybe<Scalars['DateTime']['output']>;
  readonly lsn?: Maybe<Scalars['String']['output']>;
};

export type RestoreTarget = {
  readonly kind: RestoreTargetKind;
  /** Null until the target is there. */
  readonly branchId?: Maybe<Scalars['ID']['output']>;
  readonly branch?: Maybe<Branch>;
  readonly neonBranchId?: Maybe<Scalars['String']['output']>;
  readonly name?: Maybe<Scalars['String']['output']>;
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
};

export type RestoreStep = {
  readonly name: RestoreStepName;
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly endedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** The undo copy of an in-place restore: what was served before. */
export type PreservedBranch = {
  readonly neonBranchId: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  readonly status: PreservedBranchStatus;
  /** Why its purge waits, such as `has_children`. */
  readonly waitsFor?: Maybe<Scalars['String']['output']>;
};

export type RestoreEdge = {
  readonly node: Restore;
  readonly cursor: Scalars['String']['output'];
};

export type RestoreConnection = {
  readonly edges: ReadonlyArray<RestoreEdge>;
  readonly pageInfo: PageInfo;
};

/** Work that was promised, and what it is doing or waits for. It is forgotten 30 days after it ended. */
export type Job = Node & {
  readonly id: Scalars['ID']['output'];
  /** Its kind, such as restore.run. */
  readonly job: Scalars['String']['output'];
  /** The snapshot, restore, project or reconcile report that it is about. */
  readonly subjectId: Scalars['ID']['output'];
  /** The project whose lane it is in. */
  readonly projectId?: Maybe<Scalars['ID']['output']>;
  /** Neon's id of the project: of a lane one job runs at a time. Null for work that changes no project. */
  readonly lane?: Maybe<Scalars['String']['output']>;
  /** Of the jobs that are due in a lane the smallest goes first, then the oldest. */
  readonly priority: Scalars['Int']['output'];
  readonly state: JobState;
  /** Why it is not at work: the first of the reasons that hold. Null when it is done, and while it runs unless its next call waits for the rate limit. */
  readonly waitsFor?: Maybe<JobWait>;
  /** How often it was handed to the queue. */
  readonly release: Scalars['Int']['output'];
  /** What was last used up of the numbers of attempts: that of the newest one, or a greater one. */
  readonly fence: Scalars['Int']['output'];
  /** How many attempts did not succeed: were tried again, failed, or were lost. To wait for Neon, the rate limit or a credential is no failure. */
  readonly failedAttempts: Scalars['Int']['output'];
  /** What came of it. Null until that is known, and where a version ended it that did not keep it; a clean-up may follow it, and does not change it. */
  readonly outcome?: Maybe<JobEnding>;
  /** Why it failed or is overdue. */
  readonly code?: Maybe<Scalars['String']['output']>;
  /** The newest 200, the oldest of them first. */
  readonly attempts: ReadonlyArray<Attempt>;
  readonly createdAt: Scalars['DateTime']['output'];
  /** When its first attempt began. */
  readonly begunAt?: Maybe<Scalars['DateTime']['output']>;
  /** When it ended for good, whatever came of it. */
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** Which fields are there, `code` says. */
export type JobWait = {
  readonly code: JobWaitCode;
  /** What is under way in the lane. */
  readonly jobId?: Maybe<Scalars['ID']['output']>;
  readonly job?: Maybe<Scalars['String']['output']>;
  readonly subjectId?: Maybe<Scalars['ID']['output']>;
  readonly at?: Maybe<Scalars['DateTime']['output']>;
  /** The code of what made it wait, such as that of the failure of its last attempt. */
  readonly because?: Maybe<Scalars['String']['output']>;
  readonly credentialId?: Maybe<Scalars['ID']['output']>;
};

export type Attempt = {
  /** Its number. Of two attempts of a job only the one with the greater number can change anything. Numbers are left out: whoever takes the job from an attempt (a cancel, a deadline) or from the queue (a restore that goes first, a queue that lost it) uses one up. */
  readonly fence: Scalars['Int']['output'];
  /** The release of the job that it took. */
  readonly release: Scalars['Int']['output'];
  /** The process that made it. */
  readonly worker: Scalars['String']['output'];
  readonly startedAt: Scalars['DateTime']['output'];
  /** Null while it runs, as `outcome` is. */
  readonly endedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly outcome?: Maybe<AttemptOutcome>;
  /** Of the failure. */
  readonly code?: Maybe<Scalars['String']['output']>;
  readonly message?: Maybe<Scalars['String']['output']>;
  /** Neon's id of the request that failed; where none did, of the last change that the attempt made in Neon. */
  readonly neonRequestId?: Maybe<Scalars['String']['output']>;
};

export type JobEdge = {
  readonly node: Job;
  readonly cursor: Scalars['String']['output'];
};

export type JobConnection = {
  readonly edges: ReadonlyArray<JobEdge>;
  readonly pageInfo: PageInfo;
};

/** What a comparison with Neon found, and what became of it. */
export type ReconcileReport = {
  readonly id: Scalars['ID']['output'];
  readonly projectId: Scalars['ID']['output'];
  readonly requestedBy: ActorKind;
  readonly requestedAt: Scalars['DateTime']['output'];
  /** When Neon was compared and the findings were recorded: before anything was done in Neon. */
  readonly comparedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When what was planned had been carried out. */
  readonly endedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly isProjectGone: Scalars['Boolean']['output'];
  /** What is ours and there; null until it is compared. */
  readonly present?: Maybe<PresentCounts>;
  /** In the order in which they are carried out. */
  readonly findings: ReadonlyArray<Finding>;
  /** Why it could not be carried to its end. */
  readonly error?: Maybe<RecordedError>;
};

export type PresentCounts = {
  readonly snapshots: Scalars['Int']['output'];
  /** Undo copies. */
  readonly preservedBranches: Scalars['Int']['output'];
};

export type Finding = {
  readonly kind: FindingKind;
  /** What it is in Neon. */
  readonly what: FindingThing;
  /** What it is of ours; null for what is not. A preserved branch has the id of its restore. */
  readonly subjectKind?: Maybe<FindingSubject>;
  readonly subjectId?: Maybe<Scalars['ID']['output']>;
  readonly neonId?: Maybe<Scalars['String']['output']>;
  readonly name?: Maybe<Scalars['String']['output']>;
  /** The policy that is harmed, or whose snapshot it is. */
  readonly policyId?: Maybe<Scalars['ID']['output']>;
  readonly action: FindingAction;
  /** Null while the action is planned, and where there is none. */
  readonly outcome?: Maybe<FindingOutcome>;
  /** Why nothing is done, or why it was skipped or failed: a code, such as `has_children`. */
  readonly reason?: Maybe<Scalars['String']['output']>;
};

/** Who did what, in a chain that cannot be rewritten quietly. */
export type AuditEvent = {
  /** How it was hashed: 1, or 2 since before and after are told. */
  readonly form: Scalars['SafeInt']['output'];
  readonly id: Scalars['ID']['output'];
  readonly teamId: Scalars['ID']['output'];
  readonly sequence: Scalars['SafeInt']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly actor: AuditEventActor;
  readonly action: Scalars['String']['output'];
  readonly subject: AuditSubject;
  readonly requestId?: Maybe<Scalars['String']['output']>;
  readonly sourceAddress?: Maybe<Scalars['String']['output']>;
  readonly details: Scalars['JSON']['output'];
  /** What a change changed from; null where there was nothing, or nothing changed. */
  readonly before?: Maybe<Scalars['JSON']['output']>;
  readonly after?: Maybe<Scalars['JSON']['output']>;
  readonly previousHash: Scalars['String']['output'];
  readonly hash: Scalars['String']['output'];
};

export type AuditEventActor = {
  readonly kind: ActorKind;
  readonly id: Scalars['ID']['output'];
  /** The prefix of the key, or the subject of the token. */
  readonly label?: Maybe<Scalars['String']['output']>;
};

export type AuditActor = {
  readonly kind: ActorKind;
  readonly id: Scalars['ID']['output'];
};

export type AuditSubject = {
  readonly kind: Scalars['String']['output'];
  readonly id: Scalars['ID']['output'];
};

/** Where a chain stands, or stood when a month of it went: a closing head is what is left of that month. */
export type AuditHead = {
  readonly kind: AuditHeadKind;
  readonly teamId: Scalars['ID']['output'];
  readonly sequence: Scalars['SafeInt']['output'];
  readonly hash: Scalars['String']['output'];
  readonly at?: Maybe<Scalars['DateTime']['output']>;
  /** Of a closing head, such as 2026-09. */
  readonly month?: Maybe<Scalars['String']['output']>;
  readonly signedAt: Scalars['DateTime']['output'];
  /** All of this, signed: a compact JWS with Ed25519, by a key of /.well-known/jwks.json. */
  readonly signature: Scalars['String']['output'];
};

export type AuditHeadKind =
  | 'head'
  | 'closing';

export type AuditEventEdge = {
  readonly node: AuditEvent;
  readonly cursor: Scalars['String']['output'];
};

export type AuditEventConnection = {
  readonly edges: ReadonlyArray<AuditEventEdge>;
  readonly pageInfo: PageInfo;
};

export type SnapshotFilter = {
  readonly projectId?: InputMaybe<Scalars['ID']['input']>;
  readonly branchId?: InputMaybe<Scalars['ID']['input']>;
  readonly policyId?: InputMaybe<Scalars['ID']['input']>;
  readonly status?: InputMaybe<SnapshotStatus>;
  /** Asked for or recorded (`createdAt`) not before. */
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
  /** Asked for or recorded (`createdAt`) before. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

export type BranchSnapshotFilter = {
  readonly policyId?: InputMaybe<Scalars['ID']['input']>;
  readonly status?: InputMaybe<SnapshotStatus>;
  /** Asked for or recorded (`createdAt`) not before. */
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
  /** Asked for or recorded (`createdAt`) before. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

export type ProjectFilter = {
  /** Text by name, at least one: projects that carry all of these, as a policy's selector means them. */
  readonly labels?: InputMaybe<Scalars['JSON']['input']>;
};

export type BranchRestoreFilter = {
  readonly status?: InputMaybe<RestoreStatus>;
  /** Asked for (`createdAt`) not before. */
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
  /** Asked for (`createdAt`) before. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

export type RetentionPlanFilter = {
  readonly policyId?: InputMaybe<Scalars['ID']['input']>;
  readonly status?: InputMaybe<RetentionPlanStatus>;
};

export type HoldFilter = {
  readonly state?: InputMaybe<HoldState>;
  /** On moments of this branch. */
  readonly branchId?: InputMaybe<Scalars['ID']['input']>;
  /** Those that cover this snapshot, or did until they were released. */
  readonly snapshotId?: InputMaybe<Scalars['ID']['input']>;
};

export type FiringFilter = {
  readonly policyId?: InputMaybe<Scalars['ID']['input']>;
  readonly branchId?: InputMaybe<Scalars['ID']['input']>;
  readonly status?: InputMaybe<FiringStatus>;
  /** Due (`dueAt`) not before. */
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
  /** Due (`dueAt`) before. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

export type RestoreFilter = {
  readonly projectId?: InputMaybe<Scalars['ID']['input']>;
  readonly branchId?: InputMaybe<Scalars['ID']['input']>;
  readonly status?: InputMaybe<RestoreStatus>;
  /** Asked for (`createdAt`) not before. */
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
  /** Asked for (`createdAt`) before. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

export type JobFilter = {
  readonly state?: InputMaybe<JobState>;
  readonly projectId?: InputMaybe<Scalars['ID']['input']>;
  readonly subjectId?: InputMaybe<Scalars['ID']['input']>;
  /** Its kind, such as restore.run; one that there is not is refused with `invalid_request`. */
  readonly job?: InputMaybe<Scalars['String']['input']>;
};

export type AuditEventFilter = {
  readonly subjectId?: InputMaybe<Scalars['ID']['input']>;
  readonly action?: InputMaybe<Scalars['String']['input']>;
  readonly actorId?: InputMaybe<Scalars['ID']['input']>;
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** What somebody may do in a team: each may also do what those before it may. */
export type Role =
  | 'viewer'
  | 'operator'
  | 'approver'
  | 'admin';

/** Who uses a key. A service may not decide what needs a person. */
export type KeyKind =
  | 'person'
  | 'service';

/** Who asks, and what it may do. */
export type Me = {
  readonly kind: ActorKind;
  /** Of the API key, or the issuer and subject of the token. */
  readonly id: Scalars['ID']['output'];
  /** The key's prefix, or the token's subject. */
  readonly label?: Maybe<Scalars['String']['output']>;
  /** Manages teams, members and keys. */
  readonly isPlatform: Scalars['Boolean']['output'];
  /** In which it acts; null where it has named none. */
  readonly team?: Maybe<MyTeam>;
  /** Those in which it has a role. */
  readonly teams: ReadonlyArray<MyTeam>;
  /** Those that its key is narrowed to; null for every project of the team. */
  readonly projects?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  /** What it may do in that team: names of docs/roles.md. */
  readonly actions: ReadonlyArray<Scalars['String']['output']>;
};

export type MyTeam = {
  readonly id: Scalars['ID']['output'];
  readonly slug: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  /** Null for who makes keys there, and no more. */
  readonly role?: Maybe<Role>;
};

/** Figures of the installation. */
export type Fleet = {
  readonly teams: Scalars['Int']['output'];
  /** People who are a member of a team. */
  readonly members: Scalars['Int']['output'];
  /** Those in force. */
  readonly apiKeys: Scalars['Int']['output'];
  /** Those registered. */
  readonly projects: Scalars['Int']['output'];
  /** Covered branches by state. */
  readonly branches: StateCounts;
  /** Unfinished jobs. */
  readonly jobs: ReadonlyArray<JobCount>;
};

export type JobCount = {
  readonly job: Scalars['String']['output'];
  readonly status: JobCountStatus;
  readonly count: Scalars['Int']['output'];
  readonly oldestSeconds: Scalars['Float']['output'];
};

export type JobCountStatus =
  | 'waiting'
  | 'released'
  | 'running'
  | 'waits_for_neon';

/** A tenant: nothing of it is seen or changed by another. */
export type Team = Node & {
  readonly id: Scalars['ID']['output'];
  readonly slug: Scalars['String']['output'];
  readonly name: Scalars['String']['output'];
  /** Of the one who asks; null for none. */
  readonly role?: Maybe<Role>;
  readonly createdAt: Scalars['DateTime']['output'];
};

/** A team that the operation has entered. */
export type EnteredTeam = {
  readonly team: Team;
  /** Everything, as it is in that team. */
  readonly query: Query;
};

export type TeamEdge = {
  readonly node: Team;
  readonly cursor: Scalars['String']['output'];
};

export type TeamConnection = {
  readonly edges: ReadonlyArray<TeamEdge>;
  readonly pageInfo: PageInfo;
};

/** A person with a role in a team. */
export type Member = {
  readonly id: Scalars['ID']['output'];
  readonly teamId: Scalars['ID']['output'];
  /** Whose tokens name the person, and as what. */
  readonly issuer: Scalars['String']['output'];
  readonly subject: Scalars['String']['output'];
  readonly role: Role;
  readonly version: Scalars['Int']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
};

export type MemberEdge = {
  readonly node: Member;
  readonly cursor: Scalars['String']['output'];
};

export type MemberConnection = {
  readonly edges: ReadonlyArray<MemberEdge>;
  readonly pageInfo: PageInfo;
};

/** A key, without its secret. */
export type ApiKey = Node & {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  /** How it begins. */
  readonly prefix: Scalars['String']['output'];
  readonly role: Role;
  readonly kind: KeyKind;
  /** Those that it is narrowed to; null for every project of the team. */
  readonly projects?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  /** Networks that it may come from; null for any. */
  readonly cidrs?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** To the minute. */
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The key in whose place it was made. */
  readonly rotatedFrom?: Maybe<Scalars['ID']['output']>;
  /** Set by AFTERGLOW_API_KEY: it is changed there alone. */
  readonly isPreset: Scalars['Boolean']['output'];
  readonly createdBy?: Maybe<AuditActor>;
  readonly createdAt: Scalars['DateTime']['output'];
  /** Since when it opens nothing. */
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** A key with its secret, which is shown this once. */
export type NewApiKey = {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly prefix: Scalars['String']['output'];
  readonly role: Role;
  readonly kind: KeyKind;
  readonly projects?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  readonly cidrs?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly rotatedFrom?: Maybe<Scalars['ID']['output']>;
  readonly isPreset: Scalars['Boolean']['output'];
  readonly createdBy?: Maybe<AuditActor>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The secret: it is kept nowhere. */
  readonly key: Scalars['String']['output'];
};

export type ApiKeyEdge = {
  readonly node: ApiKey;
  readonly cursor: Scalars['String']['output'];
};

export type ApiKeyConnection = {
  readonly edges: ReadonlyArray<ApiKeyEdge>;
  readonly pageInfo: PageInfo;
};

/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type Query = {
  readonly me?: Maybe<Me>;
  /** For the platform. */
  readonly fleet?: Maybe<Fleet>;
  /** Whatever has this id, as the field of its kind answers: by the same action, and with the same refusals. */
  readonly node?: Maybe<Node>;
  /** Each as `node` answers it, in the order of the ids: one that is refused is null, and leaves the others. */
  readonly nodes?: Maybe<ReadonlyArray<Maybe<Node>>>;
  /**
   * Enters one of your teams, by its id or its slug: what is read under it is read there, as with the header Afterglow-Team. A document that
   * does so reads nothing beside it.
   */
  readonly team?: Maybe<EnteredTeam>;
  /** Yours; of the platform every one. */
  readonly teams?: Maybe<TeamConnection>;
  readonly members?: Maybe<MemberConnection>;
  readonly apiKey?: Maybe<ApiKey>;
  /** Revoked ones stay listed. */
  readonly apiKeys?: Maybe<ApiKeyConnection>;
  readonly credential?: Maybe<Credential>;
  readonly credentials?: Maybe<CredentialConnection>;
  readonly project?: Maybe<Project>;
  readonly projects?: Maybe<ProjectConnection>;
  readonly branch?: Maybe<Branch>;
  readonly branches?: Maybe<BranchConnection>;
  readonly timeline?: Maybe<Timeline>;
  /** Of one state; by default those that are not ok. */
  readonly status?: Maybe<TeamStatus>;
  readonly policy?: Maybe<Policy>;
  /** What a policy would do if it were saved; nothing is. */
  readonly previewPolicy?: Maybe<PolicyPreview>;
  readonly policies?: Maybe<PolicyConnection>;
  /** Says of each point whether a retention would keep it, and why. Nothing is saved. */
  readonly simulateRetention?: Maybe<RetentionSimulation>;
  /** Newest first. */
  readonly policyVersions?: Maybe<PolicyVersionConnection>;
  readonly firings?: Maybe<FiringConnection>;
  /**
   * Every policy of the team as one document, as `importPolicies` takes it: {policies: {name: what createPolicy takes}}. The same policies
   * give the same document.
   */
  readonly exportPolicies?: Maybe<Scalars['JSON']['output']>;
  readonly snapshot?: Maybe<Snapshot>;
  readonly snapshots?: Maybe<SnapshotConnection>;
  readonly retentionPlan?: Maybe<RetentionPlan>;
  /** Without their decisions: read one plan for them. */
  readonly retentionPlans?: Maybe<RetentionPlanConnection>;
  readonly hold?: Maybe<Hold>;
  /** Released ones stay listed. */
  readonly holds?: Maybe<HoldConnection>;
  readonly restore?: Maybe<Restore>;
  readonly restores?: Maybe<RestoreConnection>;
  readonly job?: Maybe<Job>;
  readonly jobs?: Maybe<JobConnection>;
  readonly auditEvents?: Maybe<AuditEventConnection>;
  /** The head of this moment first, then the closing heads of months that retention let go, newest first. */
  readonly auditHeads?: Maybe<ReadonlyArray<AuditHead>>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryNodesArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryTeamArgs = {
  id?: InputMaybe<Scalars['ID']['input']>;
  slug?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryTeamsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryMembersArgs = {
  teamId: Scalars['ID']['input'];
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryApiKeyArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryApiKeysArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryCredentialArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryCredentialsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryProjectArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryProjectsArgs = {
  filter?: InputMaybe<ProjectFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryBranchArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryBranchesArgs = {
  projectId: Scalars['ID']['input'];
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryTimelineArgs = {
  branchId: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryStatusArgs = {
  state?: InputMaybe<CoveredState>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryPolicyArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryPreviewPolicyArgs = {
  input: CreatePolicyInput;
  policyId?: InputMaybe<Scalars['ID']['input']>;
  from?: InputMaybe<Scalars['String']['input']>;
  count?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryPoliciesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QuerySimulateRetentionArgs = {
  input: SimulateRetentionInput;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryPolicyVersionsArgs = {
  policyId: Scalars['ID']['input'];
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryFiringsArgs = {
  filter?: InputMaybe<FiringFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QuerySnapshotArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QuerySnapshotsArgs = {
  filter?: InputMaybe<SnapshotFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryRetentionPlanArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryRetentionPlansArgs = {
  filter?: InputMaybe<RetentionPlanFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryHoldArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryHoldsArgs = {
  filter?: InputMaybe<HoldFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryRestoreArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryRestoresArgs = {
  filter?: InputMaybe<RestoreFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryJobArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryJobsArgs = {
  filter?: InputMaybe<JobFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Lists are newest first, 50 a page and at most 200. They are read forwards by `first` and `after` (the `endCursor` of the page before), and
 * backwards, from the oldest, by `last` and `before` (the `startCursor` of the page after). Every refusal stands in
 * `errors`, with its stable `code` and the `requestId` under `extensions`; the fields beside it are answered all the same.
 */
export type QueryAuditEventsArgs = {
  filter?: InputMaybe<AuditEventFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};

export type CreateCredentialInput = {
  readonly name: Scalars['String']['input'];
  /** Checked with Neon, encrypted at rest, never shown. */
  readonly neonApiKey: Scalars['String']['input'];
};

/** What is absent stays as it is. */
export type UpdateCredentialInput = {
  readonly id: Scalars['ID']['input'];
  /** The version that you have read; another one is refused with `version_stale`. */
  readonly version: Scalars['Int']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly neonApiKey?: InputMaybe<Scalars['String']['input']>;
};

export type DeleteCredentialInput = {
  readonly id: Scalars['ID']['input'];
};

export type RegisterProjectInput = {
  readonly neonProjectId: Scalars['String']['input'];
  readonly credentialId: Scalars['ID']['input'];
  /** Text by name: up to 64, names of lower-case letters, digits and . _ / - */
  readonly labels?: InputMaybe<Scalars['JSON']['input']>;
};

/** What is absent stays as it is. */
export type UpdateProjectInput = {
  readonly id: Scalars['ID']['input'];
  /** The version that you have read; another one is refused with `version_stale`. */
  readonly version: Scalars['Int']['input'];
  /** Text by name; null removes a label. */
  readonly labels?: InputMaybe<Scalars['JSON']['input']>;
  readonly limits?: InputMaybe<ProjectLimitsInput>;
  /** Replaces the list. */
  readonly maintenanceWindows?: InputMaybe<ReadonlyArray<MaintenanceWindowInput>>;
};

/** Either {from, until}, at most 14 days apart, or {cron, timeZone, durationSeconds}. */
export type MaintenanceWindowInput = {
  /** Unique in the project. */
  readonly name: Scalars['String']['input'];
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
  readonly cron?: InputMaybe<Scalars['String']['input']>;
  readonly timeZone?: InputMaybe<Scalars['String']['input']>;
  readonly durationSeconds?: InputMaybe<Scalars['Int']['input']>;
};

/** A null brings the plan's own limit back. */
export type ProjectLimitsInput = {
  readonly rootBranches?: InputMaybe<Scalars['Int']['input']>;
  readonly snapshots?: InputMaybe<Scalars['Int']['input']>;
};

export type RemoveProjectInput = {
  readonly id: Scalars['ID']['input'];
};

export type SyncProjectInput = {
  readonly id: Scalars['ID']['input'];
};

export type ReconcileProjectInput = {
  readonly id: Scalars['ID']['input'];
};

/** Of the project `id`. */
export type AdoptSnapshotInput = {
  readonly id: Scalars['ID']['input'];
  readonly neonSnapshotId: Scalars['String']['input'];
  /** For people; the name that it has in Neon otherwise. In Neon it keeps its own. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** The branch that it is kept under; the one that it was taken of otherwise. */
  readonly branchId?: InputMaybe<Scalars['ID']['input']>;
};

/** Either projects or labels. */
export type PolicySelectorInput = {
  /** Ids of registered projects. */
  readonly projects?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** At least one: every project that carries all of them, also one that is registered later. */
  readonly labels?: InputMaybe<Scalars['JSON']['input']>;
  readonly branches?: InputMaybe<Scalars['BranchSelection']['input']>;
};

export type ScheduleWindowInput = {
  readonly startWithinSeconds: Scalars['Int']['input'];
};

export type PolicyProtectionInput = {
  readonly lock: PolicyLockInput;
};

export type PolicyLockInput = {
  readonly mode: LockMode;
  /** ISO 8601, such as P7Y: from when the snapshot became available. */
  readonly for: Scalars['String']['input'];
  readonly graceHours: Scalars['Int']['input'];
  /** Only what is kept for one of these; all without them. */
  readonly tiers?: InputMaybe<ReadonlyArray<RetentionTier>>;
};

export type PolicyObjectivesInput = {
  /** How old the newest recovery point may become. */
  readonly rpoSeconds?: InputMaybe<Scalars['Int']['input']>;
};

export type PolicyLimitsInput = {
  /** 0 to 1; default 0.25. */
  readonly expireAtMostShare?: InputMaybe<Scalars['Float']['input']>;
};

export type ScheduleInput = {
  readonly name: Scalars['String']['input'];
  /** Five fields. */
  readonly cron: Scalars['String']['input'];
  /** An IANA zone, such as Europe/Berlin. */
  readonly timeZone: Scalars['String']['input'];
  /** Default: 0. */
  readonly jitterSeconds?: InputMaybe<Scalars['Int']['input']>;
  /** Default: 900 s. */
  readonly window?: InputMaybe<ScheduleWindowInput>;
  /** Default: afterglow. All schedules of a policy have the same one. */
  readonly engine?: InputMaybe<ScheduleEngine>;
};

export type RetentionInput = {
  readonly hourly?: InputMaybe<Scalars['Int']['input']>;
  readonly daily?: InputMaybe<Scalars['Int']['input']>;
  readonly weekly?: InputMaybe<Scalars['Int']['input']>;
  readonly monthly?: InputMaybe<Scalars['Int']['input']>;
  readonly yearly?: InputMaybe<Scalars['Int']['input']>;
  readonly keepLast?: InputMaybe<Scalars['Int']['input']>;
  readonly keepWithin?: InputMaybe<Scalars['String']['input']>;
  readonly minimumKept?: InputMaybe<Scalars['Int']['input']>;
  /** Default: first. */
  readonly bucketKeeps?: InputMaybe<BucketKeeps>;
};

export type SimulatedPointInput = {
  /** Unique in the list; any text. */
  readonly id: Scalars['ID']['input'];
  /** The moment that it captures. */
  readonly pointAt: Scalars['DateTime']['input'];
  /** Points of other branches never mix. Those without it are of one branch. */
  readonly branchId?: InputMaybe<Scalars['ID']['input']>;
  /** Under a legal hold. */
  readonly held?: InputMaybe<Scalars['Boolean']['input']>;
  readonly lockedUntil?: InputMaybe<Scalars['DateTime']['input']>;
  /** A restore of it was proved. */
  readonly proven?: InputMaybe<Scalars['Boolean']['input']>;
};

export type SimulateRetentionInput = {
  /** Available points, in any order, of the years 1970 to 2199. */
  readonly points: ReadonlyArray<SimulatedPointInput>;
  readonly retention: RetentionInput;
  /** The zone of hours, days and so on: an IANA name. */
  readonly timeZone: Scalars['String']['input'];
  /** When the rule is applied. No point may be later, but for five minutes. */
  readonly now: Scalars['DateTime']['input'];
};

export type CreatePolicyInput = {
  readonly name: Scalars['String']['input'];
  readonly selector: PolicySelectorInput;
  readonly preset?: InputMaybe<PolicyPreset>;
  /** Of the preset's schedules. Default: UTC. */
  readonly timeZone?: InputMaybe<Scalars['String']['input']>;
  /** Required without a preset. */
  readonly schedules?: InputMaybe<ReadonlyArray<ScheduleInput>>;
  /** Required without a preset. */
  readonly retention?: InputMaybe<RetentionInput>;
  /** Default: nothing, or what the preset says. */
  readonly protection?: InputMaybe<PolicyProtectionInput>;
  /** Default: neon_snapshot. */
  readonly store?: InputMaybe<PolicyStore>;
  readonly objectives?: InputMaybe<PolicyObjectivesInput>;
  /** Default: capture_moment. */
  readonly missedFirings?: InputMaybe<MissedFirings>;
  readonly limits?: InputMaybe<PolicyLimitsInput>;
  /** Save it although the forecast exceeds a cap of Neon's. Not kept. Default: false. */
  readonly force?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What is absent stays as it is; null removes a lock. */
export type PolicyProtectionPatch = {
  readonly lock?: InputMaybe<PolicyLockPatch>;
};

/** What is absent stays as it is. A first lock needs mode, for and graceHours. */
export type PolicyLockPatch = {
  readonly mode?: InputMaybe<LockMode>;
  readonly for?: InputMaybe<Scalars['String']['input']>;
  readonly graceHours?: InputMaybe<Scalars['Int']['input']>;
  /** Null: all. */
  readonly tiers?: InputMaybe<ReadonlyArray<RetentionTier>>;
};

/** A merge-patch: what is absent stays as it is, also within retention, protection, objectives and limits, where null removes. */
export type UpdatePolicyInput = {
  readonly id: Scalars['ID']['input'];
  /** The version that you have read; another one is refused with `version_stale`. */
  readonly version: Scalars['Int']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** What is given replaces; projects replace labels, and the other way round. */
  readonly selector?: InputMaybe<PolicySelectorInput>;
  /** All of them: what is left out is removed. */
  readonly schedules?: InputMaybe<ReadonlyArray<ScheduleInput>>;
  /** What is absent of it stays; null removes a part. */
  readonly retention?: InputMaybe<RetentionInput>;
  /** Null: none. Of its lock what is absent stays. */
  readonly protection?: InputMaybe<PolicyProtectionPatch>;
  readonly store?: InputMaybe<PolicyStore>;
  /** What is absent of it stays. Null brings the default back. */
  readonly objectives?: InputMaybe<PolicyObjectivesInput>;
  readonly missedFirings?: InputMaybe<MissedFirings>;
  /** Null brings the default back. */
  readonly limits?: InputMaybe<PolicyLimitsInput>;
  /** Save it although the forecast exceeds a cap of Neon's. Not kept. Default: false. */
  readonly force?: InputMaybe<Scalars['Boolean']['input']>;
};

export type DeletePolicyInput = {
  readonly id: Scalars['ID']['input'];
  /** Refused with `version_stale` where it has changed since. Absent: whatever has become of it. */
  readonly version?: InputMaybe<Scalars['Int']['input']>;
  /** Take one more snapshot of each branch that it covers. It stays, as all that the policy made, until a person deletes it. */
  readonly lastSnapshot?: InputMaybe<Scalars['Boolean']['input']>;
};

export type RunPolicyInput = {
  readonly id: Scalars['ID']['input'];
};

export type PausePolicyInput = {
  readonly id: Scalars['ID']['input'];
  /** It goes on by itself then; absent, until somebody resumes it. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
  /** For the audit history. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
};

export type ResumePolicyInput = {
  readonly id: Scalars['ID']['input'];
};

export type ImportPoliciesInput = {
  /**
   * As `exportPolicies` gives it: {policies: {name: {selector, schedules, ...}}}, each checked as a CreatePolicyInput of that name. Projects
   * may be named by our ids or by those of Neon.
   */
  readonly document: Scalars['JSON']['input'];
  /** Say what would be changed, and change nothing: whoever may read policies may. Otherwise it takes `policy.write`. */
  readonly dryRun?: InputMaybe<Scalars['Boolean']['input']>;
  /** Delete the policies that the document leaves out; refused otherwise. */
  readonly remove?: InputMaybe<Scalars['Boolean']['input']>;
  /** Also save what needs more than Neon would hold; refused otherwise. */
  readonly force?: InputMaybe<Scalars['Boolean']['input']>;
};

/** The present, unless `at` or `lsn` is given; not both. */
export type RequestSnapshotInput = {
  readonly branchId: Scalars['ID']['input'];
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly at?: InputMaybe<Scalars['DateTime']['input']>;
  readonly lsn?: InputMaybe<Scalars['String']['input']>;
};

export type DeleteSnapshotInput = {
  readonly id: Scalars['ID']['input'];
};

export type CancelSnapshotInput = {
  readonly id: Scalars['ID']['input'];
};

export type LockSnapshotInput = {
  readonly id: Scalars['ID']['input'];
  /** Of a first lock `governance`, otherwise as it is, unless given. */
  readonly mode?: InputMaybe<LockMode>;
  /** Until when nothing removes the snapshot. A null, which must be given, lifts the lock. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
  /** Required to shorten, lift or soften a lock. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /**
   * In which an admin may still undo a compliance lock: counted from when the lock is made or becomes one. A later change leaves the grace
   * as it is. Default: 24.
   */
  readonly graceHours?: InputMaybe<Scalars['Int']['input']>;
};

/** Snapshots with {snapshotIds}, or everything that captures a moment of a branch, also what is made later, with {branchId, from, until}. */
export type HoldSelectorInput = {
  readonly snapshotIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  readonly branchId?: InputMaybe<Scalars['ID']['input']>;
  /** The first moment that is held. */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  /** The last moment that is held; without it every later one is. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

export type RequestRetentionPlanInput = {
  /** Of the policy. */
  readonly id: Scalars['ID']['input'];
};

export type ApproveRetentionPlanInput = {
  readonly id: Scalars['ID']['input'];
  /** Of the plan that was looked at. */
  readonly hash: Scalars['String']['input'];
};

export type RejectRetentionPlanInput = {
  readonly id: Scalars['ID']['input'];
};

export type PlaceHoldInput = {
  /** The case that it belongs to. */
  readonly matter: Scalars['String']['input'];
  readonly reason: Scalars['String']['input'];
  readonly selector: HoldSelectorInput;
};

export type ReleaseHoldInput = {
  readonly id: Scalars['ID']['input'];
  readonly reason: Scalars['String']['input'];
};

/** A snapshot, or a branch at an instant, or a branch at an LSN: {snapshotId}, {branchId, at} or {branchId, lsn}. */
export type RestoreSourceInput = {
  readonly snapshotId?: InputMaybe<Scalars['ID']['input']>;
  readonly branchId?: InputMaybe<Scalars['ID']['input']>;
  readonly at?: InputMaybe<Scalars['DateTime']['input']>;
  readonly lsn?: InputMaybe<Scalars['String']['input']>;
};

/** A new branch with {name, expiresAt}, or in place with {preserveAs}: the name of the undo copy. */
export type RestoreTargetInput = {
  readonly kind: RestoreTargetKind;
  readonly name?: InputMaybe<Scalars['String']['input']>;
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  readonly preserveAs?: InputMaybe<Scalars['String']['input']>;
};

export type RequestRestoreInput = {
  readonly source: RestoreSourceInput;
  readonly target: RestoreTargetInput;
};

export type CancelRestoreInput = {
  readonly id: Scalars['ID']['input'];
};

export type ConnectRestoreInput = {
  readonly id: Scalars['ID']['input'];
  readonly databaseName?: InputMaybe<Scalars['String']['input']>;
  readonly roleName?: InputMaybe<Scalars['String']['input']>;
  readonly pooled?: InputMaybe<Scalars['Boolean']['input']>;
};

export type DeletePreservedBranchInput = {
  /** Of the restore. */
  readonly id: Scalars['ID']['input'];
};

/** What was deleted or removed. */
export type Deletion = {
  readonly id: Scalars['ID']['output'];
};

/** What was deleted, and the last snapshots where they were asked for. */
export type PolicyDeletion = {
  readonly id: Scalars['ID']['output'];
  readonly snapshots: ReadonlyArray<Snapshot>;
};

export type PolicyRun = {
  readonly snapshots: ReadonlyArray<Snapshot>;
};

export type DatabaseConnection = {
  /** A secret: it holds a password. Never stored or logged. */
  readonly uri: Scalars['String']['output'];
};

export type CreateTeamInput = {
  /** Names the team in the header Afterglow-Team: lower-case letters, digits and -. */
  readonly slug: Scalars['String']['input'];
  readonly name: Scalars['String']['input'];
};

export type AddMemberInput = {
  readonly teamId: Scalars['ID']['input'];
  /** As the tokens of the issuer name the person (`sub`). */
  readonly subject: Scalars['String']['input'];
  /** Whose tokens (`iss`); the configured issuer by default. */
  readonly issuer?: InputMaybe<Scalars['String']['input']>;
  readonly role: Role;
};

export type UpdateMemberInput = {
  readonly teamId: Scalars['ID']['input'];
  readonly id: Scalars['ID']['input'];
  /** The version that you have read; another one is refused with `version_stale`. */
  readonly version: Scalars['Int']['input'];
  readonly role: Role;
};

export type RemoveMemberInput = {
  readonly teamId: Scalars['ID']['input'];
  readonly id: Scalars['ID']['input'];
};

export type CreateApiKeyInput = {
  readonly name: Scalars['String']['input'];
  /** What it may do; not above your own role. */
  readonly role: Role;
  /** Default: service. */
  readonly kind?: InputMaybe<KeyKind>;
  /** RFC 3339. Default: it has no end. */
  readonly expiresAt?: InputMaybe<Scalars['String']['input']>;
  /** Narrows it to these projects: it sees and changes nothing else, and nothing that is the whole team's. */
  readonly projects?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Networks that it may come from, such as 192.0.2.0/24; from elsewhere it is no key. */
  readonly cidrs?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type RotateApiKeyInput = {
  readonly id: Scalars['ID']['input'];
  /** How long the old key holds beside the new one; a day by default. */
  readonly overlapSeconds?: InputMaybe<Scalars['Int']['input']>;
};

export type RevokeApiKeyInput = {
  readonly id: Scalars['ID']['input'];
};

/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type Mutation = {
  /** For the platform. */
  readonly createTeam?: Maybe<Team>;
  readonly addMember?: Maybe<Member>;
  /** It counts from the next request of the person on. */
  readonly updateMember?: Maybe<Member>;
  readonly removeMember?: Maybe<Deletion>;
  /** The secret is in this answer and nowhere else. */
  readonly createApiKey?: Maybe<NewApiKey>;
  /**
   * A new key in the place of this one, bound as it was made. The old one holds for the overlap. What was made in its place before and never
   * used is revoked.
   */
  readonly rotateApiKey?: Maybe<NewApiKey>;
  /** It opens nothing any more, in any process. It stays listed. */
  readonly revokeApiKey?: Maybe<Deletion>;
  readonly createCredential?: Maybe<Credential>;
  readonly updateCredential?: Maybe<Credential>;
  readonly deleteCredential?: Maybe<Deletion>;
  readonly registerProject?: Maybe<Project>;
  readonly updateProject?: Maybe<Project>;
  /** Forgets the registration; nothing is removed in Neon. */
  readonly removeProject?: Maybe<Deletion>;
  /** Promises to read the project and its branches from Neon again. */
  readonly syncProject?: Maybe<Project>;
  /**
   * Compares what Afterglow keeps with what Neon holds; by the clock it happens every few minutes. What is found is recorded before
   * anything is done about it.
   */
  readonly reconcileProject?: Maybe<ReconcileReport>;
  /** Records a snapshot that somebody else took as an available one. Nothing is changed in Neon. */
  readonly adoptSnapshot?: Maybe<Snapshot>;
  readonly createPolicy?: Maybe<Policy>;
  readonly updatePolicy?: Maybe<Policy>;
  readonly deletePolicy?: Maybe<PolicyDeletion>;
  /** Takes a snapshot of every branch that the policy selects, now. */
  readonly runPolicy?: Maybe<PolicyRun>;
  /**
   * Nothing fires until its end, or until it is resumed; what would have been due meanwhile is neither missed nor repaired. One that is paused
   * gets the new end.
   */
  readonly pausePolicy?: Maybe<Policy>;
  /** It fires again, first at its next instant after now. */
  readonly resumePolicy?: Maybe<Policy>;
  /** Makes the team's policies what the document says: all or nothing. What it says already makes no new version. */
  readonly importPolicies?: Maybe<PolicyImport>;
  readonly requestSnapshot?: Maybe<Snapshot>;
  /**
   * Ends it at once; what was made for it is removed from Neon (`cleanUp`). One that is available is not cancelled but deleted:
   * `already_ended`.
   */
  readonly cancelSnapshot?: Maybe<Snapshot>;
  readonly deleteSnapshot?: Maybe<Snapshot>;
  /**
   * Makes or changes its retention lock. Anybody who may lock may extend; to shorten, lift or soften takes an admin and a reason, and a
   * compliance lock cannot be weakened by anybody once its grace is over. One that is expiring is available again.
   */
  readonly lockSnapshot?: Maybe<Snapshot>;
  /** A dry run: nothing expires until the plan is approved. */
  readonly requestRetentionPlan?: Maybe<RetentionPlan>;
  /** What it names expires, all of it or nothing. Only by a key of kind person. */
  readonly approveRetentionPlan?: Maybe<RetentionPlan>;
  /** What it names stays, until the policy is changed or another plan is approved. */
  readonly rejectRetentionPlan?: Maybe<RetentionPlan>;
  /**
   * Nothing that it covers is removed by Afterglow until it is released. What is expiring is available again (`turnedBack`); what Neon is
   * already removing is named (`tooLate`).
   */
  readonly placeHold?: Maybe<Hold>;
  /** What no other hold and no lock covers may be removed from now on. The hold stays listed. */
  readonly releaseHold?: Maybe<Hold>;
  readonly requestRestore?: Maybe<Restore>;
  /**
   * Ends it at once, between two of its steps; what was made for it is removed from Neon (`cleanUp`): never an undo copy or the
   * served branch. Once the branch is being changed it is refused, and goes on: `past_point_of_no_return`.
   */
  readonly cancelRestore?: Maybe<Restore>;
  readonly connectRestore?: Maybe<DatabaseConnection>;
  readonly deletePreservedBranch?: Maybe<Restore>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationCreateTeamArgs = {
  input: CreateTeamInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationAddMemberArgs = {
  input: AddMemberInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationUpdateMemberArgs = {
  input: UpdateMemberInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationRemoveMemberArgs = {
  input: RemoveMemberInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationRotateApiKeyArgs = {
  input: RotateApiKeyInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationRevokeApiKeyArgs = {
  input: RevokeApiKeyInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationCreateCredentialArgs = {
  input: CreateCredentialInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationUpdateCredentialArgs = {
  input: UpdateCredentialInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationDeleteCredentialArgs = {
  input: DeleteCredentialInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationRegisterProjectArgs = {
  input: RegisterProjectInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationUpdateProjectArgs = {
  input: UpdateProjectInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationRemoveProjectArgs = {
  input: RemoveProjectInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationSyncProjectArgs = {
  input: SyncProjectInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationReconcileProjectArgs = {
  input: ReconcileProjectInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationAdoptSnapshotArgs = {
  input: AdoptSnapshotInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationCreatePolicyArgs = {
  input: CreatePolicyInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationUpdatePolicyArgs = {
  input: UpdatePolicyInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationDeletePolicyArgs = {
  input: DeletePolicyInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationRunPolicyArgs = {
  input: RunPolicyInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationPausePolicyArgs = {
  input: PausePolicyInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationResumePolicyArgs = {
  input: ResumePolicyInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationImportPoliciesArgs = {
  input: ImportPoliciesInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationRequestSnapshotArgs = {
  input: RequestSnapshotInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationCancelSnapshotArgs = {
  input: CancelSnapshotInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationDeleteSnapshotArgs = {
  input: DeleteSnapshotInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationLockSnapshotArgs = {
  input: LockSnapshotInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationRequestRetentionPlanArgs = {
  input: RequestRetentionPlanInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationApproveRetentionPlanArgs = {
  input: ApproveRetentionPlanInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationRejectRetentionPlanArgs = {
  input: RejectRetentionPlanInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationPlaceHoldArgs = {
  input: PlaceHoldInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationReleaseHoldArgs = {
  input: ReleaseHoldInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationRequestRestoreArgs = {
  input: RequestRestoreInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationCancelRestoreArgs = {
  input: CancelRestoreInput;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationConnectRestoreArgs = {
  input: ConnectRestoreInput;
};


/**
 * Commands, one after the other. An `idempotencyKey` makes a repeated command have one effect for 24 hours: the same input is
 * given the first answer again, another input is refused with `idempotency_key_reused`. Of a secret there is no second answer: what made an
 * API key is refused with `secret_shown_once`, which names it.
 */
export type MutationDeletePreservedBranchArgs = {
  input: DeletePreservedBranchInput;
};

/**
 * What changes, as it does: over a WebSocket at /graphql, in the protocol `graphql-transport-ws`. The first message says who asks, with what
 * the headers would say: {authorization, "afterglow-team"}. Each delivery has the `sequence` of the event in the team's history which it follows.
 * Whoever gives the last one that it has seen as `after` misses nothing of the history; without it the stream begins now, which its first
 * delivery says. Who reads too slowly is cut off, and so is who may not read any more.
 */
export type Subscription = {
  /** The restore as it is now, and again whenever that has changed, each step of it included. */
  readonly restoreChanged?: Maybe<RestoreChanged>;
  /** Of the project: each snapshot that has changed, as it is, or that a hold covers which was placed or released. */
  readonly snapshotChanged?: Maybe<SnapshotChanged>;
  /** Jobs that have changed, as they are. They are not events of the history: what a cut has missed is read from the list. */
  readonly jobsChanged?: Maybe<JobsChanged>;
  /** Each branch whose state has changed, or its reasons. */
  readonly statusChanged?: Maybe<StatusChanged>;
  /** The audit history as it grows. */
  readonly auditEventAdded?: Maybe<AuditEventAdded>;
};


/**
 * What changes, as it does: over a WebSocket at /graphql, in the protocol `graphql-transport-ws`. The first message says who asks, with what
 * the headers would say: {authorization, "afterglow-team"}. Each delivery has the `sequence` of the event in the team's history which it follows.
 * Whoever gives the last one that it has seen as `after` misses nothing of the history; without it the stream begins now, which its first
 * delivery says. Who reads too slowly is cut off, and so is who may not read any more.
 */
export type SubscriptionRestoreChangedArgs = {
  id: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['SafeInt']['input']>;
};


/**
 * What changes, as it does: over a WebSocket at /graphql, in the protocol `graphql-transport-ws`. The first message says who asks, with what
 * the headers would say: {authorization, "afterglow-team"}. Each delivery has the `sequence` of the event in the team's history which it follows.
 * Whoever gives the last one that it has seen as `after` misses nothing of the history; without it the stream begins now, which its first
 * delivery says. Who reads too slowly is cut off, and so is who may not read any more.
 */
export type SubscriptionSnapshotChangedArgs = {
  projectId: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['SafeInt']['input']>;
};


/**
 * What changes, as it does: over a WebSocket at /graphql, in the protocol `graphql-transport-ws`. The first message says who asks, with what
 * the headers would say: {authorization, "afterglow-team"}. Each delivery has the `sequence` of the event in the team's history which it follows.
 * Whoever gives the last one that it has seen as `after` misses nothing of the history; without it the stream begins now, which its first
 * delivery says. Who reads too slowly is cut off, and so is who may not read any more.
 */
export type SubscriptionStatusChangedArgs = {
  after?: InputMaybe<Scalars['SafeInt']['input']>;
};


/**
 * What changes, as it does: over a WebSocket at /graphql, in the protocol `graphql-transport-ws`. The first message says who asks, with what
 * the headers would say: {authorization, "afterglow-team"}. Each delivery has the `sequence` of the event in the team's history which it follows.
 * Whoever gives the last one that it has seen as `after` misses nothing of the history; without it the stream begins now, which its first
 * delivery says. Who reads too slowly is cut off, and so is who may not read any more.
 */
export type SubscriptionAuditEventAddedArgs = {
  after?: InputMaybe<Scalars['SafeInt']['input']>;
};

export type RestoreChanged = {
  readonly sequence: Scalars['SafeInt']['output'];
  readonly restore: Restore;
};

export type SnapshotChanged = {
  readonly sequence: Scalars['SafeInt']['output'];
  /** Null in the first delivery. */
  readonly snapshot?: Maybe<Snapshot>;
};

export type JobsChanged = {
  readonly sequence: Scalars['SafeInt']['output'];
  /** Those that are known to have changed. */
  readonly jobs: ReadonlyArray<Job>;
  /** There may be others: read the list again. So it begins. */
  readonly missed: Scalars['Boolean']['output'];
};

export type StatusChanged = {
  readonly sequence: Scalars['SafeInt']['output'];
  /** Null in the first delivery. */
  readonly change?: Maybe<StatusChange>;
};

/** A branch is in another state, or for other reasons. */
export type StatusChange = {
  readonly branchId: Scalars['ID']['output'];
  readonly branch?: Maybe<Branch>;
  readonly projectId: Scalars['ID']['output'];
  /** Of the branch. */
  readonly name: Scalars['String']['output'];
  readonly from: BranchState;
  readonly to: BranchState;
  readonly reasons: ReadonlyArray<StateReason>;
  readonly changedAt: Scalars['DateTime']['output'];
};

export type AuditEventAdded = {
  readonly sequence: Scalars['SafeInt']['output'];
  /** Null in the first delivery. */
  readonly event?: Maybe<AuditEvent>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;




/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node:
    | ( CredentialView )
    | ( ProjectView )
    | ( BranchView )
    | ( SavedPolicyView )
    | ( SnapshotView )
    | ( RetentionPlan )
    | ( Hold )
    | ( RestoreView )
    | ( JobView )
    | ( TeamView )
    | ( ApiKeyView )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  SafeInt: ResolverTypeWrapper<Scalars['SafeInt']['output']>;
  BranchSelection: ResolverTypeWrapper<Scalars['BranchSelection']['output']>;
  TextForm: TextForm;
  CredentialStatus: CredentialStatus;
  SnapshotStatus: SnapshotStatus;
  SnapshotKind: SnapshotKind;
  RetentionTier: RetentionTier;
  LockMode: LockMode;
  RetentionPlanStatus: RetentionPlanStatus;
  RetentionPlanCause: RetentionPlanCause;
  HoldState: HoldState;
  RestoreStatus: RestoreStatus;
  RestoreTargetKind: RestoreTargetKind;
  RestoreStepName: RestoreStepName;
  SnapshotStepName: SnapshotStepName;
  CleanUp: CleanUp;
  PreservedBranchStatus: PreservedBranchStatus;
  TimelinePointKind: TimelinePointKind;
  TimelinePointStatus: TimelinePointStatus;
  JobState: JobState;
  JobWaitCode: JobWaitCode;
  JobEnding: JobEnding;
  AttemptOutcome: AttemptOutcome;
  FindingKind: FindingKind;
  FindingThing: FindingThing;
  FindingSubject: FindingSubject;
  FindingAction: FindingAction;
  FindingOutcome: FindingOutcome;
  CoveredState: CoveredState;
  BranchState: BranchState;
  StateReason: StateReason;
  PolicyStore: PolicyStore;
  MissedFirings: MissedFirings;
  PolicyPreset: PolicyPreset;
  PolicyStopCode: PolicyStopCode;
  ActorKind: ActorKind;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Credential: ResolverTypeWrapper<CredentialView>;
  CredentialEdge: ResolverTypeWrapper<Omit<CredentialEdge, 'node'> & { node: ResolversTypes['Credential'] }>;
  CredentialConnection: ResolverTypeWrapper<Omit<CredentialConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['CredentialEdge']> }>;
  ProjectFiring: ResolverTypeWrapper<ProjectFiring>;
  Project: ResolverTypeWrapper<ProjectView>;
  ProjectLimits: ResolverTypeWrapper<ProjectLimits>;
  MaintenanceWindow: ResolverTypeWrapper<MaintenanceWindow>;
  ProjectEdge: ResolverTypeWrapper<Omit<ProjectEdge, 'node'> & { node: ResolversTypes['Project'] }>;
  ProjectConnection: ResolverTypeWrapper<Omit<ProjectConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['ProjectEdge']> }>;
  RestoreWindow: ResolverTypeWrapper<RestoreWindow>;
  Branch: ResolverTypeWrapper<BranchView>;
  BranchEdge: ResolverTypeWrapper<Omit<BranchEdge, 'node'> & { node: ResolversTypes['Branch'] }>;
  BranchConnection: ResolverTypeWrapper<Omit<BranchConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['BranchEdge']> }>;
  BranchStatus: ResolverTypeWrapper<BranchStatusView>;
  LastPoint: ResolverTypeWrapper<LastPoint>;
  Rpo: ResolverTypeWrapper<Rpo>;
  PolicyStatus: ResolverTypeWrapper<PolicyStatus>;
  TeamStatus: ResolverTypeWrapper<Omit<TeamStatus, 'branches'> & { branches: ResolversTypes['StatusItemConnection'] }>;
  StateCounts: ResolverTypeWrapper<StateCounts>;
  StatusItem: ResolverTypeWrapper<StatusItemView>;
  StatusItemEdge: ResolverTypeWrapper<Omit<StatusItemEdge, 'node'> & { node: ResolversTypes['StatusItem'] }>;
  StatusItemConnection: ResolverTypeWrapper<Omit<StatusItemConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['StatusItemEdge']> }>;
  Timeline: ResolverTypeWrapper<TimelineView>;
  TimelinePoint: ResolverTypeWrapper<TimelinePoint>;
  Policy: ResolverTypeWrapper<SavedPolicyView>;
  FiringShift: FiringShift;
  FiringForecast: ResolverTypeWrapper<FiringForecast>;
  MaintenanceReach: MaintenanceReach;
  KeptByTier: ResolverTypeWrapper<KeptByTier>;
  KeptForecast: ResolverTypeWrapper<KeptForecast>;
  SnapshotNeed: ResolverTypeWrapper<SnapshotNeed>;
  BranchNeed: ResolverTypeWrapper<BranchNeed>;
  RootSlotNeed: ResolverTypeWrapper<RootSlotNeed>;
  MonthlyCost: ResolverTypeWrapper<MonthlyCost>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ProjectForecast: ResolverTypeWrapper<ProjectForecast>;
  PolicyForecast: ResolverTypeWrapper<PolicyForecast>;
  SnapshotToExpire: ResolverTypeWrapper<SnapshotToExpire>;
  ExpiryForecast: ResolverTypeWrapper<ExpiryForecast>;
  PolicyPreview: ResolverTypeWrapper<PolicyPreviewView>;
  CoveredBranch: ResolverTypeWrapper<CoveredBranch>;
  UncoveredBranch: ResolverTypeWrapper<UncoveredBranch>;
  PolicyCoverage: ResolverTypeWrapper<PolicyCoverageView>;
  PolicyStop: ResolverTypeWrapper<PolicyStop>;
  PolicyProtection: ResolverTypeWrapper<PolicyProtection>;
  PolicyLock: ResolverTypeWrapper<PolicyLock>;
  PolicyObjectives: ResolverTypeWrapper<PolicyObjectives>;
  PolicyLimits: ResolverTypeWrapper<PolicyLimits>;
  PolicySelector: ResolverTypeWrapper<PolicySelector>;
  Schedule: ResolverTypeWrapper<Schedule>;
  ScheduleEngine: ScheduleEngine;
  DelegationState: DelegationState;
  DelegationCounts: ResolverTypeWrapper<DelegationCounts>;
  DelegatedBranch: ResolverTypeWrapper<DelegatedBranch>;
  DelegationError: ResolverTypeWrapper<DelegationError>;
  PolicyDelegation: ResolverTypeWrapper<PolicyDelegation>;
  ScheduleWindow: ResolverTypeWrapper<ScheduleWindow>;
  ScheduleRule: ResolverTypeWrapper<ScheduleRule>;
  PolicyVersion: ResolverTypeWrapper<PolicyVersion>;
  PolicyVersionEdge: ResolverTypeWrapper<PolicyVersionEdge>;
  PolicyVersionConnection: ResolverTypeWrapper<PolicyVersionConnection>;
  FiringStatus: FiringStatus;
  Firing: ResolverTypeWrapper<Firing>;
  FiringEdge: ResolverTypeWrapper<FiringEdge>;
  FiringConnection: ResolverTypeWrapper<FiringConnection>;
  PolicyChangeKind: PolicyChangeKind;
  PolicyImport: ResolverTypeWrapper<PolicyImport>;
  PolicyChange: ResolverTypeWrapper<PolicyChange>;
  NextFiring: ResolverTypeWrapper<NextFiring>;
  PolicyFieldChange: ResolverTypeWrapper<PolicyFieldChange>;
  BucketKeeps: BucketKeeps;
  Retention: ResolverTypeWrapper<Retention>;
  RetentionSimulation: ResolverTypeWrapper<RetentionSimulation>;
  RetentionDecision: ResolverTypeWrapper<RetentionDecision>;
  PolicyEdge: ResolverTypeWrapper<Omit<PolicyEdge, 'node'> & { node: ResolversTypes['Policy'] }>;
  PolicyConnection: ResolverTypeWrapper<Omit<PolicyConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['PolicyEdge']> }>;
  Warning: ResolverTypeWrapper<Warning>;
  RecordedError: ResolverTypeWrapper<RecordedError>;
  Snapshot: ResolverTypeWrapper<SnapshotView>;
  Lock: ResolverTypeWrapper<Lock>;
  RetentionPlan: ResolverTypeWrapper<RetentionPlan>;
  RetentionPlanDecision: ResolverTypeWrapper<RetentionPlanDecision>;
  RetentionPlanEdge: ResolverTypeWrapper<RetentionPlanEdge>;
  RetentionPlanConnection: ResolverTypeWrapper<RetentionPlanConnection>;
  Hold: ResolverTypeWrapper<Hold>;
  HoldSelector: ResolverTypeWrapper<HoldSelector>;
  HoldEdge: ResolverTypeWrapper<HoldEdge>;
  HoldConnection: ResolverTypeWrapper<HoldConnection>;
  SnapshotStep: ResolverTypeWrapper<SnapshotStep>;
  SnapshotEdge: ResolverTypeWrapper<Omit<SnapshotEdge, 'node'> & { node: ResolversTypes['Snapshot'] }>;
  SnapshotConnection: ResolverTypeWrapper<Omit<SnapshotConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['SnapshotEdge']> }>;
  Restore: ResolverTypeWrapper<RestoreView>;
  RestoreSource: ResolverTypeWrapper<RestoreSource>;
  RestoreTarget: ResolverTypeWrapper<Omit<RestoreTarget, 'branch'> & { branch?: Maybe<ResolversTypes['Branch']> }>;
  RestoreStep: ResolverTypeWrapper<RestoreStep>;
  PreservedBranch: ResolverTypeWrapper<PreservedBranch>;
  RestoreEdge: ResolverTypeWrapper<Omit<RestoreEdge, 'node'> & { node: ResolversTypes['Restore'] }>;
  RestoreConnection: ResolverTypeWrapper<Omit<RestoreConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['RestoreEdge']> }>;
  Job: ResolverTypeWrapper<JobView>;
  JobWait: ResolverTypeWrapper<JobWait>;
  Attempt: ResolverTypeWrapper<AttemptView>;
  JobEdge: ResolverTypeWrapper<Omit<JobEdge, 'node'> & { node: ResolversTypes['Job'] }>;
  JobConnection: ResolverTypeWrapper<Omit<JobConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['JobEdge']> }>;
  ReconcileReport: ResolverTypeWrapper<ReconcileReportView>;
  PresentCounts: ResolverTypeWrapper<PresentCounts>;
  Finding: ResolverTypeWrapper<FindingView>;
  AuditEvent: ResolverTypeWrapper<AuditEventView>;
  AuditEventActor: ResolverTypeWrapper<AuditEventActor>;
  AuditActor: ResolverTypeWrapper<AuditActor>;
  AuditSubject: ResolverTypeWrapper<AuditSubject>;
  AuditHead: ResolverTypeWrapper<AuditHead>;
  AuditHeadKind: AuditHeadKind;
  AuditEventEdge: ResolverTypeWrapper<Omit<AuditEventEdge, 'node'> & { node: ResolversTypes['AuditEvent'] }>;
  AuditEventConnection: ResolverTypeWrapper<Omit<AuditEventConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['AuditEventEdge']> }>;
  SnapshotFilter: SnapshotFilter;
  BranchSnapshotFilter: BranchSnapshotFilter;
  ProjectFilter: ProjectFilter;
  BranchRestoreFilter: BranchRestoreFilter;
  RetentionPlanFilter: RetentionPlanFilter;
  HoldFilter: HoldFilter;
  FiringFilter: FiringFilter;
  RestoreFilter: RestoreFilter;
  JobFilter: JobFilter;
  AuditEventFilter: AuditEventFilter;
  Role: Role;
  KeyKind: KeyKind;
  Me: ResolverTypeWrapper<MeView>;
  MyTeam: ResolverTypeWrapper<MyTeam>;
  Fleet: ResolverTypeWrapper<FleetView>;
  JobCount: ResolverTypeWrapper<JobCount>;
  JobCountStatus: JobCountStatus;
  Team: ResolverTypeWrapper<TeamView>;
  EnteredTeam: ResolverTypeWrapper<Omit<EnteredTeam, 'team' | 'query'> & { team: ResolversTypes['Team'], query: ResolversTypes['Query'] }>;
  TeamEdge: ResolverTypeWrapper<Omit<TeamEdge, 'node'> & { node: ResolversTypes['Team'] }>;
  TeamConnection: ResolverTypeWrapper<Omit<TeamConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['TeamEdge']> }>;
  Member: ResolverTypeWrapper<MemberView>;
  MemberEdge: ResolverTypeWrapper<Omit<MemberEdge, 'node'> & { node: ResolversTypes['Member'] }>;
  MemberConnection: ResolverTypeWrapper<Omit<MemberConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['MemberEdge']> }>;
  ApiKey: ResolverTypeWrapper<ApiKeyView>;
  NewApiKey: ResolverTypeWrapper<NewApiKeyView>;
  ApiKeyEdge: ResolverTypeWrapper<Omit<ApiKeyEdge, 'node'> & { node: ResolversTypes['ApiKey'] }>;
  ApiKeyConnection: ResolverTypeWrapper<Omit<ApiKeyConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['ApiKeyEdge']> }>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  CreateCredentialInput: CreateCredentialInput;
  UpdateCredentialInput: UpdateCredentialInput;
  DeleteCredentialInput: DeleteCredentialInput;
  RegisterProjectInput: RegisterProjectInput;
  UpdateProjectInput: UpdateProjectInput;
  MaintenanceWindowInput: MaintenanceWindowInput;
  ProjectLimitsInput: ProjectLimitsInput;
  RemoveProjectInput: RemoveProjectInput;
  SyncProjectInput: SyncProjectInput;
  ReconcileProjectInput: ReconcileProjectInput;
  AdoptSnapshotInput: AdoptSnapshotInput;
  PolicySelectorInput: PolicySelectorInput;
  ScheduleWindowInput: ScheduleWindowInput;
  PolicyProtectionInput: PolicyProtectionInput;
  PolicyLockInput: PolicyLockInput;
  PolicyObjectivesInput: PolicyObjectivesInput;
  PolicyLimitsInput: PolicyLimitsInput;
  ScheduleInput: ScheduleInput;
  RetentionInput: RetentionInput;
  SimulatedPointInput: SimulatedPointInput;
  SimulateRetentionInput: SimulateRetentionInput;
  CreatePolicyInput: CreatePolicyInput;
  PolicyProtectionPatch: PolicyProtectionPatch;
  PolicyLockPatch: PolicyLockPatch;
  UpdatePolicyInput: UpdatePolicyInput;
  DeletePolicyInput: DeletePolicyInput;
  RunPolicyInput: RunPolicyInput;
  PausePolicyInput: PausePolicyInput;
  ResumePolicyInput: ResumePolicyInput;
  ImportPoliciesInput: ImportPoliciesInput;
  RequestSnapshotInput: RequestSnapshotInput;
  DeleteSnapshotInput: DeleteSnapshotInput;
  CancelSnapshotInput: CancelSnapshotInput;
  LockSnapshotInput: LockSnapshotInput;
  HoldSelectorInput: HoldSelectorInput;
  RequestRetentionPlanInput: RequestRetentionPlanInput;
  ApproveRetentionPlanInput: ApproveRetentionPlanInput;
  RejectRetentionPlanInput: RejectRetentionPlanInput;
  PlaceHoldInput: PlaceHoldInput;
  ReleaseHoldInput: ReleaseHoldInput;
  RestoreSourceInput: RestoreSourceInput;
  RestoreTargetInput: RestoreTargetInput;
  RequestRestoreInput: RequestRestoreInput;
  CancelRestoreInput: CancelRestoreInput;
  ConnectRestoreInput: ConnectRestoreInput;
  DeletePreservedBranchInput: DeletePreservedBranchInput;
  Deletion: ResolverTypeWrapper<Deletion>;
  PolicyDeletion: ResolverTypeWrapper<Omit<PolicyDeletion, 'snapshots'> & { snapshots: ReadonlyArray<ResolversTypes['Snapshot']> }>;
  PolicyRun: ResolverTypeWrapper<Omit<PolicyRun, 'snapshots'> & { snapshots: ReadonlyArray<ResolversTypes['Snapshot']> }>;
  DatabaseConnection: ResolverTypeWrapper<ConnectionView>;
  CreateTeamInput: CreateTeamInput;
  AddMemberInput: AddMemberInput;
  UpdateMemberInput: UpdateMemberInput;
  RemoveMemberInput: RemoveMemberInput;
  CreateApiKeyInput: CreateApiKeyInput;
  RotateApiKeyInput: RotateApiKeyInput;
  RevokeApiKeyInput: RevokeApiKeyInput;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RestoreChanged: ResolverTypeWrapper<Omit<RestoreChanged, 'restore'> & { restore: ResolversTypes['Restore'] }>;
  SnapshotChanged: ResolverTypeWrapper<Omit<SnapshotChanged, 'snapshot'> & { snapshot?: Maybe<ResolversTypes['Snapshot']> }>;
  JobsChanged: ResolverTypeWrapper<Omit<JobsChanged, 'jobs'> & { jobs: ReadonlyArray<ResolversTypes['Job']> }>;
  StatusChanged: ResolverTypeWrapper<Omit<StatusChanged, 'change'> & { change?: Maybe<ResolversTypes['StatusChange']> }>;
  StatusChange: ResolverTypeWrapper<StatusChangeView>;
  AuditEventAdded: ResolverTypeWrapper<Omit<AuditEventAdded, 'event'> & { event?: Maybe<ResolversTypes['AuditEvent']> }>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  JSON: Scalars['JSON']['output'];
  SafeInt: Scalars['SafeInt']['output'];
  BranchSelection: Scalars['BranchSelection']['output'];
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  ID: Scalars['ID']['output'];
  PageInfo: PageInfo;
  Credential: CredentialView;
  CredentialEdge: Omit<CredentialEdge, 'node'> & { node: ResolversParentTypes['Credential'] };
  CredentialConnection: Omit<CredentialConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['CredentialEdge']> };
  ProjectFiring: ProjectFiring;
  Project: ProjectView;
  ProjectLimits: ProjectLimits;
  MaintenanceWindow: MaintenanceWindow;
  ProjectEdge: Omit<ProjectEdge, 'node'> & { node: ResolversParentTypes['Project'] };
  ProjectConnection: Omit<ProjectConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['ProjectEdge']> };
  RestoreWindow: RestoreWindow;
  Branch: BranchView;
  BranchEdge: Omit<BranchEdge, 'node'> & { node: ResolversParentTypes['Branch'] };
  BranchConnection: Omit<BranchConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['BranchEdge']> };
  BranchStatus: BranchStatusView;
  LastPoint: LastPoint;
  Rpo: Rpo;
  PolicyStatus: PolicyStatus;
  TeamStatus: Omit<TeamStatus, 'branches'> & { branches: ResolversParentTypes['StatusItemConnection'] };
  StateCounts: StateCounts;
  StatusItem: StatusItemView;
  StatusItemEdge: Omit<StatusItemEdge, 'node'> & { node: ResolversParentTypes['StatusItem'] };
  StatusItemConnection: Omit<StatusItemConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['StatusItemEdge']> };
  Timeline: TimelineView;
  TimelinePoint: TimelinePoint;
  Policy: SavedPolicyView;
  FiringForecast: FiringForecast;
  KeptByTier: KeptByTier;
  KeptForecast: KeptForecast;
  SnapshotNeed: SnapshotNeed;
  BranchNeed: BranchNeed;
  RootSlotNeed: RootSlotNeed;
  MonthlyCost: MonthlyCost;
  Float: Scalars['Float']['output'];
  ProjectForecast: ProjectForecast;
  PolicyForecast: PolicyForecast;
  SnapshotToExpire: SnapshotToExpire;
  ExpiryForecast: ExpiryForecast;
  PolicyPreview: PolicyPreviewView;
  CoveredBranch: CoveredBranch;
  UncoveredBranch: UncoveredBranch;
  PolicyCoverage: PolicyCoverageView;
  PolicyStop: PolicyStop;
  PolicyProtection: PolicyProtection;
  PolicyLock: PolicyLock;
  PolicyObjectives: PolicyObjectives;
  PolicyLimits: PolicyLimits;
  PolicySelector: PolicySelector;
  Schedule: Schedule;
  DelegationCounts: DelegationCounts;
  DelegatedBranch: DelegatedBranch;
  DelegationError: DelegationError;
  PolicyDelegation: PolicyDelegation;
  ScheduleWindow: ScheduleWindow;
  ScheduleRule: ScheduleRule;
  PolicyVersion: PolicyVersion;
  PolicyVersionEdge: PolicyVersionEdge;
  PolicyVersionConnection: PolicyVersionConnection;
  Firing: Firing;
  FiringEdge: FiringEdge;
  FiringConnection: FiringConnection;
  PolicyImport: PolicyImport;
  PolicyChange: PolicyChange;
  NextFiring: NextFiring;
  PolicyFieldChange: PolicyFieldChange;
  Retention: Retention;
  RetentionSimulation: RetentionSimulation;
  RetentionDecision: RetentionDecision;
  PolicyEdge: Omit<PolicyEdge, 'node'> & { node: ResolversParentTypes['Policy'] };
  PolicyConnection: Omit<PolicyConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['PolicyEdge']> };
  Warning: Warning;
  RecordedError: RecordedError;
  Snapshot: SnapshotView;
  Lock: Lock;
  RetentionPlan: RetentionPlan;
  RetentionPlanDecision: RetentionPlanDecision;
  RetentionPlanEdge: RetentionPlanEdge;
  RetentionPlanConnection: RetentionPlanConnection;
  Hold: Hold;
  HoldSelector: HoldSelector;
  HoldEdge: HoldEdge;
  HoldConnection: HoldConnection;
  SnapshotStep: SnapshotStep;
  SnapshotEdge: Omit<SnapshotEdge, 'node'> & { node: ResolversParentTypes['Snapshot'] };
  SnapshotConnection: Omit<SnapshotConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['SnapshotEdge']> };
  Restore: RestoreView;
  RestoreSource: RestoreSource;
  RestoreTarget: Omit<RestoreTarget, 'branch'> & { branch?: Maybe<ResolversParentTypes['Branch']> };
  RestoreStep: RestoreStep;
  PreservedBranch: PreservedBranch;
  RestoreEdge: Omit<RestoreEdge, 'node'> & { node: ResolversParentTypes['Restore'] };
  RestoreConnection: Omit<RestoreConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['RestoreEdge']> };
  Job: JobView;
  JobWait: JobWait;
  Attempt: AttemptView;
  JobEdge: Omit<JobEdge, 'node'> & { node: ResolversParentTypes['Job'] };
  JobConnection: Omit<JobConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['JobEdge']> };
  ReconcileReport: ReconcileReportView;
  PresentCounts: PresentCounts;
  Finding: FindingView;
  AuditEvent: AuditEventView;
  AuditEventActor: AuditEventActor;
  AuditActor: AuditActor;
  AuditSubject: AuditSubject;
  AuditHead: AuditHead;
  AuditEventEdge: Omit<AuditEventEdge, 'node'> & { node: ResolversParentTypes['AuditEvent'] };
  AuditEventConnection: Omit<AuditEventConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['AuditEventEdge']> };
  SnapshotFilter: SnapshotFilter;
  BranchSnapshotFilter: BranchSnapshotFilter;
  ProjectFilter: ProjectFilter;
  BranchRestoreFilter: BranchRestoreFilter;
  RetentionPlanFilter: RetentionPlanFilter;
  HoldFilter: HoldFilter;
  FiringFilter: FiringFilter;
  RestoreFilter: RestoreFilter;
  JobFilter: JobFilter;
  AuditEventFilter: AuditEventFilter;
  Me: MeView;
  MyTeam: MyTeam;
  Fleet: FleetView;
  JobCount: JobCount;
  Team: TeamView;
  EnteredTeam: Omit<EnteredTeam, 'team' | 'query'> & { team: ResolversParentTypes['Team'], query: ResolversParentTypes['Query'] };
  TeamEdge: Omit<TeamEdge, 'node'> & { node: ResolversParentTypes['Team'] };
  TeamConnection: Omit<TeamConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['TeamEdge']> };
  Member: MemberView;
  MemberEdge: Omit<MemberEdge, 'node'> & { node: ResolversParentTypes['Member'] };
  MemberConnection: Omit<MemberConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['MemberEdge']> };
  ApiKey: ApiKeyView;
  NewApiKey: NewApiKeyView;
  ApiKeyEdge: Omit<ApiKeyEdge, 'node'> & { node: ResolversParentTypes['ApiKey'] };
  ApiKeyConnection: Omit<ApiKeyConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['ApiKeyEdge']> };
  Query: Record<PropertyKey, never>;
  CreateCredentialInput: CreateCredentialInput;
  UpdateCredentialInput: UpdateCredentialInput;
  DeleteCredentialInput: DeleteCredentialInput;
  RegisterProjectInput: RegisterProjectInput;
  UpdateProjectInput: UpdateProjectInput;
  MaintenanceWindowInput: MaintenanceWindowInput;
  ProjectLimitsInput: ProjectLimitsInput;
  RemoveProjectInput: RemoveProjectInput;
  SyncProjectInput: SyncProjectInput;
  ReconcileProjectInput: ReconcileProjectInput;
  AdoptSnapshotInput: AdoptSnapshotInput;
  PolicySelectorInput: PolicySelectorInput;
  ScheduleWindowInput: ScheduleWindowInput;
  PolicyProtectionInput: PolicyProtectionInput;
  PolicyLockInput: PolicyLockInput;
  PolicyObjectivesInput: PolicyObjectivesInput;
  PolicyLimitsInput: PolicyLimitsInput;
  ScheduleInput: ScheduleInput;
  RetentionInput: RetentionInput;
  SimulatedPointInput: SimulatedPointInput;
  SimulateRetentionInput: SimulateRetentionInput;
  CreatePolicyInput: CreatePolicyInput;
  PolicyProtectionPatch: PolicyProtectionPatch;
  PolicyLockPatch: PolicyLockPatch;
  UpdatePolicyInput: UpdatePolicyInput;
  DeletePolicyInput: DeletePolicyInput;
  RunPolicyInput: RunPolicyInput;
  PausePolicyInput: PausePolicyInput;
  ResumePolicyInput: ResumePolicyInput;
  ImportPoliciesInput: ImportPoliciesInput;
  RequestSnapshotInput: RequestSnapshotInput;
  DeleteSnapshotInput: DeleteSnapshotInput;
  CancelSnapshotInput: CancelSnapshotInput;
  LockSnapshotInput: LockSnapshotInput;
  HoldSelectorInput: HoldSelectorInput;
  RequestRetentionPlanInput: RequestRetentionPlanInput;
  ApproveRetentionPlanInput: ApproveRetentionPlanInput;
  RejectRetentionPlanInput: RejectRetentionPlanInput;
  PlaceHoldInput: PlaceHoldInput;
  ReleaseHoldInput: ReleaseHoldInput;
  RestoreSourceInput: RestoreSourceInput;
  RestoreTargetInput: RestoreTargetInput;
  RequestRestoreInput: RequestRestoreInput;
  CancelRestoreInput: CancelRestoreInput;
  ConnectRestoreInput: ConnectRestoreInput;
  DeletePreservedBranchInput: DeletePreservedBranchInput;
  Deletion: Deletion;
  PolicyDeletion: Omit<PolicyDeletion, 'snapshots'> & { snapshots: ReadonlyArray<ResolversParentTypes['Snapshot']> };
  PolicyRun: Omit<PolicyRun, 'snapshots'> & { snapshots: ReadonlyArray<ResolversParentTypes['Snapshot']> };
  DatabaseConnection: ConnectionView;
  CreateTeamInput: CreateTeamInput;
  AddMemberInput: AddMemberInput;
  UpdateMemberInput: UpdateMemberInput;
  RemoveMemberInput: RemoveMemberInput;
  CreateApiKeyInput: CreateApiKeyInput;
  RotateApiKeyInput: RotateApiKeyInput;
  RevokeApiKeyInput: RevokeApiKeyInput;
  Mutation: Record<PropertyKey, never>;
  Subscription: Record<PropertyKey, never>;
  RestoreChanged: Omit<RestoreChanged, 'restore'> & { restore: ResolversParentTypes['Restore'] };
  SnapshotChanged: Omit<SnapshotChanged, 'snapshot'> & { snapshot?: Maybe<ResolversParentTypes['Snapshot']> };
  JobsChanged: Omit<JobsChanged, 'jobs'> & { jobs: ReadonlyArray<ResolversParentTypes['Job']> };
  StatusChanged: Omit<StatusChanged, 'change'> & { change?: Maybe<ResolversParentTypes['StatusChange']> };
  StatusChange: StatusChangeView;
  AuditEventAdded: Omit<AuditEventAdded, 'event'> & { event?: Maybe<ResolversParentTypes['AuditEvent']> };
  Int: Scalars['Int']['output'];
  Boolean: Scalars['Boolean']['output'];
  String: Scalars['String']['output'];
};

export type LimitDirectiveArgs = {
  minLength?: Maybe<Scalars['Int']['input']>;
  maxLength?: Maybe<Scalars['Int']['input']>;
  min?: Maybe<Scalars['Int']['input']>;
  max?: Maybe<Scalars['Int']['input']>;
  minItems?: Maybe<Scalars['Int']['input']>;
  maxItems?: Maybe<Scalars['Int']['input']>;
  unique?: Maybe<Scalars['Boolean']['input']>;
  form?: Maybe<TextForm>;
};

export type LimitDirectiveResolver<Result, Parent, ContextType = GraphqlContext, Args = LimitDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type ActionDirectiveArgs = {
  is: Scalars['String']['input'];
};

export type ActionDirectiveResolver<Result, Parent, ContextType = GraphqlContext, Args = ActionDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CostDirectiveArgs = {
  is: Scalars['Int']['input'];
};

export type CostDirectiveResolver<Result, Parent, ContextType = GraphqlContext, Args = CostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export interface SafeIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['SafeInt'], any> {
  name: 'SafeInt';
}

export interface BranchSelectionScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['BranchSelection'], any> {
  name: 'BranchSelection';
}

export type NodeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Credential' | 'Project' | 'Branch' | 'Policy' | 'Snapshot' | 'RetentionPlan' | 'Hold' | 'Restore' | 'Job' | 'Team' | 'ApiKey', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CredentialResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Credential'] = ResolversParentTypes['Credential']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  neonAccountId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['CredentialStatus'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CredentialEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['CredentialEdge'] = ResolversParentTypes['CredentialEdge']> = {
  node?: Resolver<ResolversTypes['Credential'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CredentialConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['CredentialConnection'] = ResolversParentTypes['CredentialConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['CredentialEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ProjectFiringResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ProjectFiring'] = ResolversParentTypes['ProjectFiring']> = {
  policyId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  schedule?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  maintenanceUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type ProjectResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Project'] = ResolversParentTypes['Project']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  neonProjectId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  credentialId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  credential?: Resolver<Maybe<ResolversTypes['Credential']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  pgVersion?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  plan?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  historyRetentionSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  labels?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  limits?: Resolver<ResolversTypes['ProjectLimits'], ParentType, ContextType>;
  maintenanceWindows?: Resolver<ReadonlyArray<ResolversTypes['MaintenanceWindow']>, ParentType, ContextType>;
  nextFirings?: Resolver<ReadonlyArray<ResolversTypes['ProjectFiring']>, ParentType, ContextType>;
  branches?: Resolver<ResolversTypes['BranchConnection'], ParentType, ContextType, Partial<ProjectBranchesArgs>>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  syncedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  goneAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  reconcileReport?: Resolver<Maybe<ResolversTypes['ReconcileReport']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ProjectLimitsResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ProjectLimits'] = ResolversParentTypes['ProjectLimits']> = {
  rootBranches?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  snapshots?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MaintenanceWindowResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['MaintenanceWindow'] = ResolversParentTypes['MaintenanceWindow']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  until?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  cron?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  timeZone?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  durationSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ProjectEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ProjectEdge'] = ResolversParentTypes['ProjectEdge']> = {
  node?: Resolver<ResolversTypes['Project'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ProjectConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ProjectConnection'] = ResolversParentTypes['ProjectConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ProjectEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RestoreWindowResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RestoreWindow'] = ResolversParentTypes['RestoreWindow']> = {
  from?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  until?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type BranchResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Branch'] = ResolversParentTypes['Branch']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  projectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  neonBranchId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  parentNeonBranchId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  isDefault?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isRoot?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isProtected?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  logicalSizeBytes?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  restoreWindow?: Resolver<Maybe<ResolversTypes['RestoreWindow']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  goneAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  snapshots?: Resolver<ResolversTypes['SnapshotConnection'], ParentType, ContextType, Partial<BranchSnapshotsArgs>>;
  restores?: Resolver<ResolversTypes['RestoreConnection'], ParentType, ContextType, Partial<BranchRestoresArgs>>;
  timeline?: Resolver<Maybe<ResolversTypes['Timeline']>, ParentType, ContextType, RequireFields<BranchTimelineArgs, 'first'>>;
  status?: Resolver<Maybe<ResolversTypes['BranchStatus']>, ParentType, ContextType>;
  policies?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Policy']>>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BranchEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['BranchEdge'] = ResolversParentTypes['BranchEdge']> = {
  node?: Resolver<ResolversTypes['Branch'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type BranchConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['BranchConnection'] = ResolversParentTypes['BranchConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['BranchEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type BranchStatusResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['BranchStatus'] = ResolversParentTypes['BranchStatus']> = {
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['BranchState'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['StateReason']>, ParentType, ContextType>;
  lastPoint?: Resolver<Maybe<ResolversTypes['LastPoint']>, ParentType, ContextType>;
  rpo?: Resolver<ResolversTypes['Rpo'], ParentType, ContextType>;
  nextFiringAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  restoreWindow?: Resolver<Maybe<ResolversTypes['RestoreWindow']>, ParentType, ContextType>;
  policies?: Resolver<ReadonlyArray<ResolversTypes['PolicyStatus']>, ParentType, ContextType>;
  checkedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type LastPointResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['LastPoint'] = ResolversParentTypes['LastPoint']> = {
  snapshotId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  pointAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type RpoResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Rpo'] = ResolversParentTypes['Rpo']> = {
  achievedSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  targetSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type PolicyStatusResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyStatus'] = ResolversParentTypes['PolicyStatus']> = {
  policyId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['CoveredState'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['StateReason']>, ParentType, ContextType>;
  lastPointAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  expectedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  nextFiringAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  frozen?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  paused?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type TeamStatusResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['TeamStatus'] = ResolversParentTypes['TeamStatus']> = {
  counts?: Resolver<ResolversTypes['StateCounts'], ParentType, ContextType>;
  checkedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  branches?: Resolver<ResolversTypes['StatusItemConnection'], ParentType, ContextType>;
};

export type StateCountsResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['StateCounts'] = ResolversParentTypes['StateCounts']> = {
  ok?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  late?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  at_risk?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  missing?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type StatusItemResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['StatusItem'] = ResolversParentTypes['StatusItem']> = {
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  branch?: Resolver<Maybe<ResolversTypes['Branch']>, ParentType, ContextType>;
  projectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['CoveredState'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['StateReason']>, ParentType, ContextType>;
  lastPoint?: Resolver<Maybe<ResolversTypes['LastPoint']>, ParentType, ContextType>;
  rpo?: Resolver<ResolversTypes['Rpo'], ParentType, ContextType>;
  nextFiringAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  policyIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  changedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type StatusItemEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['StatusItemEdge'] = ResolversParentTypes['StatusItemEdge']> = {
  node?: Resolver<ResolversTypes['StatusItem'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type StatusItemConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['StatusItemConnection'] = ResolversParentTypes['StatusItemConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['StatusItemEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type TimelineResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Timeline'] = ResolversParentTypes['Timeline']> = {
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  restoreWindow?: Resolver<Maybe<ResolversTypes['RestoreWindow']>, ParentType, ContextType>;
  points?: Resolver<ReadonlyArray<ResolversTypes['TimelinePoint']>, ParentType, ContextType>;
};

export type TimelinePointResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['TimelinePoint'] = ResolversParentTypes['TimelinePoint']> = {
  kind?: Resolver<ResolversTypes['TimelinePointKind'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['TimelinePointStatus'], ParentType, ContextType>;
};

export type PolicyResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Policy'] = ResolversParentTypes['Policy']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  selector?: Resolver<ResolversTypes['PolicySelector'], ParentType, ContextType>;
  schedules?: Resolver<ReadonlyArray<ResolversTypes['Schedule']>, ParentType, ContextType>;
  retention?: Resolver<ResolversTypes['Retention'], ParentType, ContextType>;
  protection?: Resolver<Maybe<ResolversTypes['PolicyProtection']>, ParentType, ContextType>;
  store?: Resolver<ResolversTypes['PolicyStore'], ParentType, ContextType>;
  objectives?: Resolver<ResolversTypes['PolicyObjectives'], ParentType, ContextType>;
  missedFirings?: Resolver<ResolversTypes['MissedFirings'], ParentType, ContextType>;
  limits?: Resolver<ResolversTypes['PolicyLimits'], ParentType, ContextType>;
  isPaused?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  pausedUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  stops?: Resolver<ReadonlyArray<ResolversTypes['PolicyStop']>, ParentType, ContextType>;
  delegation?: Resolver<Maybe<ResolversTypes['PolicyDelegation']>, ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  preview?: Resolver<Maybe<ResolversTypes['PolicyPreview']>, ParentType, ContextType, RequireFields<PolicyPreviewArgs, 'count'>>;
  coverage?: Resolver<Maybe<ResolversTypes['PolicyCoverage']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FiringForecastResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['FiringForecast'] = ResolversParentTypes['FiringForecast']> = {
  schedule?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  local?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  dst?: Resolver<Maybe<ResolversTypes['FiringShift']>, ParentType, ContextType>;
  maintenance?: Resolver<Maybe<ResolversTypes['MaintenanceReach']>, ParentType, ContextType>;
  engine?: Resolver<ResolversTypes['ScheduleEngine'], ParentType, ContextType>;
};

export type KeptByTierResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['KeptByTier'] = ResolversParentTypes['KeptByTier']> = {
  hourly?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  daily?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  weekly?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  monthly?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  yearly?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  keepLast?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  minimumKept?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  keepWithin?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  locked?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type KeptForecastResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['KeptForecast'] = ResolversParentTypes['KeptForecast']> = {
  engine?: Resolver<ResolversTypes['ScheduleEngine'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  isAtLeast?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  tiers?: Resolver<ResolversTypes['KeptByTier'], ParentType, ContextType>;
};

export type SnapshotNeedResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SnapshotNeed'] = ResolversParentTypes['SnapshotNeed']> = {
  needed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  thisPolicy?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  otherPolicies?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  standing?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  beingMade?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cap?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  fits?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isAtLeast?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type BranchNeedResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['BranchNeed'] = ResolversParentTypes['BranchNeed']> = {
  needed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  thisPolicy?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  otherPolicies?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  standing?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  beingMade?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cap?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  fits?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isAtLeast?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  included?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type RootSlotNeedResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RootSlotNeed'] = ResolversParentTypes['RootSlotNeed']> = {
  needed?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  used?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cap?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MonthlyCostResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['MonthlyCost'] = ResolversParentTypes['MonthlyCost']> = {
  snapshots?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  branches?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  total?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  isAtMost?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  unknownBecause?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ProjectForecastResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ProjectForecast'] = ResolversParentTypes['ProjectForecast']> = {
  projectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  snapshots?: Resolver<ResolversTypes['SnapshotNeed'], ParentType, ContextType>;
  leftToNeon?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  branches?: Resolver<ResolversTypes['BranchNeed'], ParentType, ContextType>;
  rootSlots?: Resolver<ResolversTypes['RootSlotNeed'], ParentType, ContextType>;
  monthlyCost?: Resolver<ResolversTypes['MonthlyCost'], ParentType, ContextType>;
};

export type PolicyForecastResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyForecast'] = ResolversParentTypes['PolicyForecast']> = {
  projectCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  projects?: Resolver<ReadonlyArray<ResolversTypes['ProjectForecast']>, ParentType, ContextType>;
  monthlyCost?: Resolver<ResolversTypes['MonthlyCost'], ParentType, ContextType>;
};

export type SnapshotToExpireResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SnapshotToExpire'] = ResolversParentTypes['SnapshotToExpire']> = {
  snapshotId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  pointAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ExpiryForecastResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ExpiryForecast'] = ResolversParentTypes['ExpiryForecast']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  snapshots?: Resolver<ReadonlyArray<ResolversTypes['SnapshotToExpire']>, ParentType, ContextType>;
  needApproval?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type PolicyPreviewResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyPreview'] = ResolversParentTypes['PolicyPreview']> = {
  firings?: Resolver<ReadonlyArray<ResolversTypes['FiringForecast']>, ParentType, ContextType>;
  keeps?: Resolver<ResolversTypes['KeptForecast'], ParentType, ContextType>;
  forecast?: Resolver<ResolversTypes['PolicyForecast'], ParentType, ContextType>;
  wouldExpire?: Resolver<ResolversTypes['ExpiryForecast'], ParentType, ContextType>;
  wouldExpireNow?: Resolver<ResolversTypes['ExpiryForecast'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
};

export type CoveredBranchResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['CoveredBranch'] = ResolversParentTypes['CoveredBranch']> = {
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  projectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['PolicyStore'], ParentType, ContextType>;
};

export type UncoveredBranchResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['UncoveredBranch'] = ResolversParentTypes['UncoveredBranch']> = {
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  projectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PolicyCoverageResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyCoverage'] = ResolversParentTypes['PolicyCoverage']> = {
  coveredCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  covered?: Resolver<ReadonlyArray<ResolversTypes['CoveredBranch']>, ParentType, ContextType>;
  uncoveredCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  uncovered?: Resolver<ReadonlyArray<ResolversTypes['UncoveredBranch']>, ParentType, ContextType>;
  pausedCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  paused?: Resolver<ReadonlyArray<ResolversTypes['UncoveredBranch']>, ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
};

export type PolicyStopResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyStop'] = ResolversParentTypes['PolicyStop']> = {
  projectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['PolicyStopCode'], ParentType, ContextType>;
};

export type PolicyProtectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyProtection'] = ResolversParentTypes['PolicyProtection']> = {
  lock?: Resolver<ResolversTypes['PolicyLock'], ParentType, ContextType>;
};

export type PolicyLockResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyLock'] = ResolversParentTypes['PolicyLock']> = {
  mode?: Resolver<ResolversTypes['LockMode'], ParentType, ContextType>;
  for?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  graceHours?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tiers?: Resolver<Maybe<ReadonlyArray<ResolversTypes['RetentionTier']>>, ParentType, ContextType>;
};

export type PolicyObjectivesResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyObjectives'] = ResolversParentTypes['PolicyObjectives']> = {
  rpoSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type PolicyLimitsResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyLimits'] = ResolversParentTypes['PolicyLimits']> = {
  expireAtMostShare?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type PolicySelectorResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicySelector'] = ResolversParentTypes['PolicySelector']> = {
  projects?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
  labels?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  branches?: Resolver<ResolversTypes['BranchSelection'], ParentType, ContextType>;
};

export type ScheduleResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Schedule'] = ResolversParentTypes['Schedule']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  cron?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  timeZone?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  jitterSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  window?: Resolver<ResolversTypes['ScheduleWindow'], ParentType, ContextType>;
  engine?: Resolver<ResolversTypes['ScheduleEngine'], ParentType, ContextType>;
  nextFiringAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type DelegationCountsResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DelegationCounts'] = ResolversParentTypes['DelegationCounts']> = {
  pending?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  set?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  drifted?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  refused?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type DelegatedBranchResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DelegatedBranch'] = ResolversParentTypes['DelegatedBranch']> = {
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['DelegationState'], ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['DelegationError']>, ParentType, ContextType>;
  checkedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type DelegationErrorResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DelegationError'] = ResolversParentTypes['DelegationError']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PolicyDelegationResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyDelegation'] = ResolversParentTypes['PolicyDelegation']> = {
  counts?: Resolver<ResolversTypes['DelegationCounts'], ParentType, ContextType>;
  branches?: Resolver<ReadonlyArray<ResolversTypes['DelegatedBranch']>, ParentType, ContextType>;
};

export type ScheduleWindowResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ScheduleWindow'] = ResolversParentTypes['ScheduleWindow']> = {
  startWithinSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ScheduleRuleResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ScheduleRule'] = ResolversParentTypes['ScheduleRule']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  cron?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  timeZone?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  jitterSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  window?: Resolver<ResolversTypes['ScheduleWindow'], ParentType, ContextType>;
  engine?: Resolver<ResolversTypes['ScheduleEngine'], ParentType, ContextType>;
};

export type PolicyVersionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyVersion'] = ResolversParentTypes['PolicyVersion']> = {
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  selector?: Resolver<ResolversTypes['PolicySelector'], ParentType, ContextType>;
  schedules?: Resolver<ReadonlyArray<ResolversTypes['ScheduleRule']>, ParentType, ContextType>;
  retention?: Resolver<ResolversTypes['Retention'], ParentType, ContextType>;
  protection?: Resolver<Maybe<ResolversTypes['PolicyProtection']>, ParentType, ContextType>;
  store?: Resolver<ResolversTypes['PolicyStore'], ParentType, ContextType>;
  objectives?: Resolver<ResolversTypes['PolicyObjectives'], ParentType, ContextType>;
  missedFirings?: Resolver<ResolversTypes['MissedFirings'], ParentType, ContextType>;
  limits?: Resolver<ResolversTypes['PolicyLimits'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  by?: Resolver<ResolversTypes['AuditActor'], ParentType, ContextType>;
};

export type PolicyVersionEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyVersionEdge'] = ResolversParentTypes['PolicyVersionEdge']> = {
  node?: Resolver<ResolversTypes['PolicyVersion'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PolicyVersionConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyVersionConnection'] = ResolversParentTypes['PolicyVersionConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['PolicyVersionEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type FiringResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Firing'] = ResolversParentTypes['Firing']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  policyId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  schedule?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  dueAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['FiringStatus'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  snapshotId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type FiringEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['FiringEdge'] = ResolversParentTypes['FiringEdge']> = {
  node?: Resolver<ResolversTypes['Firing'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type FiringConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['FiringConnection'] = ResolversParentTypes['FiringConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['FiringEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type PolicyImportResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyImport'] = ResolversParentTypes['PolicyImport']> = {
  isDryRun?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  changes?: Resolver<ReadonlyArray<ResolversTypes['PolicyChange']>, ParentType, ContextType>;
};

export type PolicyChangeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyChange'] = ResolversParentTypes['PolicyChange']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  change?: Resolver<ResolversTypes['PolicyChangeKind'], ParentType, ContextType>;
  insteadOf?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  fields?: Resolver<ReadonlyArray<ResolversTypes['PolicyFieldChange']>, ParentType, ContextType>;
  nextFirings?: Resolver<ReadonlyArray<ResolversTypes['NextFiring']>, ParentType, ContextType>;
};

export type NextFiringResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['NextFiring'] = ResolversParentTypes['NextFiring']> = {
  schedule?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type PolicyFieldChangeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyFieldChange'] = ResolversParentTypes['PolicyFieldChange']> = {
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  to?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type RetentionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Retention'] = ResolversParentTypes['Retention']> = {
  hourly?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  daily?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  weekly?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  monthly?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  yearly?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  keepLast?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  keepWithin?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  minimumKept?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  bucketKeeps?: Resolver<ResolversTypes['BucketKeeps'], ParentType, ContextType>;
};

export type RetentionSimulationResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RetentionSimulation'] = ResolversParentTypes['RetentionSimulation']> = {
  decisions?: Resolver<ReadonlyArray<ResolversTypes['RetentionDecision']>, ParentType, ContextType>;
};

export type RetentionDecisionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RetentionDecision'] = ResolversParentTypes['RetentionDecision']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  keep?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PolicyEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyEdge'] = ResolversParentTypes['PolicyEdge']> = {
  node?: Resolver<ResolversTypes['Policy'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PolicyConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyConnection'] = ResolversParentTypes['PolicyConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['PolicyEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type WarningResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Warning'] = ResolversParentTypes['Warning']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RecordedErrorResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RecordedError'] = ResolversParentTypes['RecordedError']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SnapshotResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Snapshot'] = ResolversParentTypes['Snapshot']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  projectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  branch?: Resolver<Maybe<ResolversTypes['Branch']>, ParentType, ContextType>;
  policyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  policyVersion?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['SnapshotKind'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['SnapshotStatus'], ParentType, ContextType>;
  requestedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  requestedLsn?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  pointAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lsn?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  neonId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  sizeBytes?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  keptBecause?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  holds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  lock?: Resolver<Maybe<ResolversTypes['Lock']>, ParentType, ContextType>;
  unverified?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['RecordedError']>, ParentType, ContextType>;
  steps?: Resolver<ReadonlyArray<ResolversTypes['SnapshotStep']>, ParentType, ContextType>;
  cleanUp?: Resolver<Maybe<ResolversTypes['CleanUp']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  availableAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type LockResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Lock'] = ResolversParentTypes['Lock']> = {
  mode?: Resolver<ResolversTypes['LockMode'], ParentType, ContextType>;
  until?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  graceUntil?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lockedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lockedBy?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type RetentionPlanResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RetentionPlan'] = ResolversParentTypes['RetentionPlan']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  policyId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  policyVersion?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cause?: Resolver<ResolversTypes['RetentionPlanCause'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RetentionPlanStatus'], ParentType, ContextType>;
  hash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  branchIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  frozenBranchIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  keeps?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  expires?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  decisions?: Resolver<Maybe<ReadonlyArray<ResolversTypes['RetentionPlanDecision']>>, ParentType, ContextType>;
  decidedBy?: Resolver<Maybe<ResolversTypes['AuditActor']>, ParentType, ContextType>;
  decidedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RetentionPlanDecisionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RetentionPlanDecision'] = ResolversParentTypes['RetentionPlanDecision']> = {
  snapshotId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  pointAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  keep?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RetentionPlanEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RetentionPlanEdge'] = ResolversParentTypes['RetentionPlanEdge']> = {
  node?: Resolver<ResolversTypes['RetentionPlan'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RetentionPlanConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RetentionPlanConnection'] = ResolversParentTypes['RetentionPlanConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['RetentionPlanEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type HoldResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Hold'] = ResolversParentTypes['Hold']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  matter?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  selector?: Resolver<ResolversTypes['HoldSelector'], ParentType, ContextType>;
  placedBy?: Resolver<ResolversTypes['AuditActor'], ParentType, ContextType>;
  placedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  turnedBack?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  tooLate?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  releasedBy?: Resolver<Maybe<ResolversTypes['AuditActor']>, ParentType, ContextType>;
  releasedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  releaseReason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type HoldSelectorResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['HoldSelector'] = ResolversParentTypes['HoldSelector']> = {
  snapshotIds?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
  branchId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  until?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type HoldEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['HoldEdge'] = ResolversParentTypes['HoldEdge']> = {
  node?: Resolver<ResolversTypes['Hold'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type HoldConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['HoldConnection'] = ResolversParentTypes['HoldConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['HoldEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type SnapshotStepResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SnapshotStep'] = ResolversParentTypes['SnapshotStep']> = {
  name?: Resolver<ResolversTypes['SnapshotStepName'], ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type SnapshotEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SnapshotEdge'] = ResolversParentTypes['SnapshotEdge']> = {
  node?: Resolver<ResolversTypes['Snapshot'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type SnapshotConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SnapshotConnection'] = ResolversParentTypes['SnapshotConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['SnapshotEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RestoreResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Restore'] = ResolversParentTypes['Restore']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  projectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  branch?: Resolver<Maybe<ResolversTypes['Branch']>, ParentType, ContextType>;
  source?: Resolver<ResolversTypes['RestoreSource'], ParentType, ContextType>;
  target?: Resolver<ResolversTypes['RestoreTarget'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RestoreStatus'], ParentType, ContextType>;
  steps?: Resolver<ReadonlyArray<ResolversTypes['RestoreStep']>, ParentType, ContextType>;
  preservedBranch?: Resolver<Maybe<ResolversTypes['PreservedBranch']>, ParentType, ContextType>;
  unverified?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['RecordedError']>, ParentType, ContextType>;
  cleanUp?: Resolver<Maybe<ResolversTypes['CleanUp']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RestoreSourceResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RestoreSource'] = ResolversParentTypes['RestoreSource']> = {
  snapshotId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  at?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lsn?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RestoreTargetResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RestoreTarget'] = ResolversParentTypes['RestoreTarget']> = {
  kind?: Resolver<ResolversTypes['RestoreTargetKind'], ParentType, ContextType>;
  branchId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  branch?: Resolver<Maybe<ResolversTypes['Branch']>, ParentType, ContextType>;
  neonBranchId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type RestoreStepResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RestoreStep'] = ResolversParentTypes['RestoreStep']> = {
  name?: Resolver<ResolversTypes['RestoreStepName'], ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type PreservedBranchResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PreservedBranch'] = ResolversParentTypes['PreservedBranch']> = {
  neonBranchId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['PreservedBranchStatus'], ParentType, ContextType>;
  waitsFor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RestoreEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RestoreEdge'] = ResolversParentTypes['RestoreEdge']> = {
  node?: Resolver<ResolversTypes['Restore'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RestoreConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RestoreConnection'] = ResolversParentTypes['RestoreConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['RestoreEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type JobResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Job'] = ResolversParentTypes['Job']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  job?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  subjectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  projectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  lane?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  priority?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['JobState'], ParentType, ContextType>;
  waitsFor?: Resolver<Maybe<ResolversTypes['JobWait']>, ParentType, ContextType>;
  release?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  fence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  failedAttempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['JobEnding']>, ParentType, ContextType>;
  code?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  attempts?: Resolver<ReadonlyArray<ResolversTypes['Attempt']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  begunAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type JobWaitResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['JobWait'] = ResolversParentTypes['JobWait']> = {
  code?: Resolver<ResolversTypes['JobWaitCode'], ParentType, ContextType>;
  jobId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  job?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  subjectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  at?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  because?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  credentialId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type AttemptResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Attempt'] = ResolversParentTypes['Attempt']> = {
  fence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  release?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  worker?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['AttemptOutcome']>, ParentType, ContextType>;
  code?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  neonRequestId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type JobEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['JobEdge'] = ResolversParentTypes['JobEdge']> = {
  node?: Resolver<ResolversTypes['Job'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type JobConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['JobConnection'] = ResolversParentTypes['JobConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['JobEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ReconcileReportResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ReconcileReport'] = ResolversParentTypes['ReconcileReport']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  projectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  requestedBy?: Resolver<ResolversTypes['ActorKind'], ParentType, ContextType>;
  requestedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  comparedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  isProjectGone?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  present?: Resolver<Maybe<ResolversTypes['PresentCounts']>, ParentType, ContextType>;
  findings?: Resolver<ReadonlyArray<ResolversTypes['Finding']>, ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['RecordedError']>, ParentType, ContextType>;
};

export type PresentCountsResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PresentCounts'] = ResolversParentTypes['PresentCounts']> = {
  snapshots?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  preservedBranches?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type FindingResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Finding'] = ResolversParentTypes['Finding']> = {
  kind?: Resolver<ResolversTypes['FindingKind'], ParentType, ContextType>;
  what?: Resolver<ResolversTypes['FindingThing'], ParentType, ContextType>;
  subjectKind?: Resolver<Maybe<ResolversTypes['FindingSubject']>, ParentType, ContextType>;
  subjectId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  neonId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  policyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  action?: Resolver<ResolversTypes['FindingAction'], ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['FindingOutcome']>, ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AuditEventResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditEvent'] = ResolversParentTypes['AuditEvent']> = {
  form?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  teamId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  actor?: Resolver<ResolversTypes['AuditEventActor'], ParentType, ContextType>;
  action?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  subject?: Resolver<ResolversTypes['AuditSubject'], ParentType, ContextType>;
  requestId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  sourceAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  details?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  before?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  after?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  previousHash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  hash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditEventActorResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditEventActor'] = ResolversParentTypes['AuditEventActor']> = {
  kind?: Resolver<ResolversTypes['ActorKind'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  label?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AuditActorResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditActor'] = ResolversParentTypes['AuditActor']> = {
  kind?: Resolver<ResolversTypes['ActorKind'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type AuditSubjectResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditSubject'] = ResolversParentTypes['AuditSubject']> = {
  kind?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type AuditHeadResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditHead'] = ResolversParentTypes['AuditHead']> = {
  kind?: Resolver<ResolversTypes['AuditHeadKind'], ParentType, ContextType>;
  teamId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  hash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  month?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  signedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  signature?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditEventEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditEventEdge'] = ResolversParentTypes['AuditEventEdge']> = {
  node?: Resolver<ResolversTypes['AuditEvent'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditEventConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditEventConnection'] = ResolversParentTypes['AuditEventConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AuditEventEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type MeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Me'] = ResolversParentTypes['Me']> = {
  kind?: Resolver<ResolversTypes['ActorKind'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  label?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  isPlatform?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  team?: Resolver<Maybe<ResolversTypes['MyTeam']>, ParentType, ContextType>;
  teams?: Resolver<ReadonlyArray<ResolversTypes['MyTeam']>, ParentType, ContextType>;
  projects?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
  actions?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type MyTeamResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['MyTeam'] = ResolversParentTypes['MyTeam']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  slug?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<Maybe<ResolversTypes['Role']>, ParentType, ContextType>;
};

export type FleetResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Fleet'] = ResolversParentTypes['Fleet']> = {
  teams?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  members?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  apiKeys?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  projects?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  branches?: Resolver<ResolversTypes['StateCounts'], ParentType, ContextType>;
  jobs?: Resolver<ReadonlyArray<ResolversTypes['JobCount']>, ParentType, ContextType>;
};

export type JobCountResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['JobCount'] = ResolversParentTypes['JobCount']> = {
  job?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['JobCountStatus'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  oldestSeconds?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type TeamResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Team'] = ResolversParentTypes['Team']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  slug?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<Maybe<ResolversTypes['Role']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EnteredTeamResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['EnteredTeam'] = ResolversParentTypes['EnteredTeam']> = {
  team?: Resolver<ResolversTypes['Team'], ParentType, ContextType>;
  query?: Resolver<ResolversTypes['Query'], ParentType, ContextType>;
};

export type TeamEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['TeamEdge'] = ResolversParentTypes['TeamEdge']> = {
  node?: Resolver<ResolversTypes['Team'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type TeamConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['TeamConnection'] = ResolversParentTypes['TeamConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['TeamEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type MemberResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Member'] = ResolversParentTypes['Member']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  teamId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  issuer?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  subject?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type MemberEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['MemberEdge'] = ResolversParentTypes['MemberEdge']> = {
  node?: Resolver<ResolversTypes['Member'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MemberConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['MemberConnection'] = ResolversParentTypes['MemberConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['MemberEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ApiKeyResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prefix?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['KeyKind'], ParentType, ContextType>;
  projects?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
  cidrs?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  rotatedFrom?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  isPreset?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdBy?: Resolver<Maybe<ResolversTypes['AuditActor']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type NewApiKeyResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['NewApiKey'] = ResolversParentTypes['NewApiKey']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prefix?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['KeyKind'], ParentType, ContextType>;
  projects?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
  cidrs?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  rotatedFrom?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  isPreset?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  createdBy?: Resolver<Maybe<ResolversTypes['AuditActor']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ApiKeyEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ApiKeyEdge'] = ResolversParentTypes['ApiKeyEdge']> = {
  node?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ApiKeyConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ApiKeyConnection'] = ResolversParentTypes['ApiKeyConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ApiKeyEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  me?: Resolver<Maybe<ResolversTypes['Me']>, ParentType, ContextType>;
  fleet?: Resolver<Maybe<ResolversTypes['Fleet']>, ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  nodes?: Resolver<Maybe<ReadonlyArray<Maybe<ResolversTypes['Node']>>>, ParentType, ContextType, RequireFields<QueryNodesArgs, 'ids'>>;
  team?: Resolver<Maybe<ResolversTypes['EnteredTeam']>, ParentType, ContextType, Partial<QueryTeamArgs>>;
  teams?: Resolver<Maybe<ResolversTypes['TeamConnection']>, ParentType, ContextType, Partial<QueryTeamsArgs>>;
  members?: Resolver<Maybe<ResolversTypes['MemberConnection']>, ParentType, ContextType, RequireFields<QueryMembersArgs, 'teamId'>>;
  apiKey?: Resolver<Maybe<ResolversTypes['ApiKey']>, ParentType, ContextType, RequireFields<QueryApiKeyArgs, 'id'>>;
  apiKeys?: Resolver<Maybe<ResolversTypes['ApiKeyConnection']>, ParentType, ContextType, Partial<QueryApiKeysArgs>>;
  credential?: Resolver<Maybe<ResolversTypes['Credential']>, ParentType, ContextType, RequireFields<QueryCredentialArgs, 'id'>>;
  credentials?: Resolver<Maybe<ResolversTypes['CredentialConnection']>, ParentType, ContextType, Partial<QueryCredentialsArgs>>;
  project?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, RequireFields<QueryProjectArgs, 'id'>>;
  projects?: Resolver<Maybe<ResolversTypes['ProjectConnection']>, ParentType, ContextType, Partial<QueryProjectsArgs>>;
  branch?: Resolver<Maybe<ResolversTypes['Branch']>, ParentType, ContextType, RequireFields<QueryBranchArgs, 'id'>>;
  branches?: Resolver<Maybe<ResolversTypes['BranchConnection']>, ParentType, ContextType, RequireFields<QueryBranchesArgs, 'projectId'>>;
  timeline?: Resolver<Maybe<ResolversTypes['Timeline']>, ParentType, ContextType, RequireFields<QueryTimelineArgs, 'branchId'>>;
  status?: Resolver<Maybe<ResolversTypes['TeamStatus']>, ParentType, ContextType, Partial<QueryStatusArgs>>;
  policy?: Resolver<Maybe<ResolversTypes['Policy']>, ParentType, ContextType, RequireFields<QueryPolicyArgs, 'id'>>;
  previewPolicy?: Resolver<Maybe<ResolversTypes['PolicyPreview']>, ParentType, ContextType, RequireFields<QueryPreviewPolicyArgs, 'input' | 'count'>>;
  policies?: Resolver<Maybe<ResolversTypes['PolicyConnection']>, ParentType, ContextType, Partial<QueryPoliciesArgs>>;
  simulateRetention?: Resolver<Maybe<ResolversTypes['RetentionSimulation']>, ParentType, ContextType, RequireFields<QuerySimulateRetentionArgs, 'input'>>;
  policyVersions?: Resolver<Maybe<ResolversTypes['PolicyVersionConnection']>, ParentType, ContextType, RequireFields<QueryPolicyVersionsArgs, 'policyId'>>;
  firings?: Resolver<Maybe<ResolversTypes['FiringConnection']>, ParentType, ContextType, Partial<QueryFiringsArgs>>;
  exportPolicies?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  snapshot?: Resolver<Maybe<ResolversTypes['Snapshot']>, ParentType, ContextType, RequireFields<QuerySnapshotArgs, 'id'>>;
  snapshots?: Resolver<Maybe<ResolversTypes['SnapshotConnection']>, ParentType, ContextType, Partial<QuerySnapshotsArgs>>;
  retentionPlan?: Resolver<Maybe<ResolversTypes['RetentionPlan']>, ParentType, ContextType, RequireFields<QueryRetentionPlanArgs, 'id'>>;
  retentionPlans?: Resolver<Maybe<ResolversTypes['RetentionPlanConnection']>, ParentType, ContextType, Partial<QueryRetentionPlansArgs>>;
  hold?: Resolver<Maybe<ResolversTypes['Hold']>, ParentType, ContextType, RequireFields<QueryHoldArgs, 'id'>>;
  holds?: Resolver<Maybe<ResolversTypes['HoldConnection']>, ParentType, ContextType, Partial<QueryHoldsArgs>>;
  restore?: Resolver<Maybe<ResolversTypes['Restore']>, ParentType, ContextType, RequireFields<QueryRestoreArgs, 'id'>>;
  restores?: Resolver<Maybe<ResolversTypes['RestoreConnection']>, ParentType, ContextType, Partial<QueryRestoresArgs>>;
  job?: Resolver<Maybe<ResolversTypes['Job']>, ParentType, ContextType, RequireFields<QueryJobArgs, 'id'>>;
  jobs?: Resolver<Maybe<ResolversTypes['JobConnection']>, ParentType, ContextType, Partial<QueryJobsArgs>>;
  auditEvents?: Resolver<Maybe<ResolversTypes['AuditEventConnection']>, ParentType, ContextType, Partial<QueryAuditEventsArgs>>;
  auditHeads?: Resolver<Maybe<ReadonlyArray<ResolversTypes['AuditHead']>>, ParentType, ContextType>;
};

export type DeletionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Deletion'] = ResolversParentTypes['Deletion']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type PolicyDeletionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyDeletion'] = ResolversParentTypes['PolicyDeletion']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  snapshots?: Resolver<ReadonlyArray<ResolversTypes['Snapshot']>, ParentType, ContextType>;
};

export type PolicyRunResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PolicyRun'] = ResolversParentTypes['PolicyRun']> = {
  snapshots?: Resolver<ReadonlyArray<ResolversTypes['Snapshot']>, ParentType, ContextType>;
};

export type DatabaseConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['DatabaseConnection'] = ResolversParentTypes['DatabaseConnection']> = {
  uri?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createTeam?: Resolver<Maybe<ResolversTypes['Team']>, ParentType, ContextType, RequireFields<MutationCreateTeamArgs, 'input'>>;
  addMember?: Resolver<Maybe<ResolversTypes['Member']>, ParentType, ContextType, RequireFields<MutationAddMemberArgs, 'input'>>;
  updateMember?: Resolver<Maybe<ResolversTypes['Member']>, ParentType, ContextType, RequireFields<MutationUpdateMemberArgs, 'input'>>;
  removeMember?: Resolver<Maybe<ResolversTypes['Deletion']>, ParentType, ContextType, RequireFields<MutationRemoveMemberArgs, 'input'>>;
  createApiKey?: Resolver<Maybe<ResolversTypes['NewApiKey']>, ParentType, ContextType, RequireFields<MutationCreateApiKeyArgs, 'input'>>;
  rotateApiKey?: Resolver<Maybe<ResolversTypes['NewApiKey']>, ParentType, ContextType, RequireFields<MutationRotateApiKeyArgs, 'input'>>;
  revokeApiKey?: Resolver<Maybe<ResolversTypes['Deletion']>, ParentType, ContextType, RequireFields<MutationRevokeApiKeyArgs, 'input'>>;
  createCredential?: Resolver<Maybe<ResolversTypes['Credential']>, ParentType, ContextType, RequireFields<MutationCreateCredentialArgs, 'input'>>;
  updateCredential?: Resolver<Maybe<ResolversTypes['Credential']>, ParentType, ContextType, RequireFields<MutationUpdateCredentialArgs, 'input'>>;
  deleteCredential?: Resolver<Maybe<ResolversTypes['Deletion']>, ParentType, ContextType, RequireFields<MutationDeleteCredentialArgs, 'input'>>;
  registerProject?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, RequireFields<MutationRegisterProjectArgs, 'input'>>;
  updateProject?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, RequireFields<MutationUpdateProjectArgs, 'input'>>;
  removeProject?: Resolver<Maybe<ResolversTypes['Deletion']>, ParentType, ContextType, RequireFields<MutationRemoveProjectArgs, 'input'>>;
  syncProject?: Resolver<Maybe<ResolversTypes['Project']>, ParentType, ContextType, RequireFields<MutationSyncProjectArgs, 'input'>>;
  reconcileProject?: Resolver<Maybe<ResolversTypes['ReconcileReport']>, ParentType, ContextType, RequireFields<MutationReconcileProjectArgs, 'input'>>;
  adoptSnapshot?: Resolver<Maybe<ResolversTypes['Snapshot']>, ParentType, ContextType, RequireFields<MutationAdoptSnapshotArgs, 'input'>>;
  createPolicy?: Resolver<Maybe<ResolversTypes['Policy']>, ParentType, ContextType, RequireFields<MutationCreatePolicyArgs, 'input'>>;
  updatePolicy?: Resolver<Maybe<ResolversTypes['Policy']>, ParentType, ContextType, RequireFields<MutationUpdatePolicyArgs, 'input'>>;
  deletePolicy?: Resolver<Maybe<ResolversTypes['PolicyDeletion']>, ParentType, ContextType, RequireFields<MutationDeletePolicyArgs, 'input'>>;
  runPolicy?: Resolver<Maybe<ResolversTypes['PolicyRun']>, ParentType, ContextType, RequireFields<MutationRunPolicyArgs, 'input'>>;
  pausePolicy?: Resolver<Maybe<ResolversTypes['Policy']>, ParentType, ContextType, RequireFields<MutationPausePolicyArgs, 'input'>>;
  resumePolicy?: Resolver<Maybe<ResolversTypes['Policy']>, ParentType, ContextType, RequireFields<MutationResumePolicyArgs, 'input'>>;
  importPolicies?: Resolver<Maybe<ResolversTypes['PolicyImport']>, ParentType, ContextType, RequireFields<MutationImportPoliciesArgs, 'input'>>;
  requestSnapshot?: Resolver<Maybe<ResolversTypes['Snapshot']>, ParentType, ContextType, RequireFields<MutationRequestSnapshotArgs, 'input'>>;
  cancelSnapshot?: Resolver<Maybe<ResolversTypes['Snapshot']>, ParentType, ContextType, RequireFields<MutationCancelSnapshotArgs, 'input'>>;
  deleteSnapshot?: Resolver<Maybe<ResolversTypes['Snapshot']>, ParentType, ContextType, RequireFields<MutationDeleteSnapshotArgs, 'input'>>;
  lockSnapshot?: Resolver<Maybe<ResolversTypes['Snapshot']>, ParentType, ContextType, RequireFields<MutationLockSnapshotArgs, 'input'>>;
  requestRetentionPlan?: Resolver<Maybe<ResolversTypes['RetentionPlan']>, ParentType, ContextType, RequireFields<MutationRequestRetentionPlanArgs, 'input'>>;
  approveRetentionPlan?: Resolver<Maybe<ResolversTypes['RetentionPlan']>, ParentType, ContextType, RequireFields<MutationApproveRetentionPlanArgs, 'input'>>;
  rejectRetentionPlan?: Resolver<Maybe<ResolversTypes['RetentionPlan']>, ParentType, ContextType, RequireFields<MutationRejectRetentionPlanArgs, 'input'>>;
  placeHold?: Resolver<Maybe<ResolversTypes['Hold']>, ParentType, ContextType, RequireFields<MutationPlaceHoldArgs, 'input'>>;
  releaseHold?: Resolver<Maybe<ResolversTypes['Hold']>, ParentType, ContextType, RequireFields<MutationReleaseHoldArgs, 'input'>>;
  requestRestore?: Resolver<Maybe<ResolversTypes['Restore']>, ParentType, ContextType, RequireFields<MutationRequestRestoreArgs, 'input'>>;
  cancelRestore?: Resolver<Maybe<ResolversTypes['Restore']>, ParentType, ContextType, RequireFields<MutationCancelRestoreArgs, 'input'>>;
  connectRestore?: Resolver<Maybe<ResolversTypes['DatabaseConnection']>, ParentType, ContextType, RequireFields<MutationConnectRestoreArgs, 'input'>>;
  deletePreservedBranch?: Resolver<Maybe<ResolversTypes['Restore']>, ParentType, ContextType, RequireFields<MutationDeletePreservedBranchArgs, 'input'>>;
};

export type SubscriptionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  restoreChanged?: SubscriptionResolver<Maybe<ResolversTypes['RestoreChanged']>, "restoreChanged", ParentType, ContextType, RequireFields<SubscriptionRestoreChangedArgs, 'id'>>;
  snapshotChanged?: SubscriptionResolver<Maybe<ResolversTypes['SnapshotChanged']>, "snapshotChanged", ParentType, ContextType, RequireFields<SubscriptionSnapshotChangedArgs, 'projectId'>>;
  jobsChanged?: SubscriptionResolver<Maybe<ResolversTypes['JobsChanged']>, "jobsChanged", ParentType, ContextType>;
  statusChanged?: SubscriptionResolver<Maybe<ResolversTypes['StatusChanged']>, "statusChanged", ParentType, ContextType, Partial<SubscriptionStatusChangedArgs>>;
  auditEventAdded?: SubscriptionResolver<Maybe<ResolversTypes['AuditEventAdded']>, "auditEventAdded", ParentType, ContextType, Partial<SubscriptionAuditEventAddedArgs>>;
};

export type RestoreChangedResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RestoreChanged'] = ResolversParentTypes['RestoreChanged']> = {
  sequence?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  restore?: Resolver<ResolversTypes['Restore'], ParentType, ContextType>;
};

export type SnapshotChangedResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SnapshotChanged'] = ResolversParentTypes['SnapshotChanged']> = {
  sequence?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  snapshot?: Resolver<Maybe<ResolversTypes['Snapshot']>, ParentType, ContextType>;
};

export type JobsChangedResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['JobsChanged'] = ResolversParentTypes['JobsChanged']> = {
  sequence?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  jobs?: Resolver<ReadonlyArray<ResolversTypes['Job']>, ParentType, ContextType>;
  missed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type StatusChangedResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['StatusChanged'] = ResolversParentTypes['StatusChanged']> = {
  sequence?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  change?: Resolver<Maybe<ResolversTypes['StatusChange']>, ParentType, ContextType>;
};

export type StatusChangeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['StatusChange'] = ResolversParentTypes['StatusChange']> = {
  branchId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  branch?: Resolver<Maybe<ResolversTypes['Branch']>, ParentType, ContextType>;
  projectId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  from?: Resolver<ResolversTypes['BranchState'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['BranchState'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['StateReason']>, ParentType, ContextType>;
  changedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AuditEventAddedResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AuditEventAdded'] = ResolversParentTypes['AuditEventAdded']> = {
  sequence?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  event?: Resolver<Maybe<ResolversTypes['AuditEvent']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphqlContext> = {
  DateTime?: GraphQLScalarType;
  JSON?: GraphQLScalarType;
  SafeInt?: GraphQLScalarType;
  BranchSelection?: GraphQLScalarType;
  Node?: NodeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Credential?: CredentialResolvers<ContextType>;
  CredentialEdge?: CredentialEdgeResolvers<ContextType>;
  CredentialConnection?: CredentialConnectionResolvers<ContextType>;
  ProjectFiring?: ProjectFiringResolvers<ContextType>;
  Project?: ProjectResolvers<ContextType>;
  ProjectLimits?: ProjectLimitsResolvers<ContextType>;
  MaintenanceWindow?: MaintenanceWindowResolvers<ContextType>;
  ProjectEdge?: ProjectEdgeResolvers<ContextType>;
  ProjectConnection?: ProjectConnectionResolvers<ContextType>;
  RestoreWindow?: RestoreWindowResolvers<ContextType>;
  Branch?: BranchResolvers<ContextType>;
  BranchEdge?: BranchEdgeResolvers<ContextType>;
  BranchConnection?: BranchConnectionResolvers<ContextType>;
  BranchStatus?: BranchStatusResolvers<ContextType>;
  LastPoint?: LastPointResolvers<ContextType>;
  Rpo?: RpoResolvers<ContextType>;
  PolicyStatus?: PolicyStatusResolvers<ContextType>;
  TeamStatus?: TeamStatusResolvers<ContextType>;
  StateCounts?: StateCountsResolvers<ContextType>;
  StatusItem?: StatusItemResolvers<ContextType>;
  StatusItemEdge?: StatusItemEdgeResolvers<ContextType>;
  StatusItemConnection?: StatusItemConnectionResolvers<ContextType>;
  Timeline?: TimelineResolvers<ContextType>;
  TimelinePoint?: TimelinePointResolvers<ContextType>;
  Policy?: PolicyResolvers<ContextType>;
  FiringForecast?: FiringForecastResolvers<ContextType>;
  KeptByTier?: KeptByTierResolvers<ContextType>;
  KeptForecast?: KeptForecastResolvers<ContextType>;
  SnapshotNeed?: SnapshotNeedResolvers<ContextType>;
  BranchNeed?: BranchNeedResolvers<ContextType>;
  RootSlotNeed?: RootSlotNeedResolvers<ContextType>;
  MonthlyCost?: MonthlyCostResolvers<ContextType>;
  ProjectForecast?: ProjectForecastResolvers<ContextType>;
  PolicyForecast?: PolicyForecastResolvers<ContextType>;
  SnapshotToExpire?: SnapshotToExpireResolvers<ContextType>;
  ExpiryForecast?: ExpiryForecastResolvers<ContextType>;
  PolicyPreview?: PolicyPreviewResolvers<ContextType>;
  CoveredBranch?: CoveredBranchResolvers<ContextType>;
  UncoveredBranch?: UncoveredBranchResolvers<ContextType>;
  PolicyCoverage?: PolicyCoverageResolvers<ContextType>;
  PolicyStop?: PolicyStopResolvers<ContextType>;
  PolicyProtection?: PolicyProtectionResolvers<ContextType>;
  PolicyLock?: PolicyLockResolvers<ContextType>;
  PolicyObjectives?: PolicyObjectivesResolvers<ContextType>;
  PolicyLimits?: PolicyLimitsResolvers<ContextType>;
  PolicySelector?: PolicySelectorResolvers<ContextType>;
  Schedule?: ScheduleResolvers<ContextType>;
  DelegationCounts?: DelegationCountsResolvers<ContextType>;
  DelegatedBranch?: DelegatedBranchResolvers<ContextType>;
  DelegationError?: DelegationErrorResolvers<ContextType>;
  PolicyDelegation?: PolicyDelegationResolvers<ContextType>;
  ScheduleWindow?: ScheduleWindowResolvers<ContextType>;
  ScheduleRule?: ScheduleRuleResolvers<ContextType>;
  PolicyVersion?: PolicyVersionResolvers<ContextType>;
  PolicyVersionEdge?: PolicyVersionEdgeResolvers<ContextType>;
  PolicyVersionConnection?: PolicyVersionConnectionResolvers<ContextType>;
  Firing?: FiringResolvers<ContextType>;
  FiringEdge?: FiringEdgeResolvers<ContextType>;
  FiringConnection?: FiringConnectionResolvers<ContextType>;
  PolicyImport?: PolicyImportResolvers<ContextType>;
  PolicyChange?: PolicyChangeResolvers<ContextType>;
  NextFiring?: NextFiringResolvers<ContextType>;
  PolicyFieldChange?: PolicyFieldChangeResolvers<ContextType>;
  Retention?: RetentionResolvers<ContextType>;
  RetentionSimulation?: RetentionSimulationResolvers<ContextType>;
  RetentionDecision?: RetentionDecisionResolvers<ContextType>;
  PolicyEdge?: PolicyEdgeResolvers<ContextType>;
  PolicyConnection?: PolicyConnectionResolvers<ContextType>;
  Warning?: WarningResolvers<ContextType>;
  RecordedError?: RecordedErrorResolvers<ContextType>;
  Snapshot?: SnapshotResolvers<ContextType>;
  Lock?: LockResolvers<ContextType>;
  RetentionPlan?: RetentionPlanResolvers<ContextType>;
  RetentionPlanDecision?: RetentionPlanDecisionResolvers<ContextType>;
  RetentionPlanEdge?: RetentionPlanEdgeResolvers<ContextType>;
  RetentionPlanConnection?: RetentionPlanConnectionResolvers<ContextType>;
  Hold?: HoldResolvers<ContextType>;
  HoldSelector?: HoldSelectorResolvers<ContextType>;
  HoldEdge?: HoldEdgeResolvers<ContextType>;
  HoldConnection?: HoldConnectionResolvers<ContextType>;
  SnapshotStep?: SnapshotStepResolvers<ContextType>;
  SnapshotEdge?: SnapshotEdgeResolvers<ContextType>;
  SnapshotConnection?: SnapshotConnectionResolvers<ContextType>;
  Restore?: RestoreResolvers<ContextType>;
  RestoreSource?: RestoreSourceResolvers<ContextType>;
  RestoreTarget?: RestoreTargetResolvers<ContextType>;
  RestoreStep?: RestoreStepResolvers<ContextType>;
  PreservedBranch?: PreservedBranchResolvers<ContextType>;
  RestoreEdge?: RestoreEdgeResolvers<ContextType>;
  RestoreConnection?: RestoreConnectionResolvers<ContextType>;
  Job?: JobResolvers<ContextType>;
  JobWait?: JobWaitResolvers<ContextType>;
  Attempt?: AttemptResolvers<ContextType>;
  JobEdge?: JobEdgeResolvers<ContextType>;
  JobConnection?: JobConnectionResolvers<ContextType>;
  ReconcileReport?: ReconcileReportResolvers<ContextType>;
  PresentCounts?: PresentCountsResolvers<ContextType>;
  Finding?: FindingResolvers<ContextType>;
  AuditEvent?: AuditEventResolvers<ContextType>;
  AuditEventActor?: AuditEventActorResolvers<ContextType>;
  AuditActor?: AuditActorResolvers<ContextType>;
  AuditSubject?: AuditSubjectResolvers<ContextType>;
  AuditHead?: AuditHeadResolvers<ContextType>;
  AuditEventEdge?: AuditEventEdgeResolvers<ContextType>;
  AuditEventConnection?: AuditEventConnectionResolvers<ContextType>;
  Me?: MeResolvers<ContextType>;
  MyTeam?: MyTeamResolvers<ContextType>;
  Fleet?: FleetResolvers<ContextType>;
  JobCount?: JobCountResolvers<ContextType>;
  Team?: TeamResolvers<ContextType>;
  EnteredTeam?: EnteredTeamResolvers<ContextType>;
  TeamEdge?: TeamEdgeResolvers<ContextType>;
  TeamConnection?: TeamConnectionResolvers<ContextType>;
  Member?: MemberResolvers<ContextType>;
  MemberEdge?: MemberEdgeResolvers<ContextType>;
  MemberConnection?: MemberConnectionResolvers<ContextType>;
  ApiKey?: ApiKeyResolvers<ContextType>;
  NewApiKey?: NewApiKeyResolvers<ContextType>;
  ApiKeyEdge?: ApiKeyEdgeResolvers<ContextType>;
  ApiKeyConnection?: ApiKeyConnectionResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  Deletion?: DeletionResolvers<ContextType>;
  PolicyDeletion?: PolicyDeletionResolvers<ContextType>;
  PolicyRun?: PolicyRunResolvers<ContextType>;
  DatabaseConnection?: DatabaseConnectionResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  RestoreChanged?: RestoreChangedResolvers<ContextType>;
  SnapshotChanged?: SnapshotChangedResolvers<ContextType>;
  JobsChanged?: JobsChangedResolvers<ContextType>;
  StatusChanged?: StatusChangedResolvers<ContextType>;
  StatusChange?: StatusChangeResolvers<ContextType>;
  AuditEventAdded?: AuditEventAddedResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = GraphqlContext> = {
  limit?: LimitDirectiveResolver<any, any, ContextType>;
  action?: ActionDirectiveResolver<any, any, ContextType>;
  cost?: CostDirectiveResolver<any, any, ContextType>;
};
