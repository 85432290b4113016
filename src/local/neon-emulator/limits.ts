/**
 * Owns the caps of Neon's plans as neon-api.md gives them, and the refusals past them. Never counts what is not in the project.
 */
import { unprocessable } from './refusals.ts';
import type { Limits, OrganizationRecord, Plan, ProjectRecord } from './state.ts';

const hour = 3600;
const day = 24 * hour;

export const limitsOf: Readonly<Record<Exclude<Plan, 'custom'>, Limits>> = {
  free: {
    historySecondsMax: 6 * hour,
    historySecondsDefault: 6 * hour,
    manualSnapshots: 1,
    backupSchedules: false,
    rootBranches: 3,
    branches: 10,
    branchesIncluded: 10,
    projects: 100,
  },
  launch: {
    historySecondsMax: 7 * day,
    historySecondsDefault: day,
    manualSnapshots: 100,
    backupSchedules: true,
    rootBranches: 5,
    branches: 5000,
    branchesIncluded: 10,
    projects: 100,
  },
  scale: {
    historySecondsMax: 30 * day,
    historySecondsDefault: day,
    manualSnapshots: 100,
    backupSchedules: true,
    rootBranches: 25,
    branches: 5000,
    branchesIncluded: 25,
    projects: 1000,
  },
};

/** The caps in force; a project has those of its organization. */
export function limitsFor({ plan, customLimits }: Pick<OrganizationRecord, 'plan' | 'customLimits'>): Limits {
  return plan === 'custom' ? (customLimits ?? limitsOf.scale) : limitsOf[plan];
}

/** To be called before a project is added; `count` are those that the organization has. */
export function checkProjectCap(organization: OrganizationRecord, count: number): void {
  if (count >= limitsFor(organization).projects)
    throw unprocessable('projects limit exceeded', 'PROJECTS_LIMIT_EXCEEDED');
}

/** Refuses 422 a history window that the plan has not. */
export function checkHistory(owner: Pick<OrganizationRecord, 'plan' | 'customLimits'>, seconds: number): void {
  const { historySecondsMax } = limitsFor(owner);
  if (seconds > historySecondsMax)
    throw unprocessable(`history retention of this plan is at most ${historySecondsMax} seconds`);
}

/** To be called before a branch is added. */
export function checkBranchCaps(project: ProjectRecord, kind: 'root' | 'child'): void {
  const limits = limitsFor(project);
  const roots = project.branches.filter((branch) => branch.parentId === undefined).length;
  if (kind === 'root' && roots >= limits.rootBranches) throw unprocessable('root branches limit exceeded');
  if (project.branches.length >= limits.branches)
    throw unprocessable('branches limit exceeded', 'BRANCHES_LIMIT_EXCEEDED');
}

/** To be called before a manual snapshot is added; those of schedules do not count. */
export function checkSnapshotCap(project: ProjectRecord): void {
  const manual = project.snapshots.filter(({ isManual }) => isManual).length;
  if (manual >= limitsFor(project).manualSnapshots) throw unprocessable('snapshots limit exceeded');
}
