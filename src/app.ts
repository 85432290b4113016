// Owns the composition: the only place that constructs adapters and hands them to the domain and the doors.

import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import type { Role } from './config.ts';
import { bindDomain } from './domain/bind.ts';
import type { Deps, DomainSettings, IdPrefix } from './domain/deps.ts';
import type { Actor, Domain } from './domain/index.ts';
import { ensureFirstTeam, revokeOtherPresetKeys } from './domain/team/ensure.ts';
import { registerGraphql } from './graphql/register.ts';
import { connectNeon } from './neon/client.ts';
import { probeTarget } from './neon/probe.ts';
import { connectQueue, type QueueConnection } from './queue/connection.ts';
import { buildRest } from './rest/server.ts';
import { connectStore, type StoreConnection } from './store/connect.ts';
import { migrateToLatest } from './store/migrate.ts';
import { parseKeyring } from './store/seal.ts';
import { type Running, startScheduler, startWorker } from './worker/start.ts';

export interface AppOptions {
  readonly databaseUrl: string;
  readonly redisUrl?: string | undefined;
  readonly neonApiUrl: string;
  readonly encryptionKeys: string;
  /** The first team's admin key. */
  readonly apiKey: string;
  readonly roles: ReadonlySet<Role>;
  readonly production: boolean;
  readonly logger: Logger;
  readonly settings?: Partial<DomainSettings>;
  /** For tests: the clock, the adapters in the way of which faults are put, and the listener of crash points. */
  readonly replace?: Partial<Pick<Deps, 'now' | 'connectNeon' | 'probeTarget' | 'reached'>>;
}

export interface App {
  readonly domain: Domain;
  readonly rest: FastifyInstance;
  /** The holder of the preset key. */
  readonly firstActor: Actor;
  /** Starts the chosen roles but for listening, which the caller does on `rest`. */
  start(): Promise<void>;
  /** Once it serves: the given key is the only preset one. */
  retireOtherKeys(): Promise<void>;
  /** Stops taking work, waits for what is under way, disconnects. Repeatable. */
  close(): Promise<void>;
}

const defaults: DomainSettings = {
  leaseMs: 9_000,
  pollMinMs: 2_000,
  pollMaxMs: 15_000,
  snapshotBudgetMs: 15 * 60_000,
  restoreBudgetMs: 60 * 60_000,
  retryMinMs: 500,
  retryMaxMs: 60_000,
  mirrorMaxAgeMs: 5 * 60_000,
};

/** Shorter than the lease, so that no call outlives its attempt. */
const neonTimeoutMs = 6_000;

/** Migrates the database, connects everything, and binds the domain to it. On an error nothing is left open. */
export async function buildApp(options: AppOptions): Promise<App> {
  const { logger } = options;
  const keyring = parseKeyring(options.encryptionKeys);
  await migrateToLatest(options.databaseUrl);
  let closing = false;
  const onError = (error: Error): void => {
    // While everything is let go, a connection that the server ends first is no news.
    if (!closing) logger.warn({ err: error }, 'a connection or the queue is at fault');
  };
  const store = connectStore(options.databaseUrl, { connectionsMax: 12, onError });
  const opened: { close(): Promise<unknown> }[] = [store];
  const disconnect = async (): Promise<void> => {
    closing = true;
    for (const one of opened) await one.close();
  };
  try {
    const settings = { ...defaults, ...options.settings };
    const base = {
      db: store.db,
      now: () => new Date(),
      newId: (prefix: IdPrefix) => `${prefix}_${uuidv7()}`,
      settings,
      ...options.replace,
    };
    const { teamId, keyId } = await ensureFirstTeam(base, options.apiKey);
    const queue = await connectQueue({
      redisUrl: options.redisUrl,
      databaseUrl: options.databaseUrl,
      // Installations that share a Redis must not take one another's deliveries.
      prefix: `afterglow-${teamId}`,
      onError,
    });
    opened.unshift(queue);
    const deps: Deps = {
      random: Math.random,
      keyring,
      connectNeon: connectNeon({ baseUrl: options.neonApiUrl, timeoutMs: neonTimeoutMs }),
      probeTarget,
      queue,
      log: logger,
      ...base,
    };
    const domain = bindDomain(deps);
    const serves = options.roles.has('api') ? 'everything' : 'probes';
    const rest = await buildRest({ domain, logger, production: options.production, serves });
    opened.unshift(rest);
    if (serves === 'everything') await registerGraphql(rest, { domain, graphiql: !options.production });
    await rest.ready();
    return {
      domain,
      rest,
      retireOtherKeys: () => revokeOtherPresetKeys(deps, teamId, options.apiKey),
      firstActor: { teamId, kind: 'person', id: keyId, role: 'admin', requestId: null, sourceAddress: null },
      ...lifecycle(options, domain, store, queue, disconnect),
    };
  } catch (error) {
    await disconnect();
    throw error;
  }
}

function lifecycle(
  options: AppOptions,
  domain: Domain,
  store: StoreConnection,
  queue: QueueConnection,
  disconnect: () => Promise<void>,
): Pick<App, 'start' | 'close'> {
  const stops: (() => Promise<void>)[] = [];
  let closed: Promise<void> | undefined;
  return {
    async start() {
      const running: Running[] = [];
      if (options.roles.has('worker')) {
        const worker = await startWorker(domain, queue, options.logger);
        running.push(worker);
        stops.unshift(await store.listen(worker.wake));
      }
      if (options.roles.has('scheduler')) running.push(startScheduler(domain, options.logger));
      stops.push(...running.map((one) => one.stop));
    },
    close() {
      closed ??= (async () => {
        await Promise.all(stops.map((stop) => stop()));
        await disconnect();
      })();
      return closed;
    },
  };
}
