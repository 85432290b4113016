// Owns asking Neon again about credentials that it refused: a refusal that passed by itself needs nobody to end it.

import { Refusal } from '../../core/errors.ts';
import { type CredentialRow, listRefusedCredentials } from '../../store/credentials.ts';
import { schedulerActor } from '../actor.ts';
import { change } from '../change.ts';
import type { Deps } from '../deps.ts';
import { accept, askAbout } from './port.ts';

const credentialsAtOnce = 50;

/** Those that Neon accepts are active again, and their jobs are released. Returns how many. */
export async function recheckCredentials(deps: Deps): Promise<number> {
  let accepted = 0;
  for (const credential of await listRefusedCredentials(deps.db, credentialsAtOnce)) {
    if ((await askAbout(deps, credential)) === 'accepted' && (await acceptAgain(deps, credential))) accepted += 1;
  }
  return accepted;
}

/** False where a person was faster. */
async function acceptAgain(deps: Deps, credential: CredentialRow): Promise<boolean> {
  try {
    await change(deps, schedulerActor(credential.team_id), (unit) => accept(unit, credential));
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'transition_refused') return false;
    throw error;
  }
}
