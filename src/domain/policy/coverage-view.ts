// Owns saying which branches a policy covers, and which of the team's none covers, or none that goes on. It reads the mirror alone.

import { type PolicyStore, snapshotKind } from '../../core/policy.ts';
import { idOfDerivedName } from '../../core/names.ts';
import { type PolicySelector, selectsBranch, selectsProject } from '../../core/selector.ts';
import { listSelectableBranches, type SelectableBranchRow } from '../../store/branches.ts';
import type { Warning } from '../../store/database.ts';
import { listPolicySelectors, type PolicyRow } from '../../store/policies.ts';
import { listSelectableProjects, type ProjectRow } from '../../store/projects.ts';
import { listSnapshotBranchIds } from '../../store/snapshots.ts';
import type { Actor } from '../actor.ts';
import type { CommandDeps } from '../deps.ts';
import type { BranchCoverageView, PolicyCoverageView } from '../views.ts';
import { isInPause, isPausedWithoutEnd } from './next.ts';
import { getPolicyRow } from './policy.ts';

const branchesShown = 1_000;

/** Of the projects that Neon shows, without undo copies, and without branches that Afterglow made. By branch id. */
export async function getPolicyCoverage(deps: CommandDeps, actor: Actor, id: string): Promise<PolicyCoverageView> {
  const policy = await getPolicyRow(deps, actor, id);
  deps.allow();
  const { db } = deps;
  const projects = (await listSelectableProjects(db, actor)).filter(({ gone_at }) => !gone_at);
  const ids = projects.map((project) => project.id);
  const selectors = await listPolicySelectors(db, actor.teamId);
  const ours = await listSnapshotBranchIds(db, ids);
  const branches = (await listSelectableBranches(db, ids))
    .filter(({ name, neonBranchId }) => !ours.has(neonBranchId) && idOfDerivedName(name) === undefined)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const now = deps.now();
  const all = selectionsOf(projects, selectors);
  const going = selectionsOf(
    projects,
    selectors.filter((one) => !isPausedWithoutEnd(one, now)),
  );
  const isMeant = (by: Selections, { projectId, ...branch }: SelectableBranchRow): boolean =>
    by.get(projectId)?.some((selection) => selectsBranch(selection, branch)) ?? false;
  const own = new Set(projects.filter((project) => selectsProject(policy.selector, project)).map((one) => one.id));
  const covered = branches.filter(
    (branch) => own.has(branch.projectId) && selectsBranch(policy.selector.branches, branch),
  );
  const uncovered = branches.filter((branch) => !isMeant(all, branch));
  const paused = branches.filter((branch) => isMeant(all, branch) && !isMeant(going, branch));
  return {
    coveredCount: covered.length,
    covered: covered
      .slice(0, branchesShown)
      .map((branch) => ({ ...toView(branch), kind: snapshotKind(policy.store, branch.isRoot) })),
    uncoveredCount: uncovered.length,
    uncovered: uncovered.slice(0, branchesShown).map(toView),
    pausedCount: paused.length,
    paused: paused.slice(0, branchesShown).map(toView),
    warnings: [...childWarnings(policy.store, covered), ...pauseWarnings(policy, now)],
  };
}

/** What is selected of the branches of a project, by its id. */
type Selections = ReadonlyMap<string, readonly PolicySelector['branches'][]>;

function selectionsOf(
  projects: readonly Pick<ProjectRow, 'id' | 'labels'>[],
  policies: readonly { readonly selector: PolicySelector }[],
): Selections {
  return new Map(
    projects.map((project) => {
      const meaning = policies.filter(({ selector }) => selectsProject(selector, project));
      return [project.id, unique(meaning.map(({ selector }) => selector.branches))] as const;
    }),
  );
}

/** Many policies say the same of a project. */
function unique(selections: readonly PolicySelector['branches'][]): PolicySelector['branches'][] {
  return [...new Map(selections.map((selection) => [JSON.stringify(selection), selection])).values()];
}

function toView({ id, projectId, name }: SelectableBranchRow): BranchCoverageView {
  return { branchId: id, projectId, name };
}

export function pauseWarnings(policy: Pick<PolicyRow, 'paused_at' | 'paused_until'>, now: Date): Warning[] {
  if (!isInPause(policy, now)) return [];
  const until = policy.paused_until ? `until ${policy.paused_until.toISOString()}` : 'until a person resumes it';
  return [{ code: 'paused', message: `It is paused: nothing of this fires ${until}.` }];
}

export function childWarnings(store: PolicyStore, covered: readonly SelectableBranchRow[]): Warning[] {
  const children = store === 'branch' ? [] : covered.filter(({ isRoot }) => !isRoot);
  const [first] = children;
  if (!first) return [];
  const others = children.length > 1 ? ` and ${children.length - 1} others` : '';
  return [
    {
      code: 'child_kept_as_branch',
      message:
        `${JSON.stringify(first.name)}${others}: Neon keeps snapshots of root branches only, so each firing makes a branch of these, ` +
        'which counts against the cap of branches and is billed as one.',
    },
  ];
}
