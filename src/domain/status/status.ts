// Owns reading how branches are: one as it is at this moment, and those of a team as the watch last saw them. It changes nothing.

import { notFound } from '../../core/errors.ts';
import { plainRhythms } from '../../core/rhythm.ts';
import { type BranchRow, findBranch } from '../../store/branches.ts';
import {
  countStates,
  findStatusCheck,
  listStatuses,
  type NewestPoint,
  type WatchedProject,
} from '../../store/statuses.ts';
import { readStatusFacts } from '../../store/status-facts.ts';
import type { Actor } from '../actor.ts';
import { windowView } from '../branch/branch.ts';
import type { ListStatusesFilter, PageRequest } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import type { BranchStatusView, PolicyStatusView, TeamStatusView } from '../views.ts';
import { type JudgedBranch, judgeByFacts } from './judge.ts';

/** As it is now, judged at this moment; a branch that no policy covers is `uncovered`. */
export async function getBranchStatus(deps: CommandDeps, actor: Actor, id: string): Promise<BranchStatusView> {
  if (!(await findBranch(deps.db, actor, id))) throw notFound('branch', id);
  const status = (await getBranchStatuses(deps, actor, [id])).get(id);
  if (!status) throw notFound('branch', id);
  return status;
}

/** By branch id; what is not the team's is absent. One statement, however many are asked for. */
export async function getBranchStatuses(
  deps: CommandDeps,
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, BranchStatusView>> {
  deps.allow();
  const now = deps.now();
  const facts = await readStatusFacts(deps.db, actor, ids);
  const judged = new Map(judgeByFacts(facts, plainRhythms, now).map((one) => [one.branch.id, one] as const));
  const points = new Map(facts.points.map((point) => [point.branchId, point] as const));
  const projects = new Map(facts.projects.map((project) => [project.id, project] as const));
  return new Map(
    facts.branches.map((row) => {
      const shown = { row, project: projects.get(row.project_id), lastPoint: points.get(row.id), now };
      return [row.id, toView({ ...shown, judged: judged.get(row.id) })];
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
      lastPointAt: line.pointAt?.toISOString() ?? null,
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
