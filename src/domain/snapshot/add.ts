// Owns recording that a snapshot is wanted: the row, its audit event and the promise of the job, in the caller's unit.

import type { BranchRow } from '../../store/branches.ts';
import type { PolicyRow } from '../../store/policies.ts';
import { lockProject, type ProjectRow } from '../../store/projects.ts';
import { insertSnapshot, type SnapshotRow } from '../../store/snapshots.ts';
import { notFound } from '../../core/errors.ts';
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
}

/** Neon keeps snapshots of root branches only (rule 5); of others a branch at the instant is kept. */
export async function addSnapshot(deps: Pick<Deps, 'newId'>, unit: Unit, wanted: WantedSnapshot): Promise<SnapshotRow> {
  const { branch, project, policy } = wanted;
  const locked = await lockProject(unit.tx, project.id);
  if (!locked) throw notFound('branch', branch.id);
  checkProjectPresent(locked);
  const id = deps.newId('snp');
  const row = await insertSnapshot(unit.tx, {
    id,
    team_id: branch.team_id,
    project_id: project.id,
    branch_id: branch.id,
    policy_id: policy?.id ?? null,
    policy_version: policy?.version ?? null,
    name: wanted.name ?? derivedName(id),
    kind: branch.parent_neon_branch_id === null ? 'neon_snapshot' : 'branch',
    status: 'requested',
    requested_at_instant: wanted.at ?? null,
    requested_lsn: wanted.lsn ?? null,
    kept_because: [policy ? 'newest' : 'manual'],
    created_at: unit.now,
    updated_at: unit.now,
  });
  unit.audit(
    'snapshot.requested',
    { kind: 'snapshot', id },
    {
      branchId: branch.id,
      name: row.name,
      kind: row.kind,
      policyId: row.policy_id,
      at: wanted.at?.toISOString() ?? null,
      lsn: wanted.lsn ?? null,
    },
  );
  await unit.promise(wanted.job, id, project.neon_project_id);
  return row;
}
