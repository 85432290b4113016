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

/** At the least between two rounds of the relay. */
const relayRestMs = 50;
const urgentRestMs = 10;

/** How often each loop looks, unless it is woken. */
export interface Pace {
  readonly relayMs: number;
  readonly reconcileMs: number;
  readonly fireMs: number;
  readonly watchMs: number;
  readonly refreshMs: number;
  readonly reapMs: number;
  readonly recheckMs: number;
  readonly monthsMs: number;
  readonly refusalsMs: number;
}

const defaultPace: Pace = {
  relayMs: 1_000,
  reconcileMs: 2_000,
  fireMs: 1_000,
  watchMs: 30_000,
  refreshMs: 30_000,
  reapMs: 15_000,
  recheckMs: 300_000,
  monthsMs: 3_600_000,
  refusalsMs: 30_000,
};

export interface StartOptions {
  readonly log: WorkerLog;
  readonly pace?: Partial<Pace> | undefined;
}

/** Consumes the queues, relays promised work and finds what the queue has lost. Where it throws, no loop runs. */
export async function startWorker(
  domain: WorkerDomain,
  queue: QueueConnection,
  { log, pace }: StartOptions,
): Promise<Running> {
  const deliver: Delivered = (payload) =>
    domain.runJob(payload).catch((error: unknown) => {
      log.warn({ err: error, ...payload }, 'a delivery could not be run; the reconcile loop finds it');
      throw error;
    });
  await queue.consume('restores', slots.restores, deliver);
  await queue.consume('work', slots.work, deliver);
  const { relayMs, reconcileMs } = { ...defaultPace, ...pace };
  const urgent = loop(log, 'relay of restores', relayMs, async () => (await domain.relayUrgent()) > 0, urgentRestMs);
  // Rounds with a pause: each looks at every lane, and takes all that there is room for.
  const relay = loop(log, 'relay', relayMs, async () => (await domain.relay()) > 0 && false, relayRestMs);
  const reconcile = loop(log, 'reconcile', reconcileMs, async () => (await domain.reconcileQueue()) > 0 && false);
  return running([urgent, relay, reconcile], [urgent, relay]);
}

/** Fires schedules, watches covered branches, refreshes mirrors and clears what is past its time. */
export function startScheduler(domain: WorkerDomain, { log, pace }: StartOptions): Running {
  const { fireMs, watchMs, refreshMs, reapMs, recheckMs, monthsMs, refusalsMs } = { ...defaultPace, ...pace };
  const fire = loop(log, 'fire', fireMs, async () => (await domain.fireDueSchedules()) > 0);
  // Of its own, so that it tells what is not there also where nothing fires.
  const watch = loop(log, 'watch', watchMs, async () => (await domain.watchBranches()) > 0 && false);
  const refresh = loop(log, 'refresh', refreshMs, async () => (await domain.refreshMirrors()) > 0 && false);
  const clear = loop(log, 'clear', 3_600_000, async () => {
    await domain.dropOldKeys();
    return (await domain.forgetOldJobs()) > 0;
  });
  const reap = loop(log, 'reap', reapMs, async () => (await domain.reapOverdue()) > 0);
  const recheck = loop(log, 'recheck', recheckMs, async () => (await domain.recheckCredentials()) > 0 && false);
  const months = loop(log, 'audit months', monthsMs, async () => (await domain.tendAuditMonths()) > 0);
  const refusals = loop(log, 'refusals', refusalsMs, async () => (await domain.tellRefusals()) > 0 && false);
  return running([fire, watch, refresh, recheck, reap, clear, months, refusals], [fire]);
}

function loop(log: WorkerLog, name: string, everyMs: number, run: () => Promise<boolean>, restMs = 0): Loop {
  return startLoop({
    everyMs,
    restMs,
    run,
    onError: (error) => log.warn({ err: error, loop: name }, 'a round failed; the next one follows'),
  });
}

function running(loops: readonly Loop[], woken: readonly Loop[]): Running {
  return {
    wake: () => woken.forEach((one) => one.wake()),
    stop: async () => {
      await Promise.all(loops.map((one) => one.stop()));
    },
  };
}
