// Owns playing one scenario in a world: once to write down the points that the processes reach, or with one process killed at one of
// them and started anew. Either way all must end as the scenario wants, and every invariant must hold.

import { findFaults, untilAllEnded } from '../harness/world/settle.ts';
import type { World } from '../harness/world/world.ts';
import type { Director, Reached } from './director.ts';
import type { Scenario } from './scenarios.ts';
import { endedWithinMs, setStage, type Stage } from './stage.ts';

export interface Played {
  readonly reached: readonly Reached[];
  /** Whether the process has died that was to. */
  readonly hasDied: boolean;
  /** What is not as it must be. */
  readonly faults: readonly string[];
}

export async function play(
  { world, director }: { world: World; director: Director },
  scenario: Scenario,
  deadly?: Reached,
): Promise<Played> {
  const stage = await setStage(world);
  const act = await scenario.prepare(stage);
  director.begin(deadly);
  const revived = revive(director);
  let broken: string[] = [];
  try {
    await act();
    await untilAllEnded(world, endedWithinMs);
  } catch (error) {
    broken = [error instanceof Error ? error.message : String(error)];
  }
  const reached = director.end();
  await revived.end();
  await world.neon.clear();
  const faults =
    broken.length > 0
      ? [...broken, ...world.faults()]
      : await findFaults(world, stage.asked, { projectIds: [stage.project.id] });
  return { reached, hasDied: director.victim() !== undefined, faults: [...faults, ...(await unwanted(stage))] };
}

/** Starts the process that dies anew, as soon as it is dead. */
function revive(director: Director): { end(): Promise<void> } {
  let isOver = false;
  const watching = (async () => {
    for (;;) {
      const victim = director.victim();
      if (victim) {
        await victim.ended();
        await victim.start();
        return;
      }
      if (isOver) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  // Whoever awaits the end hears of it.
  watching.catch(() => undefined);
  return {
    end() {
      isOver = true;
      return watching;
    },
  };
}

async function unwanted({ world, wanted }: Stage): Promise<string[]> {
  const ids = [...wanted.keys()];
  if (ids.length === 0) return [];
  const [snapshots, restores] = await Promise.all([
    world.db.selectFrom('snapshots').select(['id', 'status', 'error']).where('id', 'in', ids).execute(),
    world.db.selectFrom('restores').select(['id', 'status', 'error']).where('id', 'in', ids).execute(),
  ]);
  return [...snapshots, ...restores].flatMap(({ id, status, error }) => {
    const ends = wanted.get(id) ?? [];
    return ends.includes(status) ? [] : [`${id} is ${status}, not ${ends.join(' or ')}: ${JSON.stringify(error)}`];
  });
}
