// Rows that tell which moment a branch holds: numbers, written through a connection, and instants between two writes.

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from '../local/neon.ts';

export async function makeNumbers(uri: string): Promise<void> {
  await sql(uri, 'create table numbers (n integer primary key)');
}

/** Resolves with an instant, in whole milliseconds as the CLI wants it, at which these numbers were there and no later ones. */
export async function writeNumbers(uri: string, from: number, to: number): Promise<string> {
  await sql(uri, 'insert into numbers select generate_series($1::integer, $2::integer)', [from, to]);
  await sleep(3);
  const instant = new Date().toISOString();
  await sleep(3);
  return instant;
}

/** `1-10`, or '' where there is none; a gap shows as a comma. */
export function readNumbers(uri: string): Promise<string> {
  return sql(
    uri,
    `select coalesce(string_agg(concat_ws('-', low, nullif(high, low)), ',' order by low), '')
       from (select min(n) as low, max(n) as high
               from (select n, n - row_number() over (order by n) as run from numbers) as numbered
              group by run) as runs`,
  );
}
