// Owns the shapes of policies and of what is told of them: what they say, do, keep and cost. JSON-ready; it computes nothing.

import type { FieldChange } from '../../core/document.ts';
import type { KeptLine } from '../../core/forecast.ts';
import type { FiringStatus, RetentionPlanStatus } from '../../core/lifecycle.ts';
import type { DelegationState } from '../../core/delegation.ts';
import type { MissedFirings, PolicyStore, ScheduleEngine } from '../../core/policy.ts';
import type { Protection } from '../../core/protection.ts';
import type { RetentionRule } from '../../core/retention.ts';
import type { Tier } from '../../core/retention/tiers.ts';
import type { PolicySelector } from '../../core/selector.ts';
import type { ActorKind, PlannedDecision, Warning } from '../../store/database.ts';

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

/** A policy as it is saved. */
export interface SavedPolicyView extends PolicyRuleView {
  readonly id: string;
  readonly schedules: readonly ScheduleView[];
  /** While it is, nothing fires: until `pausedUntil`, or until a person resumes it. */
  readonly isPaused: boolean;
  readonly pausedUntil: string | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What becomes of a policy in the projects and branches that it selects: all of them are read for it. */
export interface PolicyReachView {
  /** Projects that it selects and does nothing in. */
  readonly stops: readonly PolicyStop[];
  /** Null where Afterglow takes the snapshots. */
  readonly delegation: DelegationView | null;
  /** What it says and cannot do, or not as it may be meant. */
  readonly warnings: readonly Warning[];
}

export type PolicyView = SavedPolicyView & PolicyReachView;

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
  /** Maintenance of some of the selected projects, or of all, lasts then: there it waits for the end, or is missed. */
  readonly maintenance: 'some' | 'all' | null;
  readonly engine: ScheduleEngine;
}

export interface KeptForecastView {
  readonly total: number;
  /** Too many to be counted: so many at least. */
  readonly isAtLeast: boolean;
  readonly tiers: Readonly<Record<KeptLine, number>>;
  /** Who keeps them. */
  readonly engine: ScheduleEngine;
}

/** How many of a kind the project would hold, and what they are made up of. */
export interface NeedView {
  /** The sum of what follows. */
  readonly needed: number;
  readonly thisPolicy: number;
  readonly otherPolicies: number;
  /** What no policy keeps or removes, and what is held or locked beyond its rule. */
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
  /** Neon may charge less for snapshots by its own schedules. */
  readonly isAtMost: boolean;
  readonly unknownBecause: string | null;
}

export interface ProjectForecastView {
  readonly projectId: string;
  readonly snapshots: NeedView;
  /** Snapshots that Neon's own schedules keep of the policy's branches; no cap counts them. */
  readonly leftToNeon: number;
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
  /** Branches of which so many would go that nothing goes until a person approves: the first 200. */
  readonly needApproval: readonly string[];
}

export interface PolicyPreviewView {
  readonly firings: readonly FiringForecastView[];
  /** Of each branch at the worst moment, once the policy has run for long. */
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
  readonly pausedCount: number;
  /** The first 1,000 of the team's branches that only policies cover whose pause has no end: their status is `at_risk`. */
  readonly paused: readonly BranchCoverageView[];
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
  /** Of what is in the document, by schedule: null where it fires no more, is paused without end, or is left to Neon. */
  readonly nextFirings: readonly { readonly schedule: string; readonly at: string | null }[];
}

export interface PolicyImportView {
  readonly isDryRun: boolean;
  /** By name. */
  readonly changes: readonly PolicyChange[];
}
