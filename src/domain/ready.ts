// Owns whether this process can do what is asked of it now.

import { Refusal } from '../core/errors.ts';
import { checkStore } from '../store/connect.ts';
import { toRefusal } from './command.ts';
import type { Deps } from './deps.ts';
import type { ReadinessView } from './views.ts';

/**
 * Refuses with `database_unreachable` while the database does not answer or cannot be written to, and with `starting` once the process is to end. What is
 * away meanwhile, and only delays what is asked for, is named.
 */
export async function checkReady({
  db,
  queue,
  isStopping,
}: Pick<Deps, 'db' | 'queue' | 'isStopping'>): Promise<ReadinessView> {
  if (isStopping?.()) {
    throw new Refusal('starting', 'This process is stopping. Send the request to another one.', {
      retryAfterSeconds: 1,
    });
  }
  try {
    await checkStore(db);
  } catch (error) {
    throw toRefusal(error);
  }
  return { status: 'ok', away: queue.isThere() ? [] : ['queue'] };
}
