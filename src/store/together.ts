// Owns reading several lists in one statement: they are of one moment, and cost one round trip.

import { type Expression, type RawBuilder, sql } from 'kysely';
import type { Db } from './database.ts';

type Rows<T> = { readonly [K in keyof T]: T[K][] };

/**
 * The rows of each query, in its order. `shared` are common table expressions that the queries may name. The rows come as JSON: their
 * instants are known by the names of their columns, which end in `at`, `since` or `until`, and are dates again.
 */
export async function readTogether<T extends Readonly<Record<string, object>>>(
  db: Db,
  queries: { readonly [K in keyof T]: Expression<T[K]> },
  shared: RawBuilder<unknown> = sql``,
): Promise<Rows<T>> {
  const lists = Object.entries<Expression<object>>(queries).map(
    ([name, query]) => sql`(select coalesce(json_agg(item), '[]') from (${query}) as item) as ${sql.ref(name)}`,
  );
  const { rows } = await sql<Rows<T>>`${shared} select ${sql.join(lists)}`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('a select of lists has one row');
  for (const list of Object.values<object[]>(row)) list.forEach(reviveInstants);
  return row;
}

const instant = /(^|_)(at|since|until)$|[a-z](At|Since|Until)$/;

/** In place. */
export function reviveInstants(row: object): void {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === 'string' && instant.test(name)) Object.assign(row, { [name]: new Date(value) });
  }
}
