// Owns the proof that a branch answers: one real connection, one query. It never reads a row of the user's.

import pg from 'pg';
import { NeonFailure } from '../core/errors.ts';
import type { ProbeTarget } from './api.ts';

/** Of the whole time, so much is for connecting: a compute that was scaled to zero has to wake first. */
const connectShare = 9 / 14;

/**
 * A probe that connects through the URI and runs `select 1`, in `withinMs` together: to be shorter than a lease. A target that does not
 * answer may do so later: `again`. A compute that needs longer to wake is found awake by the next attempt.
 */
export function probeWithin(withinMs: number): ProbeTarget {
  const connectMs = Math.round(withinMs * connectShare);
  return (uri) => probe(uri, connectMs, withinMs - connectMs);
}

export const probeTarget = probeWithin(7_000);

async function probe(uri: string, connectMs: number, queryMs: number): Promise<void> {
  const client = new pg.Client({
    connectionString: uri,
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
    application_name: 'afterglow probe',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NeonFailure(`The target did not answer a query: ${reason}`, {
      kind: 'again',
      failure: 'target_unreachable',
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
