// Owns the shapes of the tables of who may act, for Kysely. It runs nothing.

import type { ColumnType, Generated } from 'kysely';
import type { ActorKind, Fixed, Nullable } from './columns.ts';

export type Role = 'viewer' | 'operator' | 'approver' | 'admin';

export interface TeamTable {
  id: Fixed<string>;
  slug: string;
  name: string;
  created_at: Fixed<Date>;
}

export interface ApiKeyTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  name: string;
  prefix: Fixed<string>;
  hash: Fixed<Buffer>;
  role: Fixed<Role>;
  kind: Fixed<Exclude<ActorKind, 'scheduler'>>;
  /** Those that it is narrowed to; null for every project of the team. */
  projects: ColumnType<string[] | null, string[] | null | undefined, never>;
  /** The networks that it may come from; null for any. */
  cidrs: ColumnType<string[] | null, string[] | null | undefined, never>;
  /** Its end, and where another key has taken its place, the end of the overlap. */
  expires_at: Nullable<Date>;
  /** When another key took its place for the first time, and the end that it had until then. */
  rotated_at: Nullable<Date>;
  own_expires_at: Nullable<Date>;
  last_used_at: Nullable<Date>;
  rotated_from: ColumnType<string | null, string | null | undefined, never>;
  /** Null for what the settings preset. */
  created_by_kind: ColumnType<ActorKind | null, ActorKind | null | undefined, never>;
  created_by: ColumnType<string | null, string | null | undefined, never>;
  is_platform: ColumnType<boolean, boolean | undefined, boolean>;
  created_at: Fixed<Date>;
  revoked_at: Nullable<Date>;
}

export interface MembershipTable {
  id: Fixed<string>;
  team_id: Fixed<string>;
  /** Of the tokens by which the person is known. */
  issuer: Fixed<string>;
  subject: Fixed<string>;
  role: Role;
  version: Generated<number>;
  created_at: Fixed<Date>;
  updated_at: Date;
}
