// Another process of the same installation, as far as anything of it can tell: an app of its own, on the same Postgres, that serves the API.

import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import { type App, type AppOptions, buildApp } from '../../src/app.ts';
import type { Started } from './app.ts';

export interface Second {
  readonly app: App;
  /** Where it listens. */
  readonly url: string;
}

export async function startSecond(
  t: Test,
  at: Pick<Started, 'databaseUrl' | 'emulator' | 'log' | 'faults'>,
  options: Pick<AppOptions, 'settings' | 'stallMs' | 'oidc' | 'redisUrl' | 'edge' | 'graphql'> = {},
): Promise<Second> {
  const app = await buildApp({
    databaseUrl: at.databaseUrl,
    neonApiUrl: at.emulator.baseUrl,
    encryptionKeys: `first:${randomBytes(32).toString('base64url')}`,
    auditSigningKeys: `a1:${randomBytes(32).toString('base64url')}`,
    apiKey: `ag_${randomBytes(24).toString('hex')}`,
    roles: new Set(['api']),
    production: false,
    logger: at.log.logger,
    replace: { now: () => new Date(Date.now() + at.faults.aheadMs) },
    ...options,
  });
  t.teardown(() => app.close());
  await app.start();
  return { app, url: await app.rest.listen({ port: 0, host: '127.0.0.1' }) };
}
