// Owns bringing a database to the newest tables. Safe to run from several processes at once (Kysely locks).

import { promises as fs } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kysely, PostgresDialect } from 'kysely';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import { openPool } from './connect.ts';
import { gaveWay } from './constraint.ts';

const migrationFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

const triesMax = 10;

/**
 * Applies every migration that is missing, in order; throws the first one's error, which leaves that one undone. What the former version has
 * under way meanwhile may hold one table that a migration needs and wait for another: then one of the two gives way, and this one begins again.
 */
export async function migrateToLatest(connectionString: string): Promise<void> {
  const pool = openPool({ connectionString, max: 2 }, () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({ db, provider: new FileMigrationProvider({ fs, path, migrationFolder }) });
    for (let tries = 1; ; tries += 1) {
      const { error } = await migrator.migrateToLatest();
      if (!error) return;
      if (!gaveWay(error) || tries === triesMax) throw error;
    }
  } finally {
    await db.destroy();
  }
}
