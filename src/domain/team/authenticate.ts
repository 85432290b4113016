// Owns knowing who asks, by an API key or by a token of the identity provider. A key is shown once and kept as its hash. It never says why
// one was not accepted.

import { Refusal } from '../../core/errors.ts';
import { isWithin, parseNetwork } from '../../core/network.ts';
import { noteKeyUse } from '../../store/api-keys.ts';
import { findPresentedKey, type KnownKey } from '../../store/presented-keys.ts';
import type { Actor } from '../actor.ts';
import { toRefusal } from '../command.ts';
import type { Deps } from '../deps.ts';
import { enterTeam } from './enter.ts';
import { looksLikeToken, personOf } from './person.ts';

export interface Presented {
  readonly requestId: string;
  readonly sourceAddress: string;
  /** The slug of the team in which it is to act, where the request names one. */
  readonly team?: string | undefined;
}

export type Authenticate = (presented: string | undefined, request: Presented) => Promise<Actor>;

const noteEveryMs = 60_000;

/**
 * The actor whose key or token it is. Refuses with `unauthenticated` a missing, malformed, unknown, revoked or ended one, and a key from
 * outside its networks, always the same; with `not_found` a team that is not the actor's; with `identity_provider_unreachable` a token that
 * cannot be verified.
 */
export function makeAuthenticate(deps: Pick<Deps, 'db' | 'now' | 'settings' | 'verifyToken'>): Authenticate {
  const noting = new Set<string>();

  async function know(presented: string | undefined, request: Presented): Promise<Actor | undefined> {
    if (presented === undefined) return undefined;
    if (deps.verifyToken && looksLikeToken(presented)) {
      const token = await deps.verifyToken(presented);
      return token && personOf(deps, token, request);
    }
    const key = await findPresentedKey(deps.db, presented);
    if (!key || !isInForce(key, deps.now(), request.sourceAddress)) return undefined;
    noteUse(deps, noting, key);
    return actorOf(key, request);
  }

  return async (presented, request) => {
    try {
      const actor = await know(presented, request);
      if (!actor) throw unauthenticated();
      return request.team === undefined ? actor : await enterTeam(deps, actor, request.team);
    } catch (error) {
      throw toRefusal(error);
    }
  };
}

function isInForce(key: KnownKey, now: Date, sourceAddress: string): boolean {
  if (key.expires_at && key.expires_at <= now) return false;
  if (key.cidrs === null) return true;
  return key.cidrs.some((cidr) => {
    const network = parseNetwork(cidr);
    return network !== undefined && isWithin(sourceAddress, network);
  });
}

/** At most once a minute for each key, and never in the way: a request neither waits for it nor fails by it. */
function noteUse({ db, now }: Pick<Deps, 'db' | 'now'>, noting: Set<string>, { id, last_used_at }: KnownKey): void {
  const at = now();
  const since = new Date(at.getTime() - noteEveryMs);
  if (noting.has(id) || (last_used_at && last_used_at > since)) return;
  noting.add(id);
  void noteKeyUse(db, id, { now: at, since })
    .catch(() => undefined)
    .finally(() => noting.delete(id));
}

function actorOf(key: KnownKey, { requestId, sourceAddress }: Presented): Actor {
  const { team_id: id, team_slug: slug, team_name: name, role, team_created_at } = key;
  return {
    teamId: key.team_id,
    kind: key.kind,
    id: key.id,
    label: key.prefix,
    role: key.role,
    projects: key.projects,
    isPlatform: key.is_platform,
    teams: [{ id, slug, name, role, createdAt: team_created_at.toISOString() }],
    requestId,
    sourceAddress,
  };
}

function unauthenticated(): Refusal {
  return new Refusal(
    'unauthenticated',
    'Send a valid API key or token as "Authorization: Bearer <key>". Nothing was done.',
  );
}
