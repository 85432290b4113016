// The governor over a bucket that says what a test wants: how long a call may wait, what is sent, and what is told of a 429.

import t from 'tap';
import { NeonFailure, Throttled } from '../../../src/core/errors.ts';
import type { RateAsk, RateBucket, Taken } from '../../../src/core/rate.ts';
import type { NeonApi, NeonUse } from '../../../src/neon/api.ts';
import { type GovernorRecorder, governNeon } from '../../../src/neon/governor.ts';

interface Scene {
  readonly neon: NeonApi;
  /** What happened, in its order. */
  readonly events: string[];
}

type Answer = Pick<Taken, 'divisor'> & ({ waitMs: number } | { deniedForMs: number });

function scene(
  use: NeonUse | undefined,
  says: { takes?: readonly Answer[]; heldMs?: number; neon?: () => Promise<string> } = {},
): Scene {
  const events: string[] = [];
  const takes = [...(says.takes ?? [])];
  const bucket: RateBucket = {
    take: async (accountId: string, { share, route, waitMaxMs }: RateAsk) => {
      events.push(`take ${accountId} ${share} ${route} ${waitMaxMs}`);
      return { atUs: 0, ...(takes.shift() ?? { waitMs: 0, divisor: 1 }) };
    },
    shrink: async (accountId, retryAfterMs) => void events.push(`shrink ${accountId} ${retryAfterMs}`),
    getHeldMs: async () => says.heldMs ?? 0,
    look: async () => ({ perSecond: 10, burst: 100, level: 0 }),
  };
  const recorder: GovernorRecorder = {
    called: ({ method, share, outcome }) => void events.push(`called ${method} ${share} ${outcome}`),
    waited: (share, seconds) => void events.push(`waited ${share} ${seconds}`),
    denied: (share) => void events.push(`denied ${share}`),
    divided: (_, divisor) => void (divisor > 1 && events.push(`divided ${divisor}`)),
  };
  const send = async (): Promise<string> => {
    events.push('sent');
    return (says.neon ?? (async () => 'account'))();
  };
  const port: Partial<NeonApi> = { getAccountId: send, deleteBranch: async () => ({ operationIds: [await send()] }) };
  const connect = (): NeonApi => port as NeonApi;
  return { neon: governNeon({ connect, bucket, recorder })('key', use), events };
}

const attempt: NeonUse = { accountId: 'acc', share: 'rest', by: 'attempt' };

t.test('an attempt is let in at its first call where a slot is near, and its later calls wait longer', async (t) => {
  const { neon, events } = scene(attempt);
  t.equal(await neon.getAccountId(), 'account');
  await neon.deleteBranch('project', 'branch');
  t.strictSame(
    events.filter((one) => one.startsWith('take')),
    ['take acc rest getAccountId 250', 'take acc rest deleteBranch 5000'],
  );
});

t.test('a wait that may be noticed is told before it begins, a short one is not', async (t) => {
  const takes = [
    { divisor: 1, waitMs: 40 },
    { divisor: 1, waitMs: 600 },
  ];
  const told: string[] = [];
  const { neon, events } = scene(
    { ...attempt, beforeWait: async (ms) => void told.push(`${ms} ${events.at(-1)}`) },
    { takes },
  );
  await neon.getAccountId();
  await neon.deleteBranch('project', 'branch');
  t.strictSame(told, ['600 take acc rest deleteBranch 5000']);
});

t.test('a request waits as long at its first call', async (t) => {
  const { neon, events } = scene({ accountId: 'acc', share: 'restore', by: 'request' });
  await neon.getAccountId();
  t.strictSame(events, [
    'take acc restore getAccountId 5000',
    'waited restore 0',
    'sent',
    'called getAccountId restore succeeded',
  ]);
});

t.test('no slot is near: nothing is sent, and the next call is a first one again', async (t) => {
  const { neon, events } = scene(attempt, { takes: [{ deniedForMs: 7_000, divisor: 4 }] });
  await t.rejects(neon.getAccountId(), new Throttled(7_000));
  t.strictSame(events, ['take acc rest getAccountId 250', 'divided 4', 'denied rest']);
  await neon.getAccountId();
  t.ok(events.includes('sent'));
  t.equal(events[3], 'take acc rest getAccountId 250');
});

t.test('denied for less than the wait that is left: it is asked again after that', async (t) => {
  const { neon, events } = scene(attempt, {
    takes: [
      { deniedForMs: 30, divisor: 1 },
      { waitMs: 20, divisor: 1 },
    ],
  });
  await neon.getAccountId();
  t.strictSame(events.slice(0, 3), [
    'take acc rest getAccountId 250',
    'take acc rest getAccountId 220',
    'waited rest 0.05',
  ]);
});

t.test('a wait comes before what is prolonged, and that before the call', async (t) => {
  const events: string[] = [];
  const use: NeonUse = { ...attempt, afterWait: async () => void events.push('prolonged') };
  const waiting = scene(use, { takes: [{ waitMs: 15, divisor: 1 }], neon: async () => `${events.push('called')}` });
  await waiting.neon.getAccountId();
  t.strictSame(events, ['prolonged', 'called']);
  const atOnce = scene(use, { neon: async () => `${events.push('called')}` });
  await atOnce.neon.getAccountId();
  t.strictSame(events, ['prolonged', 'called', 'called'], 'without a wait nothing is prolonged');
});

t.test('a 429 that came during the wait holds the call back', async (t) => {
  const { neon, events } = scene(attempt, { takes: [{ waitMs: 10, divisor: 1 }], heldMs: 3_000 });
  await t.rejects(neon.getAccountId(), new Throttled(3_000));
  t.notOk(events.includes('sent'));
});

t.test('a 429 is told to the bucket with its Retry-After, and passes on; other failures are not told', async (t) => {
  const failing = (status: number | undefined, retryAfterSeconds?: number) =>
    scene(attempt, {
      neon: async () => {
        throw new NeonFailure('no', { kind: 'again', failure: 'neon_unreachable', status, retryAfterSeconds });
      },
    });
  for (const [status, after, told] of [
    [429, 9, ['called getAccountId rest rate_limited', 'shrink acc 9000']],
    [429, undefined, ['called getAccountId rest rate_limited', 'shrink acc 0']],
    [503, 9, ['called getAccountId rest again']],
    [undefined, undefined, ['called getAccountId rest again']],
  ] as const) {
    const { neon, events } = failing(status, after);
    await t.rejects(neon.getAccountId(), { name: 'NeonFailure' });
    t.strictSame(events.slice(3), told, String(status));
  }
});

t.test('without a use nothing is taken, and the call is counted all the same', async (t) => {
  const { neon, events } = scene(undefined);
  await neon.getAccountId();
  t.strictSame(events, ['sent', 'called getAccountId none succeeded']);
});
