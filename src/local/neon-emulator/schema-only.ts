/**
 * Owns the emptying of a cluster for a schema-only branch: tables, materialized views, sequences, large objects and the planner's
 * statistics, which hold values of rows. Roles, databases and what extensions brought along stay.
 */
import type pg from 'pg';
import type { PostgresServer } from '../postgres/index.ts';
import { ask, withClient } from './wal.ts';

/** In each database that can be connected to. Doing it again does no harm. */
export async function removeRows(server: PostgresServer): Promise<void> {
  const databases = await ask<{ name: string }>(server, 'select datname as name from pg_database where datallowconn');
  for (const { name } of databases) await withClient(server, emptyDatabase, name);
}

async function emptyDatabase(client: pg.Client): Promise<void> {
  // Without triggers; in one transaction, so that no foreign key is in the way.
  await client.query(`begin; set local session_replication_role = replica`);
  const tables = await namesOf(client, `relkind in ('r', 'p')`);
  if (tables.length > 0) await client.query(`truncate ${tables.join(', ')} restart identity`);
  for (const sequence of await namesOf(client, `relkind = 'S'`))
    await client.query(`alter sequence ${sequence} restart`);
  for (const view of await namesOf(client, `relkind = 'm'`))
    await client.query(`refresh materialized view ${view} with no data`);
  await client.query(`
    select lo_unlink(oid) from pg_largeobject_metadata;
    delete from pg_statistic where starelid >= 16384;
    delete from pg_statistic_ext_data;
    commit`);
}

/** Of relations that somebody made, quoted. */
async function namesOf(client: pg.Client, condition: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select format('%I.%I', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace
    where ${condition} and c.oid >= 16384 and nspname !~ '^pg_' and nspname <> 'information_schema'
      and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
    order by c.oid`);
  return rows.map(({ name }) => name);
}
