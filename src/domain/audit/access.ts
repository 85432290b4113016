// Owns what is told of signing in: the first request of each actor is an event, and requests of nobody are counted.

import { Refusal } from '../../core/errors.ts';
import { hasSignedIn, insertSignIn } from '../../store/sign-ins.ts';
import { type Actor, noTeam } from '../actor.ts';
import { change } from '../change.ts';
import { toRefusal } from '../command.ts';
import type { Deps } from '../deps.ts';

type Authenticate<A extends unknown[]> = (...presented: A) => Promise<Actor>;

/** So many actors a process remembers to have seen, and asks the database no more. */
const rememberedMax = 10_000;

/** As `authenticate`, and tells of it. A request whose sign-in could not be recorded is refused with `database_unreachable`. */
export function tellingOfSignIns<A extends unknown[]>(deps: Deps, authenticate: Authenticate<A>): Authenticate<A> {
  const seen = new Set<string>();
  return async (...presented) => {
    const actor = await counted(deps, authenticate(...presented));
    const key = `${actor.teamId} ${actor.id}`;
    // Who has named no team is told of where it enters one.
    if (actor.teamId === noTeam || seen.has(key)) return actor;
    await noteSignIn(deps, actor).catch((error: unknown) => {
      throw toRefusal(error);
    });
    if (seen.size >= rememberedMax) seen.clear();
    seen.add(key);
    return actor;
  };
}

/** A refused request of no team belongs to no chain: it is counted. */
async function counted(deps: Deps, actor: Promise<Actor>): Promise<Actor> {
  try {
    return await actor;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'unauthenticated') deps.access.unauthenticated();
    throw error;
  }
}

async function noteSignIn(deps: Deps, actor: Actor): Promise<void> {
  if (await hasSignedIn(deps.db, actor.teamId, actor.id)) return;
  await change(deps, actor, async ({ tx, now, audit }) => {
    if (!(await insertSignIn(tx, actor.teamId, actor.id, now))) return;
    audit('access.first_sign_in', { kind: 'actor', id: actor.id }, { role: actor.role });
  });
}
