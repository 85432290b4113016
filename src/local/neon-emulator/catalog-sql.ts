/**
 * Owns what makes roles and databases as Neon's are: the SQL of a role, the ids of databases. Never runs anything.
 */
import pg from 'pg';

/**
 * Ids from here on are given when a database is made by a call, so that the call can answer with one before the database is there.
 * Postgres itself gives smaller ones first.
 */
export const firstDatabaseId = 16_500;

/** Without a password it cannot log in. */
export function createRoleSql(name: string, password: string | undefined): string {
  const login = password === undefined ? 'nologin' : `login password ${pg.escapeLiteral(password)}`;
  // Members of neon_superuser have these.
  const rights = 'createdb createrole bypassrls in role pg_read_all_data, pg_write_all_data';
  return `create role ${pg.escapeIdentifier(name)} ${login} ${rights}`;
}
