// Owns the process: settings, then whichever local defaults are needed, then the app in its roles, until a signal.

import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import { type App, buildApp } from './app.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import type { Local } from './local/index.ts';
import { createLogger } from './log.ts';
import { registerSample } from './sample.ts';
import { describeFailure } from './start-failure.ts';

/** More than the work under way may take: doors and connections are closed after it, which takes two farewells of a second at most. */
const closeAfterGraceMs = 4_000;

async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger(config.LOG_LEVEL);
  const graceMs = config.SHUTDOWN_GRACE_SECONDS * 1_000;
  const closing = closeWithGrace({ delay: graceMs + closeAfterGraceMs, logger: false }, async ({ err }) => {
    if (err) logger.fatal({ err }, 'ends because of an error');
    await close();
  });
  let local: Local | undefined;
  let app: App | undefined;
  let isClosing = false;
  const close = async (): Promise<void> => {
    isClosing = true;
    await app?.close();
    await local?.close();
  };
  const endWith = async (sentence: string): Promise<void> => {
    if (isClosing) return;
    process.stderr.write(`${sentence}\n`);
    setTimeout(() => process.exit(1), 2_000).unref();
    await close().catch(() => undefined);
    process.exit(1);
  };
  try {
    local = await startMissing(config);
    app = await buildApp(optionsOf(config, local, logger));
    if (local?.emulator) await registerSample(app.domain, app.firstActor, local.emulator);
    await app.start();
    const address = await app.rest.listen({ port: config.PORT, host: config.HOST });
    if (config.ROLES.has('api')) await app.retireOtherKeys();
    await local?.writeAddresses(address);
    void local?.databaseEnded.then(() =>
      endWith('The embedded Postgres has ended, so Afterglow ends too. Start it again: nothing is lost.'),
    );
    void app.failed.then((error) => endWith(`Afterglow ends. ${describeFailure(error)}`));
    process.stdout.write(readyBlock(config, local, address));
  } catch (error) {
    closing.uninstall();
    await close().catch(() => undefined);
    throw error;
  }
}

/** Local mode: whatever is not set is provided on this machine. Production loads nothing of it. */
async function startMissing(config: Config): Promise<Local | undefined> {
  if (config.isProduction) return undefined;
  const { startLocal } = await import('./local/index.ts');
  return startLocal({
    dataDir: config.AFTERGLOW_DATA_DIR,
    databaseUrl: config.DATABASE_URL,
    neonApiUrl: config.NEON_API_URL,
    encryptionKeys: config.ENCRYPTION_KEYS,
    auditSigningKeys: config.AUDIT_SIGNING_KEYS,
    apiKey: config.AFTERGLOW_API_KEY,
  });
}

function optionsOf(config: Config, local: Local | undefined, logger: Logger) {
  const pollMinMs = config.NEON_POLL_MIN_MS ?? (local?.emulator ? 250 : 2_000);
  return {
    databaseUrl: local?.databaseUrl ?? config.DATABASE_URL ?? '',
    redisUrl: config.REDIS_URL,
    neonApiUrl: local?.neonApiUrl ?? config.NEON_API_URL ?? '',
    encryptionKeys: local?.encryptionKeys ?? config.ENCRYPTION_KEYS ?? '',
    auditSigningKeys: local?.auditSigningKeys ?? config.AUDIT_SIGNING_KEYS ?? '',
    apiKey: local?.apiKey ?? config.AFTERGLOW_API_KEY ?? '',
    roles: config.ROLES,
    production: config.isProduction,
    logger,
    graceMs: config.SHUTDOWN_GRACE_SECONDS * 1_000,
    oidc: oidcOf(config),
    trustedProxies: config.TRUSTED_PROXIES,
    edge: {
      requestsPerKey: config.REQUESTS_PER_KEY,
      requestsPerTeam: config.REQUESTS_PER_TEAM,
      failedSignIns: config.FAILED_SIGN_INS,
      corsOrigins: config.CORS_ORIGINS?.split(',') ?? [],
      shedAtDelayMs: config.SHED_AT_DELAY_MS,
      shedAtHeapPercent: config.SHED_AT_HEAP_PERCENT,
    },
    graphql: {
      costMax: config.GRAPHQL_COST_MAX,
      introspection: config.GRAPHQL_INTROSPECTION ?? !config.isProduction,
      graphiql: config.GRAPHIQL ?? !config.isProduction,
      persistedQueries: config.GRAPHQL_PERSISTED_QUERIES,
      persistedOnly: config.GRAPHQL_PERSISTED_ONLY,
    },
    settings: {
      pollMinMs,
      snapshotBudgetMs: config.SNAPSHOT_BUDGET_SECONDS * 1_000,
      restoreBudgetMs: config.RESTORE_BUDGET_SECONDS * 1_000,
      beginWithinMs: config.BEGIN_WITHIN_SECONDS * 1_000,
      prices: { snapshotGbMonth: config.PRICE_SNAPSHOT_GB_MONTH, branchMonth: config.PRICE_BRANCH_MONTH },
      auditRetentionMonths: config.AUDIT_RETENTION_MONTHS ?? null,
      streamsPerActorMax: config.STREAMS_PER_KEY_MAX,
      streamsPerTeamMax: config.STREAMS_PER_TEAM_MAX,
    },
    rateLimits: {
      perSecond: config.NEON_RATE_PER_SECOND,
      burst: config.NEON_RATE_BURST,
      perRouteSecond: config.NEON_RATE_PER_ROUTE,
    },
  };
}

function oidcOf(config: Config) {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = config;
  if (issuer === undefined || audience === undefined) return undefined;
  return { issuer, audience, teamsClaim: config.OIDC_TEAMS_CLAIM, platformClaim: config.OIDC_PLATFORM_CLAIM };
}

function readyBlock(config: Config, local: Local | undefined, address: string): string {
  const inUse = (name: string, embedded: boolean, what: string, given: string): string =>
    `  ${name.padEnd(10)} ${embedded ? `${what} (embedded default)` : given}\n`;
  const lines = [
    '\nAfterglow is ready.\n\n',
    `  address    ${address}\n`,
    `  docs       ${address}/docs\n`,
    ...(local ? [`  API key    ${local.apiKey}\n`] : []),
    ...(local?.emulator
      ? [`  Neon API   ${local.emulator.baseUrl}\n`, `  sample     psql '${local.emulator.connectionUri}'\n`]
      : []),
    '\n',
    inUse('database', !config.DATABASE_URL, `Postgres 17 in ${config.AFTERGLOW_DATA_DIR}`, 'DATABASE_URL'),
    inUse('queue', !config.REDIS_URL, 'BullMQ on the same Postgres', 'BullMQ on Redis (REDIS_URL)'),
    inUse('Neon', !config.NEON_API_URL, 'emulator with a sample project', 'NEON_API_URL'),
    `  roles      ${[...config.ROLES].join(', ')}\n\n`,
  ];
  return lines.join('');
}

main().catch((error: unknown) => {
  const sentence = error instanceof ConfigError ? error.message : describeFailure(error);
  process.stderr.write(`Afterglow did not start.\n${sentence}\n`);
  process.exit(1);
});
