// Which statements a connection keeps under a name.

import { sql } from 'kysely';
import t from 'tap';
import { prepareAsked } from '../../src/store/prepared.ts';
import { connectStore } from '../../src/store/connect.ts';
import { openStore } from './open.ts';

const { url } = await openStore(t);

/** Of the statements those that a new connection keeps once it has run them. */
async function keptOf(statements: readonly ReturnType<typeof ask>[]): Promise<number[]> {
  const { db, close } = connectStore(url, { connectionsMax: 1, onError: () => undefined });
  for (const { n, run } of statements) t.strictSame(await run(db, []), [{ n }]);
  const { rows } = await sql<{ n: number }>`
    select substring(statement from '\\d+')::int as n from pg_prepared_statements where statement like '%as asked(n)' order by 1`.execute(
    db,
  );
  await close();
  return rows.map(({ n }) => n);
}

const ask = (n: number) => ({ n, run: prepareAsked<{ n: number }>(`select n from (values (${n})) as asked(n)`) });

t.test('past 500 texts that which was asked for least lately is run without a name, and gives the same', async (t) => {
  const [first, second] = [ask(1), ask(2)];
  t.strictSame(await keptOf([first, second]), [1, 2]);
  ask(1);
  for (let n = 3; n <= 501; n += 1) ask(n);
  t.strictSame(await keptOf([first, second]), [1]);
  t.strictSame(await keptOf([ask(2)]), [2], 'it has a name again once it is asked for');
});
