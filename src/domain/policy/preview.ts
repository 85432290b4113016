// Owns looking ahead: when a policy fires, what it keeps and costs in the long run, and what it would let go. Nothing is saved.

import { isDelegated } from '../../core/delegation.ts';
import { parseNearInstant } from '../../core/instant.ts';
import { maintenanceUntil } from '../../core/maintenance.ts';
import type { PolicyRule, PolicySchedule } from '../../core/policy.ts';
import { planFirings } from '../../core/schedule.ts';
import { listSchedules, type PolicyRow } from '../../store/policies.ts';
import type { ProjectRow } from '../../store/projects.ts';
import type { Actor } from '../actor.ts';
import { checkProjects } from '../project/named.ts';
import type { PreviewPolicyInput, PreviewRange } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import type { FiringForecastView, PolicyPreviewView } from '../views.ts';
import { capWarnings } from './caps.ts';
import { addCosts } from './cost.ts';
import { childWarnings, pauseWarnings } from './coverage-view.ts';
import { checkDelegation } from './delegation.ts';
import { forecastExpiry } from './expiry.ts';
import { forecastPolicy } from './forecast.ts';
import { isInPause, opensAt } from './next.ts';
import { getPolicyRow } from './policy.ts';
import { readRule, ruleOf } from './rule.ts';
import { warningsOf } from './warnings.ts';

const countDefault = 10;
const projectsShown = 200;

/** Refuses what saving it would refuse, but for names and caps, and `not_found` for the policy that it would replace. */
export async function previewPolicy(
  deps: CommandDeps,
  actor: Actor,
  { form, policyId, ...range }: PreviewPolicyInput,
): Promise<PolicyPreviewView> {
  const rule = readRule(form, deps.now());
  await checkProjects(deps, actor, rule.selector.projects ?? []);
  const replaced = policyId === undefined ? undefined : await getPolicyRow(deps, actor, policyId);
  deps.allow();
  await checkDelegation(deps, actor.teamId, rule, policyId === undefined ? [] : [policyId]);
  return preview(deps, actor, { rule, range, row: replaced, isSaved: false });
}

export async function previewPresentPolicy(
  deps: CommandDeps,
  actor: Actor,
  id: string,
  range: PreviewRange,
): Promise<PolicyPreviewView> {
  const row = await getPolicyRow(deps, actor, id);
  deps.allow();
  const rule = ruleOf(row, await listSchedules(deps.db, [row.id]));
  return preview(deps, actor, { rule, range, row, isSaved: true });
}

interface Previewed {
  readonly rule: PolicyRule;
  readonly range: PreviewRange;
  /** The policy that stands, or would be replaced. */
  readonly row: PolicyRow | undefined;
  readonly isSaved: boolean;
}

async function preview(
  deps: CommandDeps,
  { teamId }: Actor,
  { rule, range, row, isSaved }: Previewed,
): Promise<PolicyPreviewView> {
  const now = deps.now();
  const from = range.from === undefined ? now : parseNearInstant(range.from, 'from');
  // Also of a rule that would replace it: saving one ends no pause.
  const opens = row ? opensAt(row, now) : now;
  const isPaused = row !== undefined && isInPause(row, now);
  const start = isPaused && opens && opens > from ? opens : from;
  const firings = opens ? mergeFirings(rule.schedules, start, range.count ?? countDefault) : [];
  const forecast = await forecastPolicy(deps, teamId, rule, { policyId: row?.id });
  const expiry = await forecastExpiry(deps, { rule, row, isSaved, ...forecast });
  const reach = {
    branches: forecast.covered.length,
    historySeconds: leastOf(forecast.selected.map((project) => project.history_retention_seconds)),
  };
  return {
    firings: inMaintenance(firings, forecast.selected),
    keeps: { ...forecast.kept, engine: isDelegated(rule) ? 'neon' : 'afterglow' },
    forecast: {
      projectCount: forecast.projects.length,
      projects: forecast.projects.toSorted((a, b) => unfit(b) - unfit(a)).slice(0, projectsShown),
      monthlyCost: addCosts(forecast.projects.map(({ monthlyCost }) => monthlyCost)),
    },
    ...expiry,
    warnings: [
      ...warningsOf(rule, reach),
      ...capWarnings(forecast),
      ...childWarnings(rule.store, forecast.covered),
      ...(row ? pauseWarnings(row, now) : []),
    ],
  };
}

function unfit({ snapshots, branches }: PolicyPreviewView['forecast']['projects'][number]): number {
  return snapshots.fits && branches.fits ? 0 : 1;
}

type Firing = Omit<FiringForecastView, 'maintenance'>;

/** Each with whether maintenance of the projects lasts at its instant, so that it waits or is missed there. */
function inMaintenance(firings: readonly Firing[], selected: readonly ProjectRow[]): FiringForecastView[] {
  const alike = Map.groupBy(selected, ({ maintenance_windows: windows }) => JSON.stringify(windows));
  const groups = [...alike.values()].map((projects) => {
    return { windows: projects[0]?.maintenance_windows ?? [], count: projects.length };
  });
  return firings.map((firing) => {
    const at = new Date(firing.at);
    const inOne = groups.filter(({ windows }) => windows.length > 0 && maintenanceUntil(windows, at) !== null);
    const count = inOne.reduce((sum, group) => sum + group.count, 0);
    return { ...firing, maintenance: count === 0 ? null : count === selected.length ? 'all' : 'some' };
  });
}

/** The next ones of all schedules, in the order of time. */
function mergeFirings(schedules: readonly PolicySchedule[], from: Date, count: number): Firing[] {
  const atOnce = Math.ceil(count / Math.max(1, schedules.length));
  const waiting = schedules.map((schedule) => ({ schedule, next: planFirings(schedule, from, atOnce) }));
  const merged: Firing[] = [];
  while (merged.length < count) {
    const [first] = waiting
      .filter(({ next }) => next.length > 0)
      .sort((a, b) => (a.next[0]?.at.getTime() ?? 0) - (b.next[0]?.at.getTime() ?? 0));
    const firing = first?.next.shift();
    if (!first || !firing) break;
    const { at, local, dst } = firing;
    const { name, engine } = first.schedule;
    merged.push({ schedule: name, at: at.toISOString(), local, dst, engine });
    if (first.next.length === 0) first.next = planFirings(first.schedule, at, atOnce);
  }
  return merged;
}

function leastOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}
