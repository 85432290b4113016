// Teams beside the first one, put into the store directly, with actors that no key stands behind.

import type { Actor } from '../../src/domain/index.ts';
import type { Role } from '../../src/store/database.ts';
import { insertTeam } from '../../src/store/teams.ts';
import type { Started } from './app.ts';
import { admin } from './team-views.ts';

/** An admin of a new team. */
export async function addTeam({ db }: Pick<Started, 'db'>, slug: string): Promise<Actor> {
  const team = { id: `tem_${slug}`, slug, name: `Team ${slug}` };
  const at = new Date();
  await db.transaction().execute((tx) => insertTeam(tx, { ...team, created_at: at }));
  const teams = [{ ...team, role: 'admin', createdAt: at.toISOString() } as const];
  return { ...admin, teamId: team.id, id: `key_${slug}`, teams };
}

/** The same actor in a lesser role, and of no platform. */
export function inRole(actor: Actor, role: Role): Actor {
  return { ...actor, role, isPlatform: false, teams: actor.teams.map((team) => ({ ...team, role })) };
}
