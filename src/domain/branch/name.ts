// Owns whether a name is free for a branch of a project: in the mirror, and among what is promised.

import { listPresentBranches } from '../../store/branches.ts';
import { isNamePromised } from '../../store/restores.ts';
import { isBranchSnapshotPromised } from '../../store/snapshots.ts';
import type { Unit } from '../change.ts';

/** With the project locked, so that two requests cannot both be promised one name. */
export async function isBranchNameTaken({ tx }: Unit, projectId: string, name: string): Promise<boolean> {
  const branches = await listPresentBranches(tx, [projectId]);
  if (branches.some((branch) => branch.name === name)) return true;
  return (await isNamePromised(tx, projectId, name)) || (await isBranchSnapshotPromised(tx, projectId, name));
}
