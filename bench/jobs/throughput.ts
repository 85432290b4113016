// (a) Snapshots a second, sustained over a thousand projects, against BullMQ's own throughput for an empty job in the same run.

import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { promiseSnapshots, readThroughput, untilDone } from './backlog.ts';
import { describeCpu, readCpuSeconds } from './cpu.ts';
import { makeProjects } from './projects.ts';
import { type Backend, startWorld } from './world.ts';

const projects = 1_000;
const accounts = 25;
const perProject = 5;
const goal = 0.05;
const unlimited = { NEON_RATE_PER_SECOND: '10000', NEON_RATE_BURST: '10000', NEON_RATE_PER_ROUTE: '10000' };

export async function measureThroughput(backend: Backend): Promise<string[]> {
  const world = await startWorld(backend);
  try {
    await makeProjects(world, projects, accounts);
    const emptyBefore = await measureEmptyJobs(world.redisUrl, world.databaseUrl);
    const worker = await world.startWorker(unlimited);
    const cpuBefore = readCpuSeconds();
    const count = await promiseSnapshots(world.db, perProject);
    await untilDone(world.db, 'snapshot.create_scheduled', 600_000);
    const cpu = describeCpu(cpuBefore, readCpuSeconds(), count);
    await worker.stop();
    const emptyAfter = await measureEmptyJobs(world.redisUrl, world.databaseUrl);
    const empty = (emptyBefore + emptyAfter) / 2;
    const { perSecond, steadyPerSecond, failed } = await readThroughput(world.db);
    const ratio = steadyPerSecond / empty;
    return [
      `${count} snapshots over ${projects} projects of ${accounts} accounts, one worker process: ` +
        `${steadyPerSecond.toFixed(0)}/s in the middle four fifths, ${perSecond.toFixed(0)}/s over all, ${failed} not available`,
      cpu,
      `an empty BullMQ job, 8 slots: ${empty.toFixed(0)}/s (${emptyBefore.toFixed(0)} before, ${emptyAfter.toFixed(0)} after)`,
      `ratio ${(ratio * 100).toFixed(1)} % (goal on Redis: at least ${goal * 100} %)`,
    ];
  } finally {
    await world.close();
  }
}

async function measureEmptyJobs(redisUrl: string | undefined, databaseUrl: string): Promise<number> {
  const program = resolve(import.meta.dirname, 'empty-jobs.ts');
  const count = redisUrl === undefined ? 5_000 : 20_000;
  const { stdout } = await promisify(execFile)(process.execPath, [program, redisUrl ?? '', databaseUrl, String(count)]);
  return Number(stdout);
}
