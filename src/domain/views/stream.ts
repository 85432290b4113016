// Owns the shapes of what streams tell of that is nowhere else. JSON-ready; it computes nothing.

import type { BranchState, StateReason } from '../../core/branch-status.ts';

/** What a stream tells of. */
export type StreamTopic = 'restore' | 'snapshot' | 'status' | 'job' | 'audit';

/** A branch is in another state, or for other reasons, than it was. */
export interface StatusChangeView {
  readonly branchId: string;
  readonly projectId: string;
  readonly name: string;
  readonly from: BranchState | 'uncovered';
  readonly to: BranchState | 'uncovered';
  readonly reasons: readonly StateReason[];
  readonly changedAt: string;
}
