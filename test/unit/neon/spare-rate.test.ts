// The shared bucket fails, hangs and comes back: calls go on at a tenth of the rate, and it is said once each.

import t, { type Test } from 'tap';
import { defaultRateLimits, type RateBucket, type Taken } from '../../../src/core/rate.ts';
import { withSpareRate } from '../../../src/neon/spare-rate.ts';

interface Scene {
  readonly bucket: RateBucket;
  /** How the shared bucket answers; a test changes it. */
  answer: () => Promise<Taken>;
  nowMs: number;
  asked: number;
  readonly log: string[];
}

function scene(): Scene {
  const log: string[] = [];
  const scene = { nowMs: 1_000_000, asked: 0, log, answer: granted };
  const shared: RateBucket = {
    take: () => {
      scene.asked += 1;
      return scene.answer();
    },
    shrink: async () => void (await scene.answer()),
    getHeldMs: async () => (await scene.answer()).atUs,
    look: async () => ({ perSecond: (await scene.answer()).atUs, burst: 100, level: 0 }),
  };
  const bucket = withSpareRate(shared, {
    limits: defaultRateLimits,
    answersWithinMs: 200,
    nowMs: () => scene.nowMs,
    log: {
      info: (_, message) => void log.push(`info ${message}`),
      warn: (_, message) => void log.push(`warn ${message}`),
    },
  });
  return Object.assign(scene, { bucket });
}

const granted = async (): Promise<Taken> => ({ atUs: 42, divisor: 1, waitMs: 0 });
const away = async (): Promise<Taken> => {
  throw new Error('connect ECONNREFUSED');
};

/** How many of so many takes on routes of their own are granted at once. */
async function granting(bucket: RateBucket, count: number): Promise<number> {
  let granted = 0;
  for (let index = 0; index < count; index += 1) {
    const taken = await bucket.take('acc', { share: 'restore', route: `r${index}`, waitMaxMs: 0 });
    if ('waitMs' in taken) granted += 1;
  }
  return granted;
}

t.test('the shared bucket answers: it decides', async (t) => {
  const at = scene();
  t.equal(await granting(at.bucket, 300), 300);
  t.equal(await at.bucket.getHeldMs('acc'), 42);
  t.match(await at.bucket.look('acc'), { perSecond: 42, burst: 100 });
  t.strictSame(at.log, []);
});

t.test(
  'it is away: a tenth of the burst and of the rate, said once, and it is asked again after a second',
  async (t) => {
    const at = scene();
    at.answer = away;
    t.equal(await granting(at.bucket, 50), 10, 'the burst');
    t.equal(at.asked, 1, 'not every call waits for it');
    at.nowMs += 3_000;
    t.equal(await granting(at.bucket, 50), 3, 'one a second');
    t.equal(at.asked, 2);
    t.equal(at.log.filter((line) => line.startsWith('warn')).length, 1);
    at.answer = granted;
    t.equal(await granting(at.bucket, 50), 0, 'within the second it is not asked');
    at.nowMs += 1_001;
    t.equal(await granting(at.bucket, 50), 50);
    t.equal(at.log.length, 2);
    t.match(at.log[1], /^info .*is back/);
  },
);

t.test('it hangs: a call waits for it so long, not for ever', async (t: Test) => {
  const at = scene();
  at.answer = () => new Promise(() => undefined);
  t.equal(await granting(at.bucket, 1), 1);
  t.equal(at.log.length, 1);
});

t.test('it has answered while the process was busy for longer: the answer counts', async (t) => {
  const at = scene();
  at.answer = () => new Promise((resolve) => setTimeout(() => setImmediate(() => void granted().then(resolve)), 1));
  const taken = at.bucket.take('acc', { share: 'rest', route: 'r', waitMaxMs: 0 });
  for (const until = performance.now() + 300; performance.now() < until; );
  t.match(await taken, { atUs: 42 });
  t.strictSame(at.log, []);
});

t.test('a 429 while it is away shrinks and holds what is left', async (t) => {
  const at = scene();
  at.answer = away;
  await at.bucket.shrink('acc', 2_000);
  t.equal(await at.bucket.getHeldMs('acc'), 2_000);
  t.equal(await granting(at.bucket, 50), 0);
  t.strictSame(await at.bucket.look('acc'), { perSecond: 0.5, burst: 10, level: 0 }, 'half of a tenth');
  t.match(await at.bucket.take('acc', { share: 'rest', route: 'r', waitMaxMs: 5_000 }), { waitMs: 2_000, divisor: 2 });
});
