// Owns a world of real processes: Postgres, Redis, a Neon emulator, and Afterglow as an api, two workers and a scheduler. Whoever
// breaks one of them starts it anew; all of them end with the test.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { CredentialView } from '../../../src/domain/index.ts';
import type { EmulatorOptions } from '../../../src/local/neon-emulator/index.ts';
import { connectStore } from '../../../src/store/connect.ts';
import type { Db } from '../../../src/store/database.ts';
import { makeTemporaryDir } from '../files.ts';
import { startRedis } from '../redis-server.ts';
import { cloneDatabase } from '../servers.ts';
import { type Asked, nothingAsked } from './asked.ts';
import { makeClient, type PatientClient } from './client.ts';
import { type Neon, startNeon } from './neon.ts';
import { makeServices, type Services, type ServicesOptions } from './running.ts';

export interface World {
  readonly databaseUrl: string;
  readonly db: Db;
  readonly redisUrl: string;
  readonly neon: Neon;
  readonly services: Services;
  /** The first team's admin. */
  readonly client: PatientClient;
  /** The admins of other teams, by the ids of these. */
  readonly clients: Map<string, PatientClient>;
  /** The keys of the accounts of Neon's projects, where it is not the first account. */
  readonly keys: Map<string, string>;
  /** Of the first team, for the first account of Neon. */
  readonly credential: CredentialView;
  /** All that was ever asked of it, by whoever used it. */
  readonly asked: Asked;
  /** What must never be found in a table, a queue or a log. */
  readonly secrets: string[];
  /** What the processes have said and done that they should not. */
  faults(): string[];
}

export interface WorldOptions {
  readonly onPoint?: ServicesOptions['onPoint'];
  readonly settings?: ServicesOptions['app']['settings'];
  readonly emulator?: Partial<EmulatorOptions>;
  /** Where compiled code is kept. Default: a folder of the world. Worlds that share one start quicker. */
  readonly cacheDir?: string | undefined;
  /** Default: a database of the run's Postgres, and a Redis of the world's own. */
  readonly servers?: Servers | undefined;
}

export interface Servers {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/** All processes run when this resolves. */
export async function startWorld(t: Test, options: WorldOptions = {}): Promise<World> {
  const folder = await makeTemporaryDir(t);
  const cacheDir = options.cacheDir ?? join(folder, 'compiled');
  const { databaseUrl, redisUrl } = options.servers ?? (await startServers(t, folder));
  const neon = await startNeon({ dataDir: join(folder, 'neon'), cacheDir, emulator: options.emulator });
  t.teardown(() => neon.child.end('SIGTERM'));
  const apiKey = `ag_${randomBytes(24).toString('hex')}`;
  const encryptionKeys = `first:${randomBytes(32).toString('base64url')}`;
  const auditSigningKeys = `first:${randomBytes(32).toString('base64url')}`;
  const { settings } = options;
  const services = makeServices({
    app: {
      databaseUrl,
      redisUrl,
      neonApiUrl: neon.baseUrl,
      encryptionKeys,
      auditSigningKeys,
      apiKey,
      ...(settings ? { settings } : {}),
    },
    cacheDir,
    onPoint: options.onPoint,
  });
  t.teardown(() => Promise.all(services.all.map((service) => service.end('SIGKILL'))));
  // The first one leaves its compiled code to the others.
  await services.api.start();
  await Promise.all([...services.workers, services.scheduler].map((service) => service.start()));
  const store = connectStore(databaseUrl, { connectionsMax: 6, onError: () => undefined });
  t.teardown(() => store.close());
  const client = makeClient({ address: services.address, apiKey });
  const credential = await client.ask<CredentialView>('POST', '/v1/credentials', {
    name: 'neon',
    neonApiKey: neon.apiKey,
  });
  return {
    databaseUrl,
    db: store.db,
    redisUrl,
    neon,
    services,
    client,
    clients: new Map(),
    keys: new Map(),
    credential,
    asked: nothingAsked(),
    secrets: [apiKey, neon.apiKey, encryptionKeys.split(':')[1] ?? '', auditSigningKeys.split(':')[1] ?? ''],
    faults: () => [neon.child, ...services.all].flatMap((child) => child.faults()),
  };
}

async function startServers(t: Test, folder: string): Promise<Servers> {
  const databaseUrl = await cloneDatabase(t);
  const redis = await startRedis(folder);
  if (!redis) throw new Error('There is no redis-server on PATH: a world cannot be without one.');
  t.teardown(() => redis.stop());
  return { databaseUrl, redisUrl: redis.url };
}
