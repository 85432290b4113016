/**
 * Owns indexes that are not behind a constraint, the tie of a partition's index to its parent's, and extended statistics.
 */
import type pg from 'pg';
import { indexMarks } from './constraints.ts';
import { ranks, type Entry } from './entry.ts';
import { isOwn } from './reading.ts';

export async function readIndexes(client: pg.Client): Promise<Entry[]> {
  const { rows } = await client.query<{ id: string; schema: string; name: string; identity: string; sql: string }>(`
    select 'pg_class:' || c.oid as id, nspname as schema, c.relname as name,
      format('%I.%I', nspname, c.relname) as identity,
      pg_get_indexdef(c.oid) || ';' || ${indexMarks('c.oid')} ||
        coalesce((select string_agg(format(E'\\nALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s;',
                                           nspname, c.relname, attnum, attstattarget), '' order by attnum)
                  from pg_attribute where attrelid = c.oid and attstattarget >= 0), '') as sql
    from pg_index i join pg_class c on c.oid = indexrelid join pg_namespace n on n.oid = c.relnamespace
    where ${isOwn('pg_class', 'indrelid', 'c.relnamespace')}
      and not exists (select from pg_constraint where conindid = c.oid and contype in ('p', 'u', 'x'))`);
  return rows.map(({ id, schema, name, identity, sql }) => ({
    id,
    rank: ranks.index,
    schema,
    name,
    blocks: [{ type: 'INDEX', name, sql }],
    subject: { commentAs: 'INDEX', grantAs: undefined, identity, tag: name },
    stored: 'in a tablespace',
  }));
}

export async function readIndexAttachments(client: pg.Client): Promise<Entry[]> {
  const { rows } = await client.query<{ oid: string; needs: string[]; schema: string; name: string; sql: string }>(`
    select c.oid::text, nspname as schema, relname as name,
      -- Behind a constraint, that is what must be there.
      array(select coalesce((select 'pg_constraint:' || k.oid from pg_constraint k
                             where conindid = needed and contype in ('p', 'u', 'x')), 'pg_class:' || needed)
            from unnest(array[inhrelid, inhparent]) needed) as needs,
      format('ALTER INDEX %s ATTACH PARTITION %s;', inhparent::regclass, inhrelid::regclass) as sql
    from pg_inherits join pg_class c on c.oid = inhrelid join pg_namespace n on n.oid = relnamespace
    where relkind in ('i', 'I') and ${isOwn('pg_class', 'c.oid', 'relnamespace')}`);
  return rows.map(({ oid, needs, schema, name, sql }) => ({
    id: `attach:${oid}`,
    rank: ranks.indexAttach,
    schema,
    name,
    blocks: [{ type: 'INDEX ATTACH', name, sql }],
    dependsOn: needs,
  }));
}

export async function readStatistics(client: pg.Client): Promise<Entry[]> {
  const { rows } = await client.query<{ id: string; schema: string; name: string; identity: string; sql: string }>(`
    select 'pg_statistic_ext:' || s.oid as id, nspname as schema, stxname as name,
      format('%I.%I', nspname, stxname) as identity, pg_get_statisticsobjdef(s.oid) || ';' ||
        case when stxstattarget >= 0 then
          format(E'\\nALTER STATISTICS %I.%I SET STATISTICS %s;', nspname, stxname, stxstattarget) else '' end as sql
    from pg_statistic_ext s join pg_namespace n on n.oid = stxnamespace
    where ${isOwn('pg_statistic_ext', 's.oid', 'stxnamespace')}`);
  return rows.map(({ id, schema, name, identity, sql }) => ({
    id,
    rank: ranks.statistics,
    schema,
    name,
    blocks: [{ type: 'STATISTICS', name, sql }],
    subject: { commentAs: 'STATISTICS', grantAs: undefined, identity, tag: name },
  }));
}
