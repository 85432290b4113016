/**
 * Owns enum, composite, domain and range types as SQL. Base types need functions in C: they are named as left out.
 */
import type pg from 'pg';
import { ranks, type Entry } from './entry.ts';
import { isOwn } from './reading.ts';

interface TypeRow {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly identity: string;
  readonly sql: string;
}

export async function readTypes(client: pg.Client): Promise<Entry[]> {
  const kinds = [enums, composites, domains, ranges];
  const read: Entry[] = [];
  for (const kind of kinds) {
    const type = kind === domains ? 'DOMAIN' : 'TYPE';
    const { rows } = await client.query<TypeRow>(kind);
    for (const { id, schema, name, identity, sql } of rows) {
      read.push({
        id,
        rank: ranks.type,
        schema,
        name,
        blocks: [{ type, name, sql }],
        subject: { commentAs: type, grantAs: 'TYPE', identity, tag: name },
      });
    }
  }
  return read;
}

const head = `select 'pg_type:' || t.oid as id, n.nspname as schema, t.typname as name,
  format('%I.%I', n.nspname, t.typname) as identity`;
const from = `from pg_type t join pg_namespace n on n.oid = t.typnamespace`;
const own = isOwn('pg_type', 't.oid', 't.typnamespace');

const enums = `
  ${head}, format(E'CREATE TYPE %I.%I AS ENUM (\\n%s\\n);', n.nspname, t.typname,
    (select string_agg('    ' || quote_literal(enumlabel), E',\\n' order by enumsortorder)
     from pg_enum where enumtypid = t.oid)) as sql
  ${from} where t.typtype = 'e' and ${own}`;

const composites = `
  ${head}, format(E'CREATE TYPE %I.%I AS (%s\\n);', n.nspname, t.typname,
    (select string_agg(format(E'\\n\\t%I %s', attname, format_type(atttypid, atttypmod)) ||
        case when attcollation <> of.typcollation then format(' COLLATE %I.%I', cn.nspname, collname) else '' end,
        ',' order by attnum)
     from pg_attribute join pg_type of on of.oid = atttypid
     left join pg_collation co on co.oid = attcollation left join pg_namespace cn on cn.oid = collnamespace
     where attrelid = c.oid and attnum > 0 and not attisdropped)) as sql
  ${from} join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
  where ${isOwn('pg_class', 'c.oid', 'c.relnamespace')}`;

const domains = `
  ${head}, format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod)) ||
    case when t.typcollation <> of.typcollation then
      (select format(' COLLATE %I.%I', cn.nspname, collname)
       from pg_collation co join pg_namespace cn on cn.oid = collnamespace where co.oid = t.typcollation) else '' end ||
    case when t.typnotnull then ' NOT NULL' else '' end ||
    coalesce(' DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 'pg_type'::regclass), quote_literal(t.typdefault)), '') ||
    coalesce((select string_agg(format(E'\\n\\tCONSTRAINT %I %s', conname, pg_get_constraintdef(c.oid)), ''
                                order by conname collate "C")
     from pg_constraint c where contypid = t.oid and contype = 'c' and convalidated), '') || ';' as sql
  ${from} join pg_type of on of.oid = t.typbasetype where t.typtype = 'd' and ${own}`;

const ranges = `
  ${head}, format(E'CREATE TYPE %I.%I AS RANGE (\\n    subtype = %s,\\n    multirange_type_name = %s', n.nspname, t.typname,
      format_type(rngsubtype, null), format_type(rngmultitypid, null)) ||
    case when opcdefault then '' else
      (select format(E',\\n    subtype_opclass = %I.%I', nspname, opcname) from pg_namespace where oid = opcnamespace) end ||
    coalesce((select format(E',\\n    collation = %I.%I', nspname, collname) from pg_collation co
      join pg_namespace on pg_namespace.oid = collnamespace
      where co.oid = rngcollation and rngcollation <> (select typcollation from pg_type where oid = rngsubtype)), '') ||
    case when rngcanonical = 0 then '' else E',\\n    canonical = ' || rngcanonical end ||
    case when rngsubdiff = 0 then '' else E',\\n    subtype_diff = ' || rngsubdiff end || E'\\n);' as sql
  ${from} join pg_range on rngtypid = t.oid join pg_opclass o on o.oid = rngsubopc where t.typtype = 'r' and ${own}`;
