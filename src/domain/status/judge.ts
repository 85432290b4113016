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
  readonly line: LineFacts | undefined;
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

interface Asked {
  readonly teamId: string;
  readonly projects: readonly WatchedProject[];
  /** Those alone; all of the projects otherwise. */
  readonly branchIds?: ReadonlySet<string>;
  readonly now: Date;
}

/** Judges the covered branches of the projects, with ten statements for all of them. */
export async function judgeBranches(db: Db, rhythms: Rhythms, asked: Asked): Promise<Judged> {
  const { projects, now } = asked;
  const ids = projects.map(({ id }) => id);
  const known = new Map((await listStatusesOfProjects(db, ids)).map((row) => [row.branch_id, row] as const));
  const covered = await listCovered(db, asked);
  if (covered.length === 0) return { branches: [], known };
  const branchIds = covered.map(({ branch }) => branch.id);
  const lines = covered.flatMap(({ branch, policies }) =>
    policies.map(({ id }) => ({ policyId: id, branchId: branch.id })),
  );
  const schedules = groupBy(await listSchedules(db, [...new Set(lines.map(({ policyId }) => policyId))]), (row) => {
    return row.policy_id;
  });
  const lineFacts = new Map((await listLineFacts(db, lines)).map((one) => [keyOf(one), one] as const));
  const delegations = new Map(
    (await listDelegations(db, branchIds)).map((one) => {
      return [keyOf({ policyId: one.policy_id, branchId: one.branch_id }), one.state] as const;
    }),
  );
  const points = new Map((await listNewestPoints(db, branchIds)).map((point) => [point.branchId, point] as const));
  const held = new Map((await countSnapshotsInCap(db, ids)).map((one) => [one.projectId, one.held] as const));
  const branches = covered.map(({ branch, project, policies }) => {
    const covering = policies.map((row): Covering => {
      const line = lineFacts.get(keyOf({ policyId: row.id, branchId: branch.id }));
      const since = sinceOf(row.id, known.get(branch.id), now);
      const delegation = delegations.get(keyOf({ policyId: row.id, branchId: branch.id }));
      return { row, schedules: schedules.get(row.id) ?? [], line, since, delegation };
    });
    const facts = { branch, project, covering, lastPoint: points.get(branch.id), held: held.get(project.id) ?? 0 };
    return judgeOne(facts, rhythms, now);
  });
  return { branches, known };
}

interface Covered {
  readonly branch: BranchRow;
  readonly project: WatchedProject;
  readonly policies: readonly PolicyRow[];
}

/** Also in projects that Neon does not show any more: there nothing fires, which is what is to be told. No policy means an undo copy. */
async function listCovered(db: Db, { teamId, projects, branchIds }: Asked): Promise<Covered[]> {
  const registered = projects.filter(({ removed_at }) => !removed_at);
  const ids = registered.map(({ id }) => id);
  const policies = await listPoliciesOfProjects(db, teamId, ids);
  if (policies.length === 0) return [];
  const branches = groupBy(await listWatchedBranches(db, ids), ({ project_id }) => project_id);
  const preserved = await listPreservedNeonIds(db, ids);
  const named = groupPolicies(policies);
  return registered.flatMap((project) => {
    const over = [...(named.get(project.id) ?? []), ...(named.get('') ?? [])].filter(({ selector }) =>
      selectsProject(selector, project),
    );
    return (branches.get(project.id) ?? []).flatMap((branch): Covered[] => {
      if ((branchIds && !branchIds.has(branch.id)) || preserved.has(branch.neon_branch_id)) return [];
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
  const { dueAt, status, reason } = (isDelegated ? undefined : line) ?? { dueAt: null, status: null, reason: null };
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
    newestPointAt: line?.pointAt ?? null,
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
