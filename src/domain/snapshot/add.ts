// Owns recording that snapshots are wanted: their rows, their audit events and the promises of their jobs, in the caller's unit.

import type { BranchRow } from '../../store/branches.ts';
import type { PolicyRow } from '../../store/policies.ts';
import { lockProjects, type ProjectRow } from '../../store/projects.ts';
import { insertSnapshots, type SnapshotRow } from '../../store/snapshots.ts';
import { notFound } from '../../core/errors.ts';
import { snapshotKind } from '../../core/policy.ts';
import { derivedName } from '../../core/names.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { checkProjectPresent } from '../project/present.ts';

export interface WantedSnapshot {
  readonly branch: BranchRow;
  readonly project: ProjectRow;
  readonly policy?: PolicyRow;
  readonly name?: string | undefined;
  readonly at?: Date | undefined;
  readonly lsn?: string | undefined;
  readonly job: 'snapshot.create' | 'snapshot.create_scheduled';
  /** Its job waits so long. */
  readonly delayMs?: number | undefined;
}

type AddDeps = Pick<Deps, 'newId'>;

/** Refuses with `not_found` where the project was removed meanwhile, and with `project_gone`. */
export async function addSnapshot(deps: AddDeps, unit: Unit, wanted: WantedSnapshot): Promise<SnapshotRow> {
  const [row] = await addSnapshots(deps, unit, [wanted]);
  if (!row) throw new Error('one snapshot was wanted');
  return row;
}

/** One row for each, in the order given. Refuses as `addSnapshot` does. */
export async function addSnapshots(
  deps: AddDeps,
  unit: Unit,
  wanted: readonly WantedSnapshot[],
): Promise<SnapshotRow[]> {
  const ids = [...new Set(wanted.map(({ project }) => project.id))];
  const locked = new Map((await lockProjects(unit.tx, ids)).map((project) => [project.id, project] as const));
  for (const { branch, project } of wanted) {
    const present = locked.get(project.id);
    if (!present) throw notFound('branch', branch.id);
    checkProjectPresent(present);
  }
  const rows = await insertSnapshots(
    unit.tx,
    wanted.map((one) => toRow(deps, unit, one)),
  );
  rows.forEach((row, index) => tell(unit, row, wanted[index]));
  return rows;
}

/** Neon keeps snapshots of root branches only (rule 5); of others a branch at the instant is kept. */
function toRow(deps: AddDeps, unit: Unit, { branch, project, policy, name, at, lsn }: WantedSnapshot) {
  const id = deps.newId('snp');
  return {
    id,
    team_id: branch.team_id,
    project_id: project.id,
    branch_id: branch.id,
    policy_id: policy?.id ?? null,
    policy_version: policy?.version ?? null,
    name: name ?? derivedName(id),
    kind: snapshotKind(policy?.store ?? 'neon_snapshot', branch.parent_neon_branch_id === null),
    status: 'requested' as const,
    requested_at_instant: at ?? null,
    requested_lsn: lsn ?? null,
    kept_because: [policy ? 'newest' : 'manual'],
    created_at: unit.now,
    updated_at: unit.now,
  };
}

function tell(unit: Unit, row: SnapshotRow, wanted: WantedSnapshot | undefined): void {
  if (!wanted) throw new Error('a row was inserted that nobody wanted');
  unit.audit(
    'snapshot.requested',
    { kind: 'snapshot', id: row.id },
    {
      branchId: row.branch_id,
      name: row.name,
      kind: row.kind,
      policyId: row.policy_id,
      at: wanted.at?.toISOString() ?? null,
      lsn: wanted.lsn ?? null,
      after: { status: row.status },
    },
  );
  unit.promise(wanted.job, row.id, wanted.project.neon_project_id, wanted.delayMs);
}
