// BullMQ's own throughput for an empty job, as a process of its own: the jobs are there, then a worker takes them, with as many slots as
// Afterglow's. Prints jobs a second.

import { createPostgresBackend, createRedisBackend, withBackend } from 'bullmq';
import { Redis } from 'ioredis';

const [redisUrl = '', databaseUrl = ''] = process.argv.slice(2);
const count = Number(process.argv[4]);
const slots = 8;

const onRedis = redisUrl !== '' ? new Redis(redisUrl, { maxRetriesPerRequest: null }) : undefined;
const options = onRedis
  ? { connection: onRedis, prefix: 'empty' }
  : { connection: { connectionString: databaseUrl, migrate: true, max: 4 } };
const { Queue, Worker } = onRedis ? withBackend(createRedisBackend) : withBackend(createPostgresBackend);

const queue = new Queue('empty', options as never);
await queue.waitUntilReady();
const kept = { removeOnComplete: true, removeOnFail: true };
for (let added = 0; added < count; added += 500) {
  await queue.addBulk(Array.from({ length: 500 }, (_, index) => ({ name: 'empty', data: { index }, opts: kept })));
}
let done = 0;
const finished = Promise.withResolvers<void>();
const since = performance.now();
const worker = new Worker(
  'empty',
  async () => {
    done += 1;
    if (done === count) finished.resolve();
  },
  { ...(options as object), concurrency: slots } as never,
);
await finished.promise;
console.log((count / (performance.now() - since)) * 1000);
await worker.close();
await queue.close();
onRedis?.disconnect();
