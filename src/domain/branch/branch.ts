// Owns reading branches: their restore window and their timeline. It changes nothing.

import { notFound } from '../../core/errors.ts';
import { restoreWindow } from '../../core/restore-window.ts';
import {
  type BranchRow,
  findBranch,
  findBranches,
  listBranches as listBranchRows,
  listPresentBranches,
} from '../../store/branches.ts';
import { findProject, findProjects, getProjectRow, listProjectRows, type ProjectRow } from '../../store/projects.ts';
import { listRestoresOfBranches } from '../../store/restores.ts';
import { listSnapshotsOfBranches } from '../../store/snapshots.ts';
import type { Actor } from '../actor.ts';
import type { PageRequest } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { groupBy } from '../group.ts';
import type { BranchView, Page, TimelinePointView, TimelineView, WindowView } from '../views.ts';

const timelinePoints = 200;

export async function listBranches(
  deps: CommandDeps,
  actor: Actor,
  projectId: string,
  page: PageRequest,
): Promise<Page<BranchView>> {
  const project = await findProject(deps.db, actor, projectId);
  if (!project) throw notFound('project', projectId);
  deps.allow();
  const { items, nextCursor } = await listBranchRows(deps.db, actor, project.id, page);
  return { items: items.map((row) => toBranchView(row, project, deps.now())), nextCursor };
}

export async function getBranch(deps: CommandDeps, actor: Actor, id: string): Promise<BranchView> {
  const row = await findBranch(deps.db, actor, id);
  if (!row) throw notFound('branch', id);
  deps.allow();
  return toBranchView(row, await getProjectRow(deps.db, row.project_id), deps.now());
}

export async function getTimeline(deps: CommandDeps, actor: Actor, id: string): Promise<TimelineView> {
  if (!(await findBranch(deps.db, actor, id))) throw notFound('branch', id);
  const timeline = (await getTimelines(deps, actor, [id])).get(id);
  if (!timeline) throw notFound('branch', id);
  return timeline;
}

/** Present branches of each project, by project id. */
export async function listBranchesOfProjects(
  deps: CommandDeps,
  actor: Actor,
  projectIds: readonly string[],
): Promise<Map<string, BranchView[]>> {
  deps.allow();
  const projects = await findProjects(deps.db, actor, projectIds);
  const byId = new Map(projects.map((project) => [project.id, project] as const));
  const rows = await listPresentBranches(deps.db, [...byId.keys()]);
  return groupBy(toViews(rows, byId, deps.now()), (view) => view.projectId);
}

/** By branch id; what is not the team's is absent. */
export async function getBranches(
  deps: CommandDeps,
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, BranchView>> {
  deps.allow();
  const rows = await findBranches(deps.db, actor, ids);
  const projects = await projectsOf(deps, rows);
  return new Map(toViews(rows, projects, deps.now()).map((view) => [view.id, view] as const));
}

/** By branch id: the restore window, and the newest available snapshots and restores. */
export async function getTimelines(
  deps: CommandDeps,
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, TimelineView>> {
  const branches = await getBranches(deps, actor, ids);
  const known = [...branches.keys()];
  const [snapshots, restores] = await Promise.all([
    listSnapshotsOfBranches(deps.db, actor, known, timelinePoints, 'available'),
    listRestoresOfBranches(deps.db, actor, known, timelinePoints),
  ]);
  const points = [
    ...snapshots.map((row) => ({
      branchId: row.branch_id,
      point: {
        kind: 'snapshot',
        id: row.id,
        at: (row.point_at ?? row.created_at).toISOString(),
        name: row.name,
        status: row.status,
      } satisfies TimelinePointView,
    })),
    ...restores.map((row) => ({
      branchId: row.branch_id,
      point: {
        kind: 'restore',
        id: row.id,
        at: (row.started_at ?? row.created_at).toISOString(),
        name: row.target_name,
        status: row.status,
      } satisfies TimelinePointView,
    })),
  ];
  points.sort((a, b) =>
    a.point.at < b.point.at ? 1 : a.point.at > b.point.at ? -1 : a.point.id < b.point.id ? 1 : -1,
  );
  const ofBranch = groupBy(points, (one) => one.branchId);
  return new Map(
    [...branches].map(([id, branch]) => [
      id,
      {
        branchId: id,
        restoreWindow: branch.restoreWindow,
        points: (ofBranch.get(id) ?? []).map(({ point }) => point),
      },
    ]),
  );
}

async function projectsOf(deps: CommandDeps, rows: readonly BranchRow[]): Promise<Map<string, ProjectRow>> {
  const projects = await listProjectRows(deps.db, [...new Set(rows.map((row) => row.project_id))]);
  return new Map(projects.map((project) => [project.id, project] as const));
}

function toViews(rows: readonly BranchRow[], projects: ReadonlyMap<string, ProjectRow>, now: Date): BranchView[] {
  return rows.flatMap((row) => {
    const project = projects.get(row.project_id);
    return project ? [toBranchView(row, project, now)] : [];
  });
}

function toBranchView(row: BranchRow, project: ProjectRow, now: Date): BranchView {
  return {
    id: row.id,
    projectId: row.project_id,
    neonBranchId: row.neon_branch_id,
    name: row.name,
    parentNeonBranchId: row.parent_neon_branch_id,
    isDefault: row.is_default,
    isRoot: row.parent_neon_branch_id === null,
    isProtected: row.is_protected,
    state: row.state,
    logicalSizeBytes: row.logical_size_bytes,
    restoreWindow: windowView(row, project, now),
    expiresAt: row.expires_at?.toISOString() ?? null,
    goneAt: row.gone_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** The restore window as it is shown; null for a branch that is gone. */
export function windowView(row: BranchRow, project: ProjectRow, now: Date): WindowView | null {
  const window = row.gone_at ? null : windowOf(row, project, now);
  return window && { from: window.from.toISOString(), until: window.until.toISOString() };
}

/** The restore window of a branch as of `now`, from the mirror. */
export function windowOf(row: BranchRow, project: ProjectRow, now: Date) {
  return restoreWindow({
    now,
    historyRetentionSeconds: project.history_retention_seconds,
    historyStartedAt: row.history_started_at,
  });
}
