// Owns the shapes of how well covered branches are. JSON-ready; it computes nothing.

import type { BranchState, StateReason } from '../../core/branch-status.ts';
import type { WindowView } from './window.ts';

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
