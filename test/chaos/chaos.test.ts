// Chaos: many teams ask for much at once, while processes are killed, Redis and Postgres are broken, and Neon plays its faults. Then
// all that was accepted must have ended, once. `npm run test:chaos` says how to play other seeds, the long mode, and a seed again.

import t, { type Test } from 'tap';
import { report } from '../harness/report.ts';
import { makePlan, modes, type Plan } from './plan.ts';
import { type ChaosResult, runChaos } from './run.ts';

interface Wish {
  readonly seed?: number;
  readonly seeds?: number;
  readonly isLong?: boolean;
  readonly parallel?: number;
}

const wish: Wish = JSON.parse(process.env['AFTERGLOW_TEST_CHAOS'] ?? '{}');
const mode = wish.isLong ? modes.long : modes.normal;
const given = wish.seed ?? (Number(process.env['AFTERGLOW_TEST_SEED']) || Math.floor(Math.random() * 1e6));
const seeds = Array.from({ length: wish.seeds ?? 1 }, (_, index) => given + index);

t.jobs = wish.parallel ?? 1;
t.setTimeout((mode.lengthMs + 900_000) * seeds.length);

for (const seed of seeds) {
  const again = `npm run test:chaos -- --seed ${seed}${wish.isLong ? ' --long' : ''}`;
  t.test(`chaos of seed ${seed}, ${mode.name}: every invariant holds (${again})`, { buffered: true }, async (t) => {
    const plan = makePlan(seed, mode);
    const result = await runChaos(t, plan);
    const { deeds, blows, outcomes, settledMs, faults, histories } = result;
    report(t, [
      `chaos of seed ${seed}, ${mode.name}: ${faults.length} faults, settled after ${Math.round(settledMs)} ms; ${again}`,
      ...[deeds, blows, outcomes].flatMap((tally) => tally.lines()).map((line) => `  ${line}`),
      ...faults.map((fault) => `  FAULT ${fault}`),
      ...histories.map((line) => `  HISTORY ${line}`),
    ]);
    t.strictSame(faults, [], again);
    checkFullness(t, plan, result);
  });
}

/** Every blow of the plan must have struck, and most of what was asked must have been accepted. */
function checkFullness(t: Test, plan: Plan, { deeds, blows, outcomes }: ChaosResult): void {
  const rounds = mode.lengthMs / 30_000;
  const atLeast = (count: number, least: number, what: string) =>
    t.ok(count >= least, `${count} ${what}, at least ${least}`);
  atLeast(blows.count('blows') - blows.count('blows.skipped'), plan.blows.length * 0.8, 'blows');
  atLeast(outcomes.count('snapshots'), 60 * rounds, 'snapshots');
  atLeast(outcomes.count('snapshots.available'), 20 * rounds, 'snapshots available');
  atLeast(outcomes.count('restores'), 15 * rounds, 'restores');
  atLeast(outcomes.count('restores.succeeded'), 5 * rounds, 'restores succeeded');
  atLeast(outcomes.count('firings'), 5 * rounds, 'firings');
  atLeast(outcomes.count('attempts.lost'), rounds / 2, 'attempts lost');
  atLeast(deeds.count('cancel_snapshot.accepted') + deeds.count('cancel_restore.accepted'), rounds, 'cancels');
  atLeast(deeds.count('delete_snapshot.accepted'), rounds, 'deletions');
  atLeast(deeds.count('hold.accepted') + deeds.count('lock_snapshot.accepted'), rounds, 'holds and locks');
}
