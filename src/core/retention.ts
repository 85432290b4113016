// Owns what a policy keeps and what it expires, always with the reasons. It never removes anything.

export interface RetentionRule {
  /** How many of the newest available points are kept for each branch; at least 1. */
  readonly keepLast: number;
}

export interface RetentionPoint {
  readonly id: string;
  /** The moment that it captures. */
  readonly pointAt: Date;
}

export interface RetentionDecision {
  readonly id: string;
  readonly keep: boolean;
  /** Every reason, not the first one only: `keep_last` among the newest N, `beyond_keep_last` otherwise. */
  readonly reasons: readonly ('keep_last' | 'beyond_keep_last')[];
}

/**
 * Decides for every point of one branch made by one policy. Hand in available points only: what failed or is under way
 * must neither take a place nor be expired (lessons: empty backups took the places of good ones).
 * Newest first; points of the same moment are ordered by id, so the answer does not depend on the order of the input.
 */
export function planRetention(points: readonly RetentionPoint[], rule: RetentionRule): RetentionDecision[] {
  return [...points]
    .sort((a, b) => b.pointAt.getTime() - a.pointAt.getTime() || (a.id < b.id ? 1 : -1))
    .map((point, index) => {
      const keep = index < Math.max(1, rule.keepLast);
      return { id: point.id, keep, reasons: [keep ? 'keep_last' : 'beyond_keep_last'] };
    });
}
