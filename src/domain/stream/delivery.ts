// Owns the shapes of what streams give. JSON-ready; it computes nothing.

import type { AuditEventView, JobView, RestoreView, SnapshotView, StatusChangeView } from '../views.ts';

/** What has changed, as it is when it is delivered; but a change of status and an audit event, which say what they said. */
export type Change =
  | { readonly kind: 'restoreChanged'; readonly restore: RestoreView }
  | { readonly kind: 'snapshotChanged'; readonly snapshot: SnapshotView }
  | { readonly kind: 'statusChanged'; readonly change: StatusChangeView }
  /** `missed`: there may be others, so the list is to be read again. */
  | { readonly kind: 'jobsChanged'; readonly jobs: readonly JobView[]; readonly missed: boolean }
  | { readonly kind: 'auditEventAdded'; readonly event: AuditEventView };

/**
 * What a stream gives: first `ready`, from where on changes follow; then changes; and a `beat` where none has come for a while.
 * `sequence` is that of the event in the team's history which it follows. Whoever has taken it may go on after `resumeAt` without missing
 * anything of the history.
 */
export type Delivery = (Change | { readonly kind: 'ready' } | { readonly kind: 'beat' }) & {
  readonly sequence: number;
  readonly resumeAt: number;
};
