/**
 * Owns sequences as SQL: on their own, owned by a column, and those behind identity columns. Where they stand is data.
 */
import type pg from 'pg';
import { ranks, type Entry } from './entry.ts';
import { isOwn } from './reading.ts';

interface SequenceRow {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly identity: string;
  readonly isUnlogged: boolean;
  readonly type: 'smallint' | 'integer' | 'bigint';
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cache: string;
  readonly cycles: boolean;
  readonly ownerTable: string | null;
  readonly ownerColumn: string | null;
  readonly isIdentity: boolean;
  readonly always: boolean;
}

export async function readSequences(client: pg.Client): Promise<Entry[]> {
  const { rows } = await client.query<SequenceRow>(`
    select 'pg_class:' || c.oid as id, nspname as schema, relname as name, format('%I.%I', nspname, relname) as identity,
      relpersistence = 'u' as "isUnlogged", format_type(seqtypid, null) as type, seqstart as start,
      seqincrement as increment, seqmin as min, seqmax as max, seqcache as cache, seqcycle as cycles,
      d.refobjid::regclass::text as "ownerTable", quote_ident(attname) as "ownerColumn",
      coalesce(d.deptype = 'i', false) as "isIdentity", coalesce(attidentity = 'a', false) as always
    from pg_class c join pg_namespace n on n.oid = relnamespace join pg_sequence on seqrelid = c.oid
    left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')
      and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
    left join pg_attribute on attrelid = d.refobjid and attnum = d.refobjsubid
    where ${isOwn('pg_class', 'c.oid', 'relnamespace')}`);
  return rows.map((row) => {
    const { id, schema, name, identity } = row;
    const owned = `ALTER SEQUENCE ${identity} OWNED BY ${row.ownerTable}.${row.ownerColumn};`;
    const isOwned = row.ownerTable !== null && !row.isIdentity;
    return {
      id,
      rank: ranks.relation,
      schema,
      name,
      blocks: [
        { type: 'SEQUENCE', name, sql: row.isIdentity ? addIdentity(row) : createSequence(row) },
        ...(isOwned ? [{ type: 'SEQUENCE OWNED BY', name, sql: owned }] : []),
      ],
      subject: { commentAs: 'SEQUENCE', grantAs: 'SEQUENCE', identity, tag: name },
    };
  });
}

function createSequence(row: SequenceRow): string {
  const type = row.type === 'bigint' ? '' : `\n    AS ${row.type}`;
  return `CREATE ${row.isUnlogged ? 'UNLOGGED ' : ''}SEQUENCE ${row.identity}${type}${parameters(row)};`;
}

function addIdentity(row: SequenceRow): string {
  const kind = row.always ? 'ALWAYS' : 'BY DEFAULT';
  const head = `ALTER TABLE ${row.ownerTable} ALTER COLUMN ${row.ownerColumn} ADD GENERATED ${kind} AS IDENTITY (`;
  return `${head}\n    SEQUENCE NAME ${row.identity}${parameters(row)}\n);`;
}

function parameters(row: SequenceRow): string {
  const isAscending = !row.increment.startsWith('-');
  const [min, max] = bounds(row.type, isAscending);
  return [
    `START WITH ${row.start}`,
    `INCREMENT BY ${row.increment}`,
    BigInt(row.min) === min ? 'NO MINVALUE' : `MINVALUE ${row.min}`,
    BigInt(row.max) === max ? 'NO MAXVALUE' : `MAXVALUE ${row.max}`,
    `CACHE ${row.cache}`,
    ...(row.cycles ? ['CYCLE'] : []),
  ]
    .map((line) => `\n    ${line}`)
    .join('');
}

/** What Postgres takes when nothing is said. */
function bounds(type: SequenceRow['type'], isAscending: boolean): [bigint, bigint] {
  const bits = { smallint: 15n, integer: 31n, bigint: 63n }[type];
  return isAscending ? [1n, 2n ** bits - 1n] : [-(2n ** bits), -1n];
}
