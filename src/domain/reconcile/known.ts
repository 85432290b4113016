// Owns gathering what a reconciliation is told: our rows of the project that something in Neon may be meant by, and what Neon lists.

import { hasBegun } from '../../core/restore-plan.ts';
import { idOfDerivedName } from '../../core/names.ts';
import { selectsProject } from '../../core/selector.ts';
import type { Known, KnownRestore, KnownSnapshot, MirroredBranch } from '../../core/reconciliation.ts';
import { NeonFailure } from '../../core/errors.ts';
import type { NeonApi, NeonBranch, NeonProject, NeonSnapshot } from '../../neon/api.ts';
import { type BranchRow, listBranchRows } from '../../store/branches.ts';
import type { Db } from '../../store/database.ts';
import { listUnfinishedWork } from '../../store/outbox/unfinished.ts';
import { listPolicySelectors } from '../../store/policies.ts';
import type { ProjectRow } from '../../store/projects.ts';
import { findCovers } from '../../store/protection.ts';
import { listPreservedToReconcile, listRestoresToReconcile, type RestoreRow } from '../../store/restores.ts';
import { listSnapshotsToReconcile, type SnapshotRow } from '../../store/snapshots.ts';

/** Everything that Neon shows of a project. */
export interface SeenProject {
  readonly project: NeonProject;
  readonly branches: readonly NeonBranch[];
  readonly snapshots: readonly NeonSnapshot[];
}

type Listed = Pick<SeenProject, 'branches' | 'snapshots'>;

/** Undefined where Neon does not show the project any more; two calls must say so, because Neon also answers 404 too early. */
export async function lookAtProject(neon: NeonApi, neonProjectId: string): Promise<SeenProject | undefined> {
  try {
    const [project, branches, snapshots] = await Promise.all([
      neon.getProject(neonProjectId),
      neon.listBranches(neonProjectId),
      neon.listSnapshots(neonProjectId),
    ]);
    return { project, branches, snapshots };
  } catch (error) {
    if (!isMissing(error)) throw error;
    if (!(await isProjectGone(neon, neonProjectId))) throw unclear(error);
    return undefined;
  }
}

/** Asked after a call that was answered 404: whether two more, of the project itself, are too. */
export async function isProjectGone(neon: NeonApi, neonProjectId: string): Promise<boolean> {
  const calls = [() => neon.getProject(neonProjectId), () => neon.listBranches(neonProjectId)];
  for (const call of calls) if (!(await isAnsweredMissing(call))) return false;
  return true;
}

function isMissing(error: unknown): error is NeonFailure {
  return error instanceof NeonFailure && error.kind === 'missing';
}

async function isAnsweredMissing(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return false;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}

function unclear({ message, status }: NeonFailure): NeonFailure {
  return new NeonFailure(`${message}, and showed the project when it was asked again`, {
    kind: 'again',
    failure: 'neon_unavailable',
    status,
  });
}

/** What we know, for comparing it with what is listed. `mirrored` are the branches that the mirror showed before. */
export async function readKnown(
  db: Db,
  project: ProjectRow,
  listed: Listed,
  {
    mirrored,
    exceptJobId,
    now,
  }: { readonly mirrored: readonly BranchRow[]; readonly exceptJobId: string; readonly now: Date },
): Promise<Known> {
  const { branches, snapshots } = listed;
  const names = [...branches.map(({ name }) => name), ...snapshots.flatMap(({ name, slug }) => [name, slug ?? ''])];
  const ids = [...new Set(names.flatMap((name) => idOfDerivedName(name) ?? []))];
  const neonIds = [...branches, ...snapshots].map(({ id }) => id);
  const rows = await listSnapshotsToReconcile(db, project.id, { neonIds, ids });
  const purged = rows.flatMap(({ id, status }) => (status === 'purged' ? [id] : []));
  const covers = await findCovers(db, purged, now);
  const restores = await listRestoresToReconcile(db, project.id, ids);
  const preserved = await listPreservedToReconcile(
    db,
    project.id,
    restores.map(({ id }) => id),
  );
  const policies = await listPolicySelectors(db, project.team_id);
  // Their Neon ids may have moved with a cutover that the mirror has just followed.
  const present = await listBranchRows(
    db,
    mirrored.map(({ id }) => id),
  );
  return {
    projectId: project.id,
    snapshots: rows.map((row) => toKnownSnapshot(row, covers.has(row.id))),
    restores: restores.map(toKnownRestore),
    preserved: preserved.map(({ id, neon_branch_id, name, status }) => ({
      id,
      neonBranchId: neon_branch_id,
      name,
      status,
    })),
    branches: present.map(toMirrored),
    policies: policies
      .filter(({ selector }) => selectsProject(selector, project))
      .map(({ id, selector }) => ({ id, branches: selector.branches })),
    busy: await listUnfinishedWork(db, project.neon_project_id, exceptJobId),
  };
}

function toKnownSnapshot(row: SnapshotRow, isCovered: boolean): KnownSnapshot {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    name: row.name,
    policyId: row.policy_id,
    neonId: row.neon_id,
    sourceNeonId: row.neon_branch_id,
    askedAt: row.requested_at_instant,
    askedLsn: row.requested_lsn,
    pointAt: row.point_at,
    lsn: row.lsn,
    sizeBytes: row.size_bytes,
    errorCode: row.error?.code ?? null,
    cleanUp: row.clean_up,
    isCovered,
  };
}

function toKnownRestore(row: RestoreRow): KnownRestore {
  return {
    id: row.id,
    status: row.status,
    targetKind: row.target_kind,
    neonBranchId: row.progress.neonBranchId ?? null,
    hasBegunCutover: hasBegun(row.steps, 'cut_over'),
    expiresAt: row.expires_at,
    cleanUp: row.clean_up,
  };
}

function toMirrored(row: BranchRow): MirroredBranch {
  return {
    id: row.id,
    neonBranchId: row.neon_branch_id,
    name: row.name,
    isDefault: row.is_default,
    isRoot: row.parent_neon_branch_id === null,
  };
}
