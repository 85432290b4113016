// Owns gathering the facts about covered branches, many in a fixed number of statements, and having them judged. It writes nothing.

import { type BranchJudgement, type CoveringPolicy, judgeBranch } from '../../core/branch-status.ts';
import { type DelegationState, firedByUs } from '../../core/delegation.ts';
import { limitsInForce } from '../../core/limits.ts';
import { snapshotKind } from '../../core/policy.ts';
import type { Rhythms } from '../../core/rhythm.ts';
import { selectsProject } from '../../core/selector.ts';
import type { BranchRow } from '../../store/branches.ts';
import type { CoveringSince, Db } from '../../store/database.ts';
import { listDelegations } from '../../store/delegations.ts';
import { listPoliciesOfProjects, listSchedules, type PolicyRow, type ScheduleRow } from '../../store/policies.ts';
import { listPreservedNeonIds } from '../../store/restores.ts';
import type { StatusFacts } from '../../store/status-facts.ts';
import {
  countSnapshotsInCap,
  type LineFacts,
  listLineFacts,
  listNewestPoints,
  listStatusesOfProjects,
  listWatchedBranches,
  type NewestPoint,
  type StatusRow,
  type WatchedProject,
} from '../../store/statuses.ts';
import { groupBy } from '../group.ts';
import { meansBranch } from '../policy/coverage.ts';
import { isInPause } from '../policy/next.ts';
import { scheduleOf } from '../policy/rule.ts';

interface Covering {
  readonly row: PolicyRow;
  readonly schedules: readonly ScheduleRow[];
  readonly line: LineFacts;
  readonly since: Date;
  readonly delegation: DelegationState | undefined;
}

/** A branch that at least one policy covers, as it is now. */
export interface JudgedBranch {
  readonly branch: BranchRow;
  readonly project: WatchedProject;
  readonly policies: readonly (Covering & { readonly isPaused: boolean; readonly nextFiringAt: Date | null })[];
  readonly covering: readonly CoveringSince[];
  readonly lastPoint: NewestPoint | undefined;
  readonly nextFiringAt: Date | null;
  readonly judgement: BranchJudgement;
}

export interface Judged {
  readonly branches: readonly JudgedBranch[];
  /** What was known of the projects' branches before. */
  readonly known: ReadonlyMap<string, StatusRow>;
}

/** Judges the covered branches of the projects, with ten statements for all of them. */
export async function judgeBranches(
  db: Db,
  rhythms: Rhythms,
  { teamId, projects, now }: { teamId: string; projects: readonly WatchedProject[]; now: Date },
): Promise<Judged> {
  const ids = projects.map(({ id }) => id);
  const known = await listStatusesOfProjects(db, ids);
  const covered = await readCovered(db, teamId, projects);
  if (covered.length === 0) return { branches: [], known: byBranch(known) };
  const branchIds = covered.map(({ branch }) => branch.id);
  const lines = covered.flatMap(({ branch, policies }) =>
    policies.map(({ id }) => ({ policyId: id, branchId: branch.id })),
  );
  const facts = {
    known,
    schedules: await listSchedules(db, [...new Set(lines.map(({ policyId }) => policyId))]),
    lines: await listLineFacts(db, lines),
    delegations: await listDelegations(db, branchIds),
    points: await listNewestPoints(db, branchIds),
    held: await countSnapshotsInCap(db, ids),
  };
  return { branches: judgeCovered(covered, facts, rhythms, now), known: byBranch(known) };
}

/** Judges those of the branches that a policy covers, by facts that were read together. */
export function judgeByFacts(facts: StatusFacts, rhythms: Rhythms, now: Date): JudgedBranch[] {
  const undoCopies = new Set(facts.undoCopies.map(({ neon_branch_id }) => neon_branch_id));
  const branches = facts.branches.filter(({ is_watched }) => is_watched);
  return judgeCovered(chooseCovered({ ...facts, branches, undoCopies }), facts, rhythms, now);
}

type Details = Pick<StatusFacts, 'known' | 'schedules' | 'lines' | 'delegations' | 'points' | 'held'>;

function judgeCovered(covered: readonly Covered[], facts: Details, rhythms: Rhythms, now: Date): JudgedBranch[] {
  const known = byBranch(facts.known);
  const schedules = groupBy(facts.schedules, (row) => row.policy_id);
  const lines = new Map(facts.lines.map((one) => [keyOf(one), one] as const));
  const delegations = new Map(
    facts.delegations.map((one) => [keyOf({ policyId: one.policy_id, branchId: one.branch_id }), one.state] as const),
  );
  const points = new Map(facts.points.map((point) => [point.branchId, point] as const));
  const held = new Map(facts.held.map((one) => [one.projectId, one.held] as const));
  return covered.map(({ branch, project, policies }) => {
    const covering = policies.map((row): Covering => {
      const key = keyOf({ policyId: row.id, branchId: branch.id });
      const line = lines.get(key);
      // Without it everything would seem to be missing.
      if (!line)
        throw new Error(`Nothing was read of the policy ${row.id} and the branch ${branch.id}, which it covers.`);
      const since = sinceOf(row.id, known.get(branch.id), now);
      return { row, schedules: schedules.get(row.id) ?? [], line, since, delegation: delegations.get(key) };
    });
    const own = { branch, project, covering, lastPoint: points.get(branch.id), held: held.get(project.id) ?? 0 };
    return judgeOne(own, rhythms, now);
  });
}

function byBranch(rows: readonly StatusRow[]): Map<string, StatusRow> {
  return new Map(rows.map((row) => [row.branch_id, row] as const));
}

interface Covered {
  readonly branch: BranchRow;
  readonly project: WatchedProject;
  readonly policies: readonly PolicyRow[];
}

async function readCovered(db: Db, teamId: string, projects: readonly WatchedProject[]): Promise<Covered[]> {
  const ids = projects.filter(({ removed_at }) => !removed_at).map(({ id }) => id);
  const policies = await listPoliciesOfProjects(db, teamId, ids);
  if (policies.length === 0) return [];
  const branches = await listWatchedBranches(db, ids);
  return chooseCovered({ projects, policies, branches, undoCopies: await listPreservedNeonIds(db, ids) });
}

interface Choice {
  readonly projects: readonly WatchedProject[];
  readonly policies: readonly PolicyRow[];
  readonly branches: readonly BranchRow[];
  /** By Neon's ids. */
  readonly undoCopies: ReadonlySet<string>;
}

/** Also in projects that Neon does not show any more: there nothing fires, which is what is to be told. No policy means an undo copy. */
function chooseCovered({ projects, policies, branches, undoCopies }: Choice): Covered[] {
  const ofProject = groupBy(branches, ({ project_id }) => project_id);
  const named = groupPolicies(policies);
  return projects.flatMap((project) => {
    if (project.removed_at) return [];
    const over = [...(named.get(project.id) ?? []), ...(named.get('') ?? [])].filter(({ selector }) =>
      selectsProject(selector, project),
    );
    return (ofProject.get(project.id) ?? []).flatMap((branch): Covered[] => {
      if (undoCopies.has(branch.neon_branch_id)) return [];
      const own = over.filter(({ selector }) => meansBranch(selector, branch));
      return own.length > 0 ? [{ branch, project, policies: own }] : [];
    });
  });
}

/** By the project that they name; those that choose by labels stand under ''. */
function groupPolicies(policies: readonly PolicyRow[]): Map<string, PolicyRow[]> {
  const pairs = policies.flatMap((policy) => (policy.selector.projects ?? ['']).map((id) => ({ id, policy })));
  return new Map([...groupBy(pairs, ({ id }) => id)].map(([id, own]) => [id, own.map(({ policy }) => policy)]));
}

interface Facts {
  readonly branch: BranchRow;
  readonly project: WatchedProject;
  readonly covering: readonly Covering[];
  readonly lastPoint: NewestPoint | undefined;
  readonly held: number;
}

function judgeOne({ branch, project, covering, lastPoint, held }: Facts, rhythms: Rhythms, now: Date): JudgedBranch {
  const policies = covering.map((one) => ({
    ...one,
    isPaused: isInPause(one.row, now),
    nextFiringAt: isInPause(one.row, now) ? null : earliest(one.schedules.map((row) => row.next_firing_at)),
  }));
  const judgement = judgeBranch(
    {
      policies: policies.map((one) => toCoveringPolicy(one, branch)),
      newestPointAt: lastPoint?.at ?? null,
      isProjectGone: project.gone_at !== null,
      isCredentialRefused: project.credentialStatus === 'refused',
      snapshots: { held, cap: limitsInForce(project.plan, project.limits).snapshots },
      historySeconds: project.history_retention_seconds,
      maintenanceWindows: project.maintenance_windows,
      now,
    },
    rhythms,
  );
  return {
    branch,
    project,
    policies,
    covering: covering.map(({ row, since }) => ({ id: row.id, since: since.toISOString() })),
    lastPoint,
    nextFiringAt: earliest(policies.map(({ nextFiringAt }) => nextFiringAt)),
    judgement,
  };
}

function toCoveringPolicy(one: Covering & { readonly isPaused: boolean }, branch: BranchRow): CoveringPolicy {
  const { row, schedules, line, since, isPaused } = one;
  const isDelegated = schedules.some(({ engine }) => engine === 'neon');
  // What it fired before it was left to Neon says nothing of the present.
  const { dueAt, status, reason } = isDelegated ? { dueAt: null, status: null, reason: null } : line;
  return {
    id: row.id,
    pause: isPaused ? (row.paused_until ? 'until' : 'without_end') : null,
    rpoSeconds: row.objectives.rpoSeconds ?? null,
    missedFirings: row.missed_firings,
    drawsOnCap: !isDelegated && snapshotKind(row.store, branch.parent_neon_branch_id === null) === 'neon_snapshot',
    delegation: isDelegated ? one.delegation : undefined,
    schedules: firedByUs(schedules).map((schedule) => ({ ...scheduleOf(schedule), since: schedule.since })),
    // The end of a pause begins anew: what was due before, nobody asked for.
    coveredSince: new Date(Math.max(since.getTime(), row.paused_until?.getTime() ?? 0)),
    newestPointAt: line.pointAt,
    lastFiring: dueAt && status ? { dueAt, status, reason } : null,
  };
}

/** Since when the policy is known to cover the branch: from now on, where it is seen for the first time. */
function sinceOf(policyId: string, known: StatusRow | undefined, now: Date): Date {
  const before = known?.policies.find(({ id }) => id === policyId);
  return before ? new Date(before.since) : now;
}

function earliest(instants: readonly (Date | null)[]): Date | null {
  const known = instants.flatMap((at) => at?.getTime() ?? []);
  return known.length === 0 ? null : new Date(Math.min(...known));
}

function keyOf({ policyId, branchId }: { readonly policyId: string; readonly branchId: string }): string {
  return `${policyId}:${branchId}`;
}
