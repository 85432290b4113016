/**
 * Owns what is known of the columns of tables and views, and the defaults that are written apart from them: those that need
 * something that needs the table (a serial column's sequence), those of inherited columns and of views.
 */
import type pg from 'pg';
import { ranks, type Entry } from './entry.ts';
import { isOwn } from './reading.ts';

export interface ColumnRow {
  /** OID of the table or view. */
  readonly table: string;
  /** Quoted. */
  readonly name: string;
  readonly type: string;
  readonly isLocal: boolean;
  readonly isNotNull: boolean;
  /** A parent says so too. */
  readonly isNotNullAbove: boolean;
  readonly isGenerated: boolean;
  readonly default: string | null;
  readonly defaultId: string | null;
  /** Where it differs from the type's. */
  readonly collation: string | null;
  readonly statistics: number | null;
  readonly storage: string | null;
  readonly compression: string | null;
  readonly options: string | null;
}

export async function readColumns(client: pg.Client): Promise<ColumnRow[]> {
  const { rows } = await client.query<ColumnRow>(`
    select attrelid::text as table, quote_ident(attname) as name, format_type(atttypid, atttypmod) as type,
      attislocal as "isLocal", attnotnull as "isNotNull", attgenerated <> '' as "isGenerated",
      exists (select from pg_inherits join pg_attribute above on above.attrelid = inhparent
              where inhrelid = a.attrelid and above.attname = a.attname and above.attnotnull) as "isNotNullAbove",
      pg_get_expr(adbin, adrelid) as default, 'pg_attrdef:' || d.oid as "defaultId",
      case when attcollation <> typcollation then (select format('%I.%I', nspname, collname) from pg_collation co
        join pg_namespace on pg_namespace.oid = collnamespace where co.oid = attcollation) end as collation,
      nullif(attstattarget, -1) as statistics,
      case when attstorage <> typstorage then case attstorage when 'p' then 'PLAIN' when 'e' then 'EXTERNAL'
        when 'm' then 'MAIN' else 'EXTENDED' end end as storage,
      case attcompression when 'p' then 'pglz' when 'l' then 'lz4' end as compression, 
      (select string_agg(o, ', ') from unnest(attoptions) o where o !~ '^pg_') as options
    from pg_attribute a join pg_class c on c.oid = attrelid join pg_type t on t.oid = atttypid
    left join pg_attrdef d on adrelid = attrelid and adnum = attnum
    where relkind in ('r', 'p', 'v', 'm') and attnum > 0 and not attisdropped
      and ${isOwn('pg_class', 'c.oid', 'relnamespace')} order by attrelid, attnum`);
  return rows;
}

/** `separate` are the defaults that cannot be written inside their table. */
export async function readDefaults(client: pg.Client, separate: ReadonlySet<string>): Promise<Entry[]> {
  const { rows } = await client.query<{
    id: string;
    tableId: string;
    schema: string;
    table: string;
    column: string;
    place: string;
    sql: string;
  }>(
    `select coalesce('pg_attrdef:' || d.oid, 'null:' || c.oid || attname) as id, 'pg_class:' || c.oid as "tableId",
      nspname as schema, relname as table, attname as column, to_char(attnum, '00000') as place,
      format('ALTER TABLE ONLY %I.%I ALTER COLUMN %I SET DEFAULT %s;', nspname, relname, attname,
             coalesce(pg_get_expr(adbin, adrelid), 'NULL')) as sql
    from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
    left join pg_attrdef d on adrelid = attrelid and adnum = attnum
    where relkind in ('r', 'p', 'v') and attnum > 0 and not attisdropped and attgenerated = ''
      and ${isOwn('pg_class', 'c.oid', 'relnamespace')}
      and case when d.oid is null then not relispartition and exists (
                    select from pg_inherits join pg_attribute above on above.attrelid = inhparent
                    where inhrelid = c.oid and above.attname = a.attname and above.atthasdef and above.attgenerated = '')
               else 'pg_attrdef:' || d.oid = any ($1) or relkind = 'v' or not (attislocal or relispartition) end`,
    [[...separate]],
  );
  return rows.map(({ id, tableId, schema, table, column, place, sql }) => ({
    id,
    rank: ranks.columnDefault,
    schema,
    name: table,
    tie: place,
    blocks: [{ type: 'DEFAULT', name: `${table} ${column}`, sql }],
    dependsOn: [tableId],
  }));
}
