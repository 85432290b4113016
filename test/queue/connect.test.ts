// A server under REDIS_URL that answers otherwise than a Redis does which can be used, played on a socket: the start waits for it no longer
// than is said, and refuses it only for what will not mend itself.

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { defaultRateLimits } from '../../src/core/rate.ts';
import { connectQueue } from '../../src/queue/connection.ts';
import { isAway, openRedis } from '../../src/queue/redis.ts';

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
const ok = '+OK\r\n';

/** Answers each command by its name, and tells how many connections are open. */
async function play(t: Test, answer: (command: string) => string) {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    socket.on('data', (data) => {
      for (const [, command = ''] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        if (socket.writable) socket.write(answer(command.toLowerCase()));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  return { url: `redis://127.0.0.1:${address.port}`, countOpen: () => open.size };
}

function connectTo(url: string, told: string[]) {
  return connectQueue({
    redisUrl: url,
    databaseUrl: '',
    prefix: 'afterglow-test',
    rateLimits: defaultRateLimits,
    onError: () => undefined,
    onLostDelivery: () => undefined,
    log: { info: () => undefined, warn: (_, message) => void told.push(message) },
  });
}

t.test('one that loads its data for longer is away: the start goes on without it, and says so', async (t) => {
  const loading = bulk('# Persistence\r\nloading:1\r\nloading_eta_seconds:60\r\n');
  const { url } = await play(t, (command) => (command === 'info' ? loading : ok));
  const told: string[] = [];
  const since = performance.now();
  const queue = await connectTo(url, told);
  const tookMs = performance.now() - since;
  t.ok(tookMs < 12_000, `it took ${Math.round(tookMs)} ms`);
  t.notOk(queue.isUsable());
  t.equal(told.length, 1);
  await queue.close();
});

t.test('one that BullMQ refuses is refused, and left without a connection', async (t) => {
  const old = bulk('redis_version:4.0.0\r\nloading:0\r\nmaxmemory_policy:noeviction\r\n');
  const { url, countOpen } = await play(t, (command) => (command === 'info' ? old : ok));
  await t.rejects(connectTo(url, []));
  const until = performance.now() + 5_000;
  while (countOpen() > 0 && performance.now() < until) await sleep(20);
  t.equal(countOpen(), 0);
});

for (const [what, said, remedy] of [
  ['a replica', 'role:slave', /replica.*primary/s],
  ['a node of a cluster', 'cluster_enabled:1', /cluster.*not in cluster mode/s],
] as const) {
  t.test(`${what} is refused at the start, with what to do`, async (t) => {
    const info = bulk(`redis_version:7.0.0\r\nloading:0\r\nmaxmemory_policy:noeviction\r\n${said}\r\n`);
    const { url } = await play(t, (command) => (command === 'info' ? info : ok));
    await t.rejects(connectTo(url, []), { message: remedy });
  });
}

t.test('one that falls silent after its first answers does not keep the start: it is usable later', async (t) => {
  const info = bulk('redis_version:7.0.0\r\nloading:0\r\nmaxmemory_policy:noeviction\r\n');
  let answers = 0;
  const { url } = await play(t, (command) => (command !== 'info' ? ok : (answers += 1) > 2 ? '' : info));
  const queue = await connectTo(url, []);
  t.notOk(queue.isUsable());
  await queue.close();
});

t.test(
  'one that has become a replica is left for the one that its address leads to, and the command is sent there',
  async (t) => {
    const info = bulk('redis_version:7.0.0\r\nloading:0\r\nmaxmemory_policy:noeviction\r\n');
    let refused = 0;
    const { url } = await play(t, (command) => {
      if (command === 'info') return info;
      if (command !== 'set' || refused > 0) return ok;
      refused += 1;
      return "-READONLY You can't write against a read only replica.\r\n";
    });
    const { redis, usable } = await openRedis(url, { info: () => undefined, warn: () => undefined });
    t.teardown(() => redis.disconnect());
    await usable;
    t.equal(await redis.set('a', 'b'), 'OK');
    t.equal(refused, 1);
  },
);

t.test('what the system says of a way that is not there is no answer of Redis', async (t) => {
  for (const code of ['ECONNREFUSED', 'EAI_FAIL', 'EAI_AGAIN', 'ENETDOWN', 'EHOSTDOWN', 'EADDRNOTAVAIL']) {
    t.ok(isAway(Object.assign(new Error('It is not there.'), { code })), code);
  }
  for (const message of ['WRONGPASS invalid username-password pair', 'NOAUTH Authentication required.']) {
    t.notOk(isAway(new Error(message)), message);
  }
});
