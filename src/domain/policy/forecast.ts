// Owns what a policy needs of its projects once it has run for long: against Neon's caps, and in money. It changes nothing.

import { firedByUs, isDelegated, keptByNeon } from '../../core/delegation.ts';
import { type Effort, forecastKept, type KeptForecast, makeEffort } from '../../core/forecast.ts';
import { branchLimits, limitsInForce } from '../../core/limits.ts';
import { type PolicyRule, snapshotKind, startsWithinMs } from '../../core/policy.ts';
import { type PolicySelector, selectsBranch, selectsProject } from '../../core/selector.ts';
import { countPresentBranches, listSelectableBranches, type SelectableBranchRow } from '../../store/branches.ts';
import type { Db } from '../../store/database.ts';
import { listPoliciesOfProjects, listSchedules } from '../../store/policies.ts';
import { listSelectedProjects, type ProjectRow } from '../../store/projects.ts';
import { wholeTeam } from '../../store/scope.ts';
import { countHeldSnapshots, type HeldSnapshots } from '../../store/snapshots.ts';
import type { Deps } from '../deps.ts';
import { groupBy } from '../group.ts';
import type { NeedView, ProjectForecastView } from '../views.ts';
import { costOf } from './cost.ts';
import { zoneOfSchedules } from './retention.ts';
import { ruleOf } from './rule.ts';

export interface PolicyForecast {
  /** Of each branch, by whoever makes it. */
  readonly kept: KeptForecast;
  /** Of the projects that Neon shows, by id. */
  readonly projects: readonly ProjectForecastView[];
  readonly covered: readonly SelectableBranchRow[];
  readonly selected: readonly ProjectRow[];
}

/** A policy, and what it keeps of each branch. */
interface Keeping {
  readonly id: string | undefined;
  readonly selector: PolicySelector;
  readonly store: PolicyRule['store'];
  /** Of what we make: what Neon's own schedules make counts against no cap. */
  readonly kept: KeptForecast;
}

interface Own extends Keeping {
  /** Undefined of a policy that is not left to Neon. */
  readonly keptByNeon: KeptForecast | undefined;
}

/** What one project has, and what keeps something in it. */
interface Place {
  readonly project: ProjectRow;
  /** Without undo copies. */
  readonly branches: readonly SelectableBranchRow[];
  readonly present: { readonly all: number; readonly roots: number };
  readonly held: readonly HeldSnapshots[];
}

/** What is saved together with a rule. */
export interface SavedWith {
  /** The policy that it replaces. */
  readonly policyId?: string | undefined;
  /** Policies that are replaced or removed with it. */
  readonly without?: ReadonlySet<string>;
  readonly beside?: readonly { readonly id: string | undefined; readonly rule: PolicyRule }[];
}

/**
 * What the rule comes to in each project that it selects now, with what the team's other policies keep there. Six statements,
 * whatever it selects.
 */
export async function forecastPolicy(
  { db, settings, now }: Pick<Deps, 'db' | 'settings' | 'now'>,
  teamId: string,
  rule: PolicyRule,
  { policyId, without = new Set(), beside = [] }: SavedWith = {},
): Promise<PolicyForecast> {
  const at = now();
  const selected = (await listSelectedProjects(db, wholeTeam(teamId), rule.selector)).filter(({ gone_at }) => !gone_at);
  const ids = selected.map(({ id }) => id);
  const own = ownOf({ id: policyId, rule });
  const there = await listOthers(db, teamId, ids);
  const others = [
    ...there.filter(({ id }) => id !== policyId && !without.has(id ?? '')),
    ...beside.map((one) => keepingOf(one)),
  ];
  const branches = groupBy(await listSelectableBranches(db, ids), ({ projectId }) => projectId);
  const present = await countPresentBranches(db, ids);
  const held = groupBy(await countHeldSnapshots(db, ids, at), ({ projectId }) => projectId);
  const places = selected.map((project): Place => {
    const { id } = project;
    const none = { all: 0, roots: 0 };
    return { project, branches: branches.get(id) ?? [], present: present.get(id) ?? none, held: held.get(id) ?? [] };
  });
  const named = Map.groupBy(
    others.flatMap((other) => (other.selector.projects ?? []).map((projectId) => ({ projectId, other }))),
    ({ projectId }) => projectId,
  );
  const labelled = others.filter(({ selector }) => !selector.projects);
  const keeping = ({ id }: ProjectRow) => [...(named.get(id) ?? []).map(({ other }) => other), ...labelled];
  return {
    kept: own.keptByNeon ?? own.kept,
    projects: places.map((place) => forecastProject(place, own, keeping(place.project), settings.prices)),
    covered: places.flatMap((place) => coveredIn(place, own)),
    selected,
  };
}

/** What a policy of the rule keeps of a branch at its worst moment, with what its locks keep. */
export function keptBy({ schedules, retention, protection }: PolicyRule, effort: Effort = makeEffort()): KeptForecast {
  const fired = firedByUs(schedules);
  return forecastKept(
    {
      schedules: fired,
      rule: retention,
      lock: protection?.lock,
      timeZone: zoneOfSchedules(schedules),
      lateMs: Math.max(0, ...fired.map(startsWithinMs)),
    },
    effort,
  );
}

function keepingOf(
  { id, rule }: { readonly id: string | undefined; readonly rule: PolicyRule },
  effort?: Effort,
): Keeping {
  return { id, selector: rule.selector, store: rule.store, kept: keptBy(rule, effort) };
}

function ownOf(one: { readonly id: string | undefined; readonly rule: PolicyRule }): Own {
  const own = keepingOf(one);
  if (!isDelegated(one.rule)) return { ...own, keptByNeon: undefined };
  const counts = keptByNeon(one.rule);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { ...own, keptByNeon: { total, isAtLeast: false, tiers: { ...own.kept.tiers, ...counts } } };
}

/** All of them share one effort. */
async function listOthers(db: Db, teamId: string, projectIds: readonly string[]): Promise<Keeping[]> {
  const rows = await listPoliciesOfProjects(db, teamId, projectIds);
  const schedules = groupBy(
    await listSchedules(
      db,
      rows.map(({ id }) => id),
    ),
    ({ policy_id }) => policy_id,
  );
  const effort = makeEffort();
  return rows.map((row) => keepingOf({ id: row.id, rule: ruleOf(row, schedules.get(row.id) ?? []) }, effort));
}

function coveredIn({ project, branches }: Place, { selector }: Keeping): SelectableBranchRow[] {
  if (!selectsProject(selector, project)) return [];
  return branches.filter((branch) => selectsBranch(selector.branches, branch));
}

/** How much the policy keeps in the project, of each kind. */
function keptIn(place: Place, keeping: Keeping): { snapshots: number; branches: number } {
  const covered = coveredIn(place, keeping);
  const snapshots = covered.filter(({ isRoot }) => snapshotKind(keeping.store, isRoot) === 'neon_snapshot').length;
  const { total } = keeping.kept;
  return { snapshots: total * snapshots, branches: total * (covered.length - snapshots) };
}

function forecastProject(
  place: Place,
  own: Own,
  others: readonly Keeping[],
  prices: Deps['settings']['prices'],
): ProjectForecastView {
  const { project, present } = place;
  const mine = keptIn(place, own);
  const here = others.map((other) => ({ ...keptIn(place, other), isAtLeast: other.kept.isAtLeast }));
  const standing = standingIn(place, [own, ...others]);
  const limits = limitsInForce(project.plan, project.limits);
  const { cap, included } = branchLimits(project.plan);
  const need = (what: 'snapshots' | 'branches', most: number): NeedView => {
    const thisPolicy = mine[what];
    const otherPolicies = here.reduce((sum, one) => sum + one[what], 0);
    const beingMade = thisPolicy > 0 ? 1 : 0;
    const needed = thisPolicy + otherPolicies + standing[what] + beingMade;
    const isAtLeast = [{ ...mine, isAtLeast: own.kept.isAtLeast }, ...here].some(
      (one) => one.isAtLeast && one[what] > 0,
    );
    return {
      needed,
      thisPolicy,
      otherPolicies,
      standing: standing[what],
      beingMade,
      cap: most,
      fits: needed <= most,
      isAtLeast,
    };
  };
  const branches = { ...need('branches', cap), included };
  const covered = coveredIn(place, own);
  return {
    projectId: project.id,
    snapshots: need('snapshots', limits.snapshots),
    leftToNeon: (own.keptByNeon?.total ?? 0) * covered.length,
    branches,
    rootSlots: { needed: 0, used: present.roots, cap: limits.rootBranches },
    monthlyCost: costOf({ covered, own, branches }, prices),
  };
}

/**
 * What is there and goes with no policy: snapshots that a person took or adopted, those of deleted policies, those of branches that
 * their policy does not mean any more, and what is covered beyond the rule. Of branches, all that are no snapshots of a policy too.
 */
function standingIn(place: Place, policies: readonly Keeping[]): { snapshots: number; branches: number } {
  const meant = new Map(
    policies.flatMap((policy) =>
      coveredIn(place, policy).map((branch) => [`${policy.id}:${branch.id}`, policy] as const),
    ),
  );
  const own = (kind: HeldSnapshots['kind']) =>
    place.held
      .filter((one) => one.kind === kind)
      .map((one) => ({ ...one, keeping: meant.get(`${one.policyId}:${one.branchId}`) }));
  const beyond = (kind: HeldSnapshots['kind']) => own(kind).reduce((sum, one) => sum + beyondRule(one, one.keeping), 0);
  const unmeant = own('neon_snapshot').reduce((sum, one) => sum + (one.keeping ? 0 : one.count), 0);
  const meantBranches = own('branch').reduce((sum, one) => sum + (one.keeping ? one.count : 0), 0);
  return {
    snapshots: unmeant + beyond('neon_snapshot'),
    branches: Math.max(0, place.present.all - meantBranches) + beyond('branch'),
  };
}

/**
 * What outlasts the rule of the policy that made it: in the long run the rule keeps later ones. All that a person holds or has locked,
 * and of what the policy has locked the part that it would not lock any more.
 */
function beyondRule({ covered, locked }: HeldSnapshots, keeping: Keeping | undefined): number {
  return keeping ? covered + Math.max(0, locked - keeping.kept.tiers.locked) : 0;
}
