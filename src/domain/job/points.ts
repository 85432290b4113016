// Owns the names of the moments at which a process may die with something half done. Crash tests end it at each of them in turn; in
// production nobody listens. A step that has no point of its own is a step without a crash test.

import type { ConnectNeon, NeonApi } from '../../neon/api.ts';

/** Before a call of Neon is sent, and when its answer has come. */
const neonCalls = [
  'getAccountId',
  'getProject',
  'listBranches',
  'listSnapshots',
  'listOperations',
  'createBranch',
  'updateBranch',
  'deleteBranch',
  'restoreBranch',
  'createSnapshot',
  'renameSnapshot',
  'deleteSnapshot',
  'restoreSnapshot',
  'finalizeRestore',
  'getBackupSchedule',
  'setBackupSchedule',
  'listDatabases',
  'getConnectionUri',
] as const satisfies readonly (keyof NeonApi)[];

const others = [
  /** A unit of change: nothing is written, all is written and not committed, it is committed. */
  'transaction.begun',
  'transaction.written',
  'transaction.committed',
  /** An attempt has its claim, and has given it up to wait or to be tried again. */
  'job.claimed',
  'job.settled',
  /** A row is released; the queue has it. */
  'queue.add.before',
  'queue.add.after',
  /** A row that is in no queue any more waits again. */
  'job.unreleased',
  /** A delivery is to be repeated later; the queue knows. */
  'queue.delay.before',
  'queue.delay.after',
  /** A target is asked a query. */
  'probe.before',
  'probe.after',
] as const;

type NeonPoint = `neon.${(typeof neonCalls)[number]}.${'before' | 'after'}`;
export type CrashPoint = NeonPoint | (typeof others)[number];

/** All of them. */
export const crashPoints: readonly CrashPoint[] = [
  ...neonCalls.flatMap((call) => [`neon.${call}.before`, `neon.${call}.after`] as const),
  ...others,
];

/** A maker of ports whose calls tell their points. */
export function reportingPorts(connect: ConnectNeon, reached: ((point: CrashPoint) => void) | undefined): ConnectNeon {
  if (!reached) return connect;
  return (...of) => {
    const port = connect(...of);
    return new Proxy(port, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function' || typeof name !== 'string') return method;
        return async (...given: unknown[]): Promise<unknown> => {
          reached(`neon.${name as keyof NeonApi}.before`);
          const answer: unknown = await Reflect.apply(method, target, given);
          reached(`neon.${name as keyof NeonApi}.after`);
          return answer;
        };
      },
    });
  };
}
