// Owns the end of a snapshot that cannot be: the row says why, its firing is missed, and what was made is cleaned up.

import type { Failure, FailureCode } from '../../core/errors.ts';
import { getSnapshotRow, type SnapshotRow } from '../../store/snapshots.ts';
import { findFiringOfSnapshot } from '../../store/firings.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { type Attempt, endOf, type Settlement } from '../job/attempt.ts';
import { giveUpCleanUp } from './clean-up.ts';

/** The attempt's last word when the snapshot cannot be. The job ends with it, or goes on as the clean-up. */
export async function failSnapshot(deps: Deps, attempt: Attempt, failure: Failure): Promise<Settlement> {
  const row = await getSnapshotRow(deps.db, attempt.subjectId);
  const told = endOf(failure);
  if (row.status === 'creating') return attempt.handOn((unit) => endSnapshot(unit, row, 'fail', failure), told);
  if (row.status === 'requested') return attempt.finish((unit) => endSnapshot(unit, row, 'fail', failure), told);
  return row.clean_up === 'pending' ? giveUpCleanUp(attempt, row, failure) : attempt.finish(undefined, told);
}

/** Fails or cancels one that is not available yet, together with the firing that asked for it. */
export async function endSnapshot(
  unit: Unit,
  row: SnapshotRow,
  event: 'fail' | 'cancel',
  error?: { readonly code: FailureCode; readonly message: string },
): Promise<void> {
  const told = error && { code: error.code, message: error.message };
  await advance(unit, 'snapshot', row, event, {
    patch: {
      ...(told ? { error: JSON.stringify(told) } : {}),
      ended_at: unit.now,
      clean_up: row.status === 'creating' ? 'pending' : null,
    },
    details: told ? { error: told } : {},
  });
  const firing = await findFiringOfSnapshot(unit.tx, row.id);
  if (firing?.status === 'pending') {
    await advance(unit, 'firing', firing, 'miss', { patch: { reason: error?.code ?? 'cancelled' } });
  }
}
