// Owns the worker's half of taking a snapshot. Each step can be repeated: what it makes in Neon carries a name derived from
// the snapshot's id, and is looked for by it before it is made again.

import { Failure, NeonFailure } from '../../core/errors.ts';
import { startWithinSecondsDefault } from '../../core/policy.ts';
import { derivedName } from '../../core/names.ts';
import type { NeonPoint } from '../../neon/api.ts';
import { getBranchRow } from '../../store/branches.ts';
import type { SnapshotStep } from '../../store/database.ts';
import { findFiringOfSnapshot, findStartWindow } from '../../store/firings.ts';
import { getProjectRow } from '../../store/projects.ts';
import { getSnapshotRow, patchSnapshot, type SnapshotRow } from '../../store/snapshots.ts';
import type { StatusPatch } from '../../store/status.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import type { Attempt, Settlement } from '../job/attempt.ts';
import { comparePoint, haveEnded } from '../job/neon-work.ts';
import { isPreservedOf } from '../restore/preserved.ts';
import { cleanUpSnapshot } from './clean-up.ts';
import { expireByPolicy } from '../retention/pass.ts';
import { findMade, listMade, type Made, type SnapshotPlace } from './made.ts';
import { endStep, stepsOfSnapshot } from './steps.ts';

interface Work extends SnapshotPlace {
  readonly deps: Deps;
  readonly attempt: Attempt;
}

/** Makes the snapshot, waits for Neon, reads back, names it, and only then calls it available and lets retention look. */
export async function executeSnapshotCreate(deps: Deps, attempt: Attempt): Promise<Settlement> {
  const row = await getSnapshotRow(deps.db, attempt.subjectId);
  const [project, branch] = await Promise.all([
    getProjectRow(deps.db, row.project_id),
    getBranchRow(deps.db, row.branch_id),
  ]);
  if (row.status !== 'requested' && row.status !== 'creating') {
    // Never of what became available: that goes by its purge alone.
    const isOver = row.status === 'failed' || row.status === 'cancelled';
    if (!isOver || row.clean_up !== 'pending') return attempt.finish();
    return cleanUpSnapshot(deps, attempt, { neon: await attempt.connect(project), project, branch }, row);
  }
  await checkStart(deps, row);
  const asked = { row };
  const mayBeMade = row.status !== 'requested';
  // Dies after this: the next attempt finds `creating` and looks for the result before it makes one. A call that found no slot in the
  // rate limit was not begun, and needs no look.
  const begin = async (): Promise<void> => {
    if (!mayBeMade) asked.row = await recordBegin(attempt, row);
  };
  const work: Work = { deps, attempt, neon: await attempt.connect(project, begin), project, branch };
  const made = row.neon_id === null ? await makeOnce(work, asked, mayBeMade) : row;
  if (attempt.isStopping()) return { kind: 'stopped' };
  return proveAndFinish(work, made);
}

/** A firing is looked at again where its job has waited so long at least. */
const mayBeLateMs = 30_000;

/** Refuses with `deadline_exceeded` what begins after its schedule's window, where the policy wants no snapshot then. */
async function checkStart({ db, now }: Deps, row: SnapshotRow): Promise<void> {
  const at = now();
  if (row.status !== 'requested' || row.policy_id === null) return;
  if (at.getTime() - row.created_at.getTime() < mayBeLateMs) return;
  const window = await findStartWindow(db, row.id);
  if (!window || window.missedFirings !== 'skip') return;
  const seconds = (window.startWithinSeconds ?? startWithinSecondsDefault) + window.jitterSeconds;
  if (at.getTime() <= window.dueAt.getTime() + seconds * 1000) return;
  throw new Failure(
    'deadline_exceeded',
    `It was due at ${window.dueAt.toISOString()} and could not be begun within ${seconds} s. Nothing was changed.`,
  );
}

async function recordBegin(attempt: Attempt, row: SnapshotRow): Promise<SnapshotRow> {
  return attempt.save(async (unit) => {
    const begun = { steps: stepsOfSnapshot(unit.now), started_at: unit.now };
    const patch = { ...begun, steps: JSON.stringify(begun.steps) };
    const status = await advance(unit, 'snapshot', row, 'start', { patch });
    return { ...row, ...begun, status, version: row.version + 1 };
  });
}

/** The row once its copy is recorded; `asked.row` is the one that the calls have recorded last. */
async function makeOnce(work: Work, asked: { row: SnapshotRow }, mayBeMade: boolean): Promise<SnapshotRow> {
  const made = await make(work, asked.row, mayBeMade).catch(async (error: unknown) => {
    if (!isLongAhead(work, asked.row, error)) throw error;
    // Dies after this: the next attempt asks for the present.
    asked.row = await askForPresent(work, asked.row);
    return make(work, asked.row, false);
  });
  const { row } = asked;
  // Dies before this: the result is found by its name. After it: by its id.
  return work.attempt.save(async ({ tx, now }) => {
    const recorded = {
      neon_id: made.id,
      operation_ids: made.operationIds,
      neon_branch_id: work.branch.neon_branch_id,
      steps: endStep(row.steps, 'create', now),
      version: row.version + 1,
      updated_at: now,
    };
    await patchSnapshot(tx, row.id, { ...recorded, steps: JSON.stringify(recorded.steps) });
    return { ...row, ...recorded };
  });
}

/** Clocks that differ by less come together while the call is tried again. */
const aheadMaxMs = 5_000;

/** Whether Neon still calls a firing's instant the future after some tries: our clock is wrong, and the present is all that can be had. */
function isLongAhead({ attempt }: Work, row: SnapshotRow, error: unknown): boolean {
  if (!(error instanceof NeonFailure) || error.failure !== 'instant_in_future') return false;
  return row.policy_id !== null && attempt.ageMs > aheadMaxMs;
}

async function askForPresent({ attempt }: Work, row: SnapshotRow): Promise<SnapshotRow> {
  const warning = {
    code: 'clock_ahead',
    message: `It was to capture ${row.requested_at_instant?.toISOString() ?? ''}, which is in the future for Neon: Afterglow's clock is ahead. It captures the moment at which it was taken.`,
  };
  const changed = { requested_at_instant: null, warnings: [warning] };
  return attempt.save(async ({ tx }) => {
    await patchSnapshot(tx, row.id, { ...changed, warnings: JSON.stringify(changed.warnings) });
    return { ...row, ...changed };
  });
}

async function make(work: Work, row: SnapshotRow, mayBeMade: boolean): Promise<{ id: string; operationIds: string[] }> {
  if (mayBeMade) {
    const found = await findMade(work, row);
    if (found) return found;
  }
  try {
    return await create(work, row);
  } catch (error) {
    if (!(error instanceof NeonFailure) || error.kind !== 'conflict') throw mayPass(row, error);
    const found = await findMade(work, row);
    if (!found) throw error;
    return found;
  }
}

/**
 * What a policy asks for waits for a slot, since the purge of another may be under way, and for Neon's clock to come up to ours; for as long
 * as its budget lasts.
 */
function mayPass(row: SnapshotRow, error: unknown): unknown {
  if (!(error instanceof NeonFailure) || row.policy_id === null) return error;
  if (error.failure !== 'snapshot_cap_reached' && error.failure !== 'instant_in_future') return error;
  const { message, failure, status, requestId, retryAfterSeconds } = error;
  return new NeonFailure(message, { kind: 'again', failure, status, requestId, retryAfterSeconds });
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

async function proveAndFinish(work: Work, row: SnapshotRow): Promise<Settlement> {
  const { deps, attempt, neon, project } = work;
  if (!(await haveEnded(neon, project.neon_project_id, row.operation_ids, deps.now()))) {
    return { kind: 'waits_for_neon' };
  }
  let steps = endStep(row.steps, 'await_operations', deps.now());
  if (attempt.isStopping()) return { kind: 'stopped' };
  const made = await readBack(work, row);
  if (!made.isReady) return { kind: 'waits_for_neon' };
  const unverified = comparePoint('The snapshot', { at: row.requested_at_instant, lsn: row.requested_lsn }, made);
  steps = endStep(steps, 'read_back', deps.now());
  const warnings = await giveName(work, row, made);
  return attempt.finish((unit) =>
    complete(deps, unit, row, made, { unverified, warnings, steps: endStep(steps, 'name', unit.now) }),
  );
}

async function readBack(work: Work, row: SnapshotRow): Promise<Made> {
  const made = (await listMade(work, row.kind)).find((one) => one.id === row.neon_id);
  if (!made) {
    throw new Failure(
      'read_back_mismatch',
      `Neon does not list ${row.neon_id ?? 'what it made'} although its operations ended.`,
    );
  }
  const source = row.neon_branch_id;
  const isOfAnother = source !== null && made.sourceBranchId !== undefined && made.sourceBranchId !== source;
  if (isOfAnother && !(await hasMoved(work, row, made))) {
    throw new Failure(
      'read_back_mismatch',
      `It was asked of the branch ${source}, and Neon made it of ${made.sourceBranchId}.`,
    );
  }
  return made;
}

/** A copy, to what a restore in place of its branch preserved. */
async function hasMoved({ deps, neon, project }: Work, row: SnapshotRow, made: Made): Promise<boolean> {
  if (row.kind !== 'branch') return false;
  const branches = await neon.listBranches(project.neon_project_id);
  const parent = branches.find(({ id }) => id === made.sourceBranchId);
  return isPreservedOf(deps.db, row.branch_id, parent);
}

/** The name that the user wished. One that is taken in Neon meanwhile does not spoil the snapshot: it is said as a warning. */
export async function giveName(
  work: SnapshotPlace,
  row: SnapshotRow,
  made: Made,
): Promise<{ code: string; message: string }[]> {
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

export interface Proved {
  readonly unverified: string[];
  readonly warnings: readonly { code: string; message: string }[];
  readonly steps: readonly SnapshotStep[];
  /** Of one that had failed and was found after all. */
  readonly adopted?: StatusPatch<'snapshot'>;
}

/** It is available, with what Neon says of it; then, and not before, retention looks. */
export async function complete(
  deps: Pick<Deps, 'newId'>,
  unit: Unit,
  row: SnapshotRow,
  made: Made,
  proved: Proved,
): Promise<void> {
  await advance(unit, 'snapshot', row, proved.adopted ? 'adopt' : 'complete', {
    patch: {
      ...proved.adopted,
      // Of an LSN the moment is not known unless Neon says it; when the copy was made is another moment.
      point_at: made.timestamp ?? row.requested_at_instant ?? (row.requested_lsn === null ? made.createdAt : null),
      lsn: made.lsn ?? row.requested_lsn,
      size_bytes: made.sizeBytes ?? null,
      unverified: proved.unverified,
      warnings: JSON.stringify([...row.warnings, ...proved.warnings]),
      steps: JSON.stringify(proved.steps),
      available_at: unit.now,
    },
    details: { neonId: made.id, unverified: proved.unverified },
  });
  if (row.policy_id === null) return;
  const firing = await findFiringOfSnapshot(unit.tx, row.id);
  if (firing?.status === 'pending' || firing?.status === 'missed') {
    await advance(unit, 'firing', firing, 'serve', {
      patch: { reason: firing.status === 'missed' ? null : firing.reason },
    });
  }
  // Only now: the new point is confirmed before an old one may go.
  await expireByPolicy(deps, unit, { id: row.id, policyId: row.policy_id, branchId: row.branch_id });
}
