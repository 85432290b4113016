// Owns knowing who asks: an API key is shown once and kept as its hash. It never says why a key was not accepted.

import { Refusal } from '../../core/errors.ts';
import { findApiKeyByHash, hashApiKey } from '../../store/teams.ts';
import type { Actor } from '../actor.ts';
import { toRefusal } from '../command.ts';
import type { Deps } from '../deps.ts';

/** The actor whose key it is. Refuses with `unauthenticated`: a missing, malformed, unknown or revoked key, always the same. */
export async function authenticate(
  deps: Pick<Deps, 'db'>,
  presented: string | undefined,
  request: { requestId: string; sourceAddress: string },
): Promise<Actor> {
  const row = presented ? await findKey(deps, presented) : undefined;
  if (!row) {
    throw new Refusal('unauthenticated', 'Send a valid API key as "Authorization: Bearer <key>". Nothing was done.');
  }
  return { teamId: row.team_id, kind: row.kind, id: row.id, label: row.prefix, role: row.role, ...request };
}

async function findKey(deps: Pick<Deps, 'db'>, presented: string) {
  try {
    return await findApiKeyByHash(deps.db, hashApiKey(presented));
  } catch (error) {
    throw toRefusal(error);
  }
}
