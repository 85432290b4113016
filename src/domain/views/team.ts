// Owns the shapes of teams, members, keys and of who asks, as both doors answer them. It computes nothing.

import type { ActorKind, Role } from '../../store/database.ts';
import type { JobCount } from '../../store/job-counts.ts';
import type { StateCounts } from '../../store/statuses.ts';
import type { TeamRole } from '../actor.ts';
import type { Action } from '../authorize.ts';

export interface TeamView {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** Of the one who asks; null where there is none. */
  readonly role: Role | null;
  readonly createdAt: string;
}

export interface MemberView {
  readonly id: string;
  readonly teamId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly role: Role;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ApiKeyView {
  readonly id: string;
  readonly name: string;
  /** How it begins, to know it by. */
  readonly prefix: string;
  readonly role: Role;
  readonly kind: Exclude<ActorKind, 'scheduler'>;
  /** Null: every project of the team. */
  readonly projects: readonly string[] | null;
  /** Null: from anywhere. */
  readonly cidrs: readonly string[] | null;
  readonly expiresAt: string | null;
  /** To the minute. */
  readonly lastUsedAt: string | null;
  /** The key in whose place it was made. */
  readonly rotatedFrom: string | null;
  /** Set by the settings: it is neither rotated nor revoked here. */
  readonly isPreset: boolean;
  readonly createdBy: { readonly kind: ActorKind; readonly id: string } | null;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

export interface NewApiKeyView extends ApiKeyView {
  /** The secret: shown this once. */
  readonly key: string;
}

export interface MeView {
  readonly kind: ActorKind;
  readonly id: string;
  readonly label: string | null;
  readonly isPlatform: boolean;
  /** In which it acts; null where it has named none. */
  readonly team: TeamOfMe | null;
  readonly teams: readonly Omit<TeamRole, 'createdAt'>[];
  /** Those that its key is narrowed to. */
  readonly projects: readonly string[] | null;
  /** What it may do in that team. */
  readonly actions: readonly Action[];
}

export interface TeamOfMe {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** Null: it makes keys there, and no more. */
  readonly role: Role | null;
}

export interface FleetView {
  readonly teams: number;
  readonly members: number;
  readonly apiKeys: number;
  readonly projects: number;
  /** Covered branches by state, as they were last seen. */
  readonly branches: StateCounts;
  /** Unfinished jobs by name and status. */
  readonly jobs: readonly JobCount[];
}
