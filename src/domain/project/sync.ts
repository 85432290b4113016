// Owns bringing a project's mirror up to date on request. A sync runs in the project's lane, last in line.

import { notFound } from '../../core/errors.ts';
import { findProject, getProjectRow, updateProjectMirror } from '../../store/projects.ts';
import type { Actor } from '../actor.ts';
import { change } from '../change.ts';
import type { CommandDeps, Deps } from '../deps.ts';
import type { Attempt, Settlement } from '../job/attempt.ts';
import type { ProjectView } from '../views.ts';
import { mirrorBranches } from './mirror.ts';
import { checkProjectPresent } from './present.ts';
import { toProjectView } from './view.ts';

/** Promises a sync; `syncedAt` of the project moves when it has run. Refuses with `project_gone`: a reconcile looks whether it is back. */
export async function requestSync(deps: CommandDeps, actor: Actor, id: string): Promise<ProjectView> {
  const row = await findProject(deps.db, actor, id);
  if (!row) throw notFound('project', id);
  deps.allow();
  checkProjectPresent(row);
  return change(deps, actor, async ({ audit, promise }) => {
    audit('project.sync_requested', { kind: 'project', id: row.id });
    promise('project.sync', row.id, row.neon_project_id);
    return toProjectView(row);
  });
}

/** Reads the project and its branches from Neon and brings the mirror to them. Repeatable; changes nothing in Neon. */
export async function executeSync(deps: Deps, attempt: Attempt): Promise<Settlement> {
  const project = await getProjectRow(deps.db, attempt.subjectId);
  if (project.removed_at) return attempt.finish();
  const neon = await attempt.connect(project);
  const [seen, branches] = await Promise.all([
    neon.getProject(project.neon_project_id),
    neon.listBranches(project.neon_project_id),
  ]);
  return attempt.finish(async (unit) => {
    await mirrorBranches(deps, unit, project, branches);
    await updateProjectMirror(unit.tx, project.id, {
      name: seen.name,
      region: seen.region,
      pg_version: seen.pgVersion,
      plan: seen.plan,
      history_retention_seconds: seen.historyRetentionSeconds,
      synced_at: unit.now,
    });
  });
}
