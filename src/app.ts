// Owns the composition: the only place that constructs adapters and hands them to the domain and the doors.

import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import type { Role } from './config.ts';
import { defaultRateLimits, type RateBucket, type RateLimits, type RateLook } from './core/rate.ts';
import { bindDomain } from './domain/bind.ts';
import type { Deps, DomainSettings, IdPrefix } from './domain/deps.ts';
import type { Actor, Domain } from './domain/index.ts';
import { reportingPorts } from './domain/job/points.ts';
import { ensureFirstTeam, revokeOtherPresetKeys } from './domain/team/ensure.ts';
import { type GraphqlSettings, registerGraphql } from './graphql/register.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { ConnectNeon, SendingPorts } from './neon/api.ts';
import { connectNeon } from './neon/client.ts';
import { governNeon } from './neon/governor.ts';
import { probeWithin } from './neon/probe.ts';
import { withSpareRate } from './neon/spare-rate.ts';
import { makeVerifyToken } from './oidc/tokens.ts';
import { connectQueue, type QueueConnection, type QueueTimes } from './queue/connection.ts';
import { jobs } from './queue/jobs.ts';
import { within } from './queue/within.ts';
import { buildRest, type EdgeSettings } from './rest/server.ts';
import { connectStore, type StoreConnection } from './store/connect.ts';
import { defaultKeyClaimMs } from './store/idempotency.ts';
import { migrateToLatest } from './store/migrate.ts';
import { makeAnnouncer } from './store/news.ts';
import { rateBucketOnPostgres } from './store/rate.ts';
import { parseKeyring } from './store/seal.ts';
import { parseSigner } from './store/signing.ts';
import { type Pace, startScheduler, startWorker } from './worker/start.ts';

export interface AppOptions {
  readonly databaseUrl: string;
  readonly redisUrl?: string | undefined;
  readonly neonApiUrl: string;
  readonly encryptionKeys: string;
  /** Heads of the audit history are signed with the first. */
  readonly auditSigningKeys: string;
  /** The first team's admin key. */
  readonly apiKey: string;
  readonly roles: ReadonlySet<Role>;
  /** The identity provider whose tokens people may send. */
  readonly oidc?: OidcOptions | undefined;
  /** Networks, separated by commas, whose X-Forwarded-For is believed. */
  readonly trustedProxies?: string | undefined;
  /** What stands before every route. Default: bounds that only a caller meets which has run away. */
  readonly edge?: Partial<EdgeSettings> | undefined;
  /** Default: GraphiQL and introspection but in production, any query, a cost of 50,000. */
  readonly graphql?: Partial<GraphqlSettings> | undefined;
  readonly production: boolean;
  readonly logger: Logger;
  readonly settings?: Partial<DomainSettings>;
  /** A call to Neon ends after so long; shorter than the lease, so that none outlives its attempt. Default: two thirds of the lease. */
  readonly neonTimeoutMs?: number;
  /** How soon the loops look, and how soon the queue delivers again what a dead worker held. */
  readonly pace?: Partial<Pace & QueueTimes>;
  /** How long the end of the process waits for attempts under way. Default 25 s. */
  readonly graceMs?: number | undefined;
  /** The reader of a stream that takes nothing for so long is cut off. Default: 20 s. */
  readonly stallMs?: number | undefined;
  /** Of each Neon account. Default: below Neon's own. */
  readonly rateLimits?: RateLimits;
  /** For tests: the clock, the adapters in the way of which faults are put, and the listener of crash points. */
  readonly replace?: Partial<Pick<Deps, 'now' | 'probeTarget' | 'reached'>> & {
    /** The ports that send; the governor stands before them. */
    readonly connectNeon?: SendingPorts;
  };
}

export interface OidcOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly teamsClaim?: string | undefined;
  readonly platformClaim?: string | undefined;
  /** How often its keys are asked for. */
  readonly times?: { readonly cooldownMs?: number; readonly maxAgeMs?: number; readonly staleMs?: number };
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
  /** Resolves with why the process cannot go on, if it ever cannot: what Redis said when it was there at last, for one. */
  readonly failed: Promise<unknown>;
  /** Stops taking work, waits for what is under way, disconnects. Repeatable. */
  close(): Promise<void>;
}

const defaultGraceMs = 25_000;
const beginsWithinMs = 10_000;

const defaults: DomainSettings = {
  leaseMs: 9_000,
  keyClaimMs: defaultKeyClaimMs,
  deliveredWithinMs: 3_000,
  pollMinMs: 2_000,
  pollMaxMs: 15_000,
  snapshotBudgetMs: 15 * 60_000,
  restoreBudgetMs: 60 * 60_000,
  retryMinMs: 500,
  retryMaxMs: 60_000,
  mirrorMaxAgeMs: 5 * 60_000,
  goneRecheckMs: 3_600_000,
  queuedJobsMax: 64,
  activeJobsPerAccountMax: 4,
  beginWithinMs: 24 * 3_600_000,
  snapshotEndsWithinMs: 2 * 3_600_000,
  restoreEndsWithinMs: 4 * 3_600_000,
  purgeEndsWithinMs: 30 * 24 * 3_600_000,
  lateMs: 10_000,
  prices: { snapshotGbMonth: 0.09, branchMonth: 1.5 },
  auditRetentionMonths: null,
  streamsPerActorMax: 20,
  streamsPerTeamMax: 500,
  streamBeatMs: 15_000,
  streamPollMs: 2_000,
};

/** Migrates the database, connects everything, and binds the domain to it. On an error nothing is left open. */
export async function buildApp(options: AppOptions): Promise<App> {
  const { logger } = options;
  const keyring = parseKeyring(options.encryptionKeys);
  const signer = parseSigner(options.auditSigningKeys);
  await migrateToLatest(options.databaseUrl);
  let closing = false;
  let stopping = false;
  const onError = (error: Error): void => {
    // While everything is let go, a connection that the server ends first is no news.
    if (!closing) logger.warn({ err: error }, 'a connection or the queue is at fault');
  };
  const store = connectStore(options.databaseUrl, { connectionsMax: 12, onError });
  const announcer = makeAnnouncer(store.db);
  const opened: { close(): Promise<unknown> }[] = [announcer, store];
  const disconnect = async (): Promise<void> => {
    closing = true;
    for (const one of opened) await one.close();
  };
  try {
    const { issuer, teamsClaim, platformClaim } = options.oidc ?? {};
    const settings = { ...defaults, issuer, teamsClaim, platformClaim, ...options.settings };
    const rateLimits = options.rateLimits ?? defaultRateLimits;
    const metrics = createMetrics(Object.keys(jobs));
    const { leaseMs } = settings;
    const base = {
      db: store.db,
      now: () => new Date(),
      elapsedMs: () => performance.now(),
      newId: (prefix: IdPrefix) => `${prefix}_${uuidv7()}`,
      settings,
      ...options.replace,
    };
    const firstActor = await ensureFirstTeam(base, options.apiKey);
    const { teamId } = firstActor;
    // Installations that share a Redis must not take one another's deliveries.
    const prefix = `afterglow-${teamId}`;
    const queue = await connectQueue({
      redisUrl: options.redisUrl,
      databaseUrl: options.databaseUrl,
      prefix,
      rateLimits,
      onError,
      log: logger,
      onLostDelivery: (error) =>
        logger.info({ err: error }, 'the queue has lost a delivery; the outbox makes up for it'),
      times: options.pace,
      reached: options.replace?.reached,
    });
    opened.unshift(queue);
    const bucket = withSpareRate(queue.rateBucket ?? rateBucketOnPostgres(store.db, rateLimits), {
      limits: rateLimits,
      nowMs: () => performance.now(),
      log: logger,
      ...(options.redisUrl === undefined ? {} : { answersWithinMs: Math.round(leaseMs / 3) }),
    });
    const deps: Deps = {
      random: Math.random,
      newSecret: () => randomBytes(32).toString('base64url'),
      keyring,
      signer,
      probeTarget: probeWithin(Math.round((leaseMs * 7) / 9)),
      queue,
      log: logger,
      access: metrics.access,
      audits: metrics.audits,
      streams: metrics.streams,
      announce: announcer.announce,
      worker: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
      isStopping: () => stopping,
      ...base,
      verifyToken: options.oidc && verifyTokens(options.oidc, base, logger),
      connectNeon: reportingPorts(governed({ options, leaseMs, metrics }, bucket), options.replace?.reached),
    };
    const domain = bindDomain(deps);
    const serves = options.roles.has('api') ? 'everything' : 'probes';
    const renderMetrics = async () => {
      const unknown = () => undefined;
      return metrics.render({
        jobs: await domain.countJobs().catch(unknown),
        branches: await domain.countStates().catch(unknown),
        missingSnapshots: await domain.countMissingSnapshots().catch(unknown),
        rates: await lookAtRates(bucket, metrics.accounts()),
      });
    };
    const { production, trustedProxies, stallMs, edge } = options;
    const sharedCounts = queue.impatient && { redis: queue.impatient, prefix };
    const before = { trustedProxies, edge, sharedCounts, recorder: metrics.edge };
    const rest = await buildRest({ domain, logger, production, serves, renderMetrics, stallMs, ...before });
    opened.unshift(rest);
    if (serves === 'everything') {
      const open = { graphiql: !production, introspection: !production };
      const graphql = { ...open, costMax: 50_000, persistedOnly: false, ...options.graphql };
      await registerGraphql(rest, { domain, ...graphql, stallMs, lookMs: settings.streamBeatMs });
    }
    await rest.ready();
    return {
      domain,
      rest,
      retireOtherKeys: () => revokeOtherPresetKeys(deps, teamId, options.apiKey),
      firstActor,
      ...lifecycle(options, domain, { store, queue, disconnect, stop: () => (stopping = true) }),
    };
  } catch (error) {
    await disconnect();
    throw error;
  }
}

function verifyTokens(oidc: OidcOptions, { now, elapsedMs }: Pick<Deps, 'now' | 'elapsedMs'>, logger: Logger) {
  const onError = (error: unknown) => logger.warn({ err: error }, 'the identity provider did not give its keys');
  return makeVerifyToken({ ...oidc, now, elapsedMs, onError });
}

interface Held {
  readonly store: StoreConnection;
  readonly queue: QueueConnection;
  /** From here on no attempt and no step is begun. */
  stop(): void;
  disconnect(): Promise<void>;
}

/** What could not be read is left out. */
async function lookAtRates(bucket: RateBucket, accounts: readonly string[]): Promise<Map<string, RateLook>> {
  const looks = await Promise.allSettled(
    accounts.map(async (account) => [account, await bucket.look(account)] as const),
  );
  return new Map(looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : [])));
}

/** Ports under the rate limit of their accounts, which the processes share through the bucket. */
function governed(
  { options, leaseMs, metrics }: { options: AppOptions; leaseMs: number; metrics: Metrics },
  bucket: RateBucket,
): ConnectNeon {
  const timeoutMs = options.neonTimeoutMs ?? Math.round((leaseMs * 2) / 3);
  const send = options.replace?.connectNeon ?? connectNeon({ baseUrl: options.neonApiUrl, timeoutMs });
  return governNeon({ connect: send, bucket, recorder: metrics.governor });
}

function lifecycle(
  options: AppOptions,
  domain: Domain,
  { store, queue, disconnect, stop }: Held,
): Pick<App, 'start' | 'close' | 'failed'> {
  const { logger: log, pace, roles } = options;
  const stops: (() => Promise<void>)[] = [];
  let closed: Promise<void> | undefined;
  let fail = (_error: unknown): void => undefined;
  const failed = new Promise<unknown>((resolve) => (fail = resolve));
  async function beginWork(): Promise<void> {
    if (!roles.has('worker') || closed) return;
    const worker = await startWorker(domain, queue, { log, pace });
    // At once: where nothing can listen, the loops are ended all the same.
    stops.push(worker.stop);
    const endListening = await store.listen(worker.wake);
    stops.unshift(endListening);
    if (closed) await Promise.all([worker.stop(), endListening()]);
  }
  return {
    failed,
    async start() {
      if (roles.has('api')) stops.unshift(await store.listenForNews(domain.heard));
      if (roles.has('scheduler')) stops.push(startScheduler(domain, { log, pace }).stop);
      const begun = queue.usable.then(beginWork);
      begun.catch(fail);
      // The doors wait for the work to begin, but for no queue that goes meanwhile.
      if (queue.isUsable()) await within(beginsWithinMs, begun);
    },
    close() {
      closed ??= (async () => {
        stop();
        // Readers go to another process at once.
        domain.endStreams();
        const graceMs = options.graceMs ?? defaultGraceMs;
        // A round may wait for a queue that is away.
        const loops = within(graceMs, Promise.all(stops.map((end) => end())));
        await Promise.all([loops, queue.stopConsuming(graceMs)]);
        await disconnect();
      })();
      return closed;
    },
  };
}
