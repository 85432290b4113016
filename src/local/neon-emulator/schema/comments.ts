/**
 * Owns comments as SQL, those on parts of an object (columns, checks) after that on the object.
 */
import type pg from 'pg';
import { literal, type Block, type Entry } from './entry.ts';

interface CommentRow {
  /** What it is on, and the object that this is part of; the same where it is an object of its own. */
  readonly id: string;
  readonly whole: string;
  readonly column: string | null;
  readonly check: string | null;
  readonly text: string;
}

export type CommentsOf = (entry: Entry) => Block[];

/** `written` are the ids of all entries. */
export async function readComments(client: pg.Client, written: ReadonlySet<string>): Promise<CommentsOf> {
  const { rows } = await client.query<CommentRow>(`
    select d.classoid::regclass || ':' || d.objoid as id,
      case when contypid <> 0 then 'pg_type:' || contypid when conrelid <> 0 then 'pg_class:' || conrelid
           when reltype <> 0 and relkind = 'c' then 'pg_type:' || reltype
           else d.classoid::regclass || ':' || d.objoid end as whole,
      quote_ident(attname) as column, quote_ident(conname) as check, description as text
    from pg_description d
    left join pg_constraint k on d.classoid = 'pg_constraint'::regclass and k.oid = d.objoid
    left join pg_class c on d.classoid = 'pg_class'::regclass and c.oid = d.objoid
    left join pg_attribute on d.classoid = 'pg_class'::regclass and attrelid = d.objoid and attnum = d.objsubid
      and d.objsubid > 0
    where d.objoid >= 16384 or d.classoid = 'pg_namespace'::regclass and description <> 'standard public schema'
    order by conname is not null, objsubid, conname collate "C"`);
  // What is written apart has its comment with it.
  const byEntry = Map.groupBy(rows, ({ id, whole }) => (written.has(id) ? id : whole));
  return ({ id, subject }) => {
    if (subject === undefined) return [];
    const { commentAs, identity, tag } = subject;
    const domain = commentAs === 'DOMAIN' ? 'DOMAIN ' : '';
    return (byEntry.get(id) ?? []).map((row) => {
      if (row.column !== null) return comment('COLUMN', `${tag}.${row.column}`, `${identity}.${row.column}`, row.text);
      if (row.id === id) return comment(commentAs, tag, identity, row.text);
      return comment('CONSTRAINT', `${row.check} ON ${domain}${tag}`, `${row.check} ON ${domain}${identity}`, row.text);
    });
  };
}

function comment(kind: string, tag: string, on: string, text: string): Block {
  return { type: 'COMMENT', name: `${kind} ${tag}`, sql: `COMMENT ON ${kind} ${on} IS ${literal(text)};` };
}
