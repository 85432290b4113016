// The settings: every fault at once, an empty value counts as unset, and production does without nothing.

import t from 'tap';
import { ConfigError, readConfig } from '../../src/config.ts';

const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://db/afterglow',
  REDIS_URL: 'rediss://redis',
  NEON_API_URL: 'https://console.neon.tech/api/v2',
  ENCRYPTION_KEYS: 'a:key',
  AUDIT_SIGNING_KEYS: 'a:key',
  AFTERGLOW_API_KEY: 'ag_0123456789abcdef',
};

/** The lines of the refusal. */
function faultsOf(environment: NodeJS.ProcessEnv): string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

t.test('nothing set: the defaults of local mode', async (t) => {
  const config = readConfig({});
  t.match(config, { PORT: 8080, HOST: '127.0.0.1', NODE_ENV: 'development', LOG_LEVEL: 'warn', isProduction: false });
  t.strictSame(config.ROLES, new Set(['api', 'worker', 'scheduler']));
  t.equal(config.DATABASE_URL, undefined);
  t.equal(config.AFTERGLOW_DATA_DIR, '.afterglow');
});

t.test('an empty value counts as unset', async (t) => {
  const empty = Object.fromEntries(Object.keys(production).map((name) => [name, '']));
  t.strictSame(
    readConfig({ ...empty, PORT: '', ROLES: '', AFTERGLOW_DATA_DIR: '', NEON_POLL_MIN_MS: '' }),
    readConfig({}),
  );
});

t.test('what is set is read as what it is', async (t) => {
  const config = readConfig({
    ...production,
    PORT: '0',
    ROLES: 'worker,api,worker',
    NEON_POLL_MIN_MS: '250',
    HOME: '/x',
  });
  t.match(config, { PORT: 0, NEON_POLL_MIN_MS: 250, isProduction: true, DATABASE_URL: production.DATABASE_URL });
  t.strictSame(config.ROLES, new Set(['worker', 'api']));
});

t.test('how long work may wait to be begun: a day, unless it is said', (t) => {
  t.equal(readConfig({}).BEGIN_WITHIN_SECONDS, 86_400);
  t.equal(readConfig({ BEGIN_WITHIN_SECONDS: '3600' }).BEGIN_WITHIN_SECONDS, 3_600);
  t.match(faultsOf({ BEGIN_WITHIN_SECONDS: '0' }), [/^BEGIN_WITHIN_SECONDS/]);
  t.end();
});

t.test('every fault is said at once, each by the name of its setting', async (t) => {
  const wrong = {
    PORT: '70000',
    NODE_ENV: 'staging',
    LOG_LEVEL: 'loud',
    ROLES: 'api,painter',
    DATABASE_URL: 'mysql://db',
    REDIS_URL: 'http://redis',
    NEON_API_URL: 'ftp://neon',
    AFTERGLOW_API_KEY: 'short',
    NEON_POLL_MIN_MS: 'soon',
    CORS_ORIGINS: 'https://a.example.com/,https://b.example.com',
    REQUESTS_PER_KEY: '-1',
    SHED_AT_HEAP_PERCENT: '101',
  };
  const faults = faultsOf(wrong);
  for (const name of Object.keys(wrong))
    t.ok(
      faults.some((line) => line.startsWith(name)),
      name,
    );
  t.notOk(
    faults.some((line) => /70000|staging|loud|painter|mysql|ftp|short|soon/.test(line)),
    'and names no value',
  );
});

t.test('production: everything that is missing is said at once, with what is wrong besides', async (t) => {
  const faults = faultsOf({ NODE_ENV: 'production', PORT: 'none', REDIS_URL: '' });
  for (const name of [
    'DATABASE_URL',
    'REDIS_URL',
    'NEON_API_URL',
    'ENCRYPTION_KEYS',
    'AUDIT_SIGNING_KEYS',
    'AFTERGLOW_API_KEY',
    'PORT',
  ]) {
    t.ok(
      faults.some((line) => line.startsWith(name)),
      name,
    );
  }
  t.strictSame(faultsOf(production), []);
});

t.test('an identity provider is named with its audience, and in production under https', async (t) => {
  const oidc = { OIDC_ISSUER: 'https://id.example.com', OIDC_AUDIENCE: 'afterglow' };
  t.strictSame(faultsOf({ ...production, ...oidc }), []);
  t.strictSame(faultsOf({ ...oidc, OIDC_ISSUER: 'http://127.0.0.1:1' }), []);
  const begins = (environment: NodeJS.ProcessEnv) => faultsOf(environment).map((line) => line.split(' ', 1)[0]);
  t.strictSame(begins({ OIDC_ISSUER: oidc.OIDC_ISSUER }), ['OIDC_AUDIENCE']);
  t.strictSame(begins({ ...production, ...oidc, OIDC_ISSUER: 'http://id.example.com' }), ['OIDC_ISSUER']);
  t.strictSame(begins({ ...oidc, OIDC_ISSUER: 'id.example.com' }), ['OIDC_ISSUER']);
  t.strictSame(begins({ OIDC_AUDIENCE: 'x', OIDC_TEAMS_CLAIM: 'x', OIDC_PLATFORM_CLAIM: 'x' }), [
    'OIDC_AUDIENCE',
    'OIDC_TEAMS_CLAIM',
    'OIDC_PLATFORM_CLAIM',
  ]);
});
