// A periodic loop: one round after another, woken early on demand, never ended by a round that failed.

import t from 'tap';
import { startLoop } from '../../../src/worker/loops/loop.ts';

/** Longer than any test may take: a round that comes was asked for. */
const never = 1_000_000;

/** Rounds that a test lets go one by one. */
function makeRounds() {
  const begun: PromiseWithResolvers<PromiseWithResolvers<boolean>>[] = [];
  const slot = (index: number) => (begun[index] ??= Promise.withResolvers());
  let count = 0;
  let running = 0;
  let runningMax = 0;
  return {
    run: async (): Promise<boolean> => {
      running += 1;
      runningMax = Math.max(runningMax, running);
      const end = Promise.withResolvers<boolean>();
      slot(count).resolve(end);
      count += 1;
      try {
        return await end.promise;
      } finally {
        running -= 1;
      }
    },
    /** The round of that number, from 0, once it has begun. */
    begun: (index: number) => slot(index).promise,
    count: () => count,
    runningMax: () => runningMax,
  };
}

const failing = (error: unknown) => {
  throw error;
};

t.test('the first round begins at once, the next when the loop is woken', async (t) => {
  const rounds = makeRounds();
  const loop = startLoop({ everyMs: never, run: rounds.run, onError: failing });
  (await rounds.begun(0)).resolve(false);
  await new Promise(setImmediate);
  t.equal(rounds.count(), 1, 'it pauses');
  loop.wake();
  (await rounds.begun(1)).resolve(false);
  await loop.stop();
  t.equal(rounds.count(), 2);
});

t.test('a round that asks for another gets it at once', async (t) => {
  const rounds = makeRounds();
  const loop = startLoop({ everyMs: never, run: rounds.run, onError: failing });
  (await rounds.begun(0)).resolve(true);
  (await rounds.begun(1)).resolve(true);
  (await rounds.begun(2)).resolve(false);
  await loop.stop();
  t.equal(rounds.count(), 3);
});

t.test('woken during a round: one more follows, and never two run at once', async (t) => {
  const rounds = makeRounds();
  const loop = startLoop({ everyMs: never, run: rounds.run, onError: failing });
  const first = await rounds.begun(0);
  for (let index = 0; index < 5; index += 1) loop.wake();
  t.equal(rounds.count(), 1);
  first.resolve(false);
  (await rounds.begun(1)).resolve(false);
  await new Promise(setImmediate);
  t.equal(rounds.count(), 2, 'five calls are one round');
  t.equal(rounds.runningMax(), 1);
  await loop.stop();
});

t.test('without being woken the next round follows by the clock', async (t) => {
  const rounds = makeRounds();
  const loop = startLoop({ everyMs: 1, run: rounds.run, onError: failing });
  (await rounds.begun(0)).resolve(false);
  (await rounds.begun(1)).resolve(false);
  (await rounds.begun(2)).resolve(false);
  await loop.stop();
  t.ok(rounds.count() >= 3);
});

t.test('a round that fails is told of, and the next one follows', async (t) => {
  const rounds = makeRounds();
  const told: unknown[] = [];
  const loop = startLoop({ everyMs: 1, run: rounds.run, onError: (error) => told.push(error) });
  const fault = new Error('no');
  (await rounds.begun(0)).reject(fault);
  (await rounds.begun(1)).resolve(false);
  await loop.stop();
  t.strictSame(told, [fault]);
});

t.test('stop waits for the round under way and begins no other, even if that one asks for it', async (t) => {
  const rounds = makeRounds();
  const loop = startLoop({ everyMs: 1, run: rounds.run, onError: failing });
  const first = await rounds.begun(0);
  let isStopped = false;
  const stopping = loop.stop().then(() => {
    isStopped = true;
  });
  await new Promise(setImmediate);
  t.equal(isStopped, false);
  first.resolve(true);
  await stopping;
  t.equal(rounds.count(), 1);
  loop.wake();
  await loop.stop();
  t.equal(rounds.count(), 1, 'nor afterwards');
});
