// Owns what somebody is told of itself, and of the fleet where it is of the platform. It changes nothing.

import { countFleet } from '../../store/fleet.ts';
import { countJobs } from '../../store/job-counts.ts';
import { countStates } from '../../store/statuses.ts';
import { findTeam } from '../../store/teams.ts';
import { type Actor, noTeam } from '../actor.ts';
import { listAllowed } from '../authorize.ts';
import type { CommandDeps } from '../deps.ts';
import type { FleetView, MeView } from '../views.ts';

/** Who asks, its teams, and what it may do in the one in which it acts. */
export async function getMe(deps: CommandDeps, actor: Actor): Promise<MeView> {
  deps.allow();
  const { kind, id, label, isPlatform, projects } = actor;
  const teams = actor.teams.map((team) => ({ id: team.id, slug: team.slug, name: team.name, role: team.role }));
  return { kind, id, label, isPlatform, team: await teamOf(deps, actor), teams, projects, actions: listAllowed(actor) };
}

async function teamOf({ db }: CommandDeps, { teamId, teams, role }: Actor): Promise<MeView['team']> {
  if (teamId === noTeam) return null;
  const team = teams.find(({ id }) => id === teamId) ?? (await findTeam(db, teamId));
  return team ? { id: team.id, slug: team.slug, name: team.name, role } : null;
}

/** Figures of the installation: of no team, and of nobody's data. */
export async function getFleet(deps: CommandDeps): Promise<FleetView> {
  deps.allow();
  const [counts, branches, jobs] = await Promise.all([
    countFleet(deps.db, deps.now()),
    countStates(deps.db),
    countJobs(deps.db),
  ]);
  return { ...counts, branches, jobs };
}
