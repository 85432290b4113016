// Keys as a test presents them.

import type { Actor, CreateApiKeyInput, NewApiKeyView } from '../../src/domain/index.ts';
import type { Started } from './app.ts';

/** The actor of a presented key, as the doors know it. */
export function signIn(
  { domain }: Pick<Started, 'domain'>,
  key: string,
  team?: string,
  from = '127.0.0.1',
): Promise<Actor> {
  return domain.authenticate(key, { requestId: 'req', sourceAddress: from, team });
}

/** A new key of the actor's team, and who acts by it. */
export async function addKey(
  at: Pick<Started, 'domain'>,
  actor: Actor,
  input: Partial<CreateApiKeyInput> = {},
): Promise<NewApiKeyView & { readonly actor: Actor }> {
  const made = await at.domain.apiKeys.create(actor, { name: 'key', role: 'admin', ...input });
  return { ...made, actor: await signIn(at, made.key) };
}
