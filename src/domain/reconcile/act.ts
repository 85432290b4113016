// Owns carrying out what a comparison found, one finding at a time: removing a leftover from Neon, and making a snapshot whose answer was
// lost available. It acts only on what is still found.

import { Failure, NeonFailure } from '../../core/errors.ts';
import { derivedName } from '../../core/names.ts';
import type { NeonApi } from '../../neon/api.ts';
import { getBranchRow } from '../../store/branches.ts';
import type { SnapshotStep, Warning } from '../../store/database.ts';
import type { FindingOutcome, ReportedFinding } from '../../store/findings.ts';
import { lockProject, type ProjectRow } from '../../store/projects.ts';
import { lockRestore, patchRestore } from '../../store/restores.ts';
import {
  getSnapshotRow,
  isSnapshotNameTaken,
  lockSnapshot,
  patchSnapshot,
  type SnapshotRow,
} from '../../store/snapshots.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import type { Attempt } from '../job/attempt.ts';
import { comparePoint, haveEnded, isWorkedOn, listOperationsSince } from '../job/neon-work.ts';
import { complete, giveName } from '../snapshot/create.ts';
import { listMade, type Made, type SnapshotPlace } from '../snapshot/made.ts';
import type { SeenProject } from './known.ts';

interface Place {
  readonly deps: Deps;
  readonly attempt: Attempt;
  readonly project: ProjectRow;
  readonly neon: NeonApi;
  readonly seen: SeenProject;
}

export interface Acted {
  readonly outcome: FindingOutcome;
  readonly reason?: string;
  /** Written in the transaction that records the outcome. */
  readonly write?: (unit: Unit) => Promise<void>;
}

/** Repeatable. `isStill` says whether the finding was found again just now. */
export async function act(place: Place, finding: ReportedFinding, isStill: boolean): Promise<Acted | 'waits_for_neon'> {
  if (finding.action === 'remove') return remove(place, finding, isStill);
  if (!isStill || finding.subjectId === null) return { outcome: 'skipped', reason: 'changed_meanwhile' };
  return adopt(place, finding.subjectId, finding.neonId ?? '');
}

async function remove(place: Place, finding: ReportedFinding, isStill: boolean): Promise<Acted | 'waits_for_neon'> {
  const { deps, project, neon, seen } = place;
  const { what, neonId } = finding;
  if (neonId === null) return { outcome: 'skipped', reason: 'changed_meanwhile' };
  const concerned = [await branchOf(deps, finding, neonId)];
  if (await isWorkedOn(neon, project.neon_project_id, concerned, deps.now())) return 'waits_for_neon';
  if (!isListed(seen, finding)) {
    // Neon hides it while its deletion runs. That was so when the lists were read, and is over now: it may be there again.
    const isBack = isListed(await listAnew(place, what), finding);
    return isBack ? 'waits_for_neon' : { outcome: 'done', write: (unit) => tellRemoved(unit, finding) };
  }
  if (!isStill) return { outcome: 'skipped', reason: 'changed_meanwhile' };
  try {
    // Dies after this: the next attempt finds it busy, gone, or there again.
    if (what === 'branch') await neon.deleteBranch(project.neon_project_id, neonId);
    else await neon.deleteSnapshot(project.neon_project_id, neonId);
  } catch (error) {
    if (!(error instanceof NeonFailure) || (error.kind !== 'refused' && error.kind !== 'conflict')) throw error;
    return { outcome: 'failed', reason: error.failure };
  }
  return 'waits_for_neon';
}

/** Whose operations are those of its deletion: of a branch its own, of a snapshot its source's. */
async function branchOf(
  { db }: Pick<Deps, 'db'>,
  { what, subjectId }: ReportedFinding,
  neonId: string,
): Promise<string> {
  if (what === 'branch' || subjectId === null) return neonId;
  const row = await getSnapshotRow(db, subjectId);
  return row.neon_branch_id ?? (await getBranchRow(db, row.branch_id)).neon_branch_id;
}

type Listed = Record<'branches' | 'snapshots', readonly { readonly id: string }[]>;

function isListed({ branches, snapshots }: Listed, { what, neonId }: ReportedFinding): boolean {
  return (what === 'branch' ? branches : snapshots).some(({ id }) => id === neonId);
}

async function listAnew({ neon, project }: Place, what: ReportedFinding['what']): Promise<Listed> {
  return what === 'branch'
    ? { branches: await neon.listBranches(project.neon_project_id), snapshots: [] }
    : { branches: [], snapshots: await neon.listSnapshots(project.neon_project_id) };
}

async function tellRemoved(unit: Unit, finding: ReportedFinding): Promise<void> {
  const { kind, subjectKind, subjectId, neonId, name } = finding;
  if (subjectId === null || (subjectKind !== 'snapshot' && subjectKind !== 'restore')) return;
  const isSnapshot = subjectKind === 'snapshot';
  const row = isSnapshot ? await lockSnapshot(unit.tx, subjectId) : await lockRestore(unit.tx, subjectId);
  // Of what was purged, and of what has succeeded, there was nothing to be cleaned up.
  const hasFailed = row.status === 'failed' || row.status === 'cancelled';
  if (hasFailed) {
    const patch = { clean_up: 'done', version: row.version + 1, updated_at: unit.now } as const;
    await (isSnapshot ? patchSnapshot : patchRestore)(unit.tx, subjectId, patch);
  }
  const changed = { before: { cleanUp: row.clean_up }, after: { cleanUp: hasFailed ? 'done' : row.clean_up } };
  const told = { neonId, name, found: kind, ...changed };
  unit.audit(`${subjectKind}.leftover_removed`, { kind: subjectKind, id: subjectId }, told);
}

/** The same proof as of a snapshot whose answer came. */
async function adopt(place: Place, snapshotId: string, neonId: string): Promise<Acted | 'waits_for_neon'> {
  const { deps, project, neon } = place;
  const row = await getSnapshotRow(deps.db, snapshotId);
  const where: SnapshotPlace = { neon, project, branch: await getBranchRow(deps.db, row.branch_id) };
  const made = (await listMade(where, row.kind)).find(({ id }) => id === neonId);
  if (!made) return { outcome: 'skipped', reason: 'changed_meanwhile' };
  try {
    const proved = await prove(deps, where, row, made);
    if (!proved) return 'waits_for_neon';
    const isTaken = await isSnapshotNameTaken(deps.db, project.id, row.name, row.id);
    const warnings = isTaken ? [] : await giveName(where, row, made);
    return { outcome: 'done', write: (unit) => makeAvailable(deps, unit, row, made, { ...proved, warnings }) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // The next comparison finds it unfit, and removes it.
    return { outcome: 'failed', reason: error.code, write: (unit) => tellUnfit(unit, row.id, error) };
  }
}

async function tellUnfit({ tx, now }: Unit, snapshotId: string, { code, message }: Failure): Promise<void> {
  const { version } = await lockSnapshot(tx, snapshotId);
  const error = JSON.stringify({ code, message });
  await patchSnapshot(tx, snapshotId, { error, version: version + 1, updated_at: now });
}

/** Undefined while Neon works on it. Throws `operation_failed` and `read_back_mismatch`. */
async function prove(
  deps: Deps,
  { neon, project, branch }: SnapshotPlace,
  row: SnapshotRow,
  made: Made,
): Promise<{ unverified: string[] } | undefined> {
  const ids = [row.neon_branch_id ?? branch.neon_branch_id, made.id];
  const operationIds = await listOperationsSince(neon, project.neon_project_id, ids, made.createdAt);
  if (!(await haveEnded(neon, project.neon_project_id, operationIds, deps.now()))) return undefined;
  const asked = { at: row.requested_at_instant, lsn: row.requested_lsn };
  const isItsSource = made.sourceBranchId === (row.neon_branch_id ?? branch.neon_branch_id);
  return { unverified: [...comparePoint('The snapshot', asked, made), ...(isItsSource ? [] : ['source_branch_id'])] };
}

async function makeAvailable(
  deps: Pick<Deps, 'newId'>,
  unit: Unit,
  { id, project_id }: SnapshotRow,
  made: Made,
  { unverified, warnings }: { unverified: string[]; warnings: readonly Warning[] },
): Promise<void> {
  await lockProject(unit.tx, project_id);
  const row = await lockSnapshot(unit.tx, id);
  const isTaken = await isSnapshotNameTaken(unit.tx, row.project_id, row.name, row.id);
  const message = `It is named ${derivedName(row.id)}, because another snapshot is named ${row.name} by now.`;
  // What was said of it as a failed one is past.
  await complete(deps, unit, { ...row, warnings: [] }, made, {
    unverified,
    warnings: isTaken ? [{ code: 'name_taken', message }] : warnings,
    steps: endAll(row.steps, unit.now),
    adopted: {
      neon_id: made.id,
      neon_branch_id: made.sourceBranchId ?? row.neon_branch_id,
      name: isTaken ? derivedName(row.id) : row.name,
      error: null,
      ended_at: null,
      clean_up: null,
    },
  });
}

function endAll(steps: readonly SnapshotStep[], now: Date): SnapshotStep[] {
  const at = now.toISOString();
  return steps.map((step) => ({ ...step, startedAt: step.startedAt ?? at, endedAt: step.endedAt ?? at }));
}
