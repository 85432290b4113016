// Owns writing what a comparison found, before anything is done about it in Neon: the report, and what changes our own rows alone.
// All of it is one transaction, so that a report never tells of something else than the rows do.

import {
  type CleanedUp,
  type Completion,
  type Finding,
  planProjectGone,
  planReconciliation,
  type ReconciliationPlan,
} from '../../core/reconciliation.ts';
import type { NeonBranch } from '../../neon/api.ts';
import { listPresentBranches } from '../../store/branches.ts';
import type { ReportedFinding } from '../../store/findings.ts';
import { lockProject, type ProjectRow, updateProjectMirror } from '../../store/projects.ts';
import { dropOlderReports, patchReport, type ReportRow } from '../../store/reports.ts';
import { getRestoreRow, lockPreservedBranch, lockRestore, patchRestore } from '../../store/restores.ts';
import { lockSnapshot, patchSnapshot } from '../../store/snapshots.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { promiseDelegationsIn } from '../policy/delegation.ts';
import { mirrorBranches } from '../project/mirror.ts';
import { keepPreserved } from '../restore/preserved.ts';
import { readKnown, type SeenProject } from './known.ts';

export interface Comparison {
  readonly deps: Deps;
  readonly project: ProjectRow;
  readonly report: ReportRow;
  readonly jobId: string;
}

/** The mirror, our rows and the report, brought to what Neon was seen to have. Returns the report as it is now. */
export async function recordComparison(
  unit: Unit,
  { deps, project, report, jobId }: Comparison,
  seen: SeenProject,
): Promise<ReportRow> {
  await lockProject(unit.tx, project.id);
  const mirrored = await listPresentBranches(unit.tx, [project.id]);
  await mirrorBranches(deps, unit, project, seen.branches);
  await updateProjectMirror(unit.tx, project.id, {
    name: seen.project.name,
    region: seen.project.region,
    pg_version: seen.project.pgVersion,
    plan: seen.project.plan,
    history_retention_seconds: seen.project.historyRetentionSeconds,
    synced_at: unit.now,
    gone_at: null,
  });
  if (project.gone_at) {
    const before = { goneAt: project.gone_at.toISOString() };
    unit.audit('project.found', { kind: 'project', id: project.id }, { before, after: { goneAt: null } });
  }
  const known = await readKnown(unit.tx, project, seen, { mirrored, exceptJobId: jobId, now: unit.now });
  const plan = planReconciliation(known, seen, unit.now);
  const findings = await applyToRows(unit, plan, seen.branches);
  await promiseDelegationsIn(unit, project);
  return writeReport(unit, report, { plan, findings, isProjectGone: false });
}

/** Neon does not show the project: all of it is missing, its branches are gone, and it says so. The report has ended. */
export async function recordProjectGone(unit: Unit, { deps, project, report, jobId }: Comparison): Promise<ReportRow> {
  await lockProject(unit.tx, project.id);
  await mirrorBranches(deps, unit, project, []);
  await updateProjectMirror(unit.tx, project.id, { synced_at: unit.now, gone_at: project.gone_at ?? unit.now });
  if (!project.gone_at) {
    const changed = { before: { goneAt: null }, after: { goneAt: unit.now.toISOString() } };
    unit.audit(
      'project.gone',
      { kind: 'project', id: project.id },
      { neonProjectId: project.neon_project_id, ...changed },
    );
  }
  const nothing = { branches: [], snapshots: [] };
  const known = await readKnown(unit.tx, project, nothing, { mirrored: [], exceptJobId: jobId, now: unit.now });
  const plan = planProjectGone(known, unit.now);
  const findings = await applyToRows(unit, plan, []);
  // What was done before the project went stays told.
  const earlier = report.findings.filter(({ outcome }) => outcome !== null);
  return writeReport(unit, report, { plan, findings: [...earlier, ...findings], isProjectGone: true });
}

/** Whether the finding's action changes Neon, or needs to ask it more: it is carried out after the report was committed. */
function isForNeon({ action, subjectKind }: Finding): boolean {
  return action === 'remove' || (action === 'adopt' && subjectKind === 'snapshot');
}

/** Does what concerns our own rows, and tells of the rest that it is planned. */
async function applyToRows(
  unit: Unit,
  plan: ReconciliationPlan,
  branches: readonly NeonBranch[],
): Promise<ReportedFinding[]> {
  const reported: ReportedFinding[] = [];
  for (const finding of plan.findings) {
    const isDoneHere = finding.action !== 'none' && !isForNeon(finding);
    if (!isDoneHere) reported.push({ ...finding, outcome: null });
    else if (await applyToRow(unit, finding, branches)) reported.push({ ...finding, outcome: 'done' });
    else reported.push({ ...finding, outcome: 'skipped', reason: 'changed_meanwhile' });
  }
  for (const completion of plan.completions) await complete(unit, completion);
  for (const one of plan.cleanedUp) await endCleanUp(unit, one);
  return reported;
}

/** False where somebody has changed the row since it was read. */
async function applyToRow(unit: Unit, finding: Finding, branches: readonly NeonBranch[]): Promise<boolean> {
  const { subjectKind, subjectId, neonId, action } = finding;
  if (subjectId === null) return false;
  const event = action === 'mark_missing' ? 'lose' : 'find';
  if (subjectKind === 'snapshot') {
    const row = await lockSnapshot(unit.tx, subjectId);
    if (row.status !== (event === 'lose' ? 'available' : 'missing')) return false;
    await advance(unit, 'snapshot', row, event, { details: { neonId } });
    return true;
  }
  if (action === 'adopt') {
    const branch = branches.find(({ id }) => id === neonId);
    if (branch) await keepPreserved(unit, await getRestoreRow(unit.tx, subjectId), branch);
    return branch !== undefined;
  }
  const preserved = await lockPreservedBranch(unit.tx, subjectId);
  if (preserved?.status !== (event === 'lose' ? 'present' : 'missing')) return false;
  await advance(unit, 'preserved_branch', preserved, event, { details: { neonBranchId: neonId } });
  return true;
}

/** No new version: Neon says more of it, and nothing about it has changed. */
async function complete({ tx, now }: Unit, { snapshotId, sizeBytes, lsn, pointAt }: Completion): Promise<void> {
  await patchSnapshot(tx, snapshotId, { size_bytes: sizeBytes, lsn, point_at: pointAt, updated_at: now });
}

async function endCleanUp({ tx, now, audit }: Unit, { kind, id }: CleanedUp): Promise<void> {
  const { version, clean_up: cleanUp } = kind === 'snapshot' ? await lockSnapshot(tx, id) : await lockRestore(tx, id);
  const patch = { clean_up: 'done', version: version + 1, updated_at: now } as const;
  await (kind === 'snapshot' ? patchSnapshot : patchRestore)(tx, id, patch);
  audit(`${kind}.clean_up_done`, { kind, id }, { before: { cleanUp }, after: { cleanUp: patch.clean_up } });
}

interface Written {
  readonly plan: ReconciliationPlan;
  readonly findings: readonly ReportedFinding[];
  readonly isProjectGone: boolean;
}

async function writeReport(
  { tx, now }: Unit,
  report: ReportRow,
  { plan, findings, isProjectGone }: Written,
): Promise<ReportRow> {
  const isPlanned = findings.some((finding) => isPending(finding));
  const patch = { compared_at: now, ended_at: isPlanned ? null : now, is_project_gone: isProjectGone };
  await patchReport(tx, report.id, {
    ...patch,
    present: JSON.stringify(plan.present),
    findings: JSON.stringify(findings),
  });
  await dropOlderReports(tx, report);
  return { ...report, ...patch, present: plan.present, findings: [...findings] };
}

/** Planned, and not carried out yet. */
export function isPending({ action, outcome }: ReportedFinding): boolean {
  return action !== 'none' && outcome === null;
}
