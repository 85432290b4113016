// Owns the step into a team: an actor acts in one team at a time, with the role that it has there.

import { Refusal } from '../../core/errors.ts';
import { findTeamBySlug, type TeamRow } from '../../store/teams.ts';
import type { Actor } from '../actor.ts';
import type { Deps } from '../deps.ts';

/**
 * The same actor in the team of that slug. One of the platform enters any team, with no role where it is no member. Refuses with
 * `not_found` a team that is not the actor's, whether there is one or not.
 */
export async function enterTeam({ db }: Pick<Deps, 'db'>, actor: Actor, slug: string): Promise<Actor> {
  const own = actor.teams.find((team) => team.slug === slug);
  if (own) return { ...actor, teamId: own.id, role: own.role };
  const team = actor.isPlatform ? await findTeamBySlug(db, slug) : undefined;
  if (!team) throw teamNotFound('slug', slug);
  return actAs(actor, team);
}

/** The same actor in a team that it may see, by the role that it has there. */
export function actAs(actor: Actor, team: Pick<TeamRow, 'id'>): Actor {
  return { ...actor, teamId: team.id, role: roleIn(actor, team.id) };
}

export function roleIn({ teams }: Actor, teamId: string) {
  return teams.find(({ id }) => id === teamId)?.role ?? null;
}

export function teamNotFound(field: 'id' | 'slug', value: string): Refusal {
  return new Refusal(
    'not_found',
    `There is no team with the ${field} ${JSON.stringify(value.slice(0, 64))}. Nothing was done.`,
  );
}
