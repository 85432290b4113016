// The service in local mode, put together as src/main.ts does, but for one thing: it kills itself, as `kill -9` would, the
// first time that a named point is reached. For local.test.ts alone.

import { pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { startLocal } from '../../src/local/index.ts';
import { registerSample } from '../../src/sample.ts';

const dieAt = process.env['AFTERGLOW_TEST_DIE_AT'];

const config = readConfig();
const logger = pino({ level: config.LOG_LEVEL }, pino.destination({ dest: 2, sync: true }));
const local = await startLocal({
  dataDir: config.AFTERGLOW_DATA_DIR,
  databaseUrl: config.DATABASE_URL,
  neonApiUrl: config.NEON_API_URL,
  encryptionKeys: config.ENCRYPTION_KEYS,
  auditSigningKeys: config.AUDIT_SIGNING_KEYS,
  apiKey: config.AFTERGLOW_API_KEY,
});
const app = await buildApp({
  databaseUrl: local.databaseUrl,
  redisUrl: config.REDIS_URL,
  neonApiUrl: local.neonApiUrl,
  encryptionKeys: local.encryptionKeys,
  auditSigningKeys: local.auditSigningKeys,
  apiKey: local.apiKey,
  roles: config.ROLES,
  production: false,
  logger,
  settings: { pollMinMs: 250 },
  replace: {
    reached: (point) => {
      if (point === dieAt) process.kill(process.pid, 'SIGKILL');
    },
  },
});
if (local.emulator) await registerSample(app.domain, app.firstActor, local.emulator);
await app.start();
const address = await app.rest.listen({ port: config.PORT, host: config.HOST });
await local.writeAddresses(address);
console.log(`address ${address} roles ${[...config.ROLES].join()}`);
