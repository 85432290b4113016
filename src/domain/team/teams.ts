// Owns teams: made by the platform, seen by their own.

import { Refusal } from '../../core/errors.ts';
import { violatedUnique } from '../../store/constraint.ts';
import { findTeam, insertTeam, listTeams as listTeamRows, type TeamRow } from '../../store/teams.ts';
import type { Actor } from '../actor.ts';
import { change } from '../change.ts';
import type { CreateTeamInput, PageRequest } from '../commands.ts';
import type { CommandDeps } from '../deps.ts';
import type { Page, TeamView } from '../views.ts';
import { actAs, roleIn, teamNotFound } from './enter.ts';

/** The first event of its history says who made it. Refuses with `slug_taken`. */
export async function createTeam(deps: CommandDeps, actor: Actor, input: CreateTeamInput): Promise<TeamView> {
  deps.allow();
  const id = deps.newId('tem');
  try {
    return await change(deps, { ...actor, teamId: id }, async ({ tx, now, audit }) => {
      const row = { id, slug: input.slug, name: input.name, created_at: now };
      await insertTeam(tx, row);
      const { slug, name } = row;
      audit('team.created', { kind: 'team', id }, { slug, name, after: { slug, name } });
      return toTeamView(actor, row);
    });
  } catch (error) {
    if (violatedUnique(error) !== 'teams_slug_key') throw error;
    throw new Refusal('slug_taken', `A team has the slug ${JSON.stringify(input.slug)} already. Nothing was made.`, {
      members: { field: 'slug' },
    });
  }
}

/** The actor's own, newest first; of the platform every one. */
export async function listTeams(deps: CommandDeps, actor: Actor, page: PageRequest): Promise<Page<TeamView>> {
  deps.allow();
  const ids = actor.isPlatform ? 'all' : actor.teams.map(({ id }) => id);
  const { items, nextCursor } = await listTeamRows(deps.db, ids, page);
  return { items: items.map((row) => toTeamView(actor, row)), nextCursor };
}

/** One in which the actor has a role was read when it was made. */
export async function getTeam(deps: CommandDeps, actor: Actor, id: string): Promise<TeamView> {
  const own = actor.teams.find((team) => team.id === id);
  if (own) {
    deps.allow();
    return own;
  }
  const { team } = await findNamedTeam(deps, actor, id);
  deps.allow();
  return toTeamView(actor, team);
}

/** A team that the request names itself, and the actor as it acts there. Refuses with `not_found` one that is not the actor's. */
export async function findNamedTeam(
  { db }: Pick<CommandDeps, 'db'>,
  actor: Actor,
  id: string,
): Promise<{ team: TeamRow; acting: Actor }> {
  const team = actor.isPlatform || roleIn(actor, id) !== null ? await findTeam(db, id) : undefined;
  if (!team) throw teamNotFound('id', id);
  return { team, acting: actAs(actor, team) };
}

function toTeamView(actor: Actor, row: TeamRow): TeamView {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    role: roleIn(actor, row.id),
    createdAt: row.created_at.toISOString(),
  };
}
