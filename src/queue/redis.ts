// Owns the connection to Redis: whether it is there, what is said while it is away, and that it can hold a queue. While it is away the
// client tries again without an end, at most 2 s apart.

import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

export interface OutageLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

export interface RedisConnection {
  readonly redis: Redis;
  /** It has answered, and may hold the queue. Rejects with what is wrong with it; pending while it is away. */
  readonly usable: Promise<void>;
  isUsable(): boolean;
  isThere(): boolean;
}

/** A server that neither answers nor refuses for so long counts as away at the start. */
const firstAnswerMs = 5_000;

/** Longer than BullMQ waits for a job. A machine that vanished says nothing for ever, and its connection is given up. */
const silentMs = 30_000;

/** Resolves when it has answered, or is known to be away. Throws what is wrong with it where it has answered; later `usable` does. */
export async function openRedis(url: string, log: OutageLog): Promise<RedisConnection> {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    socketTimeout: silentMs,
    // After a failover the address leads to the new primary, while this connection goes on with the old one: the command is sent again there.
    reconnectOnError: ({ message }) => (message.includes('READONLY') ? 2 : false),
  });
  const server = serverOf(redis);
  const outage = tellOutages(server, log);
  let failed = (): void => undefined;
  const firstFailure = new Promise<void>((resolve) => (failed = resolve));
  let isUsable = false;
  const usable = new Promise<void>((resolve, reject) => {
    redis.on('error', (error: Error) => {
      // What it answered at first will not mend itself: a wrong password, for one.
      if (!isUsable && !isAway(error)) return reject(refusedBy(server, error));
      outage.begin(error);
      failed();
    });
    redis.on('ready', () => {
      outage.end();
      void redis
        .info()
        .then((info) => {
          const fault = findFault(info, server);
          // A process that serves goes on, and is not silent about it.
          if (fault && isUsable) log.warn({ server }, fault.message);
          if (fault) return reject(fault);
          isUsable = true;
          resolve();
        })
        .catch((error: unknown) => {
          // Gone again in between: the next time it is there it is asked again.
          if (!(error instanceof Error && isAway(error))) reject(refusedBy(server, error));
        });
    });
  });
  redis.connect().catch(() => undefined);
  try {
    await Promise.race([usable, firstFailure, sleep(firstAnswerMs, undefined, { ref: false })]);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  // It may be loading its data, or stand still: that is no error of the connection, so nothing else would tell it.
  if (!isUsable) outage.begin(new Error(`It did not let itself be used within ${firstAnswerMs} ms.`));
  return { redis, usable, isUsable: () => isUsable, isThere: () => redis.status === 'ready' };
}

/** Whether it says that the server cannot be reached, in the words of the system or of the client. */
export function isAway(error: Error): boolean {
  const { code } = error as { code?: string };
  return (
    /^(ECONN\w+|ENOTFOUND|EAI_\w+|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|EPIPE)$/.test(code ?? '') ||
    /Connection is closed|connect ETIMEDOUT|Socket timeout|Stream isn't writeable/.test(error.message)
  );
}

const repeatedAfterMs = 30_000;

/** Says that the server is away when it goes, then every half minute, and once that it is back. */
function tellOutages(server: string, log: OutageLog): { begin(error: Error): void; end(): void } {
  let sinceMs: number | undefined;
  let saidAtMs = 0;
  return {
    begin(error) {
      const nowMs = performance.now();
      if (sinceMs !== undefined && nowMs < saidAtMs + repeatedAfterMs) return;
      sinceMs ??= nowMs;
      saidAtMs = nowMs;
      log.warn(
        { err: error, server, awayMs: Math.round(nowMs - sinceMs) },
        'Redis is away; requests are taken, and jobs wait until it is back',
      );
    },
    end() {
      if (sinceMs === undefined) return;
      log.info({ server, awayMs: Math.round(performance.now() - sinceMs) }, 'Redis is back');
      sinceMs = undefined;
    },
  };
}

/** Without user and password. */
function serverOf({ options }: Redis): string {
  return options.path ?? `${options.host ?? 'localhost'}:${options.port ?? 6379}`;
}

function refusedBy(server: string, error: unknown): Error {
  const said = error instanceof Error ? error.message : String(error);
  return new Error(
    `The Redis of REDIS_URL at ${server} answers and refuses (${said}): no job is carried; check the setting.`,
  );
}

/**
 * What Redis evicts is a job or a part of one, and a queue with half a job in it stands still; a replica takes no job; a node of a cluster
 * holds a part of the keys. `CONFIG GET` may be forbidden, INFO is not.
 */
function findFault(info: string, server: string): Error | undefined {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy === undefined) {
    return unusable(server, 'does not say what it evicts, so jobs of the queue could vanish', setNoEviction);
  }
  if (policy !== 'noeviction') {
    const evicts = `evicts keys when its memory is full (maxmemory-policy ${policy})`;
    return unusable(server, `${evicts}, so jobs of the queue could vanish or be torn apart`, setNoEviction);
  }
  if (/^role:slave/m.test(info)) {
    return unusable(server, 'is a replica, which takes no job', 'let REDIS_URL lead to its primary');
  }
  if (/^cluster_enabled:1/m.test(info)) {
    const remedy = 'use one that is not in cluster mode';
    return unusable(server, 'is a node of a cluster, which holds a part of the keys only', remedy);
  }
  return undefined;
}

const setNoEviction = 'set its maxmemory-policy to noeviction, or use a Redis that has it';

function unusable(server: string, is: string, remedy: string): Error {
  return new Error(`The Redis of REDIS_URL at ${server} ${is}: nothing was started; ${remedy}.`);
}
