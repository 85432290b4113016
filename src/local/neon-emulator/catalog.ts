/**
 * Owns what a branch's databases and roles are: read from the real catalogs, changed by real SQL. Never decides whether a change
 * is allowed.
 */
import pg from 'pg';
import type { PostgresServer } from '../postgres/index.ts';
import type { Context } from './context.ts';
import { createRoleSql, firstDatabaseId } from './catalog-sql.ts';
import { adminRole } from './clusters.ts';
import { untilReady } from './reach.ts';
import type { Catalog, CatalogDatabase } from './rows/rows.ts';
import type { BranchRecord, CatalogChange, ProjectRecord } from './state.ts';
import { ask, withClient } from './wal.ts';

const { escapeIdentifier: identifier, escapeLiteral: literal } = pg;

/** Waits for a branch whose data is not whole yet. Errors: those of untilReady. */
export async function readCatalog(context: Context, project: ProjectRecord, branch: BranchRecord): Promise<Catalog> {
  return context.rows.readCatalog((await untilReady(project, branch.id, 10_000)).clusterId);
}

export async function readCatalogOf(server: PostgresServer): Promise<Catalog> {
  const databases = await ask<{ id: number; name: string; owner: string }>(
    server,
    `select d.oid::int as id, datname as name, rolname as owner from pg_database d join pg_roles r on r.oid = datdba
     where not datistemplate and datname <> 'postgres' order by d.oid < $1, d.oid`,
    [firstDatabaseId],
  );
  const roles = await ask<{ name: string; login: boolean; verifier: string | null }>(
    server,
    `select rolname as name, rolcanlogin as login, rolpassword as verifier
     from pg_authid where rolname <> $1 and rolname !~ '^pg_' order by oid`,
    [adminRole],
  );
  return {
    databases: databases.map((row) => ({ id: row.id, name: row.name, ownerName: row.owner })),
    roles: roles.map((row) => ({ name: row.name, canLogin: row.login, verifier: row.verifier ?? undefined })),
  };
}

/** What was made already is left as it is, so that it may be done again. */
export async function applyChange(server: PostgresServer, change: CatalogChange): Promise<void> {
  const { databases, roles } = await readCatalogOf(server);
  const hasRole = roles.some(({ name }) => name === change.name);
  const database = databases.find(({ name }) => name === change.name);
  const run = (sql: string) => withClient(server, (client) => client.query(sql));
  switch (change.kind) {
    case 'create_role':
      if (!hasRole) await run(createRoleSql(change.name, change.password));
      return;
    case 'set_password':
      await run(`alter role ${identifier(change.name)} password ${literal(change.password)}`);
      return;
    case 'drop_role':
      if (hasRole) await dropRole(server, change.name, databases);
      return;
    case 'create_database':
      if (database === undefined)
        await run(`create database ${identifier(change.name)} owner ${identifier(change.ownerName)} oid ${change.id}`);
      return;
    case 'alter_database':
      if (database !== undefined && change.newName !== change.name) {
        await endSessions(server, change.name);
        await run(`alter database ${identifier(change.name)} rename to ${identifier(change.newName)}`);
      }
      await run(`alter database ${identifier(change.newName)} owner to ${identifier(change.ownerName)}`);
      return;
    case 'drop_database':
      await run(`drop database if exists ${identifier(change.name)} with (force)`);
  }
}

/** What it owned in a database goes to the owner of that database. */
async function dropRole(server: PostgresServer, name: string, databases: readonly CatalogDatabase[]): Promise<void> {
  const role = identifier(name);
  for (const database of databases) {
    await withClient(
      server,
      (client) => client.query(`reassign owned by ${role} to ${identifier(database.ownerName)}; drop owned by ${role}`),
      database.name,
    );
  }
  await withClient(server, (client) => client.query(`drop owned by ${role}; drop role ${role}`));
}

async function endSessions(server: PostgresServer, database: string): Promise<void> {
  const text = 'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1';
  await withClient(server, (client) => client.query(text, [database]));
}
