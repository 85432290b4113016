// Owns the shape of the tables of promised work for Kysely. It runs nothing.

import type { ColumnType, Generated } from 'kysely';
import type { Fixed, Nullable } from '../columns.ts';

export interface OutboxTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  job: Fixed<string>;
  subject_id: Fixed<string>;
  lane: Fixed<string | null>;
  priority: Fixed<number>;
  /** It is not released earlier. */
  not_before: Date;
  /** Its age in its lane: since when it may be tried, or tried again. What was turned away keeps it. */
  due_since: Generated<Date>;
  /** Promised for then, and its deadline counts from then. */
  delayed_until: Nullable<Date>;
  status: ColumnType<'waiting' | 'released' | 'done', 'waiting' | undefined, 'waiting' | 'released' | 'done'>;
  release: Generated<number>;
  fence: Generated<number>;
  claimed_until: Nullable<Date>;
  attempts: Generated<number>;
  /** Why it waits: `waits_for_neon`, or the code of what made it wait. */
  reason: Nullable<string>;
  /** Whose refusal pauses it, and whose rate limit it draws on. */
  credential_id: Fixed<string | null>;
  account_id: Fixed<string | null>;
  /** When the queue is to deliver the paused row again, by the database's clock. */
  look_at: Nullable<Date>;
  created_at: Fixed<Date>;
  /** When its budget began to run, moved on by the time in which it was not allowed to try. */
  begun_at: Nullable<Date>;
  /** Since when it is not allowed to try: that time is not drawn on its budget. */
  paused_at: Nullable<Date>;
  released_at: Nullable<Date>;
  finished_at: Nullable<Date>;
  /** What came of what was promised, and the code of why. A clean-up that follows changes neither. */
  outcome: Nullable<JobEnding>;
  code: Nullable<string>;
  /** When the attempt under way has the slot of the rate limit that it waits for. */
  slot_at: Nullable<Date>;
  /** The end of the lease that a delivery waits for: while it is `claimed_until`, nobody has shown a sign of life since. */
  awaited_until: Nullable<Date>;
}

/** How a job ended: `overdue` where its deadline passed, and the reaper ended it. */
export type JobEnding = 'finished' | 'failed' | 'cancelled' | 'overdue';

/** How an attempt ended; null while it runs. `taken_over`: its job was ended from outside. `lost`: its process died, or another took its row. */
export type AttemptOutcome =
  | 'finished'
  | 'failed'
  | 'waits_for_neon'
  | 'tried_again'
  | 'throttled'
  | 'credential_refused'
  | 'handed_back'
  | 'taken_over'
  | 'lost';

export interface AttemptTable {
  job_id: Fixed<string>;
  fence: Fixed<number>;
  release: Fixed<number>;
  worker: Fixed<string>;
  started_at: Fixed<Date>;
  ended_at: Nullable<Date>;
  outcome: Nullable<AttemptOutcome>;
  code: Nullable<string>;
  message: Nullable<string>;
  neon_request_id: Nullable<string>;
}
