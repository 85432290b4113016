// (b) How long a restore waits for its first attempt when it is posted while ten thousand scheduled snapshots wait.

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { countUnfinished, promiseSnapshots, untilDone } from './backlog.ts';
import { makeProjects } from './projects.ts';
import { promiseRestores } from './restores.ts';
import { type Backend, startWorld } from './world.ts';

const projects = 1_000;
const accounts = 25;
const perProject = 10;
const restores = 200;
const everyMs = 100;
const goalMs = 1_000;
const unlimited = { NEON_RATE_PER_SECOND: '10000', NEON_RATE_BURST: '10000', NEON_RATE_PER_ROUTE: '10000' };

export async function measureOvertaking(backend: Backend): Promise<string[]> {
  const world = await startWorld(backend);
  try {
    const made = await makeProjects(world, projects, accounts);
    const count = await promiseSnapshots(world.db, perProject);
    await world.startWorker(unlimited);
    await sleep(2_000);
    for (let posted = 0; posted < restores; posted += 1) {
      const project = made[Math.floor(Math.random() * made.length)];
      if (project) await promiseRestores(world.db, [project]);
      await sleep(everyMs);
    }
    const left = await countUnfinished(world.db, 'snapshot.create_scheduled');
    await untilDone(world.db, 'restore.run', 60_000);
    const { rows } = await sql<{ p50: number; p99: number; max: number; count: number }>`
      select count(*), percentile_cont(0.5) within group (order by delay) as p50,
        percentile_cont(0.99) within group (order by delay) as p99, max(delay) as max
      from (
        select extract(epoch from min(attempts.started_at) - min(outbox.created_at))::float8 * 1000 as delay
        from outbox join attempts on attempts.job_id = outbox.id where outbox.job = 'restore.run' group by outbox.id
      ) delays`.execute(world.db);
    const [row] = rows;
    if (!row) throw new Error('nothing was measured');
    return [
      `${row.count} restores, one every ${everyMs} ms, while ${count} snapshots waited (${left} still did at the end)`,
      `from the promise to the first attempt: median ${row.p50.toFixed(0)} ms, p99 ${row.p99.toFixed(0)} ms, ` +
        `longest ${row.max.toFixed(0)} ms (goal: p99 under ${goalMs} ms)`,
    ];
  } finally {
    await world.close();
  }
}
