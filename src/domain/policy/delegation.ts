// Owns which branches' schedules are left to Neon, by which policy, and that a job follows every change of that. It calls nobody: the job
// is in `delegate.ts`.

import { firedByUs, impossible, isDelegated, type NativeSchedule, toNativeSchedules } from '../../core/delegation.ts';
import type { PolicyRule } from '../../core/policy.ts';
import { selectsProject } from '../../core/selector.ts';
import { type BranchRow, listBranchRows, listPresentBranches } from '../../store/branches.ts';
import type { Db } from '../../store/database.ts';
import { type DelegationRow, listBranchesDelegatedIn, listBranchesOfDelegation } from '../../store/delegations.ts';
import { listPromisedSubjects } from '../../store/outbox/unfinished.ts';
import { listPoliciesOfProjects, listSchedules, type PolicyRow } from '../../store/policies.ts';
import { listProjectRows, type ProjectRow } from '../../store/projects.ts';
import { listPreservedNeonIds } from '../../store/restores.ts';
import type { Unit } from '../change.ts';
import type { CommandDeps } from '../deps.ts';
import { groupBy } from '../group.ts';
import type { DelegatedBranchView, DelegationView } from '../views.ts';
import { listCovered, meansBranch } from './coverage.ts';
import { isInPause } from './next.ts';
import { ruleOf } from './rule.ts';

const job = 'branch.delegate';

interface Delegating {
  readonly row: PolicyRow;
  readonly rule: PolicyRule;
}

/** The policies that leave their schedules to Neon and may mean one of the projects, the oldest first. */
async function listDelegating(db: Db, teamId: string, projectIds: readonly string[]): Promise<Delegating[]> {
  const rows = await listPoliciesOfProjects(db, teamId, projectIds);
  const ids = rows.map(({ id }) => id);
  const schedules = groupBy(await listSchedules(db, ids), ({ policy_id }) => policy_id);
  return rows
    .map((row) => ({ row, rule: ruleOf(row, schedules.get(row.id) ?? []) }))
    .filter(({ rule }) => isDelegated(rule));
}

/** Whose Neon's schedule of each branch is: the oldest policy's that covers it. An undo copy is nobody's. */
async function listOwners(db: Db, project: ProjectRow): Promise<{ branch: BranchRow; policy: Delegating }[]> {
  const policies = (await listDelegating(db, project.team_id, [project.id])).filter(({ row }) =>
    selectsProject(row.selector, project),
  );
  if (policies.length === 0) return [];
  const preserved = await listPreservedNeonIds(db, [project.id]);
  const branches = await listPresentBranches(db, [project.id]);
  return branches.flatMap((branch) => {
    const policy = policies.find(({ row }) => meansBranch(row.selector, branch));
    return policy && !preserved.has(branch.neon_branch_id) ? [{ branch, policy }] : [];
  });
}

export interface WantedSchedule {
  readonly policyId: string;
  /** Empty while the policy is paused. */
  readonly schedules: readonly NativeSchedule[];
}

/** What Neon's schedule of the branch is to be; undefined where no policy leaves it to Neon. */
export async function findWanted(
  db: Db,
  project: ProjectRow,
  branchId: string,
  now: Date,
): Promise<WantedSchedule | undefined> {
  const owner = (await listOwners(db, project)).find(({ branch }) => branch.id === branchId)?.policy;
  if (!owner) return undefined;
  const schedules = isInPause(owner.row, now) ? [] : toNativeSchedules(owner.rule);
  return { policyId: owner.row.id, schedules };
}

/**
 * Refuses with `delegation_impossible` a rule that is left to Neon and covers now what Neon cannot do: a project of the plan Free, a child
 * branch, a branch whose schedule another policy has. `replaced`: policies that it stands for. What is covered later is told by the
 * policy's `delegation`.
 */
export async function checkDelegation(
  { db }: Pick<CommandDeps, 'db'>,
  teamId: string,
  rule: PolicyRule,
  replaced: readonly string[] = [],
): Promise<void> {
  if (!isDelegated(rule)) return;
  const covered = await listCovered(db, teamId, { id: '', selector: rule.selector });
  const free = covered.find(({ project }) => project.plan === 'free')?.project;
  if (free) {
    const members = { projectId: free.id };
    throw impossible('plan', 'selector', `the plan Free of ${free.id} has no schedules of its own`, undefined, members);
  }
  const child = covered.find(({ branch }) => branch.parent_neon_branch_id !== null)?.branch;
  if (child) {
    const members = { branchId: child.id };
    throw impossible(
      'child_branch',
      'selector',
      `${child.id} is a child branch, and Neon has schedules of root branches only`,
      undefined,
      members,
    );
  }
  const ids = [...new Set(covered.map(({ project }) => project.id))];
  const others = (await listDelegating(db, teamId, ids)).filter(({ row }) => !replaced.includes(row.id));
  for (const { branch, project } of covered) {
    const other = others.find(({ row }) => selectsProject(row.selector, project) && meansBranch(row.selector, branch));
    if (!other) continue;
    const why = `Neon has one schedule of ${branch.id}, and the policy ${JSON.stringify(other.row.name)} has it`;
    const members = { branchId: branch.id, policyId: other.row.id };
    throw impossible('other_policy', 'selector', why, 'Take the branch out of one of them.', members);
  }
}

/** After every change of the policy: Neon's schedules of the branches that it covers, and of those that it covered, are looked at. */
export async function promiseDelegations(unit: Unit, policy: PolicyRow): Promise<void> {
  const schedules = await listSchedules(unit.tx, [policy.id]);
  const isLeftToNeon = firedByUs(schedules).length < schedules.length;
  const covered = isLeftToNeon ? await listCovered(unit.tx, policy.team_id, policy) : [];
  const known = await listBranchesOfDelegation(unit.tx, policy.id);
  const ids = [...new Set([...covered.map(({ branch }) => branch.id), ...known])];
  if (ids.length === 0) return;
  const branches = await listBranchRows(unit.tx, ids);
  const projects = await listProjectRows(unit.tx, [...new Set(branches.map(({ project_id }) => project_id))]);
  const lanes = new Map(projects.map((project) => [project.id, project] as const));
  for (const branch of branches) {
    const project = lanes.get(branch.project_id);
    // One that is back is compared, and the comparison promises it.
    if (project && !project.removed_at && !project.gone_at) unit.promise(job, branch.id, project.neon_project_id);
  }
}

/** With every comparison of the project: a branch may be covered since, or not any more, and somebody may have changed Neon's schedule. */
export async function promiseDelegationsIn(unit: Unit, project: ProjectRow): Promise<void> {
  const owned = (await listOwners(unit.tx, project)).map(({ branch }) => branch.id);
  const ids = new Set([...owned, ...(await listBranchesDelegatedIn(unit.tx, project.id))]);
  if (ids.size === 0) return;
  const promised = await listPromisedSubjects(unit.tx, project.neon_project_id, job);
  for (const id of ids) if (!promised.has(id)) unit.promise(job, id, project.neon_project_id);
}

const branchesShown = 200;

/** Of the branches that the policy covers. */
export function toDelegationView(
  policyId: string,
  branchIds: readonly string[],
  known: ReadonlyMap<string, DelegationRow>,
): DelegationView {
  const all = branchIds.map((branchId) => toBranchView(policyId, branchId, known.get(branchId)));
  const count = (state: DelegatedBranchView['state']): number => all.filter((one) => one.state === state).length;
  return {
    counts: { pending: count('pending'), set: count('set'), drifted: count('drifted'), refused: count('refused') },
    branches: all.toSorted((a, b) => Number(a.state === 'set') - Number(b.state === 'set')).slice(0, branchesShown),
  };
}

function toBranchView(policyId: string, branchId: string, row: DelegationRow | undefined): DelegatedBranchView {
  if (!row) return { branchId, state: 'pending', error: null, checkedAt: null };
  const checkedAt = row.checked_at?.toISOString() ?? null;
  if (row.policy_id === policyId) return { branchId, state: row.state, error: row.error, checkedAt };
  const message = `Neon has one schedule of the branch, and the policy ${row.policy_id} has it. Nothing of this one was set.`;
  return { branchId, state: 'refused', error: { code: 'other_policy', message }, checkedAt };
}
