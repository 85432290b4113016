// kill -9 of each process of a running installation, at each point that it reaches (invariants 2 to 5): the others and the next start
// end what was accepted, once. A seeded tenth of the points, or all of them with AFTERGLOW_TEST_CRASH=all (`npm run test:crash`).

import t, { type Test } from 'tap';
import { crashPoints } from '../../src/domain/job/points.ts';
import { makeTemporaryDir } from '../harness/files.ts';
import { report } from '../harness/report.ts';
import { findFaults } from '../harness/world/settle.ts';
import { startWorld, type World } from '../harness/world/world.ts';
import { chooseTenth, type KillCase } from './cases.ts';
import { type Director, makeDirector, type Reached, withoutRepeatedLooks } from './director.ts';
import { play } from './play.ts';
import { type Scenario, scenarios } from './scenarios.ts';

const isWhole = process.env['AFTERGLOW_TEST_CRASH'] === 'all';
const seed = Number(process.env['AFTERGLOW_TEST_SEED'] ?? Math.floor(Math.random() * 1e6));
/** So many worlds play at once: a kill test waits more than it works. */
const worldsAtOnce = isWhole ? 3 : 2;
/** The looks at Neon and the work of two processes vary: a point may not come again, and then an earlier time is tried. */
const triesMax = 4;
const missedShareMax = 0.02;

t.setTimeout(isWhole ? 3_600_000 : 600_000);
t.jobs = worldsAtOnce;

interface Place {
  readonly world: World;
  readonly director: Director;
}

const cacheDir = await makeTemporaryDir(t);
const places: Place[] = [];
while (places.length < worldsAtOnce) places.push(await openPlace());

async function openPlace(): Promise<Place> {
  const director = makeDirector();
  // Neon takes so long that each job looks at it more than once.
  const { onPoint } = director;
  return { director, world: await startWorld(t, { onPoint, cacheDir, emulator: { latencyMs: 80 } }) };
}

/** Each item once, in whichever place is free. */
async function inEachPlace<T>(
  items: readonly T[],
  titleOf: (item: T) => string,
  run: (t: Test, place: Place, item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    places.map((place, index) =>
      t.test(`in world ${index + 1}`, { buffered: true }, async (t) => {
        for (const item of left) await t.test(titleOf(item), (t) => run(t, place, item));
      }),
    ),
  );
}

const recordings = new Map<Scenario, readonly Reached[]>();
await inEachPlace(
  scenarios,
  ({ title }) => `${title}: it ends well where nobody dies`,
  async (t, place, scenario) => {
    const { reached, faults } = await play(place, scenario);
    t.strictSame(faults, []);
    recordings.set(scenario, withoutRepeatedLooks(reached));
  },
);

await t.test('each named crash point is reached by one of the scenarios', async (t) => {
  const reached = new Set([...recordings.values()].flat().map(({ point }) => point));
  t.strictSame(
    crashPoints.filter((point) => !reached.has(point)),
    [],
    'none is a name alone',
  );
});

const all = [...recordings].flatMap(([scenario, reached]) => reached.map((at): KillCase => ({ scenario, at })));
const cases = isWhole ? all : chooseTenth(all, seed);

const missed: KillCase[] = [];
await inEachPlace(
  cases,
  ({ scenario, at }) => `${at.role} killed at ${at.point} (${at.nth}.) of ${scenario.title}: all ends, once`,
  kill,
);

async function kill(t: Test, place: Place, { scenario, at }: KillCase): Promise<void> {
  let { nth } = at;
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const { hasDied, faults } = await play(place, scenario, { ...at, nth });
    t.strictSame(faults, [], hasDied ? `it died at the ${nth}. time` : 'the point was not reached, and all is well');
    if (hasDied) return;
    nth = Math.max(1, nth - 1);
  }
  missed.push({ scenario, at });
}

await t.test('the points at which nobody could be killed are few', async (t) => {
  report(t, [
    `killed at ${cases.length - missed.length} points, of ${cases.length} that were tried and ${all.length} that there are` +
      (isWhole ? '' : ` (AFTERGLOW_TEST_SEED=${seed})`),
    ...missed.map(({ scenario, at }) => `  not reached: ${at.role} ${at.point} (${at.nth}.) of ${scenario.title}`),
  ]);
  t.ok(
    missed.length <= Math.ceil(cases.length * missedShareMax),
    `${missed.length} of ${cases.length} were not reached`,
  );
});

await inEachPlace(
  places,
  () => 'the whole state of a world after all that holds every invariant',
  async (t, _, { world }) => void t.strictSame(await findFaults(world, world.asked), []),
);
