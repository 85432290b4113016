// Owns opening a credential: the provider port of a project, and what happens to the credential when Neon refuses it.

import { NeonFailure, Refusal } from '../../core/errors.ts';
import type { NeonApi, NeonUse } from '../../neon/api.ts';
import { type CredentialRow, getCredentialRow } from '../../store/credentials.ts';
import type { Actor } from '../actor.ts';
import { advance } from '../advance.ts';
import { wakeRelays } from '../../store/outbox/promise.ts';
import { change, type Unit } from '../change.ts';
import type { Deps } from '../deps.ts';

/** The provider port under the project's credential, for a request unless said otherwise. The opened key lives in the port alone. */
export async function portOf(
  deps: Pick<Deps, 'db' | 'keyring' | 'connectNeon'>,
  project: { readonly credential_id: string },
  use: Omit<NeonUse, 'accountId'> = { share: 'rest', by: 'request' },
): Promise<NeonApi> {
  const credential = await getCredentialRow(deps.db, project.credential_id);
  const neonApiKey = await deps.keyring.open(credential.sealed_key);
  return deps.connectNeon(neonApiKey, { ...use, accountId: credential.neon_account_id });
}

/** Refuses with `credential_refused` while Neon refuses the project's credential; `notDone` says what did not happen. */
export async function checkAccepted(
  { db }: Pick<Deps, 'db'>,
  project: { readonly credential_id: string },
  notDone: string,
): Promise<void> {
  const { id, name, status } = await getCredentialRow(db, project.credential_id);
  if (status !== 'refused') return;
  throw new Refusal(
    'credential_refused',
    `Neon refuses the credential ${name}. ${notDone} Give it a new key, then try again.`,
    { members: { credentialId: id } },
  );
}

/** Neon refused a call: where it refuses the credential itself, its status says so from now on. True where it is refused. */
export async function recordRefusedCredential(deps: Deps, actor: Actor, credentialId: string): Promise<boolean> {
  const credential = await getCredentialRow(deps.db, credentialId);
  if (credential.status === 'refused') return true;
  if ((await askAbout(deps, credential)) !== 'refused') return false;
  try {
    await change(deps, actor, (unit) => advance(unit, 'credential', credential, 'refuse'));
  } catch (error) {
    // The job of another lane was faster.
    if (error instanceof Refusal && error.code === 'transition_refused') return true;
    throw error;
  }
  deps.log.warn({ credentialId }, 'Neon refuses the credential; its jobs wait until it is accepted');
  return true;
}

/** A refused credential is active again; the jobs that waited for it are released. */
export async function accept(unit: Unit, credential: Pick<CredentialRow, 'id' | 'status'>): Promise<void> {
  await advance(unit, 'credential', credential, 'accept');
  await wakeRelays(unit.tx);
}

/** What Neon says of the key that the credential holds now: the refused one may have been replaced meanwhile. */
export async function askAbout(
  deps: Pick<Deps, 'db' | 'keyring' | 'connectNeon'>,
  { id }: { readonly id: string },
): Promise<'accepted' | 'refused' | 'unknown'> {
  const credential = await getCredentialRow(deps.db, id);
  try {
    await deps.connectNeon(await deps.keyring.open(credential.sealed_key)).getAccountId();
    return 'accepted';
  } catch (error) {
    if (error instanceof NeonFailure) return error.kind === 'credential' ? 'refused' : 'unknown';
    throw error;
  }
}
