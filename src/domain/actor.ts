// Owns who acts. An actor is made by authentication (or is the scheduler), and is what every use-case asks for first. It is the scope in
// which the store reads, too.

import type { ActorKind, Role } from '../store/database.ts';
import type { Scope } from '../store/scope.ts';

/** A team in which somebody has a role. */
export interface TeamRole {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly role: Role;
  /** Of the team: RFC 3339 text. */
  readonly createdAt: string;
}

export interface Actor extends Scope {
  /** The team in which it acts; empty where it has named none of its teams. */
  readonly teamId: string;
  readonly kind: ActorKind;
  /** The API key's id, the issuer and subject of a token, or the scheduler's name. */
  readonly id: string;
  /** What people know it by: the key's prefix, the token's subject. Null for Afterglow itself. */
  readonly label: string | null;
  /** In the team in which it acts. Null where it has none there: a platform actor that makes keys. */
  readonly role: Role | null;
  /** Those that its key is narrowed to; null for every project of the team. */
  readonly projects: readonly string[] | null;
  /** Manages teams and their keys, and sees figures of the fleet, beside what its role lets it do. */
  readonly isPlatform: boolean;
  /** Every team in which it has a role. */
  readonly teams: readonly TeamRole[];
  readonly requestId: string | null;
  readonly sourceAddress: string | null;
}

/** The team of who has named none. No row has it. */
export const noTeam = '';

/** Afterglow itself, at work for a team. */
export function schedulerActor(teamId: string): Actor {
  return {
    teamId,
    kind: 'scheduler',
    id: 'scheduler',
    label: null,
    role: 'operator',
    projects: null,
    isPlatform: false,
    teams: [],
    requestId: null,
    sourceAddress: null,
  };
}
