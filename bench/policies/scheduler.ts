// What a pass of the scheduler costs: by how many schedules are due, not by how many there are; and how long a burst takes.

import { startFleet } from './fleet.ts';

const dueAtOnce = 1_000;
const many = 100_000;
const burst = 10_000;
const rounds = 5;

/** A thousand due among a thousand, and among a hundred thousand: the median of some rounds each. */
export async function measurePass(): Promise<string[]> {
  const few = await medianOfPasses(dueAtOnce);
  const among = await medianOfPasses(many);
  const ratio = among / few;
  return [
    `${dueAtOnce} due among ${dueAtOnce}: ${few.toFixed(0)} ms; among ${many}: ${among.toFixed(0)} ms`,
    `ratio ${ratio.toFixed(2)} (goal: at most 1.3)`,
  ];
}

async function medianOfPasses(count: number): Promise<number> {
  const fleet = await startFleet();
  try {
    await fleet.addPolicies(count);
    const times: number[] = [];
    // The first one warms up.
    for (let round = 0; round <= rounds; round += 1) {
      await forget(fleet);
      await fleet.makeDue(dueAtOnce);
      times.push(await fireAll(fleet, dueAtOnce));
    }
    return times.slice(1).sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  } finally {
    await fleet.close();
  }
}

/** Ten thousand firings that are due at one instant, until all are recorded and their jobs promised. */
export async function measureBurst(): Promise<string[]> {
  const fleet = await startFleet();
  try {
    await fleet.addPolicies(burst);
    await fleet.makeDue(burst);
    const ms = await fireAll(fleet, burst);
    const { count } = await fleet.db
      .selectFrom('outbox')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return [
      `${burst} firings due at one instant, ${count} jobs promised: ${(ms / 1000).toFixed(1)} s (goal: at most 10 s), ` +
        `${((ms / burst) * 1000).toFixed(0)} us each`,
    ];
  } finally {
    await fleet.close();
  }
}

type Fleet = Awaited<ReturnType<typeof startFleet>>;

async function fireAll({ app }: Fleet, count: number): Promise<number> {
  const since = performance.now();
  let fired = 0;
  while (fired < count) {
    const now = await app.domain.fireDueSchedules();
    if (now === 0) throw new Error(`only ${fired} of ${count} schedules fired`);
    fired += now;
  }
  return performance.now() - since;
}

/** What the round before has left: its firings are still pending, and the next ones would coalesce. */
async function forget({ db }: Fleet): Promise<void> {
  for (const table of ['firings', 'outbox', 'snapshots'] as const) await db.deleteFrom(table).execute();
}
