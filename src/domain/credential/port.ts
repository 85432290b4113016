// Owns opening a credential: the provider port of a project, and what happens to the credential when Neon refuses it.

import { NeonFailure, Refusal } from '../../core/errors.ts';
import type { NeonApi } from '../../neon/api.ts';
import { getCredentialRow } from '../../store/credentials.ts';
import type { Actor } from '../actor.ts';
import { advance } from '../advance.ts';
import { change } from '../change.ts';
import type { Deps } from '../deps.ts';

/** The provider port under the project's credential. The opened key lives in the port alone. */
export async function portOf(
  deps: Pick<Deps, 'db' | 'keyring' | 'connectNeon'>,
  project: { readonly credential_id: string },
): Promise<NeonApi> {
  const credential = await getCredentialRow(deps.db, project.credential_id);
  return deps.connectNeon(await deps.keyring.open(credential.sealed_key));
}

/** Neon refused the credential: its status says so from now on, once. */
export async function recordRefusedCredential(deps: Deps, actor: Actor, credentialId: string): Promise<void> {
  const credential = await getCredentialRow(deps.db, credentialId);
  if (credential.status === 'refused' || (await isAccepted(deps, credential))) return;
  try {
    await change(deps, actor, (unit) => advance(unit, 'credential', credential, 'refuse'));
  } catch (error) {
    // The job of another lane was faster.
    if (error instanceof Refusal && error.code === 'transition_refused') return;
    throw error;
  }
  deps.log.warn({ credentialId }, 'Neon refuses the credential');
}

/** Whether Neon accepts the key that the credential holds now: the refused one may have been replaced meanwhile. */
async function isAccepted(
  deps: Pick<Deps, 'db' | 'keyring' | 'connectNeon'>,
  credential: { readonly id: string },
): Promise<boolean> {
  try {
    await (await portOf(deps, { credential_id: credential.id })).getAccountId();
    return true;
  } catch (error) {
    if (error instanceof NeonFailure) return error.kind !== 'credential';
    throw error;
  }
}
