/**
 * Owns tables as SQL: ordinary, unlogged, inheriting, typed, partitioned and partitions. A partition is made as a table of its
 * own and attached afterwards, as pg_dump does.
 */
import type pg from 'pg';
import { readColumns, type ColumnRow } from './columns.ts';
import { ranks, type Entry } from './entry.ts';
import { isOwn, options } from './reading.ts';

interface TableRow {
  readonly id: string;
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly identity: string;
  readonly kind: 'r' | 'p';
  readonly isUnlogged: boolean;
  readonly isPartition: boolean;
  readonly isForced: boolean;
  readonly replicaIdentity: string;
  readonly ofType: string | null;
  readonly partitionKey: string | null;
  readonly bound: string | null;
  readonly parents: readonly string[];
  readonly parentIds: readonly string[];
  readonly options: string | null;
  readonly checks: readonly string[];
}

/** `separate` are the checks that cannot be written inside their table. */
export async function readTables(client: pg.Client, separate: ReadonlySet<string>): Promise<Entry[]> {
  const { rows } = await client.query<TableRow>(
    `select 'pg_class:' || c.oid as id, c.oid::text, nspname as schema, relname as name,
      format('%I.%I', nspname, relname) as identity, relkind as kind, relpersistence = 'u' as "isUnlogged",
      relispartition as "isPartition", relforcerowsecurity as "isForced", relreplident as "replicaIdentity",
      case when reloftype <> 0 then format_type(reloftype, null) end as "ofType",
      case when relkind = 'p' then pg_get_partkeydef(c.oid) end as "partitionKey", pg_get_expr(relpartbound, c.oid) as bound,
      array(select inhparent::regclass::text from pg_inherits where inhrelid = c.oid order by inhseqno) as parents,
      array(select 'pg_class:' || inhparent from pg_inherits where inhrelid = c.oid) as "parentIds",
      concat_ws(', ', ${options('reloptions')}, (select ${options('t.reloptions', 'toast.')} from pg_class t
                                                 where t.oid = c.reltoastrelid)) as options,
      array(select format('CONSTRAINT %I %s', conname, pg_get_constraintdef(k.oid)) from pg_constraint k
            where conrelid = c.oid and contype = 'c' and (conislocal or relispartition) and convalidated
              and 'pg_constraint:' || k.oid <> all ($1) order by conname collate "C") as checks
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where relkind in ('r', 'p') and ${isOwn('pg_class', 'c.oid', 'relnamespace')}`,
    [[...separate]],
  );
  const columns = Map.groupBy(await readColumns(client), ({ table }) => table);
  return rows.flatMap((table) => {
    const { id, schema, name, identity, kind } = table;
    const own = columns.get(table.oid) ?? [];
    const sql = [
      createTable(table, own, separate),
      ...own.flatMap((column) => alterColumn(table, column)),
      ...alterTable(table),
    ];
    const created: Entry = {
      id,
      rank: ranks.relation,
      schema,
      name,
      blocks: [{ type: 'TABLE', name, sql: sql.join('\n') }],
      subject: { commentAs: 'TABLE', grantAs: 'TABLE', identity, tag: name },
      dependsOn: table.parentIds,
      stored: kind === 'p' ? 'in a tablespace' : 'as a heap',
    };
    return [created, ...attachTable(table)];
  });
}

function createTable(table: TableRow, columns: readonly ColumnRow[], separate: ReadonlySet<string>): string {
  const unlogged = table.isUnlogged ? 'UNLOGGED ' : '';
  const ofType = table.ofType === null ? '' : ` OF ${table.ofType}`;
  const shown = columns
    .filter((column) => isShown(table, column))
    .map((column) => {
      const hasDefault = column.default !== null && !separate.has(column.defaultId ?? '');
      const generated = hasDefault && column.isGenerated ? ` GENERATED ALWAYS AS (${column.default}) STORED` : '';
      const value = hasDefault && !column.isGenerated ? ` DEFAULT ${column.default}` : '';
      const notNull = column.isNotNull && (!column.isNotNullAbove || table.isPartition) ? ' NOT NULL' : '';
      const collation = column.collation === null ? '' : ` COLLATE ${column.collation}`;
      if (table.ofType === null) return `${column.name} ${column.type}${generated}${value}${notNull}${collation}`;
      const traits = `${generated}${value}${notNull}`;
      return traits === '' ? undefined : `${column.name}${traits}`;
    });
  const inside = [...shown.filter((column) => column !== undefined), ...table.checks].map((part) => `\n    ${part}`);
  const list = inside.length === 0 && table.ofType !== null ? '' : ` (${inside.join(',')}\n)`;
  const inherits = table.isPartition || table.parents.length === 0 ? '' : `\nINHERITS (${table.parents.join(', ')})`;
  const partition = table.partitionKey === null ? '' : `\nPARTITION BY ${table.partitionKey}`;
  const withOptions = table.options ? `\nWITH (${table.options})` : '';
  return `CREATE ${unlogged}TABLE ${table.identity}${ofType}${list}${inherits}${partition}${withOptions};`;
}

function isShown(table: TableRow, column: ColumnRow): boolean {
  return column.isLocal || table.isPartition;
}

function alterTable(table: TableRow): string[] {
  const only = `\nALTER TABLE ONLY ${table.identity}`;
  return [
    ...(table.replicaIdentity === 'n' ? [`${only} REPLICA IDENTITY NOTHING;`] : []),
    ...(table.replicaIdentity === 'f' ? [`${only} REPLICA IDENTITY FULL;`] : []),
    ...(table.isForced ? [`${only} FORCE ROW LEVEL SECURITY;`] : []),
  ];
}

function alterColumn(table: TableRow, column: ColumnRow): string[] {
  const only = `ALTER TABLE ONLY ${table.identity} ALTER COLUMN ${column.name}`;
  const lateNotNull = !isShown(table, column) && column.isNotNull && !column.isNotNullAbove;
  return [
    ...(lateNotNull ? [`${only} SET NOT NULL;`] : []),
    ...(column.statistics === null ? [] : [`${only} SET STATISTICS ${column.statistics};`]),
    ...(column.storage === null ? [] : [`${only} SET STORAGE ${column.storage};`]),
    ...(column.compression === null ? [] : [`${only} SET COMPRESSION ${column.compression};`]),
    ...(column.options === null ? [] : [`${only} SET (${column.options});`]),
  ];
}

function attachTable(table: TableRow): Entry[] {
  const { oid, id, schema, name, identity, bound, parents, parentIds } = table;
  if (!table.isPartition || bound === null) return [];
  const sql = `ALTER TABLE ONLY ${parents.join()} ATTACH PARTITION ${identity} ${bound};`;
  return [
    {
      id: `attach:${oid}`,
      rank: ranks.tableAttach,
      schema,
      name,
      blocks: [{ type: 'TABLE ATTACH', name, sql }],
      dependsOn: [id, ...parentIds],
    },
  ];
}
