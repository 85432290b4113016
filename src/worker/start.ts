// Owns the worker's door and the scheduler's: which queues are consumed by how many slots, and which loops run how often. It
// decides nothing; every round and every delivery is one call of the domain.

import type { WorkerDomain } from '../domain/index.ts';
import type { Delivered, QueueConnection } from '../queue/connection.ts';
import { type Loop, startLoop } from './loops/loop.ts';

export interface WorkerLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

export interface Running {
  /** Releases what has just been promised, without waiting for the clock. */
  wake(): void;
  /** Begins no new round and waits for those under way. */
  stop(): Promise<void>;
}

/** Restores have slots of their own, so that no number of snapshots keeps one waiting. */
const slots = { restores: 8, work: 8 } as const;

/** Consumes the queues, relays promised work and finds what the queue has lost. */
export async function startWorker(domain: WorkerDomain, queue: QueueConnection, log: WorkerLog): Promise<Running> {
  const relay = loop(log, 'relay', 1_000, async () => (await domain.relay()) > 0);
  const reconcile = loop(log, 'reconcile', 2_000, async () => (await domain.reconcileQueue()) > 0 && false);
  const deliver: Delivered = (payload) =>
    domain.runJob(payload).catch((error: unknown) => {
      log.warn({ err: error, ...payload }, 'a delivery could not be run; the reconcile loop finds it');
      throw error;
    });
  await queue.consume('restores', slots.restores, deliver);
  await queue.consume('work', slots.work, deliver);
  return running([relay, reconcile], relay);
}

/** Fires schedules, refreshes mirrors and clears what is past its time. */
export function startScheduler(domain: WorkerDomain, log: WorkerLog): Running {
  const fire = loop(log, 'fire', 1_000, async () => (await domain.fireDueSchedules()) > 0);
  const refresh = loop(log, 'refresh', 30_000, async () => (await domain.refreshMirrors()) > 0 && false);
  const clear = loop(log, 'clear', 3_600_000, async () => {
    await domain.dropOldKeys();
    return false;
  });
  return running([fire, refresh, clear], fire);
}

function loop(log: WorkerLog, name: string, everyMs: number, run: () => Promise<boolean>): Loop {
  return startLoop({
    everyMs,
    run,
    onError: (error) => log.warn({ err: error, loop: name }, 'a round failed; the next one follows'),
  });
}

function running(loops: readonly Loop[], first: Loop): Running {
  return {
    wake: () => first.wake(),
    stop: async () => {
      await Promise.all(loops.map((one) => one.stop()));
    },
  };
}
