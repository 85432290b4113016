// Owns the check of projects that a request names. It changes nothing.

import { notFound } from '../../core/errors.ts';
import { findProjects } from '../../store/projects.ts';
import type { Actor } from '../actor.ts';
import type { CommandDeps } from '../deps.ts';

/** Refuses with `not_found` the first that is not the actor's to see. */
export async function checkProjects(
  { db }: Pick<CommandDeps, 'db'>,
  actor: Actor,
  ids: readonly string[],
): Promise<void> {
  const known = new Set((await findProjects(db, actor, ids)).map((project) => project.id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined) throw notFound('project', unknown);
}
