/**
 * Owns the tables of a database as data: columns, keys and foreign keys. It only reads.
 */
import type { BranchSchemaJson } from '@neon/sdk/raw';
import type pg from 'pg';
import { inSnapshot, isOwn } from './reading.ts';

type Table = BranchSchemaJson['tables'][number];
type Constraint = NonNullable<Table['constraints']>[number];

export async function describeTables(client: pg.Client): Promise<BranchSchemaJson> {
  return inSnapshot(client, async () => {
    const { rows } = await client.query<Table & { oid: string }>(`
      select c.oid::text, nspname as schema, relname as name,
        coalesce((select json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod),
            'nullable', not attnotnull, 'generated', attgenerated <> '') order by attnum)
          from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped), '[]') as columns
      from pg_class c join pg_namespace n on n.oid = relnamespace
      where relkind in ('r', 'p') and ${isOwn('pg_class', 'c.oid', 'relnamespace')}
      order by nspname collate "C", relname collate "C"`);
    const constraints = Map.groupBy(await readKeys(client), ({ table }) => table);
    return {
      tables: rows.map(({ oid, ...table }) => ({
        ...table,
        constraints: (constraints.get(oid) ?? []).map(({ constraint }) => constraint),
      })),
    };
  });
}

async function readKeys(client: pg.Client): Promise<{ table: string; constraint: Constraint }[]> {
  const { rows } = await client.query<{ table: string; constraint: Constraint }>(`
    select conrelid::text as table, json_strip_nulls(json_build_object('name', conname,
      'type', case contype when 'p' then 'primary_key' when 'u' then 'unique' else 'foreign_key' end,
      'columns', ${columnNames('conrelid', 'conkey')},
      'referenced_table', case when contype = 'f' then json_build_object('schema', nspname, 'table', relname,
        'columns', ${columnNames('confrelid', 'confkey')}) end)) as constraint
    from pg_constraint k left join pg_class f on f.oid = confrelid left join pg_namespace n on n.oid = f.relnamespace
    where contype in ('p', 'u', 'f') and conrelid >= 16384 order by contype <> 'p', contype desc, conname collate "C"`);
  return rows;
}

function columnNames(table: string, numbers: string): string {
  return `(select json_agg(attname order by place) from unnest(k.${numbers}) with ordinality key(number, place)
           join pg_attribute on attrelid = k.${table} and attnum = number)`;
}
