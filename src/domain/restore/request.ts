// Owns the doors' half of a restore: everything that can be refused is refused here, before anything is promised.

import { notFound, Refusal } from '../../core/errors.ts';
import { parseInstant } from '../../core/instant.ts';
import { limitsInForce } from '../../core/limits.ts';
import { planRestore, type RestoreSourceKind, rootSlotsTaken } from '../../core/restore-plan.ts';
import { type BranchRow, listPresentBranches } from '../../store/branches.ts';
import { violatedUnique } from '../../store/constraint.ts';
import { lockProject, type ProjectRow } from '../../store/projects.ts';
import { countRootSlotsPromised, findInPlaceUnderWay, insertRestore } from '../../store/restores.ts';
import { findSnapshot, lockSnapshot, type SnapshotRow } from '../../store/snapshots.ts';
import type { Actor } from '../actor.ts';
import { isBranchNameTaken } from '../branch/name.ts';
import { change, type Unit } from '../change.ts';
import type { RequestRestoreInput } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { checkProjectPresent } from '../project/present.ts';
import { checkPresent, checkReach, getLiveBranch } from '../snapshot/snapshot.ts';
import type { RestoreView } from '../views.ts';
import { toRestoreView } from './view.ts';

interface Source {
  readonly kind: RestoreSourceKind;
  readonly branch: BranchRow;
  readonly project: ProjectRow;
  readonly snapshot: SnapshotRow | undefined;
  readonly at: Date | null;
  readonly lsn: string | null;
}

/**
 * Promises a restore. Refuses with `invalid_instant`, `not_found`, `project_gone`, `snapshot_not_available`, `branch_gone`, `branch_not_root`,
 * `instant_in_future`, `outside_restore_window`, `expiry_out_of_range`, `name_taken`, `root_branch_cap_reached`, `target_busy`.
 */
export async function requestRestore(
  deps: CommandDeps,
  actor: Actor,
  input: RequestRestoreInput,
): Promise<RestoreView> {
  const { target } = input;
  const expiresAt =
    target.kind === 'new_branch' && target.expiresAt !== undefined
      ? parseInstant(target.expiresAt, 'target.expiresAt')
      : null;
  const source = await findSource(deps, actor, input.source);
  deps.allow();
  if (expiresAt) checkExpiry(expiresAt, deps.now());
  await checkSource(deps, source, target.kind);
  const targetName = (target.kind === 'new_branch' && target.name) || null;
  const preserveAs = (target.kind === 'in_place' && target.preserveAs) || null;
  try {
    return await change(deps, actor, async (unit) => {
      await checkRoom(unit, source, target.kind, targetName ?? preserveAs);
      // Again, with the project locked: it may have been deleted or expired meanwhile.
      if (source.snapshot) checkAvailable(await lockSnapshot(unit.tx, source.snapshot.id));
      const row = await insertRestore(unit.tx, {
        id: deps.newId('rst'),
        team_id: actor.teamId,
        project_id: source.project.id,
        branch_id: source.branch.id,
        snapshot_id: source.snapshot?.id ?? null,
        source_kind: source.kind,
        source_at: source.at,
        source_lsn: source.lsn,
        target_kind: target.kind,
        target_name: targetName,
        preserve_as: preserveAs,
        expires_at: expiresAt,
        status: 'requested',
        steps: JSON.stringify(
          planRestore(source.kind, target.kind).map((name) => ({ name, startedAt: null, endedAt: null })),
        ),
        created_at: unit.now,
        updated_at: unit.now,
      });
      const view = toRestoreView(row, undefined, undefined);
      unit.audit(
        'restore.requested',
        { kind: 'restore', id: row.id },
        {
          source: view.source,
          target: { kind: target.kind, name: targetName, preserveAs, expiresAt: view.target.expiresAt },
          after: { status: row.status },
        },
      );
      unit.promise('restore.run', row.id, source.project.neon_project_id);
      return view;
    });
  } catch (error) {
    throw (await refusalOf(deps, violatedUnique(error), source.branch, targetName ?? preserveAs)) ?? error;
  }
}

async function findSource(deps: CommandDeps, actor: Actor, source: RequestRestoreInput['source']): Promise<Source> {
  if ('snapshotId' in source) {
    const snapshot = await findSnapshot(deps.db, actor, source.snapshotId);
    if (!snapshot) throw notFound('snapshot', source.snapshotId);
    const { branch, project } = await getLiveBranch(deps, actor, snapshot.branch_id);
    const kind = snapshot.kind === 'neon_snapshot' ? 'neon_snapshot' : 'branch_snapshot';
    return { kind, branch, project, snapshot, at: null, lsn: null };
  }
  const at = 'at' in source ? parseInstant(source.at, 'source.at') : null;
  const { branch, project } = await getLiveBranch(deps, actor, source.branchId);
  return { kind: 'point', branch, project, snapshot: undefined, at, lsn: 'lsn' in source ? source.lsn : null };
}

async function checkSource(deps: CommandDeps, source: Source, targetKind: 'new_branch' | 'in_place'): Promise<void> {
  const { branch, project, snapshot } = source;
  checkProjectPresent(project);
  if (snapshot) checkAvailable(snapshot);
  // A new branch from a snapshot needs no live source: that is what snapshots are for.
  if (!snapshot || targetKind === 'in_place') checkPresent(branch);
  if (targetKind === 'in_place' && (branch.parent_neon_branch_id !== null || source.kind === 'branch_snapshot')) {
    throw new Refusal(
      'branch_not_root',
      `${branch.name} is a child branch; Neon restores only root branches in place. Nothing was started. Restore to a new branch.`,
    );
  }
  if (source.at) await checkReach(deps, branch, project, source.at);
}

function checkAvailable(snapshot: SnapshotRow): void {
  if (snapshot.status === 'available') return;
  throw new Refusal(
    'snapshot_not_available',
    `The snapshot ${snapshot.id} is ${snapshot.status}. Nothing was started. Choose one that is available.`,
    { members: { presentStatus: snapshot.status } },
  );
}

const expiryMaxMs = 30 * 24 * 3600 * 1000;

/** Neon rule 12: at most 30 days ahead. */
function checkExpiry(expiresAt: Date, now: Date): void {
  const aheadMs = expiresAt.getTime() - now.getTime();
  if (aheadMs > 0 && aheadMs <= expiryMaxMs) return;
  throw new Refusal(
    'expiry_out_of_range',
    `target.expiresAt must lie between now (${now.toISOString()}) and 30 days ahead. Nothing was started.`,
    { members: { field: 'target.expiresAt' } },
  );
}

/** Counts slots and names with the project locked, so that two requests cannot both be promised the last one. */
async function checkRoom(
  unit: Unit,
  source: Source,
  targetKind: 'new_branch' | 'in_place',
  name: string | null,
): Promise<void> {
  const project = await lockProject(unit.tx, source.project.id);
  if (!project) throw notFound('branch', source.branch.id);
  checkProjectPresent(project);
  if (name !== null && (await isBranchNameTaken(unit, project.id, name))) throw nameTaken(name);
  const needed = rootSlotsTaken(source.kind, targetKind);
  if (needed === 0) return;
  const cap = limitsInForce(project.plan, project.limits).rootBranches;
  const branches = await listPresentBranches(unit.tx, [project.id]);
  const roots = branches.filter((branch) => branch.parent_neon_branch_id === null).length;
  const promised = await countRootSlotsPromised(unit.tx, project.id);
  if (roots + promised + needed <= cap) return;
  throw new Refusal(
    'root_branch_cap_reached',
    `This restore needs a root branch slot, and all ${cap} are taken (${roots} root branches, ${promised} promised). Nothing was ` +
      'started. Remove a preserved branch, raise the project limit if the plan allows more, or restore an instant to a new branch.',
    { members: { cap, rootBranches: roots, promised } },
  );
}

async function refusalOf(
  { db }: Pick<CommandDeps, 'db'>,
  constraint: string | undefined,
  branch: BranchRow,
  name: string | null,
): Promise<Refusal | undefined> {
  if (constraint === 'restores_target_busy') {
    // Undefined where it has ended since.
    const restoreId = await findInPlaceUnderWay(db, branch.id);
    const which = restoreId === undefined ? 'Another in-place restore' : `The in-place restore ${restoreId}`;
    const next = restoreId === undefined ? 'Send it again.' : 'Wait for it to end, or cancel it.';
    return new Refusal('target_busy', `${which} of ${branch.name} is under way already. Nothing was started. ${next}`, {
      members: restoreId === undefined ? {} : { restoreId },
    });
  }
  if (constraint === 'restores_target_name' || constraint === 'restores_preserve_as') return nameTaken(name ?? '');
  return undefined;
}

function nameTaken(name: string): Refusal {
  return new Refusal(
    'name_taken',
    `A branch of this project is, or will be, named ${JSON.stringify(name)}. Nothing was started. Choose another name.`,
    { members: { name } },
  );
}
