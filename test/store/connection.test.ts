// Connections that the server ends: whoever uses one hears of it, the process goes on, and the next statement finds another.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import t, { type Test } from 'tap';
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

t.test(
  'away for seconds: whoever listens for work tries once a second, and hears of work once it is back',
  async (t) => {
    const databaseUrl = new URL(await cloneDatabase(t));
    const way = await layWay(t, Number(databaseUrl.port));
    const direct = connectStore(databaseUrl.href, { connectionsMax: 1, onError: () => undefined });
    t.teardown(() => direct.close());
    databaseUrl.port = String(way.port);
    const store = connectStore(databaseUrl.href, { connectionsMax: 1, onError: () => undefined });
    t.teardown(() => store.close());
    let heard = 0;
    const stop = await store.listen(() => void (heard += 1));
    t.teardown(stop);
    t.equal(heard, 1, 'once it is open');

    way.close();
    await sleep(5_500);
    t.ok(way.attempts() >= 3 && way.attempts() <= 6, `${way.attempts()} attempts in 5.5 s`);
    way.open();
    await until(() => heard === 2);
    await sql`select pg_notify('afterglow_outbox', '')`.execute(direct.db);
    await until(() => heard === 3);
    t.pass();
  },
);

t.test('away when it begins to listen: it tells so, and listens once the database is there', async (t) => {
  const databaseUrl = new URL(await cloneDatabase(t));
  const way = await layWay(t, Number(databaseUrl.port));
  databaseUrl.port = String(way.port);
  way.close();
  const told: Error[] = [];
  const store = connectStore(databaseUrl.href, { connectionsMax: 1, onError: (error) => void told.push(error) });
  t.teardown(() => store.close());
  let heard = 0;
  const stop = await store.listen(() => void (heard += 1));
  t.teardown(stop);
  t.equal(heard, 0);
  t.ok(told.length >= 1);
  way.open();
  await until(() => heard === 1);
  t.pass();
});

async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !isSo(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error('it was not so within 10 s');
  }
}

/** A port from which connections are led to another, and which can be closed: then each is ended at once, and counted. */
async function layWay(t: Test, to: number): Promise<{ port: number; attempts(): number; close(): void; open(): void }> {
  let isClosed = false;
  let refused = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (isClosed) {
      refused += 1;
      socket.destroy();
      return;
    }
    const onward = connect(to, '127.0.0.1');
    onward.on('error', () => undefined);
    for (const one of [socket, onward]) sockets.add(one);
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => sockets.forEach((socket) => void socket.destroy());
  t.teardown(() => {
    cut();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    attempts: () => refused,
    close() {
      isClosed = true;
      cut();
    },
    open: () => void (isClosed = false),
  };
}
