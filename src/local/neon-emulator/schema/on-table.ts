/**
 * Owns the reading of what belongs to a table and has a name of its own there: triggers, rules, policies.
 */
import type pg from 'pg';
import { ranks, type Entry } from './entry.ts';

interface Row {
  readonly id: string;
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly subject: string;
  readonly sql: string;
}

/** `query` answers with id, schema, table, name, subject (qualified and quoted) and sql. */
export async function readOnTables(
  client: pg.Client,
  kind: 'trigger' | 'rule' | 'policy',
  query: string,
): Promise<Entry[]> {
  const type = kind.toUpperCase();
  const { rows } = await client.query<Row>(query);
  return rows.map(({ id, schema, table, name, subject, sql }) => ({
    id,
    rank: ranks[kind],
    schema,
    name,
    tie: table,
    blocks: [{ type, name: `${table} ${name}`, sql }],
    subject: { commentAs: type, grantAs: undefined, identity: subject, tag: `${name} ON ${table}` },
  }));
}
