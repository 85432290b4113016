// Owns the worker's half of comparing a project with Neon: look, record what was found and what is to be done, and only then do it.
// Each step can be repeated. It runs in the project's lane, so nothing of ours changes Neon meanwhile.

import type { Failure } from '../../core/errors.ts';
import { type Known, planReconciliation } from '../../core/reconciliation.ts';
import type { NeonApi } from '../../neon/api.ts';
import type { ReportedFinding } from '../../store/findings.ts';
import { getProjectRow } from '../../store/projects.ts';
import { getReportRow, patchReport, type ReportRow } from '../../store/reports.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { type Attempt, endOf, type Settlement } from '../job/attempt.ts';
import { mirrorBranches } from '../project/mirror.ts';
import { act, type Acted } from './act.ts';
import { lookAtProject, readKnown, type SeenProject } from './known.ts';
import { type Comparison, isPending, recordComparison, recordProjectGone } from './record.ts';

interface Work extends Comparison {
  readonly attempt: Attempt;
  readonly neon: NeonApi;
  readonly seen: SeenProject;
}

/** Ends with the report. A finding whose action was refused, or that has changed since, says so; the others are carried out. */
export async function executeReconcile(deps: Deps, attempt: Attempt): Promise<Settlement> {
  const report = await getReportRow(deps.db, attempt.subjectId);
  const project = await getProjectRow(deps.db, report.project_id);
  if (report.ended_at) return attempt.finish();
  if (project.removed_at) return attempt.finish((unit) => endReport(unit, report));
  const neon = await attempt.connect(project);
  const seen = await lookAtProject(neon, project.neon_project_id);
  const comparison = { deps, project, report, jobId: attempt.claim.id };
  if (!seen) return endWithoutProject(comparison, attempt);
  if (report.compared_at) return carryOut({ ...comparison, attempt, neon, seen }, report);
  // Dies before this: it is compared anew. After it: what is planned is carried out.
  const recorded = await attempt.save((unit) => recordComparison(unit, comparison, seen));
  tellMissing(comparison, recorded);
  return carryOut({ ...comparison, attempt, neon, seen }, recorded);
}

async function endWithoutProject(comparison: Comparison, attempt: Attempt): Promise<Settlement> {
  const { deps, project } = comparison;
  const settlement = await attempt.finish((unit) => recordProjectGone(unit, comparison));
  if (!project.gone_at) {
    deps.log.warn({ projectId: project.id, neonProjectId: project.neon_project_id }, 'a project is gone from Neon');
  }
  return settlement;
}

function tellMissing({ deps, project }: Comparison, { findings }: ReportRow): void {
  const missing = findings.filter(({ action, outcome }) => action === 'mark_missing' && outcome === 'done');
  for (const { subjectId, neonId, name, policyId } of missing) {
    deps.log.warn(
      { projectId: project.id, subjectId, neonId, name, policyId },
      'what Afterglow keeps is gone from Neon',
    );
  }
}

async function carryOut(work: Work, recorded: ReportRow): Promise<Settlement> {
  const { deps, attempt, project, neon, seen } = work;
  const planned = recorded.findings.filter(isPending);
  // As things are now: what is not found any more is not acted on.
  const fresh = planned.length === 0 ? undefined : await planAgain(work);
  let findings = recorded.findings;
  for (const finding of planned) {
    if (attempt.isStopping()) return { kind: 'stopped' };
    const isStill = fresh?.some((other) => isSame(finding, other)) ?? false;
    const acted = await act({ deps, attempt, project, neon, seen }, finding, isStill);
    if (acted === 'waits_for_neon') return { kind: 'waits_for_neon' };
    findings = findings.map((other) => (other === finding ? { ...finding, ...toldOf(finding, acted) } : other));
    // Dies before this: the action is found done, or is done again.
    await attempt.save(async (unit) => {
      await acted.write?.(unit);
      await patchReport(unit.tx, recorded.id, { findings: JSON.stringify(findings) });
    });
  }
  const hasRemoved = findings.some(({ what, action, outcome }) => what === 'branch' && action === 'remove' && outcome);
  const branches = hasRemoved ? await neon.listBranches(project.neon_project_id) : undefined;
  return attempt.finish(async (unit) => {
    if (branches) await mirrorBranches(deps, unit, project, branches);
    await endReport(unit, recorded);
  });
}

async function planAgain({ deps, project, seen, jobId }: Work) {
  const known: Known = await readKnown(deps.db, project, seen, { mirrored: [], exceptJobId: jobId, now: deps.now() });
  return planReconciliation(known, seen, deps.now()).findings;
}

function isSame(
  a: Pick<ReportedFinding, 'action' | 'subjectId' | 'neonId'>,
  b: Pick<ReportedFinding, 'action' | 'subjectId' | 'neonId'>,
): boolean {
  return a.action === b.action && a.subjectId === b.subjectId && a.neonId === b.neonId;
}

function toldOf({ reason }: ReportedFinding, acted: Acted): Pick<ReportedFinding, 'outcome' | 'reason'> {
  return { outcome: acted.outcome, reason: acted.reason ?? reason };
}

async function endReport({ tx, now }: Unit, report: ReportRow): Promise<void> {
  if (report.ended_at === null) await patchReport(tx, report.id, { ended_at: now });
}

/** It could not be carried to its end: the report says why. The next one by the clock compares anew. */
export async function failReconcile(deps: Deps, attempt: Attempt, failure: Failure): Promise<Settlement> {
  const { code, message } = failure;
  deps.log.info({ reportId: attempt.subjectId, code }, 'the comparison with Neon ended without success');
  return attempt.finish((unit) => endReconcileAsFailed(unit, attempt.subjectId, { code, message }), endOf(failure));
}

export async function endReconcileAsFailed(
  { tx, now }: Unit,
  reportId: string,
  error: Pick<Failure, 'code' | 'message'>,
): Promise<void> {
  const report = await getReportRow(tx, reportId);
  if (report.ended_at) return;
  await patchReport(tx, reportId, { ended_at: now, error: JSON.stringify(error) });
}

/** Whether a call that changes Neon may have been sent. */
export async function hasReconcileCompared(deps: Pick<Deps, 'db'>, reportId: string): Promise<boolean> {
  return (await getReportRow(deps.db, reportId)).compared_at !== null;
}
