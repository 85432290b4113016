// Owns the doors' half of snapshots: asking for one, reading them, deleting one. It never calls Neon.

import { notFound, Refusal } from '../../core/errors.ts';
import { parseInstant } from '../../core/instant.ts';
import { checkInstant } from '../../core/restore-window.ts';
import { type BranchRow, findBranch } from '../../store/branches.ts';
import { violatedUnique } from '../../store/constraint.ts';
import { listSnapshotsInRestore } from '../../store/restores.ts';
import { findProject, getProjectRow, lockProject, type ProjectRow } from '../../store/projects.ts';
import { findNearestSnapshot, findSnapshot, type SnapshotRow } from '../../store/snapshots.ts';
import type { Actor } from '../actor.ts';
import { advance } from '../advance.ts';
import { readBounds } from '../bounds.ts';
import { windowOf } from '../branch/branch.ts';
import { isBranchNameTaken } from '../branch/name.ts';
import { change, type Unit } from '../change.ts';
import type {
  ListSnapshotsFilter,
  NestedSnapshotsFilter,
  PageRequest,
  PartRequest,
  RequestSnapshotInput,
} from '../commands.ts';
import type { CommandDeps, Deps } from '../deps.ts';
import { checkProjectPresent } from '../project/present.ts';
import { findSnapshotJson, listSnapshotJson, listSnapshotsOfBranches } from '../../store/snapshot-json.ts';
import type { Page, Part, SnapshotView, WrittenView } from '../views.ts';
import { addSnapshot } from './add.ts';
import { readSnapshot, viewSnapshot } from './view.ts';

/**
 * Refuses with `invalid_instant`, `not_found`, `project_gone`, `branch_gone`, `instant_in_future`, `outside_restore_window`, `name_taken`.
 * An LSN is judged by Neon later: the mirror does not know which LSNs the window holds.
 */
export async function requestSnapshot(
  deps: CommandDeps,
  actor: Actor,
  input: RequestSnapshotInput,
): Promise<SnapshotView> {
  const at = input.at === undefined ? undefined : parseInstant(input.at, 'at');
  const { branch, project } = await getLiveBranch(deps, actor, input.branchId);
  deps.allow();
  checkProjectPresent(project);
  checkPresent(branch);
  if (at) await checkReach(deps, branch, project, at);
  try {
    return await change(deps, actor, async (unit) => {
      // Of a child branch a branch is kept, and its name must be free among branches too.
      await lockProject(unit.tx, project.id);
      const becomesBranch = branch.parent_neon_branch_id !== null && input.name !== undefined;
      if (becomesBranch && (await isBranchNameTaken(unit, project.id, input.name))) throw nameTaken(input.name);
      const wanted = { branch, project, name: input.name, at, lsn: input.lsn, job: 'snapshot.create' } as const;
      return viewSnapshot(unit.tx, await addSnapshot(deps, unit, wanted));
    });
  } catch (error) {
    throw violatedUnique(error) === 'snapshots_name' ? nameTaken(input.name ?? '') : error;
  }
}

function nameTaken(name: string): Refusal {
  return new Refusal(
    'name_taken',
    `A snapshot or branch of this project is, or will be, named ${JSON.stringify(name)}. Nothing was started.`,
    { members: { field: 'name' } },
  );
}

export async function listSnapshots(
  deps: CommandDeps,
  actor: Actor,
  filter: ListSnapshotsFilter,
  page: PageRequest,
): Promise<Page<SnapshotView>> {
  const { items, nextCursor } = await listSnapshotsWritten(deps, actor, filter, page);
  return { items: items.map(({ json }) => readSnapshot(json)), nextCursor };
}

/** The same as JSON, which a door passes on without reading it. */
export async function listSnapshotsWritten(
  deps: CommandDeps,
  actor: Actor,
  filter: ListSnapshotsFilter,
  page: PageRequest,
): Promise<Page<WrittenView>> {
  const bounded = readBounds(filter);
  deps.allow();
  return listSnapshotJson(deps.db, actor, bounded, page);
}

export async function getSnapshot(deps: CommandDeps, actor: Actor, id: string): Promise<SnapshotView> {
  return readSnapshot((await getSnapshotWritten(deps, actor, id)).json);
}

/** The same as JSON, which a door passes on without reading it. */
export async function getSnapshotWritten(deps: CommandDeps, actor: Actor, id: string): Promise<WrittenView> {
  const written = await findSnapshotJson(deps.db, actor, id);
  if (!written) throw notFound('snapshot', id);
  deps.allow();
  return written;
}

/** A page of the snapshots of each branch, by its id; branches without any, and those that are not the team's, are absent. */
export async function listSnapshotsByBranch(
  deps: CommandDeps,
  actor: Actor,
  branchIds: readonly string[],
  filter: NestedSnapshotsFilter,
  page: PartRequest,
): Promise<Map<string, Page<Part<SnapshotView>>>> {
  const bounded = readBounds(filter);
  deps.allow();
  return listSnapshotsOfBranches(deps.db, actor, branchIds, bounded, page);
}

/**
 * A person's wish to remove a recovery point: its copy in Neon is purged by a job. One that is being removed, or is gone, is
 * answered as it is. Refuses with `transition_refused` what is not available, with `snapshot_held` and `snapshot_locked` what is
 * covered, also where its copy is missing: it may be back.
 */
export async function deleteSnapshot(deps: CommandDeps, actor: Actor, id: string): Promise<SnapshotView> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  if (row.status === 'expiring' || row.status === 'purging' || row.status === 'purged')
    return viewSnapshot(deps.db, row);
  const project = await getProjectRow(deps.db, row.project_id);
  await change(deps, actor, async (unit) => {
    await lockRegistered(unit, project);
    if ((await listSnapshotsInRestore(unit.tx, [row.id])).has(row.id)) {
      throw new Refusal(
        'snapshot_in_use',
        'A restore under way brings this snapshot back. It was not deleted. Delete it when the restore has ended.',
      );
    }
    const status = await advance(unit, 'snapshot', row, 'delete', { details: { cause: 'deleted_by_person' } });
    if (status === 'expiring') unit.promise('snapshot.purge', row.id, project.neon_project_id);
  });
  return viewSnapshot(deps.db, await getRow(deps, actor, id));
}

/** Work in a project is promised only while it is registered: without its credential no job could do it. */
export async function lockRegistered(unit: Unit, project: Pick<ProjectRow, 'id' | 'name'>): Promise<void> {
  if (await lockProject(unit.tx, project.id)) return;
  throw new Refusal(
    'project_removed',
    `The project ${project.name} is not registered any more. Nothing was done. Register it again, then try again.`,
  );
}

async function getRow(deps: CommandDeps, actor: Actor, id: string): Promise<SnapshotRow> {
  const row = await findSnapshot(deps.db, actor, id);
  if (!row) throw notFound('snapshot', id);
  return row;
}

/** A branch of a registered project of the team; 404 otherwise. */
export async function getLiveBranch(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  id: string,
): Promise<{ branch: BranchRow; project: ProjectRow }> {
  const branch = await findBranch(deps.db, actor, id);
  const project = branch && (await findProject(deps.db, actor, branch.project_id));
  if (!branch || !project) throw notFound('branch', id);
  return { branch, project };
}

/** Refuses with `branch_gone`. */
export function checkPresent(branch: BranchRow): void {
  if (!branch.gone_at) return;
  throw new Refusal(
    'branch_gone',
    `Neon has had no branch ${branch.neon_branch_id} (${branch.name}) since ${branch.gone_at.toISOString()}. Nothing was started.`,
  );
}

/** Refuses an instant that the branch's window does not hold, naming the nearest snapshot. */
export async function checkReach(
  deps: Pick<Deps, 'db' | 'now'>,
  branch: BranchRow,
  project: ProjectRow,
  at: Date,
): Promise<void> {
  const now = deps.now();
  checkInstant(at, windowOf(branch, project, now), now, await findNearestSnapshot(deps.db, branch.id, at));
}
