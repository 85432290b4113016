// Owns the shape of the tables of legal holds for Kysely. It runs nothing.

import type { ColumnType } from 'kysely';
import type { ActorKind, Fixed, Nullable } from './columns.ts';

export interface HoldTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  matter: Fixed<string>;
  reason: Fixed<string>;
  /** With `from_at` and `until_at`, both included; null where it names snapshots. */
  branch_id: Fixed<string | null>;
  from_at: Fixed<Date | null>;
  until_at: Fixed<Date | null>;
  placed_by_kind: Fixed<ActorKind>;
  placed_by: Fixed<string>;
  created_at: Fixed<Date>;
  /** Snapshots that were on their way out and stay, and those for which it came too late. */
  turned_back: ColumnType<string[], string[] | undefined, string[]>;
  too_late: ColumnType<string[], string[] | undefined, string[]>;
  released_at: Nullable<Date>;
  released_by_kind: Nullable<ActorKind>;
  released_by: Nullable<string>;
  release_reason: Nullable<string>;
}

export interface HoldSnapshotTable {
  hold_id: Fixed<string>;
  snapshot_id: Fixed<string>;
}

/** A view: which snapshots each hold covers. A hold binds while it is not released. */
export interface HoldMatchView {
  snapshot_id: ColumnType<string, never, never>;
  hold_id: ColumnType<string, never, never>;
  released_at: ColumnType<Date | null, never, never>;
}
