// (c) With the real rate limit on: how much of the rate that the governor leaves to snapshots is used, whether Neon ever answers 429, and
// how many calls a snapshot takes.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerChannel, type PublishedAnswer } from '../../src/local/neon-emulator/answers.ts';
import { promiseSnapshots, readThroughput, untilDone } from './backlog.ts';
import { makeProjects } from './projects.ts';
import { type Backend, startWorld } from './world.ts';

const projects = 500;
const perProject = 4;
/** What the governor leaves to all but restores, of an account (design section 4). */
const callsPerSecond = 8;
const burst = 80;
const goal = 0.9;

export async function measureRate(backend: Backend): Promise<string[]> {
  const world = await startWorld(backend, { rateLimited: true });
  const calls = { all: 0, refused: 0, first: 0, last: 0 };
  const hear = (message: unknown): void => {
    const { status } = message as PublishedAnswer;
    calls.all += 1;
    if (status === 429) calls.refused += 1;
    calls.first ||= performance.now();
    calls.last = performance.now();
  };
  try {
    await makeProjects(world, projects, 1);
    // What making them has drawn on the limit of a minute is forgotten.
    await sleep(61_000);
    subscribe(answerChannel, hear);
    await world.startWorker();
    const count = await promiseSnapshots(world.db, perProject);
    await untilDone(world.db, 'snapshot.create_scheduled', 3_000_000);
    const seconds = (calls.last - calls.first) / 1000;
    // The burst is spent once, at the beginning.
    const rate = (calls.all - burst) / seconds;
    const { perSecond, failed } = await readThroughput(world.db);
    return [
      `${count} snapshots over ${projects} projects of one account in ${seconds.toFixed(0)} s: ${perSecond.toFixed(2)}/s, ${failed} not available`,
      `${calls.all} calls, ${(calls.all / count).toFixed(2)} for each snapshot (goal: at most 3); ${calls.refused} answered 429 (goal: none)`,
      `${rate.toFixed(2)} calls/s beside the burst of ${burst}, of ${callsPerSecond}/s: ${((rate / callsPerSecond) * 100).toFixed(1)} % (goal: at least ${goal * 100} %)`,
    ];
  } finally {
    unsubscribe(answerChannel, hear);
    await world.close();
  }
}
