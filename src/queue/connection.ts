// Owns BullMQ: its queues and workers on Redis, or on Postgres in local mode. It carries ids and decides nothing: one delivery
// is one attempt, and whether there is another is the outbox's business.

import { createPostgresBackend, createRedisBackend, DelayedError, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { type JobName, type JobPayload, type JobQueue, jobs, type QueueName, releaseId } from './jobs.ts';

export interface QueueOptions {
  /** Redis; without it BullMQ runs on `databaseUrl`. */
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string;
  /** Keeps installations apart that share a Redis. */
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}

export type Delivered = (payload: JobPayload) => Promise<{ kind: 'done' } | { kind: 'look_again'; inMs: number }>;

export interface QueueConnection extends JobQueue {
  /** Runs `deliver` for each release, at most `slots` at once. */
  consume(queue: QueueName, slots: number, deliver: Delivered): Promise<void>;
  /** Stops taking work, waits for what runs, and disconnects. */
  close(): Promise<void>;
}

/** A job whose worker was killed is delivered again after about 6 seconds (tried: the defaults take 62). */
const workerTimes = { lockDuration: 5_000, stalledInterval: 2_000, maxStalledCount: 1_000_000 };
const jobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** What is used of BullMQ's queues and workers, whatever their backend. */
interface Carrier {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}
interface CarrierQueue extends Carrier {
  add(name: string, payload: JobPayload, options: typeof jobOptions & { jobId: string }): Promise<unknown>;
  getJob(id: string): Promise<object | undefined>;
}
interface Delivery {
  readonly data: JobPayload;
  moveToDelayed(timestamp: number, token: string | undefined): Promise<unknown>;
}
type Run = (delivery: Delivery, token: string | undefined) => Promise<void>;

interface Backend {
  makeQueue(name: string): CarrierQueue;
  makeWorker(name: string, slots: number, run: Run): Carrier;
  disconnect(): void;
}

export async function connectQueue(options: QueueOptions): Promise<QueueConnection> {
  const backend = options.redisUrl === undefined ? onPostgres(options) : await onRedis(options, options.redisUrl);
  const queues = { restores: backend.makeQueue('restores'), work: backend.makeQueue('work') };
  const workers: Carrier[] = [];
  for (const queue of Object.values(queues)) queue.on('error', options.onError);
  await Promise.all(Object.values(queues).map((queue) => queue.waitUntilReady()));

  return {
    async add({ outboxId, release, job }) {
      const payload = { outboxId, release };
      await queueOf(job).add(job, payload, { ...jobOptions, jobId: releaseId(payload) });
    },
    async findMissing(releases) {
      const found = await Promise.all(
        releases.map(async (release) => ({ release, job: await queueOf(release.job).getJob(releaseId(release)) })),
      );
      return found.filter(({ job }) => job === undefined).map(({ release }) => release);
    },
    async consume(name, slots, deliver) {
      const worker = backend.makeWorker(name, slots, async (job, token) => {
        const outcome = await deliver(job.data);
        if (outcome.kind === 'done') return;
        await job.moveToDelayed(Date.now() + outcome.inMs, token);
        throw new DelayedError();
      });
      worker.on('error', options.onError);
      workers.push(worker);
      await worker.waitUntilReady();
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
      backend.disconnect();
    },
  };

  function queueOf(job: JobName): CarrierQueue {
    return queues[jobs[job].queue];
  }
}

function onPostgres({ databaseUrl }: QueueOptions): Backend {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const connection = { connectionString: databaseUrl, migrate: true, max: 4 };
  return {
    makeQueue: (name) => new Queue<JobPayload, void>(name, { connection }),
    makeWorker: (name, slots, run) =>
      new Worker<JobPayload, void>(name, run, { connection, concurrency: slots, ...workerTimes }),
    disconnect: () => undefined,
  };
}

async function onRedis({ prefix, onError }: QueueOptions, redisUrl: string): Promise<Backend> {
  const { Queue, Worker } = withBackend(createRedisBackend);
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null, lazyConnect: true });
  let wasThere = false;
  // One that never was there has not broken: it is thrown, and said once.
  connection.on('error', (error: Error) => wasThere && onError(error));
  try {
    await connection.connect();
  } catch (error) {
    connection.disconnect();
    throw error;
  }
  wasThere = true;
  return {
    makeQueue: (name) => new Queue<JobPayload, void>(name, { connection, prefix }),
    makeWorker: (name, slots, run) =>
      new Worker<JobPayload, void>(name, run, { connection, prefix, concurrency: slots, ...workerTimes }),
    disconnect: () => connection.disconnect(),
  };
}
