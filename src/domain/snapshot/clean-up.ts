// Owns what follows a snapshot without success: what it made is removed from Neon. It never touches what it did not make.

import { type Failure, NeonFailure } from '../../core/errors.ts';
import type { CleanUp } from '../../store/database.ts';
import { patchSnapshot, type SnapshotRow } from '../../store/snapshots.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { type Attempt, endOf, type Settlement } from '../job/attempt.ts';
import { isWorkedOn } from '../job/neon-work.ts';
import { isMadeFor, listMade, type Made, type SnapshotPlace } from './made.ts';

/**
 * Repeatable: it ends when Neon lists nothing that the snapshot made, or with what cannot be removed. Neon is asked what it works on before
 * it is asked what there is: a copy is hidden while its deletion runs, and is there again if that fails.
 */
export async function cleanUpSnapshot(
  deps: Deps,
  attempt: Attempt,
  place: SnapshotPlace,
  row: SnapshotRow,
): Promise<Settlement> {
  const end = (cleanUp: CleanUp, reason?: string): Promise<Settlement> =>
    attempt.finish((unit) => endCleanUp(unit, row, cleanUp, reason));
  if (await isInTheMaking(deps, place, row)) return { kind: 'waits_for_neon' };
  const made = (await listMade(place, row.kind)).find((one) => one.id === row.neon_id || isMadeFor(row, one));
  if (!made) {
    // What was asked for without an answer may show late, and nothing else would look for it so soon.
    const isLate = row.neon_id === null && attempt.ageMs < deps.settings.lateMs;
    return isLate ? { kind: 'waits_for_neon' } : end('done');
  }
  if (made.id !== row.neon_id) {
    // Dies before this: it is found by its name again. After it: by its id, under which its deletion is waited for, listed or not.
    await attempt.save((unit) => recordFound(unit, row, made));
    return { kind: 'waits_for_neon' };
  }
  try {
    // Dies after this: the next attempt finds it busy, gone, or there again.
    await remove(place, row, made);
  } catch (error) {
    if (error instanceof NeonFailure && error.failure === 'has_children') return end('left', 'it has child branches');
    throw error;
  }
  return { kind: 'waits_for_neon' };
}

/** Whether Neon makes it or removes it. Its operations are of a branch: of the copy, or of the one that it is taken of. */
async function isInTheMaking(
  deps: Deps,
  { neon, project, branch }: SnapshotPlace,
  { neon_id: neonId, neon_branch_id: sourceId }: SnapshotRow,
): Promise<boolean> {
  const ids = [sourceId ?? branch.neon_branch_id, ...(neonId === null ? [] : [neonId])];
  return isWorkedOn(neon, project.neon_project_id, ids, deps.now());
}

async function recordFound({ tx, now }: Unit, row: SnapshotRow, made: Made): Promise<void> {
  await patchSnapshot(tx, row.id, {
    neon_id: made.id,
    neon_branch_id: row.neon_branch_id ?? made.sourceBranchId ?? null,
    version: row.version + 1,
    updated_at: now,
  });
}

async function remove({ neon, project }: SnapshotPlace, row: SnapshotRow, made: Made): Promise<void> {
  if (row.kind === 'neon_snapshot') await neon.deleteSnapshot(project.neon_project_id, made.id);
  else await neon.deleteBranch(project.neon_project_id, made.id);
}

/** It cannot be cleaned up: what is left is said, and a person or the reconciliation sees to it. With its project it is gone. */
export async function giveUpCleanUp(attempt: Attempt, row: SnapshotRow, failure: Failure): Promise<Settlement> {
  if (failure.code === 'project_gone') {
    return attempt.finish((unit) => endCleanUp(unit, row, 'done', failure.code));
  }
  return attempt.finish((unit) => endCleanUp(unit, row, 'left', failure.message), endOf(failure));
}

/** Nobody cleans up any more: the row says so, and the history why. */
export async function leaveWhatIsLeft(unit: Unit, row: SnapshotRow, reason: string): Promise<void> {
  await endCleanUp(unit, row, 'left', reason);
}

async function endCleanUp(unit: Unit, row: SnapshotRow, cleanUp: CleanUp, reason?: string): Promise<void> {
  await patchSnapshot(unit.tx, row.id, { clean_up: cleanUp, version: row.version + 1, updated_at: unit.now });
  unit.audit(
    `snapshot.clean_up_${cleanUp}`,
    { kind: 'snapshot', id: row.id },
    { ...(reason === undefined ? {} : { reason }), before: { cleanUp: row.clean_up }, after: { cleanUp } },
  );
}
