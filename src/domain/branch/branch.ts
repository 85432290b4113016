// Owns reading branches: their restore window and their timeline. It changes nothing.

import { notFound } from '../../core/errors.ts';
import { restoreWindow } from '../../core/restore-window.ts';
import { listBranchesOfProjects, type WindowFacts } from '../../store/branch-json.ts';
import { type BranchRow, findBranch, findBranches, listBranches as listBranchRows } from '../../store/branches.ts';
import { findProject, getProjectRow, listProjectRows, type ProjectRow } from '../../store/projects.ts';
import { listTimelineRows, type TimelineRow } from '../../store/timeline.ts';
import type { Actor } from '../actor.ts';
import type { PageRequest, PartRequest } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import { groupBy, mapPages } from '../group.ts';
import type { BranchView, Page, Part, TimelinePointView, TimelineView, WindowView } from '../views.ts';

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

/** A page of the present branches of each project, by its id; projects without any, and those that are not the team's, are absent. */
export async function listBranchesByProject(
  deps: CommandDeps,
  actor: Actor,
  projectIds: readonly string[],
  page: PartRequest,
): Promise<Map<string, Page<Part<BranchView>>>> {
  deps.allow();
  const now = deps.now();
  const pages = await listBranchesOfProjects<WithoutWindow>(deps.db, actor, projectIds, page);
  return mapPages(pages, ({ restoreWindow: facts, ...branch }) =>
    facts ? { ...branch, restoreWindow: windowOfFacts(facts, now) } : branch,
  );
}

type WithoutWindow = Part<Omit<BranchView, 'restoreWindow'>> & { readonly restoreWindow?: WindowFacts };

function windowOfFacts({ historyStartedAt, historyRetentionSeconds }: WindowFacts, now: Date): WindowView | null {
  const branch = { gone_at: null, history_started_at: new Date(historyStartedAt) };
  return windowView(branch, { history_retention_seconds: historyRetentionSeconds }, now);
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

/** By branch id: the restore window, and the newest available snapshots and restores, at most `limit` of each. */
export async function getTimelines(
  deps: CommandDeps,
  actor: Actor,
  ids: readonly string[],
  limit: number = timelinePoints,
): Promise<Map<string, TimelineView>> {
  deps.allow();
  const now = deps.now();
  const rows = await listTimelineRows(deps.db, actor, ids, limit);
  return new Map([...groupBy(rows, (row) => row.branch_id)].map(([id, own]) => [id, toTimelineView(id, own, now)]));
}

function toTimelineView(branchId: string, rows: readonly TimelineRow[], now: Date): TimelineView {
  const [first] = rows;
  return {
    branchId,
    restoreWindow: first ? windowView(first, first, now) : null,
    points: rows.flatMap(({ kind, id, at, name, status }): TimelinePointView[] =>
      kind === null ? [] : [{ kind, id, at: at.toISOString(), name, status }],
    ),
  };
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

function toBranchView(row: BranchRow, project: History, now: Date): BranchView {
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

type History = Pick<ProjectRow, 'history_retention_seconds'>;
type Windowed = Pick<BranchRow, 'gone_at' | 'history_started_at'>;

/** The restore window as it is shown; null for a branch that is gone. */
export function windowView(row: Windowed, project: History, now: Date): WindowView | null {
  const window = row.gone_at ? null : windowOf(row, project, now);
  return window && { from: window.from.toISOString(), until: window.until.toISOString() };
}

/** The restore window of a branch as of `now`, from the mirror. */
export function windowOf(row: Pick<BranchRow, 'history_started_at'>, project: History, now: Date) {
  return restoreWindow({
    now,
    historyRetentionSeconds: project.history_retention_seconds,
    historyStartedAt: row.history_started_at,
  });
}
