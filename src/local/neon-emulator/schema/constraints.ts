/**
 * Owns the constraints that are added to a table (or domain) that is already there: keys, exclusions, foreign keys, and the
 * checks that cannot be part of its creation.
 */
import type pg from 'pg';
import { ranks, type Entry } from './entry.ts';
import { isOwn } from './reading.ts';

interface ConstraintRow {
  readonly id: string;
  readonly ownerId: string;
  readonly schema: string;
  readonly owner: string;
  readonly name: string;
  readonly quoted: string;
  readonly kind: 'p' | 'u' | 'x' | 'f' | 'c';
  readonly isPartitioned: boolean;
  readonly identity: string;
  readonly definition: string;
  readonly isOfDomain: boolean;
  /** ALTER TABLEs about the index behind it. */
  readonly marks: string;
}

/** `separate` are the checks that cannot be written inside their table. */
export async function readConstraints(client: pg.Client, separate: ReadonlySet<string>): Promise<Entry[]> {
  const { rows } = await client.query<ConstraintRow>(
    `select 'pg_constraint:' || k.oid as id, conname as name, quote_ident(conname) as quoted, contype as kind,
      nspname as schema, coalesce(relname, typname) as owner, coalesce(relkind = 'p', false) as "isPartitioned",
      coalesce('pg_class:' || c.oid, 'pg_type:' || t.oid) as "ownerId",
      format('%I.%I', nspname, coalesce(relname, typname)) as identity, pg_get_constraintdef(k.oid) as definition,
      contypid <> 0 as "isOfDomain", ${indexMarks('conindid')} as marks
    from pg_constraint k left join pg_class c on c.oid = conrelid left join pg_type t on t.oid = contypid
    left join pg_index i on i.indexrelid = conindid and contype in ('p', 'u', 'x')
    join pg_namespace n on n.oid = coalesce(relnamespace, typnamespace)
    where (contype in ('p', 'u', 'x') or contype = 'f' and conparentid = 0
           or contype = 'c' and (not convalidated or 'pg_constraint:' || k.oid = any ($1)) and coninhcount = 0)
      and case when contypid <> 0 then ${isOwn('pg_type', 't.oid', 'typnamespace')}
               else ${isOwn('pg_class', 'c.oid', 'relnamespace')} end`,
    [[...separate]],
  );
  return rows.map((row) => {
    const { id, schema, owner, name, quoted, kind, identity } = row;
    const type = kind === 'f' ? 'FK CONSTRAINT' : kind === 'c' ? 'CHECK CONSTRAINT' : 'CONSTRAINT';
    return {
      id,
      rank: kind === 'f' ? ranks.foreignKey : ranks.constraint,
      schema,
      name,
      tie: owner,
      blocks: [
        {
          type,
          name: `${owner} ${name}`,
          sql: `ALTER ${altered(row)} ${identity}\n    ADD CONSTRAINT ${quoted} ${row.definition};${row.marks}`,
        },
      ],
      subject: {
        commentAs: 'CONSTRAINT',
        grantAs: undefined,
        identity: `${quoted} ON ${row.isOfDomain ? 'DOMAIN ' : ''}${identity}`,
        tag: `${name} ON ${owner}`,
      },
      dependsOn: [row.ownerId],
      ...(kind === 'f' || kind === 'c' ? {} : { stored: 'in a tablespace' as const }),
    };
  });
}

/** A check goes down to the children, a foreign key to the partitions. */
function altered({ isOfDomain, isPartitioned, kind }: ConstraintRow): string {
  if (isOfDomain) return 'DOMAIN';
  return kind === 'c' || (kind === 'f' && isPartitioned) ? 'TABLE' : 'TABLE ONLY';
}

/** What a table says of an index (a row `i` of pg_index): that it is clustered on it, or identified by it in replication. */
export function indexMarks(index: string): string {
  const of = (sql: string) =>
    `format(E'\\n\\n${sql};', i.indrelid::regclass, (select relname from pg_class x where x.oid = ${index}))`;
  return `case when i.indisclustered then ${of('ALTER TABLE %s CLUSTER ON %I')} else '' end ||
    case when i.indisreplident then ${of('ALTER TABLE ONLY %s REPLICA IDENTITY USING INDEX %I')} else '' end`;
}
