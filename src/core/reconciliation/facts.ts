// Owns what a reconciliation is told: what we know of a project, what Neon was seen to have, and the shape of what it finds.

import type { FailureCode } from '../errors.ts';
import type { PreservedBranchStatus, RestoreStatus, SnapshotStatus } from '../lifecycle.ts';
import type { PolicySelector } from '../selector.ts';

/** What becomes of that which work without success has made. */
type CleanUp = 'pending' | 'done' | 'left';

export interface KnownSnapshot {
  readonly id: string;
  readonly kind: 'neon_snapshot' | 'branch';
  readonly status: SnapshotStatus;
  readonly name: string;
  readonly policyId: string | null;
  readonly neonId: string | null;
  /** The Neon id of the branch that it was asked of, where that is recorded. */
  readonly sourceNeonId: string | null;
  readonly askedAt: Date | null;
  readonly askedLsn: string | null;
  readonly pointAt: Date | null;
  readonly lsn: string | null;
  readonly sizeBytes: number | null;
  readonly errorCode: FailureCode | null;
  readonly cleanUp: CleanUp | null;
  /** A legal hold or a retention lock covers it. */
  readonly isCovered: boolean;
}

export interface KnownRestore {
  readonly id: string;
  readonly status: RestoreStatus;
  readonly targetKind: 'new_branch' | 'in_place';
  /** Of the branch that it made or restored, where that is recorded. */
  readonly neonBranchId: string | null;
  readonly hasBegunCutover: boolean;
  readonly expiresAt: Date | null;
  readonly cleanUp: CleanUp | null;
}

export interface KnownPreservedBranch {
  /** Of the restore. */
  readonly id: string;
  readonly neonBranchId: string;
  readonly name: string;
  readonly status: PreservedBranchStatus;
}

export interface MirroredBranch {
  readonly id: string;
  readonly neonBranchId: string;
  readonly name: string;
  readonly isDefault: boolean;
  readonly isRoot: boolean;
}

export interface SelectingPolicy {
  readonly id: string;
  readonly branches: PolicySelector['branches'];
}

/** Everything of ours in the project that could be meant by something in Neon, or miss it. */
export interface Known {
  readonly projectId: string;
  readonly snapshots: readonly KnownSnapshot[];
  readonly restores: readonly KnownRestore[];
  readonly preserved: readonly KnownPreservedBranch[];
  /** Branches that the mirror showed as present before Neon was looked at. */
  readonly branches: readonly MirroredBranch[];
  readonly policies: readonly SelectingPolicy[];
  /** Our ids that unfinished jobs are about, and Neon ids of what they work on. */
  readonly busy: ReadonlySet<string>;
}

export interface SeenBranch {
  readonly id: string;
  readonly name: string;
  readonly parentId: string | undefined;
  readonly parentTimestamp: Date | undefined;
  readonly parentLsn: string | undefined;
  readonly state: string;
  readonly isDefault: boolean;
  readonly isProtected: boolean;
  readonly logicalSizeBytes: number | undefined;
  readonly expiresAt: Date | undefined;
}

export interface SeenSnapshot {
  readonly id: string;
  readonly name: string;
  readonly slug: string | undefined;
  readonly sourceBranchId: string | undefined;
  readonly timestamp: Date | undefined;
  readonly lsn: string | undefined;
  readonly sizeBytes: number | undefined;
  /** Neon took it by a schedule of its own, and removes it by its age. */
  readonly isScheduled?: boolean;
}

/** Everything that Neon lists in the project. */
export interface Seen {
  readonly branches: readonly SeenBranch[];
  readonly snapshots: readonly SeenSnapshot[];
}

/**
 * - `missing`             ours, and gone from Neon
 * - `found`               ours, was missing, and is back
 * - `orphan`              in Neon, and no row of ours knows it, nor is it Neon's own by a schedule: shown, adoptable where it is a snapshot, never removed
 * - `lost_answer`         ours by its derived name, and not recorded as made, or as failed: adopted, or removed where nobody wants it
 * - `leftover`            temporary, or without use, and past its time: removed if it is ours by name and by record
 * - `policy_branch_gone`  a branch that a policy selects is gone: the policy keeps nothing new of it
 * - `project_gone`        Neon does not show the project any more; one for each policy that it stops
 */
export type FindingKind =
  | 'missing'
  | 'found'
  | 'orphan'
  | 'lost_answer'
  | 'leftover'
  | 'policy_branch_gone'
  | 'project_gone';

/** `mark_...` change our rows alone; `adopt` makes ours what Neon has; `remove` removes it from Neon. */
export type FindingAction = 'mark_missing' | 'mark_found' | 'adopt' | 'remove' | 'none';

/** Why nothing is done about a finding that something would be done about otherwise. */
export type FindingReason =
  | 'already_marked'
  | 'not_ready'
  | 'not_our_name'
  | 'not_our_record'
  | 'is_default'
  | 'is_protected'
  | 'is_undo_copy'
  | 'cutover_begun'
  | 'in_use'
  | 'held_or_locked'
  | 'has_children';

export interface Finding {
  readonly kind: FindingKind;
  /** What it is in Neon. */
  readonly what: 'snapshot' | 'branch' | 'project';
  /** What it is of ours; null for what is not. A preserved branch has the id of its restore. */
  readonly subjectKind: 'snapshot' | 'restore' | 'preserved_branch' | 'branch' | 'project' | null;
  readonly subjectId: string | null;
  readonly neonId: string | null;
  readonly name: string | null;
  /** The policy that is harmed, or whose snapshot it is. */
  readonly policyId: string | null;
  readonly action: FindingAction;
  readonly reason: FindingReason | null;
}

/** What Neon says now of a snapshot of ours and did not say when it was made. */
export interface Completion {
  readonly snapshotId: string;
  readonly sizeBytes: number | null;
  readonly lsn: string | null;
  readonly pointAt: Date | null;
}

/** Its clean-up has nothing left to do. */
export interface CleanedUp {
  readonly kind: 'snapshot' | 'restore';
  readonly id: string;
}

export interface ReconciliationPlan {
  readonly findings: readonly Finding[];
  readonly completions: readonly Completion[];
  readonly cleanedUp: readonly CleanedUp[];
  /** Ours and there, with those that are found again. */
  readonly present: { readonly snapshots: number; readonly preservedBranches: number };
}
