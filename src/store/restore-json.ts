// Owns how the restores of many branches are shown: as JSON that the database writes. It names every member, so that a column which is added
// is shown to nobody.

import type { Db } from './database.ts';
import { instantOf, type Members, type Part, type PartRequest, readNested } from './nested-json.ts';
import type { Page, TimeRange } from './page.ts';
import type { RestoreFilter } from './restores.ts';
import type { Scope } from './scope.ts';

const target = (column: string) => `(select ${column} from branches as target where target.id = s.target_branch_id)`;

const members: Members = {
  id: 's.id',
  projectId: 's.project_id',
  source: `json_build_object('snapshotId', s.snapshot_id, 'branchId', s.branch_id, 'at', ${instantOf('s.source_at')}, 'lsn', s.source_lsn)`,
  // As the mirror has it, else as it is being made.
  target: `json_build_object('kind', s.target_kind, 'branchId', s.target_branch_id,
    'neonBranchId', coalesce(${target('neon_branch_id')}, s.progress ->> 'neonBranchId'),
    'name', coalesce(${target('name')}, s.target_name), 'expiresAt', ${instantOf('s.expires_at')})`,
  status: 's.status',
  steps: 's.steps',
  preservedBranch: `(select json_build_object('neonBranchId', undo.neon_branch_id, 'name', undo.name, 'status', undo.status,
    'waitsFor', undo.waits_for) from preserved_branches as undo where undo.id = s.id)`,
  unverified: 's.unverified',
  warnings: 's.warnings',
  error: 's.error',
  cleanUp: 's.clean_up',
  version: 's.version',
  createdAt: instantOf('s.created_at'),
  updatedAt: instantOf('s.updated_at'),
  startedAt: instantOf('s.started_at'),
  endedAt: instantOf('s.ended_at'),
};

/** A page of the restores of each branch, by its id, in one statement. Refuses with `invalid_cursor`. */
export async function listRestoresOfBranches<T extends { readonly id: string }>(
  db: Db,
  scope: Scope,
  branchIds: readonly string[],
  { status, since, until }: Pick<RestoreFilter, 'status' | keyof TimeRange>,
  page: PartRequest,
): Promise<Map<string, Page<Part<T>>>> {
  const children = {
    table: 'restores',
    parents: 'branches',
    parentColumn: 'branch_id',
    members,
    start: 'rst_',
  } as const;
  const conditions = [
    ['status =', status],
    ['created_at >=', since],
    ['created_at <', until],
  ] as const;
  return readNested(db, children, { scope, parentIds: branchIds, page, conditions });
}
