// (d) What five thousand restores that wait for Neon cost a worker: memory above idle, and slots.

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { makeProjects } from './projects.ts';
import { promiseRestores } from './restores.ts';
import { type Backend, startWorld } from './world.ts';

const waiting = 5_000;
const accounts = 250;
const goalMb = 150;

export async function measureMemory(backend: Backend): Promise<string[]> {
  const world = await startWorld(backend);
  try {
    const made = await makeProjects(world, waiting, accounts);
    // Neon's operations outlast the measurement.
    world.emulator.control.setLatency(3_600_000);
    const worker = await world.startWorker();
    await sleep(10_000);
    const idleMb = await worker.memoryMb();
    await promiseRestores(world.db, made);
    const since = Date.now();
    for (let paused = 0; paused < waiting; await sleep(1_000)) {
      const { rows } = await sql<{ count: number }>`
        select count(*) from restores where status = 'running' and progress ? 'neonBranchId'`.execute(world.db);
      paused = rows[0]?.count ?? 0;
      if (Date.now() - since > 600_000) throw new Error(`only ${paused} of ${waiting} wait for Neon`);
    }
    let mostMb = 0;
    for (let seconds = 0; seconds < 60; seconds += 1) {
      mostMb = Math.max(mostMb, await worker.memoryMb());
      await sleep(1_000);
    }
    const { rows } = await sql<{ looks: number; late: number }>`
      select count(*) as looks, (select count(*) from outbox where status = 'released' and look_at < now() - interval '10 s') as late
      from attempts where started_at > now() - interval '60 s'`.execute(world.db);
    return [
      `${waiting} restores wait for Neon in 8 slots: ${rows[0]?.looks ?? 0} looks in the last minute, ${rows[0]?.late ?? 0} more than 10 s late`,
      `memory (PSS) of the worker: idle ${idleMb.toFixed(0)} MB, at most ${mostMb.toFixed(0)} MB: ` +
        `${(mostMb - idleMb).toFixed(0)} MB more (goal: at most ${goalMb} MB)`,
    ];
  } finally {
    await world.close();
  }
}
