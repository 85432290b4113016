// Real rows, through real connections: writing numbered rows, and reading which of them a branch holds.

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export async function withClient<T>(uri: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: uri });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A moment between two commits, named in both ways. */
export interface Moment {
  readonly at: string;
  readonly lsn: string;
}

/** Makes the table where it is missing, commits the row, and names a moment at which it is there and nothing later is. */
export async function writeRow(uri: string, number: number): Promise<Moment> {
  return withClient(uri, async (client) => {
    await client.query('create table if not exists numbered (n integer primary key)');
    await client.query('insert into numbered values ($1)', [number]);
    const { rows } = await client.query<{ lsn: string; at: Date }>(
      'select pg_current_wal_insert_lsn()::text as lsn, clock_timestamp() as at',
    );
    const [row] = rows;
    if (!row) throw new Error('no answer');
    const at = new Date(row.at.getTime() + 1);
    // The moment must have passed before the next row is written: instants have milliseconds, commits have microseconds.
    await sleep(Math.max(3, at.getTime() + 2 - Date.now()));
    return { at: at.toISOString(), lsn: row.lsn };
  });
}

/** The rows that are there now. */
export async function readRows(uri: string): Promise<number[]> {
  return withClient(uri, async (client) => {
    const { rows } = await client.query<{ n: number }>('select n from numbered order by n');
    return rows.map(({ n }) => n);
  });
}

/** The rows of a branch that may have no compute: it is given one for the look. */
export async function readBranch(
  emulator: { readonly baseUrl: string; readonly projectId: string; readonly apiKey: string },
  branchId: string,
): Promise<number[]> {
  const call = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ uri?: string; endpoints?: unknown[] }> => {
    const response = await fetch(`${emulator.baseUrl}/projects/${emulator.projectId}/${path}`, {
      method,
      headers: { authorization: `Bearer ${emulator.apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { uri?: string; endpoints?: unknown[] };
  };
  const { endpoints } = await call('GET', `branches/${branchId}/endpoints`);
  if (endpoints?.length === 0) {
    await call('POST', 'endpoints', { endpoint: { branch_id: branchId, type: 'read_write' } });
  }
  const query = `branch_id=${branchId}&database_name=neondb&role_name=neondb_owner`;
  const { uri } = await call('GET', `connection_uri?${query}`);
  return readRows(uri ?? '');
}
