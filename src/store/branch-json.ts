// Owns how the branches of many projects are shown: as JSON that the database writes, but for their restore windows, which are computed.

import type { Db } from './database.ts';
import { instantOf, type PartRequest, readNested } from './nested-json.ts';
import type { Page } from './page.ts';
import type { Scope } from './scope.ts';

/** What the restore window of a branch is computed from. */
export interface WindowFacts {
  readonly historyStartedAt: string;
  readonly historyRetentionSeconds: number;
}

const ofProjects = {
  table: 'branches',
  parents: 'projects',
  parentColumn: 'project_id',
  start: 'brn_',
  present: 's.gone_at is null and parent.removed_at is null',
  members: {
    id: 's.id',
    projectId: 's.project_id',
    neonBranchId: 's.neon_branch_id',
    name: 's.name',
    parentNeonBranchId: 's.parent_neon_branch_id',
    isDefault: 's.is_default',
    isRoot: 's.parent_neon_branch_id is null',
    isProtected: 's.is_protected',
    state: 's.state',
    logicalSizeBytes: 's.logical_size_bytes',
    restoreWindow: `json_build_object('historyStartedAt', ${instantOf('s.history_started_at')},
      'historyRetentionSeconds', parent.history_retention_seconds)`,
    expiresAt: instantOf('s.expires_at'),
    goneAt: instantOf('s.gone_at'),
    createdAt: instantOf('s.created_at'),
    updatedAt: instantOf('s.updated_at'),
  },
} as const;

/** A page of the present branches of each registered project, by its id, in one statement. Refuses with `invalid_cursor`. */
export async function listBranchesOfProjects<T extends { readonly id: string; readonly restoreWindow?: WindowFacts }>(
  db: Db,
  scope: Scope,
  projectIds: readonly string[],
  page: PartRequest,
): Promise<Map<string, Page<T>>> {
  return readNested(db, ofProjects, { scope, parentIds: projectIds, page });
}
