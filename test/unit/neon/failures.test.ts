// What an answer of Neon, or its absence, means for us.

import t from 'tap';
import { toNeonFailure } from '../../../src/neon/failures.ts';

type Row = readonly [status: number | undefined, message: string, kind: string, failure: string, code?: string];

/** One line for each kind of answer that neon-api.md tells of. */
const table: readonly Row[] = [
  [undefined, 'fetch failed', 'again', 'neon_unreachable'],
  [201, 'Unterminated string in JSON', 'again', 'neon_unreachable'],
  [
    423,
    'project already has running conflicting operations, scheduling of new ones is prohibited',
    'again',
    'neon_busy',
  ],
  [429, 'too many requests', 'again', 'neon_rate_limited'],
  [408, 'request timeout', 'again', 'neon_unavailable'],
  [500, 'internal server error', 'again', 'neon_unavailable'],
  [502, '', 'again', 'neon_unavailable'],
  [503, 'service unavailable', 'again', 'neon_unavailable'],
  [504, '', 'again', 'neon_unavailable'],
  [524, 'a timeout occurred', 'again', 'neon_unavailable'],
  [422, 'branch not ready yet', 'again', 'neon_busy'],
  [401, 'supplied credentials do not pass authentication', 'credential', 'credential_refused'],
  [403, 'not allowed for this key', 'credential', 'credential_refused'],
  [404, 'branch not found', 'missing', 'neon_refused'],
  [409, 'branch name main already exists', 'conflict', 'name_taken'],
  [409, 'cannot delete a branch that has child branches', 'conflict', 'has_children'],
  [422, 'cannot delete a branch that has children', 'refused', 'has_children'],
  [422, 'snapshots limit exceeded', 'refused', 'snapshot_cap_reached'],
  [422, 'root branches limit exceeded', 'refused', 'root_branch_cap_reached'],
  [422, 'branches limit exceeded', 'refused', 'branch_cap_reached', 'BRANCHES_LIMIT_EXCEEDED'],
  [422, 'no more', 'refused', 'branch_cap_reached', 'BRANCHES_LIMIT_EXCEEDED'],
  [422, 'timestamp 2099-01-01T00:00:00Z is in the future', 'refused', 'instant_in_future'],
  [422, "timestamp is outside of the project's history retention window", 'refused', 'outside_restore_window'],
  [422, 'timestamp is before the creation of the branch', 'refused', 'outside_restore_window'],
  [422, 'timestamp is before the last restore of the branch', 'refused', 'outside_restore_window'],
  [422, 'snapshots can be taken of root branches only', 'refused', 'branch_not_root'],
  [422, 'only a root branch can be restored', 'refused', 'branch_not_root'],
  [422, "LSN 1/0 is ahead of the branch's last record 0/2", 'refused', 'outside_restore_window'],
  [422, 'expires_at must be in the future', 'refused', 'neon_refused'],
  [422, 'a branch with an expiration cannot have child branches', 'refused', 'neon_refused'],
  [400, 'slug must match', 'refused', 'neon_refused'],
  [418, 'a word of tomorrow', 'refused', 'neon_refused'],
];

for (const [status, neonMessage, kind, failure, neonCode] of table) {
  t.test(`${status ?? 'no answer'} ${neonMessage || '(nothing said)'}: ${kind}, ${failure}`, async (t) => {
    const error = toNeonFailure({ call: 'create branch', status, neonMessage, neonCode, requestId: 'req-1' });
    t.match(error, { kind, failure, requestId: 'req-1' });
    t.equal(error.status, status);
    t.ok(error.message.startsWith('create branch: '));
    if (neonMessage) t.ok(error.message.includes(neonMessage));
  });
}

t.test('Retry-After counts in seconds; anything else is left to our own pauses', async (t) => {
  const wait = (retryAfter: string | null | undefined) =>
    toNeonFailure({ call: 'x', status: 429, retryAfter }).retryAfterSeconds;
  t.equal(wait('17'), 17);
  t.equal(wait('0'), 0);
  for (const header of [null, undefined, '', '-1', '1.5', 'Wed, 21 Oct 2026 07:28:00 GMT', '99999999', 'soon']) {
    t.equal(wait(header), undefined, JSON.stringify(header));
  }
});
