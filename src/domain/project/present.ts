// Owns the refusal of work in a project that Neon does not show any more.

import { notFound, Refusal } from '../../core/errors.ts';
import { lockProject, type ProjectRow } from '../../store/projects.ts';
import type { Unit } from '../change.ts';

/** Refuses with `project_gone`. */
export function checkProjectPresent({ id, name, neon_project_id, gone_at }: ProjectRow): void {
  if (!gone_at) return;
  throw new Refusal(
    'project_gone',
    `Neon has not shown the project ${name} (${neon_project_id}) since ${gone_at.toISOString()}. Nothing was started. ` +
      'If it is back, ask for a reconcile.',
    { members: { projectId: id, goneAt: gone_at.toISOString() } },
  );
}

/** Locks the project for a promise of work. Refuses with `not_found` where it was removed meanwhile, and with `project_gone`. */
export async function lockPresentProject(unit: Unit, { id }: Pick<ProjectRow, 'id'>): Promise<ProjectRow> {
  const project = await lockProject(unit.tx, id);
  if (!project) throw notFound('project', id);
  checkProjectPresent(project);
  return project;
}
