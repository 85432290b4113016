// Owns BullMQ: its queues and workers on Redis, or on Postgres in local mode. It carries ids and decides nothing: one delivery
// is one attempt, and whether there is another is the outbox's business.

import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend, createRedisBackend, DelayedError, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import type { RateBucket, RateLimits } from '../core/rate.ts';
import { type JobName, type JobPayload, type JobQueue, jobs, type QueueName, releaseId } from './jobs.ts';
import { rateBucketOnRedis } from './rate.ts';
import { isAway, openRedis, type OutageLog } from './redis.ts';
import { within } from './within.ts';

export interface QueueOptions {
  /** Redis; without it BullMQ runs on `databaseUrl`. */
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string;
  /** Keeps installations apart that share a Redis. */
  readonly prefix: string;
  /** Of Neon's accounts. */
  readonly rateLimits: RateLimits;
  readonly onError: (error: Error) => void;
  /** Is told when Redis goes and comes back. */
  readonly log: OutageLog;
  /** Told of deliveries that the queue has lost or given to somebody else meanwhile: the outbox's fences make that harmless. */
  readonly onLostDelivery: (error: Error) => void;
  readonly times?: Partial<QueueTimes> | undefined;
  /** Told before and after a delivery is put off; for crash tests. */
  readonly reached?: ((point: 'queue.delay.before' | 'queue.delay.after') => void) | undefined;
}

export type Delivered = (payload: JobPayload) => Promise<{ kind: 'done' } | { kind: 'look_again'; inMs: number }>;

export interface QueueConnection extends JobQueue {
  /** Whether work can be handed to it: once it could, work waits in it while Redis is away. */
  isUsable(): boolean;
  /** Resolves when it is usable; rejects with why it must not be used; pending while Redis has not been there yet. */
  readonly usable: Promise<void>;
  /** On the same Redis, for all processes that share the queue; undefined where the queue is on Postgres. */
  readonly rateBucket: RateBucket | undefined;
  /** A connection to the same Redis for what may be lost: it answers soon or fails. */
  readonly impatient: Redis | undefined;
  /** Runs `deliver` for each release, at most `slots` at once. */
  consume(queue: QueueName, slots: number, deliver: Delivered): Promise<void>;
  /** Stops taking work and waits for what runs, at most `graceMs`. What runs longer is left to the next process, as after a crash. */
  stopConsuming(graceMs: number): Promise<void>;
  /** Disconnects. */
  close(): Promise<void>;
}

/** How long a delivery outlives its worker, and how often one that has is looked for. */
export interface QueueTimes {
  readonly lockMs: number;
  readonly stalledEveryMs: number;
}

/** A job whose worker was killed is delivered again after about 6 seconds (tried: the defaults take 62). */
const defaultTimes: QueueTimes = { lockMs: 5_000, stalledEveryMs: 2_000 };
const jobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** What is used of BullMQ's queues and workers, whatever their backend. */
interface Carrier {
  waitUntilReady(): Promise<unknown>;
  close(force?: boolean): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}
interface CarrierQueue extends Carrier {
  addBulk(jobs: { name: string; data: JobPayload; opts: typeof jobOptions & { jobId: string } }[]): Promise<unknown>;
  getJob(id: string): Promise<object | undefined>;
}
interface Delivery {
  readonly data: JobPayload;
  moveToDelayed(timestamp: number, token: string | undefined): Promise<unknown>;
}
type Run = (delivery: Delivery, token: string | undefined) => Promise<void>;

interface Backend {
  readonly rateBucket: RateBucket | undefined;
  readonly usable: Promise<void>;
  isUsable(): boolean;
  isThere(): boolean;
  readonly impatient: Redis | undefined;
  makeQueue(name: string): CarrierQueue;
  makeWorker(name: string, slots: number, run: Run): Carrier;
  disconnect(): void;
}

/**
 * Resolves when the queue is usable, or Redis is away: then it becomes usable later, by itself. Throws where it must not be used. What
 * breaks of its connections is told once for all of them.
 */
export async function connectQueue(options: QueueOptions): Promise<QueueConnection> {
  const backend = options.redisUrl === undefined ? onPostgres(options) : await onRedis(options, options.redisUrl);
  const workers: Carrier[] = [];
  const underWay = new Set<Promise<unknown>>();
  let queues: Readonly<Record<QueueName, CarrierQueue>> | undefined;
  const onError = (error: Error): void => {
    if (options.redisUrl === undefined || !isAway(error)) options.onError(error);
  };
  const usable = backend.usable.then(async () => {
    const made = { restores: backend.makeQueue('restores'), work: backend.makeQueue('work') };
    for (const queue of Object.values(made)) queue.on('error', onError);
    await Promise.all(Object.values(made).map((queue) => queue.waitUntilReady()));
    queues = made;
  });
  if (backend.isUsable()) {
    // It may go between its answer and BullMQ's first look: BullMQ waits for it without an end.
    await Promise.race([usable, sleep(readyWithinMs, undefined, { ref: false })]).catch((error: unknown) => {
      backend.disconnect();
      throw error;
    });
  }
  // Whoever waits for it hears of it; until somebody does, it is no fault of the process.
  usable.catch(() => undefined);

  return {
    rateBucket: backend.rateBucket,
    usable,
    isUsable: () => queues !== undefined,
    isThere: backend.isThere,
    impatient: backend.impatient,
    async add(releases) {
      const ofQueues = Map.groupBy(releases, ({ job }) => queueOf(job));
      await Promise.all(
        [...ofQueues].map(([queue, ofQueue]) =>
          queue.addBulk(
            ofQueue.map(({ job, outboxId, release }) => {
              const data = { outboxId, release };
              return { name: job, data, opts: { ...jobOptions, jobId: releaseId(data) } };
            }),
          ),
        ),
      );
    },
    async findMissing(releases) {
      const found = await Promise.all(
        releases.map(async (release) => ({ release, job: await queueOf(release.job).getJob(releaseId(release)) })),
      );
      return found.filter(({ job }) => job === undefined).map(({ release }) => release);
    },
    async consume(name, slots, deliver) {
      const worker = backend.makeWorker(name, slots, async (job, token) => {
        const delivering = deliver(job.data);
        underWay.add(delivering);
        const outcome = await delivering.finally(() => underWay.delete(delivering));
        if (outcome.kind === 'done') return;
        options.reached?.('queue.delay.before');
        await job.moveToDelayed(Date.now() + outcome.inMs, token);
        options.reached?.('queue.delay.after');
        throw new DelayedError();
      });
      worker.on('error', (error) => (isLostDelivery(error) ? options.onLostDelivery(error) : onError(error)));
      workers.push(worker);
      await worker.waitUntilReady();
    },
    async stopConsuming(graceMs) {
      const atRest = Promise.all(workers.map((worker) => worker.close()));
      await within(graceMs, Promise.race([atRest, untilDelivered()]));
      // What is delivered is settled in Postgres: the queue need not hear of it, and while it is away it cannot.
      if (underWay.size === 0) await within(Math.min(graceMs, farewellMs), atRest);
    },
    async close() {
      const ends = [
        ...workers.map((worker) => worker.close(true)),
        ...Object.values(queues ?? {}).map((queue) => queue.close()),
      ];
      await within(farewellMs, Promise.all(ends));
      backend.disconnect();
    },
  };

  function queueOf(job: JobName): CarrierQueue {
    if (!queues) throw new Error('Redis has not been there yet: nothing was handed to the queue.');
    return queues[jobs[job].queue];
  }

  async function untilDelivered(): Promise<void> {
    while (underWay.size > 0) await Promise.allSettled(underWay);
  }
}

/** So long a queue that has answered once may keep the start of the process. */
const readyWithinMs = 10_000;

/** So long a queue that does not answer may keep the end of the process: BullMQ waits for it without an end. */
const farewellMs = 1_000;

/** BullMQ's words where a delivery's lock or job is gone: the queue was wiped, or this process stood still for longer than the lock. */
function isLostDelivery(error: Error): boolean {
  return /could not renew lock|missing lock|missing key for job|lock mismatch/i.test(error.message);
}

function workerTimes(given: Partial<QueueTimes> | undefined) {
  const { lockMs, stalledEveryMs } = { ...defaultTimes, ...given };
  return { lockDuration: lockMs, stalledInterval: stalledEveryMs, maxStalledCount: 1_000_000 };
}

function onPostgres({ databaseUrl, times }: QueueOptions): Backend {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const connection = { connectionString: databaseUrl, migrate: true, max: 4 };
  return {
    rateBucket: undefined,
    usable: Promise.resolve(),
    isUsable: () => true,
    isThere: () => true,
    impatient: undefined,
    makeQueue: (name) => new Queue<JobPayload, void>(name, { connection }),
    makeWorker: (name, slots, run) =>
      new Worker<JobPayload, void>(name, run, { connection, concurrency: slots, ...workerTimes(times) }),
    disconnect: () => undefined,
  };
}

/** Nothing waits for a Redis that is away, or that does not answer. */
const impatientOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  commandTimeout: 250,
} as const;

async function onRedis({ prefix, rateLimits, log, times }: QueueOptions, redisUrl: string): Promise<Backend> {
  const { Queue, Worker } = withBackend(createRedisBackend);
  const { redis: connection, ...state } = await openRedis(redisUrl, log);
  const impatient = new Redis(redisUrl, impatientOptions);
  // What befalls it the other one tells; it comes back by itself.
  impatient.on('error', () => undefined);
  // One that loads its data answers, and lets nobody in until it is done.
  await within(impatientOptions.connectTimeout, impatient.connect());
  return {
    rateBucket: rateBucketOnRedis(connection, { prefix, limits: rateLimits }),
    impatient,
    ...state,
    makeQueue: (name) => new Queue<JobPayload, void>(name, { connection, prefix }),
    makeWorker: (name, slots, run) =>
      new Worker<JobPayload, void>(name, run, { connection, prefix, concurrency: slots, ...workerTimes(times) }),
    disconnect: () => {
      connection.disconnect();
      impatient.disconnect();
    },
  };
}
