// Owns bringing a database to the newest tables. Safe to run from several processes at once (Kysely locks).

import { promises as fs } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kysely, PostgresDialect } from 'kysely';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import { openPool } from './connect.ts';

const migrationFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Applies every migration that is missing, in order; throws the first one's error, which leaves that one undone. */
export async function migrateToLatest(connectionString: string): Promise<void> {
  const pool = openPool({ connectionString, max: 2 }, () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    const migrator = new Migrator({ db, provider: new FileMigrationProvider({ fs, path, migrationFolder }) });
    const { error } = await migrator.migrateToLatest();
    if (error) throw error;
  } finally {
    await db.destroy();
  }
}
