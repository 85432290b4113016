// Owns making a snapshot ours that somebody else took in Neon: it is read from Neon and recorded, and nothing is changed there.

import { notFound, Refusal } from '../../core/errors.ts';
import { idOfDerivedName } from '../../core/names.ts';
import type { NeonApi, NeonSnapshot } from '../../neon/api.ts';
import { type BranchRow, findBranch, listGoneBranches, listPresentBranches } from '../../store/branches.ts';
import { violatedUnique } from '../../store/constraint.ts';
import { findProject, type ProjectRow } from '../../store/projects.ts';
import { findSnapshotInNeon, insertSnapshot, type SnapshotRow } from '../../store/snapshots.ts';
import type { Actor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import type { AdoptSnapshotInput } from '../commands.ts';
import { checkAccepted, portOf } from '../credential/port.ts';
import type { CommandDeps } from '../deps.ts';
import { isWorkedOn } from '../job/neon-work.ts';
import { checkProjectPresent, lockPresentProject } from '../project/present.ts';
import { viewSnapshot } from '../snapshot/view.ts';
import type { SnapshotView } from '../views.ts';

/**
 * Records Neon's snapshot as an available one of the team, kept because a person said so. Its name is ours alone: in Neon it keeps its own.
 * Refuses with `not_found`, `project_gone`, `credential_refused`, `already_ours`, `snapshot_not_in_neon`, `source_branch_unknown`, `project_busy` while Neon works
 * on it, `name_taken`.
 */
export async function adoptSnapshot(deps: CommandDeps, actor: Actor, input: AdoptSnapshotInput): Promise<SnapshotView> {
  const project = await findProject(deps.db, actor, input.id);
  if (!project) throw notFound('project', input.id);
  const wished = input.branchId === undefined ? undefined : await getBranchOf(deps, actor, project, input.branchId);
  deps.allow();
  checkProjectPresent(project);
  await checkAccepted(deps, project, 'Nothing was adopted.');
  const neon = await portOf(deps, project);
  const seen = await getSeen(neon, project, input.neonSnapshotId);
  checkNotOurs(await findOurs(deps, project, seen));
  const branch = wished ?? (await getSource(deps, project, seen));
  await checkAtRest(deps, neon, project, seen.sourceBranchId ?? branch.neon_branch_id);
  const name = input.name ?? seen.name;
  try {
    return await change(deps, actor, async (unit) => {
      await lockPresentProject(unit, project);
      // Again, with the project locked: somebody may have been faster.
      checkNotOurs(await findOurs({ db: unit.tx }, project, seen));
      return viewSnapshot(unit.tx, await record(deps, unit, { project, branch, seen, name }));
    });
  } catch (error) {
    if (violatedUnique(error) !== 'snapshots_name') throw error;
    throw new Refusal(
      'name_taken',
      `A snapshot of this project is, or will be, named ${JSON.stringify(name)}. It was not adopted. Choose another name.`,
      { members: { field: 'name' } },
    );
  }
}

async function getBranchOf(deps: CommandDeps, actor: Actor, project: ProjectRow, id: string): Promise<BranchRow> {
  const branch = await findBranch(deps.db, actor, id);
  if (branch?.project_id !== project.id) throw notFound('branch', id);
  return branch;
}

async function getSeen(neon: NeonApi, project: ProjectRow, neonSnapshotId: string): Promise<NeonSnapshot> {
  const seen = (await neon.listSnapshots(project.neon_project_id)).find(({ id }) => id === neonSnapshotId);
  if (seen) return seen;
  throw new Refusal(
    'snapshot_not_in_neon',
    `Neon lists no snapshot ${JSON.stringify(neonSnapshotId.slice(0, 64))} in this project. Nothing was adopted. Reconcile the project: its report names the snapshots that can be adopted, as orphans.`,
    { members: { field: 'neonSnapshotId' } },
  );
}

/** By its Neon id, or by the name that we gave it: then it is adopted by itself. */
function findOurs(
  { db }: Pick<CommandDeps, 'db'>,
  project: ProjectRow,
  { id, name, slug }: NeonSnapshot,
): Promise<SnapshotRow | undefined> {
  const ids = [name, slug ?? ''].flatMap((text) => idOfDerivedName(text) ?? []);
  return findSnapshotInNeon(db, project.id, { neonId: id, ids });
}

function checkNotOurs(row: SnapshotRow | undefined): void {
  if (!row) return;
  throw new Refusal('already_ours', `Afterglow knows it as ${row.id}, which is ${row.status}. Nothing was changed.`, {
    members: { snapshotId: row.id, presentStatus: row.status },
  });
}

/** The branch that it was taken of, gone or not. */
async function getSource(
  { db }: Pick<CommandDeps, 'db'>,
  project: ProjectRow,
  { sourceBranchId }: NeonSnapshot,
): Promise<BranchRow> {
  const present = await listPresentBranches(db, [project.id]);
  const source = present.find((row) => row.neon_branch_id === sourceBranchId);
  const [gone] = source || sourceBranchId === undefined ? [] : await listGoneBranches(db, project.id, [sourceBranchId]);
  const found = source ?? gone;
  if (found) return found;
  throw new Refusal(
    'source_branch_unknown',
    `Afterglow does not know the branch ${sourceBranchId ?? ''} that it was taken of. Nothing was adopted. Say a branchId to keep it under.`,
    { members: { field: 'branchId', neonBranchId: sourceBranchId ?? null } },
  );
}

/** A snapshot in Neon has no status: it is whole when the operations of its branch have ended. */
async function checkAtRest(deps: CommandDeps, neon: NeonApi, project: ProjectRow, neonBranchId: string): Promise<void> {
  if (!(await isWorkedOn(neon, project.neon_project_id, [neonBranchId], deps.now()))) return;
  throw new Refusal(
    'project_busy',
    `Neon works on the branch ${neonBranchId}, and the snapshot may not be whole. Nothing was adopted. Try again in a moment.`,
    { retryAfterSeconds: 5 },
  );
}

interface Adopted {
  readonly project: ProjectRow;
  readonly branch: BranchRow;
  readonly seen: NeonSnapshot;
  readonly name: string;
}

async function record(deps: CommandDeps, unit: Unit, { project, branch, seen, name }: Adopted): Promise<SnapshotRow> {
  const id = deps.newId('snp');
  const row = await insertSnapshot(unit.tx, {
    id,
    team_id: project.team_id,
    project_id: project.id,
    branch_id: branch.id,
    policy_id: null,
    policy_version: null,
    name,
    kind: 'neon_snapshot',
    status: 'available',
    requested_at_instant: null,
    requested_lsn: null,
    point_at: seen.timestamp ?? seen.createdAt,
    lsn: seen.lsn ?? null,
    neon_id: seen.id,
    neon_branch_id: seen.sourceBranchId ?? null,
    size_bytes: seen.sizeBytes ?? null,
    kept_because: ['manual'],
    created_at: unit.now,
    updated_at: unit.now,
    available_at: unit.now,
  });
  unit.audit(
    'snapshot.adopted',
    { kind: 'snapshot', id },
    { neonId: seen.id, branchId: branch.id, name, after: { status: row.status } },
  );
  return row;
}
