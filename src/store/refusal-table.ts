// Owns the type of the table that counts refused requests between the events that tell of them.

import type { ActorKind, Fixed } from './columns.ts';

export interface RefusalCountTable {
  team_id: Fixed<string>;
  actor_id: Fixed<string>;
  action: Fixed<string>;
  /** The source address, empty where there was none, or a word for all beyond those that are counted apart. */
  source: Fixed<string>;
  actor_kind: Fixed<ActorKind>;
  actor_label: Fixed<string | null>;
  told_at: Date;
  /** Refusals since the last event that tells of them. */
  untold: number;
  /** Of the last refusal; null of what was counted by a version that did not keep it. */
  request_id: string | null;
  source_address: string | null;
  code: string | null;
  role: string | null;
  aimed_at: string | null;
}
