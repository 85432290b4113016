/**
 * Owns the caps of Neon's plans as neon-api.md gives them, and the refusals past them. Never counts what is not in the project.
 */
import { unprocessable } from './refusals.ts';
import type { Plan, ProjectRecord } from './state.ts';

export interface Limits {
  readonly historySecondsMax: number;
  readonly historySecondsDefault: number;
  readonly manualSnapshots: number;
  readonly rootBranches: number;
  readonly branches: number;
}

const hour = 3600;
const day = 24 * hour;

export const limitsOf: Readonly<Record<Plan, Limits>> = {
  free: {
    historySecondsMax: 6 * hour,
    historySecondsDefault: 6 * hour,
    manualSnapshots: 1,
    rootBranches: 3,
    branches: 10,
  },
  launch: {
    historySecondsMax: 7 * day,
    historySecondsDefault: day,
    manualSnapshots: 100,
    rootBranches: 5,
    branches: 5000,
  },
  scale: {
    historySecondsMax: 30 * day,
    historySecondsDefault: day,
    manualSnapshots: 100,
    rootBranches: 25,
    branches: 5000,
  },
};

/** To be called before a branch is added. */
export function checkBranchCaps(project: ProjectRecord, kind: 'root' | 'child'): void {
  const limits = limitsOf[project.plan];
  const roots = project.branches.filter((branch) => branch.parentId === undefined).length;
  if (kind === 'root' && roots >= limits.rootBranches) throw unprocessable('root branches limit exceeded');
  if (project.branches.length >= limits.branches)
    throw unprocessable('branches limit exceeded', 'BRANCHES_LIMIT_EXCEEDED');
}

export function checkSnapshotCap(project: ProjectRecord): void {
  if (project.snapshots.length >= limitsOf[project.plan].manualSnapshots)
    throw unprocessable('snapshots limit exceeded');
}
