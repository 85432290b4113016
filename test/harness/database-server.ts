// Starts a Postgres of our own for tests, with one migrated database from which the tests' databases are copied.

import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../src/local/postgres/index.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';

const templateName = 'afterglow_template';

export interface DatabaseServer {
  /** The superuser's, of the database `postgres`. */
  readonly url: string;
  /** The name of the migrated database: nobody can connect to it, so that it can be copied at any time. */
  readonly template: string;
  stop(): Promise<void>;
}

/** Makes the cluster and the template in `folder`. A second or two. */
export async function startDatabaseServer(folder: string): Promise<DatabaseServer> {
  const server = await startPostgres({
    dataDir: join(folder, 'postgres'),
    durable: false,
    // Several worlds of several processes use it at once.
    settings: { max_connections: '400' },
  });
  try {
    const url = server.uri('postgres');
    await query(url, `create database ${templateName}`);
    await migrateToLatest(server.uri(templateName));
    await query(url, `alter database ${templateName} with is_template true allow_connections false`);
    return { url, template: templateName, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Runs one statement on a connection of its own. */
export async function query(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
