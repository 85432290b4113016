// Owns the proof that a branch answers: one real connection, one query. It never reads a row of the user's.

import pg from 'pg';
import { NeonFailure } from '../core/errors.ts';
import type { ProbeTarget } from './api.ts';

/** Together shorter than a lease. A compute that was scaled to zero may need longer to wake: then the next attempt finds it awake. */
const connectTimeoutMs = 4_500;
const queryTimeoutMs = 2_500;

/** Connects through the URI and runs `select 1`. A target that does not answer may do so later: `again`. */
export const probeTarget: ProbeTarget = async (uri) => {
  const client = new pg.Client({
    connectionString: uri,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
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
};
