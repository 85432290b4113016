// Owns removing a snapshot's copy from Neon: provider first, mark second. `purging` is committed before the call, under the
// row lock that holds and locks take too: what they cover before it stays, and what they name after it is too late.

import { Failure, NeonFailure } from '../../core/errors.ts';
import type { NeonApi } from '../../neon/api.ts';
import { getProjectRow, type ProjectRow } from '../../store/projects.ts';
import { findCovers } from '../../store/protection.ts';
import { getSnapshotRow, lockSnapshot, patchSnapshot, type SnapshotRow } from '../../store/snapshots.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import type { Attempt, Settlement } from '../job/attempt.ts';
import { haveEnded, isWorkedOn } from '../job/neon-work.ts';
import { listMade } from './made.ts';

/** Repeatable: a copy that is gone already counts as removed. A `branch` copy that has children stays until they are gone. */
export async function executeSnapshotPurge(deps: Deps, attempt: Attempt): Promise<Settlement> {
  let row = await getSnapshotRow(deps.db, attempt.subjectId);
  if (row.status !== 'expiring' && row.status !== 'purging') return attempt.finish();
  if (row.status === 'expiring') {
    row = await attempt.save((unit) => beginPurge(unit, row.id));
    if (row.status !== 'purging') return attempt.finish();
  }
  const project = await getProjectRow(deps.db, row.project_id);
  // With its project the copy is gone too.
  if (project.gone_at) return attempt.finish((unit) => finish(unit, row));
  const neon = await attempt.connect(project);
  if (row.neon_id === null) return attempt.finish((unit) => finish(unit, row));
  if (row.operation_ids.length === 0) {
    const operationIds = await remove(deps, attempt, neon, project, row);
    // Dies before this: the deletion is sent again, and the copy is found gone, or busy.
    await attempt.save(({ tx }) => patchSnapshot(tx, row.id, { operation_ids: operationIds, warnings: '[]' }));
    row = { ...row, operation_ids: operationIds };
  }
  if (await isBeingRemoved(deps, neon, project, row)) return { kind: 'waits_for_neon' };
  const isThere = (await listMade({ neon, project }, row.kind)).some(({ id }) => id === row.neon_id);
  if (!isThere) return attempt.finish((unit) => finish(unit, row));
  // Its deletion has failed in Neon: it is sent again by the next look.
  await attempt.save(({ tx }) => patchSnapshot(tx, row.id, { operation_ids: [] }));
  return { kind: 'waits_for_neon' };
}

/** The row as it is now: `purging`, or what somebody made of it meanwhile; one that is covered by now is available again. */
async function beginPurge(unit: Unit, id: string): Promise<SnapshotRow> {
  const row = await lockSnapshot(unit.tx, id);
  if (row.status !== 'expiring') return row;
  const cover = (await findCovers(unit.tx, [id], unit.now)).get(id);
  if (cover)
    return {
      ...row,
      status: await advance(unit, 'snapshot', row, 'keep', { details: { cause: 'covered', ...cover } }),
    };
  const status = await advance(unit, 'snapshot', row, 'purge', { patch: { operation_ids: [] } });
  return { ...row, status, operation_ids: [] };
}

/**
 * What is not listed may come back: while its deletion runs, Neon hides it, and shows it again if that fails. Where the answer with the ids
 * of the operations was lost, they are those of a branch: of the copy, or of the one that a snapshot was taken of.
 */
async function isBeingRemoved(deps: Deps, neon: NeonApi, project: ProjectRow, row: SnapshotRow): Promise<boolean> {
  const { neon_project_id: neonProjectId } = project;
  if (row.kind === 'branch' || row.operation_ids.length === 0) {
    const concerned = row.kind === 'branch' ? row.neon_id : row.neon_branch_id;
    return isWorkedOn(neon, neonProjectId, concerned === null ? [] : [concerned], deps.now());
  }
  return haveEnded(neon, neonProjectId, row.operation_ids, deps.now()).then(
    (ended) => !ended,
    (error: unknown) => {
      if (error instanceof Failure) return false;
      throw error;
    },
  );
}

async function finish(unit: Unit, row: SnapshotRow): Promise<void> {
  await advance(unit, 'snapshot', row, 'finish', { patch: { ended_at: unit.now }, details: { neonId: row.neon_id } });
}

async function remove(
  deps: Deps,
  attempt: Attempt,
  neon: NeonApi,
  project: ProjectRow,
  row: SnapshotRow,
): Promise<string[]> {
  const neonId = row.neon_id ?? '';
  try {
    const { operationIds } =
      row.kind === 'neon_snapshot'
        ? await neon.deleteSnapshot(project.neon_project_id, neonId)
        : await neon.deleteBranch(project.neon_project_id, neonId);
    return operationIds;
  } catch (error) {
    if (error instanceof NeonFailure && error.failure === 'has_children') {
      deps.log.info({ snapshotId: row.id }, 'the copy has child branches and stays until they are gone');
      const warning = {
        code: 'has_children',
        message: `The branch ${neonId} has child branches; it is removed when they are gone.`,
      };
      await attempt.save(({ tx }) => patchSnapshot(tx, row.id, { warnings: JSON.stringify([warning]) }));
    }
    throw error;
  }
}
