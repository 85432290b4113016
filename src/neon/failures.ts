// Owns the one table that says what an answer of Neon (or its absence) means for us. It never retries anything itself.

import { type FailureCode, NeonFailure, type NeonFailureKind } from '../core/errors.ts';

/** What is known of a call that did not succeed. No `status`: no answer came. */
export interface UnsuccessfulCall {
  readonly call: string;
  readonly status?: number | undefined;
  readonly neonCode?: string | undefined;
  readonly neonMessage?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfter?: string | null | undefined;
}

/** What may succeed later as it is, by status: Neon is not done with what came before, was asked too much, or failed. */
const retryable: ReadonlyMap<number, FailureCode> = new Map([
  ...[423, 425].map((status) => [status, 'neon_busy'] as const),
  [429, 'neon_rate_limited'],
  ...[408, 500, 502, 503, 504, 520, 521, 522, 523, 524].map((status) => [status, 'neon_unavailable'] as const),
]);

/** Final refusals that have a code of ours, by what Neon writes in `code` or `message` (neon-api.md, rules 5, 6, 11). */
const known: readonly { readonly pattern: RegExp; readonly failure: FailureCode }[] = [
  // An expiry that cannot be speaks of the future and of children too.
  { pattern: /expires_at|expiration/i, failure: 'neon_refused' },
  { pattern: /snapshots? limit exceeded/i, failure: 'snapshot_cap_reached' },
  { pattern: /root branches limit exceeded/i, failure: 'root_branch_cap_reached' },
  { pattern: /BRANCHES_LIMIT_EXCEEDED|branches limit exceeded/i, failure: 'branch_cap_reached' },
  { pattern: /in the future/i, failure: 'instant_in_future' },
  {
    pattern:
      /history|retention|restore window|before (the )?(branch|creation|last restore)|too old|ahead of|out of (the )?(range|window)/i,
    failure: 'outside_restore_window',
  },
  { pattern: /root branch/i, failure: 'branch_not_root' },
  { pattern: /child|has branches/i, failure: 'has_children' },
];

/** Translates a call that did not succeed into our words. */
export function toNeonFailure(facts: UnsuccessfulCall): NeonFailure {
  const words = [facts.neonCode, facts.neonMessage].filter(Boolean).join(': ');
  const answer = facts.status === undefined ? 'no answer came' : `Neon answered ${facts.status}`;
  const { kind, failure } = classify(facts.status, words);
  return new NeonFailure(`${facts.call}: ${answer}${words ? ` (${words})` : ''}`, {
    kind,
    failure,
    status: facts.status,
    requestId: facts.requestId,
    retryAfterSeconds: parseRetryAfter(facts.retryAfter),
  });
}

function classify(status: number | undefined, words: string): { kind: NeonFailureKind; failure: FailureCode } {
  // What was answered with success and cannot be read may have been done: it is a lost answer.
  if (status === undefined || status < 300) return { kind: 'again', failure: 'neon_unreachable' };
  const notNow = retryable.get(status);
  if (notNow) return { kind: 'again', failure: notNow };
  if (status === 401 || status === 403) return { kind: 'credential', failure: 'credential_refused' };
  if (status === 422 && /not ready/i.test(words)) return { kind: 'again', failure: 'neon_busy' };
  if (status === 404) return { kind: 'missing', failure: 'neon_refused' };
  if (status === 409) return { kind: 'conflict', failure: /child/i.test(words) ? 'has_children' : 'name_taken' };
  const failure = known.find(({ pattern }) => pattern.test(words))?.failure ?? 'neon_refused';
  return { kind: 'refused', failure };
}

/** RFC 9110 `Retry-After` in seconds; dates are ignored, because the clocks may differ. */
function parseRetryAfter(header: string | null | undefined): number | undefined {
  if (!header || !/^\d{1,6}$/.test(header)) return undefined;
  return Number(header);
}
