// Owns what of an event is hashed, and how: the one place that the service, the export and the verifier share. It reads nothing.

import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** An event as it is told and hashed, but for its two hashes. JSON values only; never a secret (invariant 10). */
export interface AuditFact {
  /** How it was hashed: 1 until labels, before and after came, then 2. */
  readonly form: number;
  readonly id: string;
  readonly teamId: string;
  readonly sequence: number;
  /** RFC 3339, in UTC, with milliseconds. */
  readonly at: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly label: string | null };
  readonly action: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly requestId: string | null;
  readonly sourceAddress: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** The form of every event that is appended now. */
export const presentForm = 2;

/** What the first event of a chain names as the hash before it. */
export const chainBegin: Buffer = Buffer.alloc(32);

/**
 * SHA-256 of the previous hash (32 bytes) and the event's canonical JSON (RFC 8785). From form 2 on the form is a part of it, so that an
 * event cannot be passed off as one of an older form. Throws on a form that it does not know.
 */
export function hashAuditEvent(previousHash: Buffer, fact: AuditFact): Buffer {
  return createHash('sha256')
    .update(previousHash)
    .update(canonicalize(hashed(fact)) ?? '')
    .digest();
}

function hashed(fact: AuditFact): object {
  if (fact.form === 2) return fact;
  if (fact.form !== 1) throw new Error(`the form ${fact.form} of an audit event is not known`);
  const { form: _form, before: _before, after: _after, actor, ...rest } = fact;
  return { ...rest, actor: { kind: actor.kind, id: actor.id } };
}
