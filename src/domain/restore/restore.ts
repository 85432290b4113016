// Owns reading restores, connecting to their targets, and letting go of what they preserved.

import { NeonFailure, notFound, Refusal } from '../../core/errors.ts';
import { getBranchRow } from '../../store/branches.ts';
import { getProjectRow } from '../../store/projects.ts';
import {
  findPreservedBranch,
  findRestore,
  listRestores as listRestoreRows,
  type RestoreRow,
} from '../../store/restores.ts';
import { listRestoresOfBranches } from '../../store/restore-json.ts';
import type { Actor } from '../actor.ts';
import { advance } from '../advance.ts';
import { readBounds } from '../bounds.ts';
import { change } from '../change.ts';
import type {
  ConnectRestoreInput,
  ListRestoresFilter,
  NestedRestoresFilter,
  PageRequest,
  PartRequest,
} from '../commands.ts';
import { portOf } from '../credential/port.ts';
import type { CommandDeps } from '../deps.ts';
import { lockRegistered } from '../snapshot/snapshot.ts';
import type { ConnectionView, Page, Part, RestoreView } from '../views.ts';
import { toRestoreViews } from './view.ts';

export async function listRestores(
  deps: CommandDeps,
  actor: Actor,
  filter: ListRestoresFilter,
  page: PageRequest,
): Promise<Page<RestoreView>> {
  const bounded = readBounds(filter);
  deps.allow();
  const { items, nextCursor } = await listRestoreRows(deps.db, actor, bounded, page);
  return { items: await toRestoreViews(deps, items), nextCursor };
}

export async function getRestore(deps: CommandDeps, actor: Actor, id: string): Promise<RestoreView> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  const [view] = await toRestoreViews(deps, [row]);
  if (!view) throw notFound('restore', id);
  return view;
}

/** A page of the restores of each branch, by its id; branches without any, and those that are not the team's, are absent. */
export async function listRestoresByBranch(
  deps: CommandDeps,
  actor: Actor,
  branchIds: readonly string[],
  filter: NestedRestoresFilter,
  page: PartRequest,
): Promise<Map<string, Page<Part<RestoreView>>>> {
  const bounded = readBounds(filter);
  deps.allow();
  return listRestoresOfBranches(deps.db, actor, branchIds, bounded, page);
}

/**
 * A connection URI of the target, with its password: audited before it is given, never kept, never logged.
 * Refuses with `restore_not_succeeded`, `branch_gone`, and `not_found` for a database or role that the target has not.
 */
export async function connectRestore(
  deps: CommandDeps,
  actor: Actor,
  input: ConnectRestoreInput,
): Promise<ConnectionView> {
  const row = await getRow(deps, actor, input.id);
  deps.allow();
  if (row.status !== 'succeeded' || row.target_branch_id === null) {
    throw new Refusal('restore_not_succeeded', `The restore is ${row.status}; there is nothing to connect to.`, {
      members: { presentStatus: row.status },
    });
  }
  const branch = await getBranchRow(deps.db, row.target_branch_id);
  const project = await getProjectRow(deps.db, row.project_id);
  const neon = await portOf(deps, project);
  const databases = await orMissing(
    () => neon.listDatabases(project.neon_project_id, branch.neon_branch_id),
    (error) => gone(branch.name, error),
  );
  const wished = input.databaseName;
  const database = wished === undefined ? databases[0] : databases.find((one) => one.name === wished);
  if (!database) throw notFound('database', wished ?? 'first database');
  const connection = {
    databaseName: database.name,
    roleName: input.roleName ?? database.owner,
    pooled: input.pooled ?? false,
  };
  const uri = await orMissing(
    () => neon.getConnectionUri(project.neon_project_id, { branchId: branch.neon_branch_id, ...connection }),
    // The branch has just answered: what Neon does not find is the role that was wished.
    (error) => (input.roleName === undefined ? gone(connection.roleName, error) : notFound('role', input.roleName)),
  );
  await change(deps, actor, async ({ audit }) =>
    audit('restore.connected', { kind: 'restore', id: row.id }, connection),
  );
  return { uri };
}

/**
 * Removes the undo copy of an in-place restore, by a job. One that is being removed, or is gone, is answered as it is.
 * Refuses with `no_preserved_branch`.
 */
export async function deletePreservedBranch(deps: CommandDeps, actor: Actor, id: string): Promise<RestoreView> {
  const row = await getRow(deps, actor, id);
  deps.allow();
  const preserved = await findPreservedBranch(deps.db, row.id);
  if (!preserved || row.status === 'running') {
    throw new Refusal(
      'no_preserved_branch',
      row.status === 'running'
        ? 'The restore is under way. Its preserved branch was not removed. Wait for the restore to end.'
        : 'This restore preserved no branch. Nothing was done.',
      { members: { presentStatus: row.status } },
    );
  }
  if (preserved.status === 'present' || preserved.status === 'missing') {
    const project = await getProjectRow(deps.db, row.project_id);
    await change(deps, actor, async (unit) => {
      await lockRegistered(unit, project);
      const status = await advance(unit, 'preserved_branch', preserved, 'delete', {
        details: { neonBranchId: preserved.neon_branch_id },
      });
      // Of one that is gone from Neon already there is nothing to be removed.
      if (status === 'purging') unit.promise('preserved_branch.purge', row.id, project.neon_project_id);
    });
  }
  return getRestore(deps, actor, id);
}

async function getRow(deps: CommandDeps, actor: Actor, id: string): Promise<RestoreRow> {
  const row = await findRestore(deps.db, actor, id);
  if (!row) throw notFound('restore', id);
  return row;
}

async function orMissing<T>(call: () => Promise<T>, refuse: (error: NeonFailure) => Refusal): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof NeonFailure && error.kind === 'missing' ? refuse(error) : error;
  }
}

function gone(what: string, error: NeonFailure): Refusal {
  return new Refusal('branch_gone', `Neon no longer has it (${what}): ${error.message}. Nothing was given.`);
}
