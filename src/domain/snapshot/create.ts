// Owns the worker's half of taking a snapshot. Each step can be repeated: what it makes in Neon carries a name derived from
// the snapshot's id, and is looked for by it before it is made again.

import { Failure, NeonFailure } from '../../core/errors.ts';
import { derivedName } from '../../core/names.ts';
import { hasEnded } from '../../core/lifecycle.ts';
import type { NeonApi, NeonPoint } from '../../neon/api.ts';
import { type BranchRow, getBranchRow } from '../../store/branches.ts';
import { findFiringOfSnapshot } from '../../store/firings.ts';
import { getProjectRow, type ProjectRow } from '../../store/projects.ts';
import { getSnapshotRow, patchSnapshot, type SnapshotRow } from '../../store/snapshots.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import type { Attempt, Settlement } from '../job/attempt.ts';
import { comparePoint, haveEnded, listOperationsSince } from '../job/neon-work.ts';
import { expireByPolicy } from './expire.ts';

interface Work {
  readonly deps: Deps;
  readonly attempt: Attempt;
  readonly neon: NeonApi;
  readonly project: ProjectRow;
  readonly branch: BranchRow;
}

/** What Neon made: a snapshot, or a branch that stands for one. */
interface Made {
  readonly id: string;
  readonly name: string;
  readonly timestamp: Date | undefined;
  readonly lsn: string | undefined;
  readonly sourceBranchId: string | undefined;
  readonly createdAt: Date;
  readonly sizeBytes: number | undefined;
  readonly isReady: boolean;
}

/** Makes the snapshot, waits for Neon, reads back, names it, and only then calls it available and lets retention look. */
export async function executeSnapshotCreate(deps: Deps, attempt: Attempt): Promise<Settlement> {
  let row = await getSnapshotRow(deps.db, attempt.subjectId);
  if (hasEnded('snapshot', row.status) || row.status === 'available') return attempt.finish();
  const project = await getProjectRow(deps.db, row.project_id);
  const branch = await getBranchRow(deps.db, row.branch_id);
  const work: Work = { deps, attempt, neon: await attempt.connect(project), project, branch };

  const mayBeMade = row.status !== 'requested';
  if (!mayBeMade) {
    // Dies after this: the next attempt finds `creating` and looks for the result before it makes one.
    const status = await attempt.save((unit) => advance(unit, 'snapshot', row, 'start'));
    row = { ...row, status };
  }
  if (row.neon_id === null) {
    const made = await make(work, row, mayBeMade);
    const patch = { neon_id: made.id, operation_ids: made.operationIds, neon_branch_id: branch.neon_branch_id };
    // Dies before this: the result is found by its name. After it: by its id.
    await attempt.save(({ tx }) => patchSnapshot(tx, row.id, patch));
    row = { ...row, ...patch };
  }
  if (!(await haveEnded(work.neon, project.neon_project_id, row.operation_ids, deps.now()))) {
    return { kind: 'waits_for_neon' };
  }
  const made = await readBack(work, row);
  if (!made.isReady) return { kind: 'waits_for_neon' };
  const unverified = comparePoint('The snapshot', { at: row.requested_at_instant, lsn: row.requested_lsn }, made);
  const warnings = await giveName(work, row, made);
  return attempt.finish((unit) => complete(unit, row, made, { unverified, warnings }));
}

async function make(work: Work, row: SnapshotRow, mayBeMade: boolean): Promise<{ id: string; operationIds: string[] }> {
  if (mayBeMade) {
    const found = await find(work, row);
    if (found) return found;
  }
  try {
    return await create(work, row);
  } catch (error) {
    if (!(error instanceof NeonFailure) || error.kind !== 'conflict') throw error;
    const found = await find(work, row);
    if (!found) throw error;
    return found;
  }
}

/** What was made without an answer, with the operations of Neon that it may still wait for. */
async function find(work: Work, row: SnapshotRow): Promise<{ id: string; operationIds: string[] } | undefined> {
  const { neon, project, branch } = work;
  const found = (await listMade(work, row)).find((one) => isOurs(row, one));
  if (!found) return undefined;
  const branchIds = [branch.neon_branch_id, found.id];
  const operationIds = await listOperationsSince(neon, project.neon_project_id, branchIds, found.createdAt);
  return { id: found.id, operationIds };
}

async function create(work: Work, row: SnapshotRow): Promise<{ id: string; operationIds: string[] }> {
  const { neon, project, branch } = work;
  const name = derivedName(row.id);
  if (row.kind === 'neon_snapshot') {
    const made = await neon.createSnapshot(project.neon_project_id, branch.neon_branch_id, {
      name,
      slug: name,
      point: pointOf(row),
    });
    return { id: made.snapshot.id, operationIds: made.operationIds };
  }
  const made = await neon.createBranch(project.neon_project_id, {
    name,
    parentId: branch.neon_branch_id,
    point: pointOf(row),
    withCompute: false,
  });
  return { id: made.branch.id, operationIds: made.operationIds };
}

function pointOf(row: SnapshotRow): NeonPoint {
  if (row.requested_at_instant) return { at: row.requested_at_instant };
  return row.requested_lsn === null ? { head: true } : { lsn: row.requested_lsn };
}

async function listMade({ neon, project }: Work, row: SnapshotRow): Promise<(Made & { slug?: string | undefined })[]> {
  if (row.kind === 'neon_snapshot') {
    const snapshots = await neon.listSnapshots(project.neon_project_id);
    return snapshots.map((snapshot) => ({ ...snapshot, isReady: true }));
  }
  const branches = await neon.listBranches(project.neon_project_id);
  return branches.map((branch) => ({
    id: branch.id,
    name: branch.name,
    timestamp: branch.parentTimestamp,
    lsn: branch.parentLsn,
    sourceBranchId: branch.parentId,
    createdAt: branch.createdAt,
    sizeBytes: branch.logicalSizeBytes,
    isReady: branch.state === 'ready',
  }));
}

function isOurs(row: SnapshotRow, made: Made & { slug?: string | undefined }): boolean {
  const name = derivedName(row.id);
  return made.slug === name || made.name === name;
}

async function readBack(work: Work, row: SnapshotRow): Promise<Made> {
  const made = (await listMade(work, row)).find((one) => one.id === row.neon_id);
  if (!made) {
    throw new Failure(
      'read_back_mismatch',
      `Neon does not list ${row.neon_id ?? 'what it made'} although its operations ended.`,
    );
  }
  const source = row.neon_branch_id;
  if (source !== null && made.sourceBranchId !== undefined && made.sourceBranchId !== source) {
    throw new Failure(
      'read_back_mismatch',
      `It was asked of the branch ${source}, and Neon made it of ${made.sourceBranchId}.`,
    );
  }
  return made;
}

/** The name that the user wished. One that is taken in Neon meanwhile does not spoil the snapshot: it is said as a warning. */
async function giveName(work: Work, row: SnapshotRow, made: Made): Promise<{ code: string; message: string }[]> {
  if (row.name === derivedName(row.id) || made.name === row.name) return [];
  const { neon, project } = work;
  try {
    if (row.kind === 'neon_snapshot') await neon.renameSnapshot(project.neon_project_id, made.id, row.name);
    else await neon.updateBranch(project.neon_project_id, made.id, { name: row.name });
    return [];
  } catch (error) {
    if (!(error instanceof NeonFailure) || error.kind !== 'conflict') throw error;
    return [{ code: 'name_taken', message: `In Neon it is named ${made.name}, because ${row.name} is taken there.` }];
  }
}

async function complete(
  unit: Unit,
  row: SnapshotRow,
  made: Made,
  found: { unverified: string[]; warnings: { code: string; message: string }[] },
): Promise<void> {
  await advance(unit, 'snapshot', row, 'complete', {
    patch: {
      // Of an LSN the moment is not known unless Neon says it; when the copy was made is another moment.
      point_at: made.timestamp ?? row.requested_at_instant ?? (row.requested_lsn === null ? made.createdAt : null),
      lsn: made.lsn ?? row.requested_lsn,
      size_bytes: made.sizeBytes ?? null,
      unverified: found.unverified,
      warnings: JSON.stringify(found.warnings),
      available_at: unit.now,
    },
    details: { neonId: made.id, unverified: found.unverified },
  });
  const firing = await findFiringOfSnapshot(unit.tx, row.id);
  if (firing?.status === 'pending') await advance(unit, 'firing', firing, 'serve');
  // Only now: the new point is confirmed before an old one may go.
  if (row.policy_id !== null) await expireByPolicy(unit, row.policy_id, row.branch_id);
}

/** The attempt's last word when the snapshot cannot be: the row, its firing and the job end together. */
export async function failSnapshot(deps: Deps, attempt: Attempt, failure: Failure): Promise<Settlement> {
  const row = await getSnapshotRow(deps.db, attempt.subjectId);
  return attempt.finish(async (unit) => {
    if (row.status !== 'requested' && row.status !== 'creating') return;
    const left = row.status === 'creating' ? ` A copy may be left in Neon, named ${derivedName(row.id)}.` : '';
    const error = { code: failure.code, message: `${failure.message}${left}` };
    await advance(unit, 'snapshot', row, 'fail', {
      patch: { error: JSON.stringify(error), ended_at: unit.now },
      details: { error },
    });
    const firing = await findFiringOfSnapshot(unit.tx, row.id);
    if (firing?.status === 'pending') {
      await advance(unit, 'firing', firing, 'miss', { patch: { reason: failure.code } });
    }
  });
}
