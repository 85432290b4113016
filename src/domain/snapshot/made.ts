// Owns finding in Neon what a snapshot's job made there: a snapshot, or a branch that stands for one. It changes nothing.

import { derivedName } from '../../core/names.ts';
import type { NeonApi } from '../../neon/api.ts';
import type { BranchRow } from '../../store/branches.ts';
import type { ProjectRow } from '../../store/projects.ts';
import type { SnapshotRow } from '../../store/snapshots.ts';
import { listOperationsSince } from '../job/neon-work.ts';

/** In which project, through which port, of which branch. */
export interface SnapshotPlace {
  readonly neon: NeonApi;
  readonly project: ProjectRow;
  readonly branch: BranchRow;
}

/** What Neon says of a copy. */
export interface Made {
  readonly id: string;
  readonly name: string;
  readonly slug?: string | undefined;
  readonly timestamp: Date | undefined;
  readonly lsn: string | undefined;
  readonly sourceBranchId: string | undefined;
  readonly createdAt: Date;
  readonly sizeBytes: number | undefined;
  readonly isReady: boolean;
}

/** Everything of the snapshot's kind that Neon lists in the project. */
export async function listMade(
  { neon, project }: Pick<SnapshotPlace, 'neon' | 'project'>,
  kind: SnapshotRow['kind'],
): Promise<Made[]> {
  if (kind === 'neon_snapshot') {
    const snapshots = await neon.listSnapshots(project.neon_project_id);
    return snapshots.map((snapshot) => ({ ...snapshot, isReady: true }));
  }
  const branches = await neon.listBranches(project.neon_project_id);
  return branches.map((branch) => ({
    id: branch.id,
    name: branch.name,
    timestamp: branch.parentTimestamp,
    lsn: branch.parentLsn,
    sourceBranchId: branch.parentId,
    createdAt: branch.createdAt,
    sizeBytes: branch.logicalSizeBytes,
    isReady: branch.state === 'ready',
  }));
}

/** By the name that is derived from our id; a name that a user wished comes later and proves nothing. */
export function isMadeFor(row: Pick<SnapshotRow, 'id'>, made: Made): boolean {
  const name = derivedName(row.id);
  return made.slug === name || made.name === name;
}

/** What was made without an answer, with the operations of Neon that it may still wait for. */
export async function findMade(
  place: SnapshotPlace,
  row: SnapshotRow,
): Promise<{ id: string; operationIds: string[] } | undefined> {
  const found = (await listMade(place, row.kind)).find((one) => isMadeFor(row, one));
  if (!found) return undefined;
  const branchIds = [place.branch.neon_branch_id, found.id];
  const operationIds = await listOperationsSince(place.neon, place.project.neon_project_id, branchIds, found.createdAt);
  return { id: found.id, operationIds };
}
