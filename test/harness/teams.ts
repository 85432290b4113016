// Teams beside the first one, put into the store directly: no door makes them yet.

import type { Actor } from '../../src/domain/index.ts';
import type { Role } from '../../src/store/database.ts';
import { insertTeam } from '../../src/store/teams.ts';
import type { Started } from './app.ts';

/** An admin of a new team. */
export async function addTeam({ db }: Pick<Started, 'db'>, slug: string): Promise<Actor> {
  const teamId = `tem_${slug}`;
  await db
    .transaction()
    .execute((tx) => insertTeam(tx, { id: teamId, slug, name: `Team ${slug}`, created_at: new Date() }));
  return {
    teamId,
    kind: 'person',
    id: `key_${slug}`,
    label: null,
    role: 'admin',
    requestId: null,
    sourceAddress: null,
  };
}

/** The same actor in a lesser role. */
export function inRole(actor: Actor, role: Role): Actor {
  return { ...actor, role };
}
