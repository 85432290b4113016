// Owns saying when policies fire next in a project, as labels and maintenance windows let them. It changes nothing.

import { maintenanceUntil } from '../../core/maintenance.ts';
import { selectsProject } from '../../core/selector.ts';
import type { Db } from '../../store/database.ts';
import { listPoliciesOfProjects, listSchedules } from '../../store/policies.ts';
import { findProjects, type ProjectRow } from '../../store/projects.ts';
import type { Actor } from '../actor.ts';
import type { CommandDeps } from '../deps.ts';
import { groupBy } from '../group.ts';
import type { ProjectFiringView } from '../views.ts';

const firingsShown = 50;

/** By project id, as `listNextFirings`; what is not the actor's is absent. */
export async function getNextFirings(
  deps: CommandDeps,
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, ProjectFiringView[]>> {
  deps.allow();
  return listNextFirings(deps.db, actor.teamId, await findProjects(deps.db, actor, ids));
}

/**
 * The next firing of each schedule of the policies that select the project now, the earliest 50, by project id. None of a policy whose
 * pause has no end, of a schedule that is left to Neon, and in a project that Neon does not show. Two statements for all of them.
 */
export async function listNextFirings(
  db: Db,
  teamId: string,
  projects: readonly ProjectRow[],
): Promise<Map<string, ProjectFiringView[]>> {
  const policies = await listPoliciesOfProjects(
    db,
    teamId,
    projects.map(({ id }) => id),
  );
  const schedules = groupBy(
    await listSchedules(
      db,
      policies.map(({ id }) => id),
    ),
    ({ policy_id }) => policy_id,
  );
  return new Map(
    projects.map((project) => {
      const selecting = project.gone_at ? [] : policies.filter(({ selector }) => selectsProject(selector, project));
      const next = selecting
        .flatMap(({ id }) => schedules.get(id) ?? [])
        .flatMap(({ policy_id, name, next_firing_at: at }) => (at ? [{ policyId: policy_id, schedule: name, at }] : []))
        .sort((a, b) => a.at.getTime() - b.at.getTime())
        .slice(0, firingsShown);
      return [project.id, next.map((one) => toView(project, one))] as const;
    }),
  );
}

interface NextFiring {
  readonly policyId: string;
  readonly schedule: string;
  readonly at: Date;
}

function toView({ maintenance_windows: windows }: ProjectRow, { at, ...rest }: NextFiring): ProjectFiringView {
  return { ...rest, at: at.toISOString(), maintenanceUntil: maintenanceUntil(windows, at)?.toISOString() ?? null };
}
