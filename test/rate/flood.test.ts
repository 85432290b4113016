// Two processes flood one account of a Neon that enforces its limits (700 calls a minute, 40 a second to a route): under the
// governor none is answered 429; without it the same flood is.

import t, { type Test } from 'tap';
import { NeonFailure, Throttled } from '../../src/core/errors.ts';
import { defaultRateLimits, type RateShare } from '../../src/core/rate.ts';
import { startEmulator } from '../../src/local/neon-emulator/index.ts';
import type { NeonApi } from '../../src/neon/api.ts';
import { connectNeon } from '../../src/neon/client.ts';
import { type GovernorRecorder, governNeon } from '../../src/neon/governor.ts';
import { makeTemporaryDir } from '../harness/files.ts';
import { listSharedBuckets } from './buckets.ts';

t.setTimeout(120_000);

const shared = await listSharedBuckets(t, 11);
const callsInAll = 150;
const silent: GovernorRecorder = {
  called: () => undefined,
  waited: () => undefined,
  denied: () => undefined,
  divided: () => undefined,
};

type Send = (neon: NeonApi) => Promise<unknown>;

/** A Neon of its own, with its own count of calls. */
async function startNeon(t: Test): Promise<{ connect: () => NeonApi; calls: readonly Send[] }> {
  const emulator = await startEmulator({ dataDir: await makeTemporaryDir(t), sample: false, rateLimited: true });
  t.teardown(() => emulator.close());
  const connect = connectNeon({ baseUrl: emulator.baseUrl, timeoutMs: 6_000 });
  const { projectId } = emulator;
  const calls: readonly Send[] = [
    (neon) => neon.listOperations(projectId),
    (neon) => neon.getProject(projectId),
    (neon) => neon.listBranches(projectId),
    (neon) => neon.listSnapshots(projectId),
    (neon) => neon.getAccountId(),
  ];
  return { connect: () => connect(emulator.apiKey), calls };
}

/** Sends it, again after each time that it was turned away; answers with how often that was. */
async function insist(neon: NeonApi, send: Send): Promise<number> {
  for (let denied = 0; ; denied += 1) {
    try {
      await send(neon);
      return denied;
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, error.waitMs);
      await promise;
    }
  }
}

for (const bucket of shared) {
  t.test(
    `on ${bucket.name}: ${callsInAll} calls at once from two processes are all answered, none with 429`,
    async (t) => {
      const { connect, calls } = await startNeon(t);
      const sides = await bucket.open(defaultRateLimits);
      const port = (side: 0 | 1, share: RateShare): NeonApi =>
        governNeon({ connect, bucket: sides[side], recorder: silent })('key', {
          accountId: 'flooded',
          share,
          by: 'request',
        });
      const ports = { rest: [port(0, 'rest'), port(1, 'rest')], restore: [port(0, 'restore'), port(1, 'restore')] };
      const since = performance.now();
      // Half of all to one route, by the rest; the other half to the others, by restores.
      const ended = await Promise.allSettled(
        Array.from({ length: callsInAll }, async (_, index) => {
          const neon = ports[index % 2 === 0 ? 'rest' : 'restore'][(index >> 1) % 2];
          const send = index % 2 === 0 ? calls[0] : calls[1 + ((index >> 1) % (calls.length - 1))];
          if (!neon || !send) throw new Error('nothing to send');
          return insist(neon, send);
        }),
      );
      const seconds = (performance.now() - since) / 1000;
      const failed = ended.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
      t.strictSame(failed, []);
      t.ok(seconds > 4.5, `the burst and then ten a second: it took ${seconds.toFixed(1)} s`);
      const turnedAway = ended.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value : 0), 0);
      t.comment(`${bucket.name}: ${callsInAll} calls in ${seconds.toFixed(1)} s, turned away ${turnedAway} times`);
    },
  );
}

t.test('the same flood without the governor is answered 429, so the one above could have been', async (t) => {
  const { connect, calls } = await startNeon(t);
  const neon = connect();
  const ended = await Promise.allSettled(Array.from({ length: callsInAll }, async () => calls[0]?.(neon)));
  const refused = ended.filter(
    (one) => one.status === 'rejected' && one.reason instanceof NeonFailure && one.reason.status === 429,
  );
  t.ok(refused.length > 0, `${refused.length} of ${callsInAll} were refused`);
});
