// Owns the shape of what a report of a comparison with Neon holds as jsonb. It runs nothing.

import type { Finding } from '../core/reconciliation.ts';

/** How carrying out a finding's action ended; null while it is planned, and where nothing is to be done. */
export type FindingOutcome = 'done' | 'skipped' | 'failed';

export interface ReportedFinding extends Omit<Finding, 'reason'> {
  /** Why nothing is done, or why it was skipped or failed: a code. */
  readonly reason: string | null;
  readonly outcome: FindingOutcome | null;
}

/** How many of ours were there. */
export interface PresentCounts {
  readonly snapshots: number;
  readonly preservedBranches: number;
}
