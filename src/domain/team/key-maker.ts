// Owns what somebody who makes or rotates a key may let it do: nothing that is beyond the maker's own role, kind and bounds. It changes nothing.

import { Refusal } from '../../core/errors.ts';
import { contains, type Network, parseNetwork } from '../../core/network.ts';
import { type ApiKeyRow, findApiKey, ownEndOf } from '../../store/api-keys.ts';
import type { Actor } from '../actor.ts';
import { isWithinOwn } from '../authorize.ts';
import type { CommandDeps } from '../deps.ts';

/** What a key is to be, with the end that it is made with. */
type Wish = Pick<ApiKeyRow, 'role' | 'kind' | 'cidrs' | 'expires_at'>;

/**
 * Refuses with `forbidden` a role above the maker's, with `person_required` a person's key where the maker is a service, and with
 * `beyond_own_bounds` a key that would outlive the maker's own or come from elsewhere: what is left out is not inherited. A key that is
 * narrowed to projects makes none at all. A text that is no network is left to who reads it.
 */
export async function checkMaker({ db }: Pick<CommandDeps, 'db'>, actor: Actor, wish: Wish): Promise<void> {
  const { role, kind } = wish;
  if (!isWithinOwn(actor, role)) {
    throw new Refusal('forbidden', `A key of the role ${role} would be above your own. No key was made.`, {
      members: { action: 'api_key.write', role: actor.role, leastRole: role },
    });
  }
  if (kind !== 'service' && actor.kind !== 'person') {
    throw new Refusal(
      'person_required',
      'A key of kind person is made by a person, not by a service. No key was made.',
    );
  }
  // Who comes by a token, and one of the platform in another team, has no key there.
  const own = await findApiKey(db, actor.teamId, actor.id);
  if (own) checkBounds(own, wish);
}

/** By the end that the maker's key was made with: while it is being replaced it makes what takes its place. */
function checkBounds(own: ApiKeyRow, { expires_at, cidrs }: Wish): void {
  const end = ownEndOf(own);
  if (end && (!expires_at || expires_at > end)) {
    const limit = end.toISOString();
    throw beyond('expiresAt', limit, `Your key ends at ${limit}, and this one would not by then`);
  }
  if (own.cidrs === null) return;
  const networks = own.cidrs.flatMap((cidr) => parseNetwork(cidr) ?? []);
  if (cidrs?.every((cidr) => isCovered(cidr, networks))) return;
  throw beyond(
    'cidrs',
    own.cidrs,
    `Your key comes from ${own.cidrs.join(', ')} alone, and this one could from elsewhere`,
  );
}

function isCovered(cidr: string, networks: readonly Network[]): boolean {
  const wished = parseNetwork(cidr);
  return wished === undefined || networks.some((network) => contains(network, wished));
}

function beyond(field: 'expiresAt' | 'cidrs', limit: unknown, words: string): Refusal {
  const next = `Say ${field} within that, or use a key that is not bound so`;
  return new Refusal('beyond_own_bounds', `${words}. No key was made. ${next}.`, { members: { field, limit } });
}
