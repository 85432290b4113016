// Owns which branches a policy means now. It reads the mirror alone.

import { type PolicySelector, selectsBranch } from '../../core/selector.ts';
import { type BranchRow, listPresentBranches } from '../../store/branches.ts';
import type { Db } from '../../store/database.ts';
import { findProjects, listSelectedProjects, type ProjectRow } from '../../store/projects.ts';
import { wholeTeam } from '../../store/scope.ts';
import { listPreservedNeonIds } from '../../store/restores.ts';
import { groupBy } from '../group.ts';

export interface Covered {
  readonly branch: BranchRow;
  readonly project: ProjectRow;
}

interface Selecting {
  readonly id: string;
  readonly selector: PolicySelector;
}

/** What each of the policies means now, by its id, in projects that Neon shows; an undo copy is never meant, whatever it is named. */
export async function listCoverage(
  db: Db,
  teamId: string,
  policies: readonly Selecting[],
): Promise<Map<string, Covered[]>> {
  const selected = await listSelected(db, teamId, policies);
  const ids = [...new Set([...selected.values()].flatMap((projects) => projects.map(({ id }) => id)))];
  const branches = groupBy(await listPresentBranches(db, ids), ({ project_id }) => project_id);
  const preserved = await listPreservedNeonIds(db, ids);
  return new Map(
    policies.map(({ id, selector }) => {
      const projects = (selected.get(id) ?? []).filter(({ gone_at }) => !gone_at);
      return [id, projects.flatMap((project) => selectOf(project, branches, preserved, selector))];
    }),
  );
}

export async function listCovered(db: Db, teamId: string, policy: Selecting): Promise<Covered[]> {
  return (await listCoverage(db, teamId, [policy])).get(policy.id) ?? [];
}

/** Whether the selector means this branch of one of its projects. */
export function meansBranch({ branches }: Pick<PolicySelector, 'branches'>, row: BranchRow): boolean {
  const isRoot = row.parent_neon_branch_id === null;
  return selectsBranch(branches, { name: row.name, isDefault: row.is_default, isRoot });
}

/** Projects that are named are read together, since policies of that kind are many. */
async function listSelected(
  db: Db,
  teamId: string,
  policies: readonly Selecting[],
): Promise<Map<string, ProjectRow[]>> {
  const ids = [...new Set(policies.flatMap(({ selector }) => selector.projects ?? []))];
  const named = new Map(
    (await findProjects(db, wholeTeam(teamId), ids)).map((project) => [project.id, project] as const),
  );
  const selected = new Map<string, ProjectRow[]>();
  for (const { id, selector } of policies) {
    const projects = selector.projects?.flatMap((projectId) => named.get(projectId) ?? []);
    selected.set(id, projects ?? (await listSelectedProjects(db, wholeTeam(teamId), selector)));
  }
  return selected;
}

function selectOf(
  project: ProjectRow,
  branches: ReadonlyMap<string, BranchRow[]>,
  preserved: ReadonlySet<string>,
  selector: PolicySelector,
): Covered[] {
  return (branches.get(project.id) ?? []).flatMap((branch) => {
    if (preserved.has(branch.neon_branch_id)) return [];
    return meansBranch(selector, branch) ? [{ branch, project }] : [];
  });
}
