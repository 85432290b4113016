// Gives a domain test a whole Afterglow: a database, a Neon emulator with one project, the app in the roles asked for, and
// the ways to put faults between the two. A warn or error line that the test did not announce fails it.

import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import { type App, type AppOptions, buildApp } from '../../src/app.ts';
import type { Role } from '../../src/config.ts';
import type { RateLimits } from '../../src/core/rate.ts';
import type { Actor, BranchView, CredentialView, ProjectView } from '../../src/domain/index.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/local/neon-emulator/index.ts';
import type { NeonApi, ProbeTarget } from '../../src/neon/api.ts';
import { connectNeon } from '../../src/neon/client.ts';
import { probeTarget } from '../../src/neon/probe.ts';
import type { Db } from '../../src/store/database.ts';
import { connectStore } from '../../src/store/connect.ts';
import { makeTemporaryDir } from './files.ts';
import { type LogWatch, watchLog } from './log.ts';
import { cloneDatabase } from './servers.ts';
import { listenToOutbox, type Wait } from './wait.ts';

/** What stands between the app and Neon; a test sets and clears it. */
export interface Faults {
  /**
   * Methods that are answered in Neon's place, made from the real port. Only for what no fault of the emulator expresses
   * (strike.ts), such as an answer that is whole and says something untrue.
   */
  neon?: ((real: NeonApi) => Partial<NeonApi>) | undefined;
  probe?: ProbeTarget | undefined;
  /** How far the app's clock is ahead of the machine's. */
  aheadMs: number;
}

export interface Started {
  readonly app: App;
  readonly domain: App['domain'];
  /** The first team's admin. */
  readonly actor: Actor;
  readonly emulator: Emulator;
  /** The real port, under the real key: what Neon truly holds. */
  readonly neon: NeonApi;
  readonly databaseUrl: string;
  readonly db: Db;
  readonly faults: Faults;
  readonly log: LogWatch;
  /** Sets the app's clock and Neon's so far ahead of the machine's, as time would. */
  setAhead(aheadMs: number): Promise<void>;
  /** Reads until it is so, again whenever a job was promised, finished or given back. */
  readonly until: Wait;
}

export interface StartOptions {
  readonly roles?: readonly Role[];
  readonly emulator?: Partial<EmulatorOptions>;
  readonly settings?: AppOptions['settings'];
  /** Default: so much that nothing ever waits. */
  readonly rateLimits?: RateLimits;
  readonly redisUrl?: string | undefined;
  readonly oidc?: AppOptions['oidc'];
  readonly edge?: AppOptions['edge'];
}

/** Short pauses, so that what waits is soon looked at again. */
const settings = { pollMinMs: 50, pollMaxMs: 500, retryMinMs: 100, retryMaxMs: 400, lateMs: 300 } as const;

/** Starts everything; all of it ends with `t`. */
export async function startApp(t: Test, options: StartOptions = {}): Promise<Started> {
  // First, so that its teardown comes last: it throws for a line that no test announced.
  const log = watchLog(t);
  const [databaseUrl, dir] = await Promise.all([cloneDatabase(t), makeTemporaryDir(t)]);
  const emulator = await startEmulator({ sample: false, rateLimited: false, ...options.emulator, dataDir: dir });
  t.teardown(() => emulator.close());
  const connect = connectNeon({ baseUrl: emulator.baseUrl, timeoutMs: 6_000 });
  const faults: Faults = { aheadMs: 0 };
  const app = await buildApp({
    databaseUrl,
    redisUrl: options.redisUrl,
    neonApiUrl: emulator.baseUrl,
    encryptionKeys: `first:${randomBytes(32).toString('base64url')}`,
    auditSigningKeys: `a1:${randomBytes(32).toString('base64url')}`,
    apiKey: `ag_${randomBytes(24).toString('hex')}`,
    roles: new Set(options.roles ?? ['worker']),
    oidc: options.oidc,
    edge: options.edge,
    production: false,
    logger: log.logger,
    settings: { ...settings, ...options.settings },
    rateLimits: options.rateLimits ?? { perSecond: 10_000, burst: 100_000, perRouteSecond: 100_000 },
    replace: {
      now: () => new Date(Date.now() + faults.aheadMs),
      connectNeon: (key, changed) => {
        const real = connect(key, changed);
        return { ...real, ...faults.neon?.(real) };
      },
      probeTarget: (uri) => (faults.probe ?? probeTarget)(uri),
    },
  });
  t.teardown(() => app.close());
  const store = connectStore(databaseUrl, { connectionsMax: 4, onError: () => undefined });
  t.teardown(() => store.close());
  const until = await listenToOutbox(t, store);
  await app.start();
  return {
    app,
    domain: app.domain,
    actor: app.firstActor,
    emulator,
    neon: connect(emulator.apiKey),
    databaseUrl,
    db: store.db,
    faults,
    log,
    async setAhead(aheadMs) {
      await emulator.control.setClock(aheadMs);
      faults.aheadMs = aheadMs;
    },
    until,
  };
}

export interface Registered extends Started {
  readonly credential: CredentialView;
  readonly project: ProjectView;
  /** The default branch. */
  readonly main: BranchView;
}

/** As `startApp`, with the emulator's project registered in the first team. */
export async function startRegistered(t: Test, options: StartOptions = {}): Promise<Registered> {
  const started = await startApp(t, options);
  const { domain, actor, emulator } = started;
  const credential = await domain.credentials.create(actor, { name: 'neon', neonApiKey: emulator.apiKey });
  const project = await domain.projects.register(actor, {
    neonProjectId: emulator.projectId,
    credentialId: credential.id,
  });
  const { items } = await domain.branches.list(actor, project.id, { limit: 10 });
  const main = items.find((branch) => branch.isDefault);
  if (!main) throw new Error('the project has no default branch');
  return { ...started, credential, project, main };
}
