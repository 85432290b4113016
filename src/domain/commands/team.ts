// Owns the inputs of the use-cases about teams, members and keys.

import type { Role } from '../../store/database.ts';

export type { Role };

export interface CreateTeamInput {
  readonly slug: string;
  readonly name: string;
}

export interface AddMemberInput {
  readonly teamId: string;
  /** As the issuer's tokens name the person. */
  readonly subject: string;
  /** The configured one otherwise. */
  readonly issuer?: string | undefined;
  readonly role: Role;
}

export interface UpdateMemberInput {
  readonly teamId: string;
  readonly id: string;
  readonly version: number;
  readonly role: Role;
}

export interface RemoveMemberInput {
  readonly teamId: string;
  readonly id: string;
}

export interface CreateApiKeyInput {
  readonly name: string;
  readonly role: Role;
  /** Default: service. */
  readonly kind?: 'person' | 'service' | undefined;
  /** RFC 3339 text. */
  readonly expiresAt?: string | undefined;
  /** Ids of projects that it is narrowed to. */
  readonly projects?: readonly string[] | undefined;
  /** Networks that it may come from. */
  readonly cidrs?: readonly string[] | undefined;
}

export interface RotateApiKeyInput {
  readonly id: string;
  /** How long the old key holds beside the new one. Default: a day. */
  readonly overlapSeconds?: number | undefined;
}
