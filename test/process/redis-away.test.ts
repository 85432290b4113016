// SIGTERM while Redis is away, as when a machine takes everything down at once: nobody waits for what cannot answer.

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startBreakableServers } from '../harness/world/breakable.ts';
import { startWorld } from '../harness/world/world.ts';

t.setTimeout(180_000);
const endedWithinMs = 5_000;

t.test('each process ends with 0 within seconds, whenever Redis went', async (t) => {
  const servers = await startBreakableServers(t);
  const world = await startWorld(t, { servers });
  const [worker] = world.services.workers;
  // Before it is missed, while it is missed, and while BullMQ has come back to it.
  for (const [service, afterMs] of [
    [worker, 0],
    [worker, 200],
    [worker, 700],
    [world.services.api, 200],
    [world.services.scheduler, 200],
  ] as const) {
    const restarted = servers.restartRedis(500);
    await sleep(afterMs);
    const since = performance.now();
    const ended = await Promise.race([service.end('SIGTERM'), sleep(4 * endedWithinMs)]);
    const tookMs = Math.round(performance.now() - since);
    t.strictSame(ended, { code: 0, signal: null }, `${service.name}, ${afterMs} ms after Redis went`);
    t.ok(tookMs < endedWithinMs, `it took ${tookMs} ms`);
    await restarted;
    await service.end('SIGKILL');
    await service.start();
  }
  t.strictSame(world.faults(), []);
});
