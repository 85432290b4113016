// Owns whether this process can do what is asked of it now.

import { Refusal } from '../core/errors.ts';
import { checkStore } from '../store/connect.ts';
import { toRefusal } from './command.ts';
import type { Deps } from './deps.ts';

/** Refuses with `database_unreachable` while the database does not answer or cannot be written to, and with `starting` once the process is to end. */
export async function checkReady(deps: Pick<Deps, 'db' | 'isStopping'>): Promise<void> {
  if (deps.isStopping?.()) {
    throw new Refusal('starting', 'This process is stopping. Send the request to another one.', {
      retryAfterSeconds: 1,
    });
  }
  try {
    await checkStore(deps.db);
  } catch (error) {
    throw toRefusal(error);
  }
}
