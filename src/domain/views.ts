// Owns the shapes that both doors answer with: JSON-ready, instants as RFC 3339 text in UTC. It computes nothing.

import type { CredentialStatus, PreservedBranchStatus, RestoreStatus, SnapshotStatus } from '../core/lifecycle.ts';
import type { RestoreTargetKind } from '../core/restore-plan.ts';
import type { RetentionRule } from '../core/retention.ts';
import type { PolicySelector } from '../core/selector.ts';
import type { ActorKind, RecordedError, RestoreStep, Warning } from '../store/database.ts';

export type { Page } from '../store/page.ts';
export type { RecordedError, RestoreStep, Warning };

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
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly syncedAt: string;
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

export interface ScheduleView {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly nextFiringAt: string | null;
}

export interface PolicyView {
  readonly id: string;
  readonly name: string;
  readonly selector: PolicySelector;
  readonly schedules: readonly ScheduleView[];
  readonly retention: RetentionRule;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface SnapshotView {
  readonly id: string;
  readonly projectId: string;
  readonly branchId: string;
  readonly policyId: string | null;
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
  /** Facts asked for that Neon's answers did not show. */
  readonly unverified: readonly string[];
  readonly warnings: readonly Warning[];
  readonly error: RecordedError | null;
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
