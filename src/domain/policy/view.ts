// Owns how policies are shown: what they say, where they do nothing, and what of them may not be as it is meant.

import {
  expireAtMostShareDefault,
  type PolicyRule,
  type PolicySchedule,
  startWithinSecondsDefault,
} from '../../core/policy.ts';
import { selectsBranch, selectsProject } from '../../core/selector.ts';
import { listSelectableBranches } from '../../store/branches.ts';
import type { Db } from '../../store/database.ts';
import { listSchedules, type PolicyRow, type ScheduleRow } from '../../store/policies.ts';
import { listSelectableProjects } from '../../store/projects.ts';
import { groupBy } from '../group.ts';
import type { PolicyRuleView, PolicyStop, PolicyView, ScheduleRuleView, SelectorView } from '../views.ts';
import { toRetentionView } from './retention.ts';
import { isInPause } from './next.ts';
import { ruleOf, scheduleOf } from './rule.ts';
import { warningsOf } from './warnings.ts';

export async function viewPolicy(db: Db, row: PolicyRow, now: Date): Promise<PolicyView> {
  const [view] = await viewPolicies(db, row.team_id, [row], now);
  if (!view) throw new Error('one policy is shown as one');
  return view;
}

/** All of them with three statements. */
export async function viewPolicies(
  db: Db,
  teamId: string,
  rows: readonly PolicyRow[],
  now: Date,
): Promise<PolicyView[]> {
  const ids = rows.map(({ id }) => id);
  const schedules = groupBy(await listSchedules(db, ids), ({ policy_id }) => policy_id);
  const projects = await listSelectableProjects(db, teamId);
  const selected = projects.filter((project) => rows.some(({ selector }) => selectsProject(selector, project)));
  const branches = groupBy(
    await listSelectableBranches(
      db,
      selected.map(({ id }) => id),
    ),
    ({ projectId }) => projectId,
  );
  return rows.map((row) => {
    const own = selected.filter((project) => selectsProject(row.selector, project));
    const gone = own.filter(({ gone_at }) => gone_at);
    const present = own.filter(({ gone_at }) => !gone_at);
    const meant = present.flatMap(({ id }) => branches.get(id) ?? []);
    const reach = {
      branches: meant.filter((branch) => selectsBranch(row.selector.branches, branch)).length,
      historySeconds: present.length > 0 ? Math.min(...present.map((one) => one.history_retention_seconds)) : undefined,
    };
    const stops = gone.map(({ id }): PolicyStop => ({ projectId: id, code: 'project_gone' }));
    return toPolicyView(row, schedules.get(row.id) ?? [], { stops, reach, now });
  });
}

function toPolicyView(
  row: PolicyRow,
  schedules: readonly ScheduleRow[],
  { stops, reach, now }: { stops: PolicyStop[]; reach: Parameters<typeof warningsOf>[1]; now: Date },
): PolicyView {
  const isPaused = isInPause(row, now);
  const rule = ruleOf(row, schedules);
  return {
    id: row.id,
    ...toRuleView(rule),
    schedules: schedules.map((schedule) => ({
      ...toScheduleRuleView(scheduleOf(schedule)),
      nextFiringAt: schedule.next_firing_at?.toISOString() ?? null,
    })),
    isPaused,
    pausedUntil: isPaused ? (row.paused_until?.toISOString() ?? null) : null,
    stops,
    warnings: warningsOf(rule, reach, now),
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

function toScheduleRuleView({ startWithinSeconds, ...schedule }: PolicySchedule): ScheduleRuleView {
  return { ...schedule, window: { startWithinSeconds: startWithinSeconds ?? startWithinSecondsDefault } };
}

function toSelectorView({ projects, labels, branches }: PolicyRule['selector']): SelectorView {
  return { projects: projects ?? null, labels: labels ?? null, branches };
}

function toProtectionView(protection: PolicyRule['protection']): PolicyRuleView['protection'] {
  return protection && { lock: { ...protection.lock, tiers: protection.lock.tiers ?? null } };
}
