// Connections that the server ends: whoever uses one hears of it, the process goes on, and the next statement finds another.

import { sql } from 'kysely';
import t from 'tap';
import { connectStore } from '../../src/store/connect.ts';
import { isUnreachable } from '../../src/store/constraint.ts';
import { cloneDatabase } from '../harness/servers.ts';

t.test('cut between two statements of a transaction: it fails as unreachable, and the store goes on', async (t) => {
  const databaseUrl = await cloneDatabase(t);
  const broken: Error[] = [];
  const store = connectStore(databaseUrl, { connectionsMax: 2, onError: (error) => void broken.push(error) });
  t.teardown(() => store.close());
  const other = connectStore(databaseUrl, { connectionsMax: 1, onError: () => undefined });
  t.teardown(() => other.close());

  const transaction = store.db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    await sql`select pg_terminate_backend(${rows[0]?.pid}, 10000)`.execute(other.db);
    await sql`select 1`.execute(tx);
  });
  const error = await transaction.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  t.ok(isUnreachable(error), `it ended with ${String(error)}`);
  const { rows } = await sql<{ one: number }>`select 1 as one`.execute(store.db);
  t.strictSame(rows, [{ one: 1 }]);
  t.strictSame(broken, [], 'it was not told as one that broke while nobody used it');
});
