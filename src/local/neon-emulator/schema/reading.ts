/**
 * Owns the pieces of SQL that every reading of the catalogs shares: a steady session, what belongs to the database's owner
 * rather than to Postgres or an extension, and options. It only reads, so a standby will do.
 */
import type pg from 'pg';

/**
 * Runs in one read-only snapshot. The empty search_path makes Postgres qualify every name; the rest is what else a database's
 * own settings could change in the text.
 */
export async function inSnapshot<T>(client: pg.Client, use: () => Promise<T>): Promise<T> {
  await client.query(`
    set search_path to ''; set datestyle to iso; set intervalstyle to postgres; set extra_float_digits to 3;
    set quote_all_identifiers to off; set statement_timeout to 0; set lock_timeout to '10s';
    begin isolation level repeatable read, read only`);
  try {
    return await use();
  } finally {
    await client.query('rollback').catch(() => {});
  }
}

/** A condition: the object is in a schema of the user's (`namespace` is its OID) and does not belong to an extension. */
export function isOwn(catalog: string, oid: string, namespace: string): string {
  return `${isOwnSchema(namespace)} and ${isFree(catalog, oid)}`;
}

export function isOwnSchema(namespace: string): string {
  return `${namespace} in (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')`;
}

/** A condition: the object does not belong to an extension. */
export function isFree(catalog: string, oid: string): string {
  return `not exists (select from pg_depend own where own.classid = '${catalog}'::regclass and own.objid = ${oid}
                      and own.deptype = 'e')`;
}

/** Storage options as a list, `fillfactor='70', ...`; null where there are none. */
export function options(array: string, prefix = ''): string {
  return `(select string_agg('${prefix}' || quote_ident(split_part(o, '=', 1)) || '=' ||
      case when quote_ident(v) = v then v else quote_literal(v) end, ', ')
    from unnest(${array}) o, substr(o, strpos(o, '=') + 1) v)`;
}
