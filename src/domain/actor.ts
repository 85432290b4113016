// Owns who acts. An actor is made by authentication (or is the scheduler), and is what every use-case asks for first.

import type { ActorKind, Role } from '../store/database.ts';

export interface Actor {
  readonly teamId: string;
  readonly kind: ActorKind;
  /** The API key's id, or the scheduler's name. */
  readonly id: string;
  /** By which a reader of the audit history knows it again: the prefix of the key, or the subject of the token. */
  readonly label: string | null;
  readonly role: Role;
  readonly requestId: string | null;
  readonly sourceAddress: string | null;
}

/** Afterglow itself, at work for a team. */
export function schedulerActor(teamId: string): Actor {
  const id = 'scheduler';
  return { teamId, kind: id, id, label: null, role: 'operator', requestId: null, sourceAddress: null };
}
