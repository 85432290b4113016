// Owns asking for a comparison of a project with Neon, by a person or by the clock, and reading what it found.

import { notFound } from '../../core/errors.ts';
import { isPromised } from '../../store/outbox/unfinished.ts';
import {
  findProject,
  findRegisteredProject,
  findProjects,
  listStaleProjects,
  lockProject,
  type ProjectRow,
} from '../../store/projects.ts';
import { findReportToCome, insertReport, listNewestReports, type ReportRow } from '../../store/reports.ts';
import { type Actor, schedulerActor } from '../actor.ts';
import { change, type Unit } from '../change.ts';
import { checkAccepted } from '../credential/port.ts';
import type { CommandDeps, Deps } from '../deps.ts';
import { lockRegistered } from '../snapshot/snapshot.ts';
import type { FindingView, ReconcileReportView } from '../views.ts';

const job = 'project.reconcile';

/**
 * Promises a comparison, also of a project that Neon did not show any more: it may be back. Whoever asks while one is promised and not
 * begun is answered with that one.
 * Refuses with `credential_refused` while Neon refuses the project's credential: it could not be begun.
 */
export async function requestReconcile(deps: CommandDeps, actor: Actor, id: string): Promise<ReconcileReportView> {
  const project = await getRow(deps, actor, id);
  deps.allow();
  await checkAccepted(deps, project, 'Nothing was begun.');
  return change(deps, actor, async (unit) => {
    await lockRegistered(unit, project);
    const report = (await findReportToCome(unit.tx, project.id)) ?? (await promise(deps, unit, actor, project));
    unit.audit('project.reconcile_requested', { kind: 'project', id: project.id }, { reportId: report.id });
    return toReportView(report);
  });
}

/** The newest one. Refuses with `not_found` before the first. */
export async function getReconcileReport(deps: CommandDeps, actor: Actor, id: string): Promise<ReconcileReportView> {
  const project = await getRow(deps, actor, id);
  deps.allow();
  const [report] = await listNewestReports(deps.db, actor, [project.id]);
  if (!report) throw notFound('reconcile report of the project', project.id);
  return toReportView(report);
}

/** By project id; projects without a report, and those that are not the team's, are absent. */
export async function getReconcileReports(
  deps: CommandDeps,
  actor: Actor,
  projectIds: readonly string[],
): Promise<Map<string, ReconcileReportView>> {
  deps.allow();
  const projects = await findProjects(deps.db, actor, projectIds);
  const ids = projects.map(({ id }) => id);
  const reports = await listNewestReports(deps.db, actor, ids);
  return new Map(reports.map((report) => [report.project_id, toReportView(report)] as const));
}

const projectsAtOnce = 100;

/**
 * Promises a comparison of every project whose mirror is older than the setting and has none promised yet; of one that is gone from Neon,
 * at its own slower pace. Returns how many.
 */
export async function refreshMirrors(deps: Deps): Promise<number> {
  const { mirrorMaxAgeMs, goneRecheckMs } = deps.settings;
  const ago = (ms: number): Date => new Date(deps.now().getTime() - ms);
  const due = { before: ago(mirrorMaxAgeMs), goneBefore: ago(goneRecheckMs) };
  const stale = await listStaleProjects(deps.db, due, projectsAtOnce);
  let promised = 0;
  for (const project of stale) if (await compareByItself(deps, project)) promised += 1;
  return promised;
}

/** Of the lane whose last work left it unknown what Neon has: its project is compared now, not only when its mirror is old. */
export async function compareLane(deps: Deps, lane: string): Promise<void> {
  const project = await findRegisteredProject(deps.db, lane);
  if (project) await compareByItself(deps, project);
}

/** False where one is promised already. */
async function compareByItself(deps: Deps, project: ProjectRow): Promise<boolean> {
  const actor = schedulerActor(project.team_id);
  return change(deps, actor, async (unit) => {
    // With the project locked, so that two schedulers promise one.
    const isRegistered = await lockProject(unit.tx, project.id);
    if (!isRegistered || (await isPromised(unit.tx, project.neon_project_id, job))) return false;
    await promise(deps, unit, actor, project);
    return true;
  });
}

async function promise(deps: Pick<Deps, 'newId'>, unit: Unit, actor: Actor, project: ProjectRow): Promise<ReportRow> {
  const report = await insertReport(unit.tx, {
    id: deps.newId('rec'),
    team_id: project.team_id,
    project_id: project.id,
    requested_by: actor.kind,
    created_at: unit.now,
  });
  unit.promise(job, report.id, project.neon_project_id);
  return report;
}

async function getRow(deps: CommandDeps, actor: Actor, id: string): Promise<ProjectRow> {
  const row = await findProject(deps.db, actor, id);
  if (!row) throw notFound('project', id);
  return row;
}

function toReportView(row: ReportRow): ReconcileReportView {
  return {
    id: row.id,
    projectId: row.project_id,
    requestedBy: row.requested_by,
    requestedAt: row.created_at.toISOString(),
    comparedAt: row.compared_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    isProjectGone: row.is_project_gone,
    present: row.present,
    findings: row.findings.map(toFindingView),
    error: row.error,
  };
}

function toFindingView(finding: ReportRow['findings'][number]): FindingView {
  const { kind, what, subjectKind, subjectId, neonId, name, policyId, action, outcome, reason } = finding;
  return { kind, what, subjectKind, subjectId, neonId, name, policyId, action, outcome, reason };
}
