// Owns how policies are shown: what they say, where they do nothing, and what of them may not be as it is meant.

import { isDelegated } from '../../core/delegation.ts';
import {
  expireAtMostShareDefault,
  type PolicyRule,
  type PolicySchedule,
  startWithinSecondsDefault,
} from '../../core/policy.ts';
import { selectsBranch, selectsProject } from '../../core/selector.ts';
import type { Db } from '../../store/database.ts';
import type { PolicyRow, ScheduleRow } from '../../store/policies.ts';
import { type PolicyFacts, readFactsOfBranches, readFactsOfPolicies } from '../../store/policy-facts.ts';
import { wholeTeam } from '../../store/scope.ts';
import { groupBy } from '../group.ts';
import type {
  PolicyReachView,
  PolicyRuleView,
  PolicyStop,
  PolicyView,
  SavedPolicyView,
  ScheduleRuleView,
  SelectorView,
} from '../views.ts';
import { toDelegationView } from './delegation.ts';
import { toRetentionView } from './retention.ts';
import { isInPause } from './next.ts';
import { ruleOf, scheduleOf } from './rule.ts';
import { warningsOf } from './warnings.ts';

export async function viewPolicy(db: Db, row: PolicyRow, now: Date): Promise<PolicyView> {
  const [view] = await viewPolicies(db, row.team_id, [row], now);
  if (!view) throw new Error('one policy is shown as one');
  return view;
}

/** All of them with one statement, in their order. */
export async function viewPolicies(
  db: Db,
  teamId: string,
  rows: readonly PolicyRow[],
  now: Date,
): Promise<PolicyView[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  return toPolicyViews(rows, await readFactsOfPolicies(db, wholeTeam(teamId), ids), now);
}

/** Of each policy of the team, by its id, with one statement. */
export async function viewReaches(
  db: Db,
  teamId: string,
  policyIds: readonly string[],
  now: Date,
): Promise<Map<string, PolicyReachView>> {
  const facts = await readFactsOfPolicies(db, wholeTeam(teamId), policyIds);
  const policies = toPolicyViews(facts.policies, facts, now);
  return new Map(policies.map(({ id, stops, delegation, warnings }) => [id, { stops, delegation, warnings }] as const));
}

/** Of each branch the policies that cover it, by its id, with one statement: none of a branch that is gone, or in a project that is. */
export async function viewPoliciesByBranch(
  db: Db,
  teamId: string,
  branchIds: readonly string[],
  now: Date,
): Promise<Map<string, PolicyView[]>> {
  const facts = await readFactsOfBranches(db, wholeTeam(teamId), branchIds);
  const projects = new Map(facts.projects.map((project) => [project.id, project] as const));
  const asked = new Set(branchIds);
  const covering = facts.branches
    .filter(({ id }) => asked.has(id))
    .map((branch) => {
      const project = projects.get(branch.projectId);
      const own = facts.policies.filter(
        ({ selector }) => project && selectsProject(selector, project) && selectsBranch(selector.branches, branch),
      );
      return { id: branch.id, own: own.map(({ id }) => id) };
    });
  const wanted = new Set(covering.flatMap(({ own }) => own));
  const shown = toPolicyViews(
    facts.policies.filter(({ id }) => wanted.has(id)),
    facts,
    now,
  );
  const views = new Map(shown.map((view) => [view.id, view] as const));
  return new Map(covering.map(({ id, own }) => [id, own.flatMap((policyId) => views.get(policyId) ?? [])] as const));
}

function toPolicyViews(rows: readonly PolicyRow[], facts: PolicyFacts, now: Date): PolicyView[] {
  const schedules = groupBy(facts.schedules, ({ policy_id }) => policy_id);
  const branches = groupBy(facts.branches, ({ projectId }) => projectId);
  const known = new Map(facts.delegations.map((row) => [row.branch_id, row] as const));
  const reached = rows.map((row) => {
    const own = facts.projects.filter((project) => selectsProject(row.selector, project));
    const gone = own.filter(({ gone_at }) => gone_at);
    const present = own.filter(({ gone_at }) => !gone_at);
    const inProjects = present.flatMap(({ id }) => branches.get(id) ?? []);
    const meant = inProjects.filter((branch) => selectsBranch(row.selector.branches, branch)).map(({ id }) => id);
    const reach = {
      branches: meant.length,
      historySeconds: present.length > 0 ? Math.min(...present.map((one) => one.history_retention_seconds)) : undefined,
    };
    const stops = gone.map(({ id }): PolicyStop => ({ projectId: id, code: 'project_gone' }));
    const saved = schedules.get(row.id) ?? [];
    return {
      row,
      schedules: saved,
      stops,
      reach,
      delegated: isDelegated({ schedules: saved.map(scheduleOf) }) ? meant : undefined,
    };
  });
  return reached.map(({ row, schedules: own, stops, reach, delegated }) => ({
    ...toSavedView(row, own, now),
    stops,
    delegation: delegated ? toDelegationView(row.id, delegated, known) : null,
    warnings: warningsOf(ruleOf(row, own), reach),
  }));
}

export function toSavedView(row: PolicyRow, schedules: readonly ScheduleRow[], now: Date): SavedPolicyView {
  const isPaused = isInPause(row, now);
  return {
    id: row.id,
    ...toRuleView(ruleOf(row, schedules)),
    schedules: schedules.map((schedule) => ({
      ...toScheduleRuleView(scheduleOf(schedule)),
      nextFiringAt: schedule.next_firing_at?.toISOString() ?? null,
    })),
    isPaused,
    pausedUntil: isPaused ? (row.paused_until?.toISOString() ?? null) : null,
    version: row.version,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** With every default. */
export function toRuleView(rule: PolicyRule): PolicyRuleView {
  return {
    name: rule.name,
    selector: toSelectorView(rule.selector),
    schedules: rule.schedules.map(toScheduleRuleView),
    retention: toRetentionView(rule.retention),
    protection: toProtectionView(rule.protection),
    store: rule.store,
    objectives: { rpoSeconds: rule.objectives.rpoSeconds ?? null },
    missedFirings: rule.missedFirings,
    limits: { expireAtMostShare: rule.limits.expireAtMostShare ?? expireAtMostShareDefault },
  };
}

/** A version that was saved before schedules could be left to Neon does not say who takes the snapshots. */
function toScheduleRuleView(
  schedule: Omit<PolicySchedule, 'engine'> & Partial<Pick<PolicySchedule, 'engine'>>,
): ScheduleRuleView {
  const { startWithinSeconds, engine, ...rest } = schedule;
  const window = { startWithinSeconds: startWithinSeconds ?? startWithinSecondsDefault };
  return { ...rest, window, engine: engine ?? 'afterglow' };
}

function toSelectorView({ projects, labels, branches }: PolicyRule['selector']): SelectorView {
  return { projects: projects ?? null, labels: labels ?? null, branches };
}

function toProtectionView(protection: PolicyRule['protection']): PolicyRuleView['protection'] {
  return protection && { lock: { ...protection.lock, tiers: protection.lock.tiers ?? null } };
}
