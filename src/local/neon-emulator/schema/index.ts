/**
 * Owns what the schema of one database on one server is: as an SQL script, by pg_dump where that can be, and as data. It only
 * reads, at the present as in the past.
 */
import type { BranchSchemaJson } from '@neon/sdk/raw';
import type { PostgresServer } from '../../postgres/index.ts';
import { notFound } from '../refusals.ts';
import { ask, withClient } from '../wal.ts';
import { describeTables } from './json.ts';
import { dumpSchema, hasPgDump } from './pg-dump.ts';
import { renderSchema } from './rendering.ts';

/** Errors: 404 for a database that is not there. */
export async function schemaSql(server: PostgresServer, database: string): Promise<string> {
  await checkDatabase(server, database);
  if (await hasPgDump()) return dumpSchema(server, database);
  return withClient(server, renderSchema, database);
}

/** Errors: 404 for a database that is not there. */
export async function schemaJson(server: PostgresServer, database: string): Promise<BranchSchemaJson> {
  await checkDatabase(server, database);
  return withClient(server, describeTables, database);
}

async function checkDatabase(server: PostgresServer, name: string): Promise<void> {
  const found = await ask(
    server,
    `select from pg_database where datname = $1 and not datistemplate and datname <> 'postgres'`,
    [name],
  );
  if (found.length === 0) throw notFound('database');
}
