// Owns reading how branches are: one as it is at this moment, and those of a team as the watch last saw them. It changes nothing.

import { notFound } from '../../core/errors.ts';
import { plainRhythms } from '../../core/rhythm.ts';
import { type BranchRow, findBranch, findBranches } from '../../store/branches.ts';
import {
  countStates,
  findStatusCheck,
  findWatchedProjects,
  listNewestPoints,
  listStatuses,
  type NewestPoint,
  type WatchedProject,
} from '../../store/statuses.ts';
import type { Actor } from '../actor.ts';
import { windowView } from '../branch/branch.ts';
import type { ListStatusesFilter, PageRequest } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import type { BranchStatusView, PolicyStatusView, TeamStatusView } from '../views.ts';
import { type JudgedBranch, judgeBranches } from './judge.ts';

/** As it is now, judged at this moment; a branch that no policy covers is `uncovered`. */
export async function getBranchStatus(deps: CommandDeps, actor: Actor, id: string): Promise<BranchStatusView> {
  if (!(await findBranch(deps.db, actor, id))) throw notFound('branch', id);
  const status = (await getBranchStatuses(deps, actor, [id])).get(id);
  if (!status) throw notFound('branch', id);
  return status;
}

/** By branch id; what is not the team's is absent. A fixed number of statements, however many are asked for. */
export async function getBranchStatuses(
  deps: CommandDeps,
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, BranchStatusView>> {
  deps.allow();
  const { db } = deps;
  const { teamId } = actor;
  const now = deps.now();
  const rows = await findBranches(db, actor, ids);
  const projects = await findWatchedProjects(db, actor, [...new Set(rows.map(({ project_id }) => project_id))]);
  const branchIds = new Set(rows.map(({ id }) => id));
  const { branches } = await judgeBranches(db, plainRhythms, { teamId, projects, branchIds, now });
  const judged = new Map(branches.map((one) => [one.branch.id, one] as const));
  const uncovered = rows.filter(({ id }) => !judged.has(id)).map(({ id }) => id);
  const points = new Map((await listNewestPoints(db, uncovered)).map((point) => [point.branchId, point] as const));
  const byId = new Map(projects.map((project) => [project.id, project] as const));
  return new Map(
    rows.map((row) => {
      const one = judged.get(row.id);
      const lastPoint = one?.lastPoint ?? points.get(row.id);
      return [row.id, toView({ row, project: byId.get(row.project_id), judged: one, lastPoint, now })];
    }),
  );
}

/** The team's covered branches by state, and a page of them: without a state every one that is not ok. */
export async function getTeamStatus(
  deps: CommandDeps,
  actor: Actor,
  filter: ListStatusesFilter,
  page: PageRequest,
): Promise<TeamStatusView> {
  deps.allow();
  const { db } = deps;
  const now = deps.now();
  const { items, nextCursor } = await listStatuses(db, actor, filter, page);
  return {
    counts: await countStates(db, actor),
    checkedAt: (await findStatusCheck(db, actor.teamId))?.toISOString() ?? null,
    items: items.map((row) => ({
      branchId: row.branch_id,
      projectId: row.project_id,
      name: row.name,
      state: row.state,
      reasons: row.reasons,
      lastPoint: pointView(row.last_point_id, row.last_point_at),
      rpo: { achievedSeconds: ageSeconds(row.last_point_at, now), targetSeconds: row.rpo_seconds },
      nextFiringAt: row.next_firing_at?.toISOString() ?? null,
      policyIds: row.policies.map(({ id }) => id),
      changedAt: row.changed_at.toISOString(),
    })),
    nextCursor,
  };
}

interface Shown {
  readonly row: BranchRow;
  readonly project: WatchedProject | undefined;
  readonly judged: JudgedBranch | undefined;
  readonly lastPoint: NewestPoint | undefined;
  readonly now: Date;
}

function toView({ row, project, judged, lastPoint, now }: Shown): BranchStatusView {
  return {
    branchId: row.id,
    state: judged?.judgement.state ?? 'uncovered',
    reasons: judged?.judgement.reasons ?? [],
    lastPoint: pointView(lastPoint?.id, lastPoint?.at),
    rpo: {
      achievedSeconds: ageSeconds(lastPoint?.at, now),
      targetSeconds: judged?.judgement.rpoSeconds ?? null,
    },
    nextFiringAt: judged?.nextFiringAt?.toISOString() ?? null,
    restoreWindow: project ? windowView(row, project, now) : null,
    policies: judged ? policyViews(judged) : [],
    checkedAt: now.toISOString(),
  };
}

function policyViews({ policies, judgement }: JudgedBranch): PolicyStatusView[] {
  return policies.flatMap(({ row, line, isPaused, nextFiringAt }) => {
    const own = judgement.policies.find(({ policyId }) => policyId === row.id);
    if (!own) return [];
    return {
      policyId: row.id,
      name: row.name,
      state: own.state,
      reasons: own.reasons,
      lastPointAt: line?.pointAt?.toISOString() ?? null,
      expectedAt: own.freshness.expected?.at.toISOString() ?? null,
      nextFiringAt: nextFiringAt?.toISOString() ?? null,
      frozen: own.freshness.isFrozen,
      paused: isPaused,
    };
  });
}

function pointView(id: string | null | undefined, at: Date | null | undefined): BranchStatusView['lastPoint'] {
  return id && at ? { snapshotId: id, pointAt: at.toISOString() } : null;
}

function ageSeconds(at: Date | null | undefined, now: Date): number | null {
  return at ? Math.max(0, Math.floor((now.getTime() - at.getTime()) / 1000)) : null;
}
