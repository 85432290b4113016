// Owns the settings: the only reader of the environment. One schema, its type derived, every fault reported at once.

import { envSchema } from 'env-schema';
import Type, { type Static } from 'typebox';

/** Every setting with its default and what it does; README and .env.example are checked against this. */
export const settingsSchema = Type.Object({
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 8080,
    description: 'Port of the API; 0 takes a free one.',
  }),
  HOST: Type.String({ default: '127.0.0.1', description: 'Address that the API listens on.' }),
  NODE_ENV: Type.Union([Type.Literal('development'), Type.Literal('production'), Type.Literal('test')], {
    default: 'development',
    description: 'With production, nothing local is loaded and every connection must be set.',
  }),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'warn', description: 'What is logged, as JSON lines on standard error: fatal to trace, or silent.' },
  ),
  ROLES: Type.String({
    default: 'api,worker,scheduler',
    pattern: '^(api|worker|scheduler)(,(api|worker|scheduler))*$',
    description: 'What this process does: any of api, worker, scheduler, separated by commas.',
  }),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      description: 'Postgres of the service. Unset: an embedded Postgres 17.',
    }),
  ),
  REDIS_URL: Type.Optional(
    Type.String({ pattern: '^rediss?://', description: 'Redis for the queue. Unset: the queue runs on Postgres.' }),
  ),
  NEON_API_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description:
        "Neon's API, https://console.neon.tech/api/v2 in production. Unset: a Neon emulator with a sample project.",
    }),
  ),
  ENCRYPTION_KEYS: Type.Optional(
    Type.String({
      description:
        'Keys for stored secrets, id:base64url-of-32-bytes, separated by commas; the first seals, all open. Unset: one is made.',
    }),
  ),
  AUDIT_SIGNING_KEYS: Type.Optional(
    Type.String({
      description:
        'Keys that sign heads of the audit history, id:base64url-of-32-bytes, separated by commas; the first signs, all are published at /.well-known/jwks.json. Unset: one is made.',
    }),
  ),
  AUDIT_RETENTION_MONTHS: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1200,
      description:
        'How many whole months of the audit history are kept before the present one. Unset: all of it, for ever.',
    }),
  ),
  AFTERGLOW_DATA_DIR: Type.String({ default: '.afterglow', description: 'Where local mode keeps its data.' }),
  AFTERGLOW_API_KEY: Type.Optional(
    Type.String({
      minLength: 16,
      pattern: '^[\\x21-\\x7e]+$',
      description:
        "The first team's admin key, of kind person and of the platform. Unset: one is made, printed, and kept in the data directory.",
    }),
  ),
  OIDC_ISSUER: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s?#]+$',
      description:
        'The identity provider whose tokens people may send, as its tokens name it (iss). Unset: API keys alone.',
    }),
  ),
  OIDC_AUDIENCE: Type.Optional(
    Type.String({ minLength: 1, description: 'What tokens must be made for (aud). Needed with OIDC_ISSUER.' }),
  ),
  OIDC_TEAMS_CLAIM: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'The claim that lists the teams and roles of a person, as team:role. Unset: memberships say it.',
    }),
  ),
  OIDC_PLATFORM_CLAIM: Type.Optional(
    Type.String({ minLength: 1, description: 'The claim that is true for people of the platform. Unset: nobody is.' }),
  ),
  TRUSTED_PROXIES: Type.Optional(
    Type.String({
      pattern: '^[0-9a-fA-F:./]+(,[0-9a-fA-F:./]+)*$',
      description:
        'Addresses or networks, separated by commas, whose X-Forwarded-For says where a request comes from. Unset: nobody is believed.',
    }),
  ),
  STREAMS_PER_KEY_MAX: Type.Integer({
    minimum: 1,
    maximum: 10000,
    default: 20,
    description:
      'How many streams a process keeps open for one key or person: server-sent events, WebSockets, and each subscription on them.',
  }),
  STREAMS_PER_TEAM_MAX: Type.Integer({
    minimum: 1,
    maximum: 100000,
    default: 500,
    description: 'The same for all of a team.',
  }),
  CORS_ORIGINS: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s,/]+(,https?://[^\\s,/]+)*$',
      description:
        'Origins, separated by commas, whose pages a browser lets read answers, exactly as it sends them. Unset: none.',
    }),
  ),
  REQUESTS_PER_KEY: Type.Integer({
    minimum: 0,
    default: 30000,
    description:
      'Requests a minute of one API key or person, by all processes together where there is a Redis; 0 for any number.',
  }),
  REQUESTS_PER_TEAM: Type.Integer({
    minimum: 0,
    default: 60000,
    description: 'Requests a minute of one team, counted like those of a key; 0 for any number.',
  }),
  FAILED_SIGN_INS: Type.Integer({
    minimum: 0,
    default: 600,
    description:
      'Keys and tokens a minute from one source address that may be none, answered late from the twentieth on; then others that are not known are refused until it is over. 0 for any number.',
  }),
  SHED_AT_DELAY_MS: Type.Integer({
    minimum: 0,
    default: 1000,
    description: 'Requests are refused with 503 while the event loop is later than this, as a mean; 0 for never.',
  }),
  SHED_AT_HEAP_PERCENT: Type.Integer({
    minimum: 0,
    maximum: 100,
    default: 90,
    description:
      'Requests are refused with 503 while so much of the heap that the process may have is in use; 0 for never.',
  }),
  SHUTDOWN_GRACE_SECONDS: Type.Integer({
    minimum: 0,
    maximum: 600,
    default: 25,
    description:
      'How long the end of the process waits for work under way. What lasts longer is taken up by another process.',
  }),
  SNAPSHOT_BUDGET_SECONDS: Type.Integer({
    minimum: 10,
    maximum: 86400,
    default: 900,
    description: 'How long a snapshot is tried again after its first attempt before it fails.',
  }),
  RESTORE_BUDGET_SECONDS: Type.Integer({
    minimum: 10,
    maximum: 86400,
    default: 3600,
    description: 'How long a restore is tried again after its first attempt before it fails.',
  }),
  BEGIN_WITHIN_SECONDS: Type.Integer({
    minimum: 60,
    maximum: 2592000,
    default: 86400,
    description:
      'How long a snapshot, a restore or a comparison may wait to be begun before it fails with deadline_exceeded; nothing was changed then.',
  }),
  NEON_POLL_MIN_MS: Type.Optional(
    Type.Integer({
      minimum: 50,
      maximum: 15000,
      description: "Pause between looks at Neon's operations, growing to 15 s. Unset: 2000, and 250 with the emulator.",
    }),
  ),
  NEON_RATE_PER_SECOND: Type.Number({
    minimum: 0.1,
    maximum: 10000,
    default: 10,
    description:
      'Calls a second to Neon for each Neon account, by all processes together; restores may use all of them, everything else four fifths.',
  }),
  NEON_RATE_BURST: Type.Integer({
    minimum: 1,
    maximum: 100000,
    default: 100,
    description:
      'Calls to Neon that an account may make at once after a rest. In any minute at most this and 60 times NEON_RATE_PER_SECOND: Neon allows 700.',
  }),
  NEON_RATE_PER_ROUTE: Type.Integer({
    minimum: 1,
    maximum: 100000,
    default: 40,
    description:
      "Neon's own limit of calls a second to one route, for each Neon account; Afterglow stays well below it.",
  }),
  GRAPHQL_COST_MAX: Type.Integer({
    minimum: 100,
    maximum: 10_000_000,
    default: 50_000,
    description:
      'How many objects a GraphQL request may answer: pages multiply what is in them. What is told to a subscription counts as a request for as many.',
  }),
  GRAPHQL_INTROSPECTION: Type.Optional(
    Type.Boolean({ description: 'Whether /graphql tells its schema. Unset: true, and false in production.' }),
  ),
  GRAPHIQL: Type.Optional(
    Type.Boolean({ description: 'Whether GraphiQL is served at /graphiql. Unset: true, and false in production.' }),
  ),
  GRAPHQL_PERSISTED_QUERIES: Type.Optional(
    Type.String({ description: 'A JSON file of GraphQL queries by their ids, which requests may name (documentId).' }),
  ),
  GRAPHQL_PERSISTED_ONLY: Type.Boolean({
    default: false,
    description: 'Serve no other GraphQL queries than those of GRAPHQL_PERSISTED_QUERIES.',
  }),
  PRICE_SNAPSHOT_GB_MONTH: Type.Number({
    minimum: 0,
    default: 0.09,
    description:
      'What Neon asks for a gigabyte (10^9 bytes) of a manual snapshot, in US dollars a month: for forecasts.',
  }),
  PRICE_BRANCH_MONTH: Type.Number({
    minimum: 0,
    default: 1.5,
    description:
      'What Neon asks for a branch beyond those that the plan includes, in US dollars a month: for forecasts.',
  }),
});

type Settings = Static<typeof settingsSchema>;
export type Role = 'api' | 'worker' | 'scheduler';

export interface Config extends Omit<Settings, 'ROLES'> {
  readonly ROLES: ReadonlySet<Role>;
  readonly isProduction: boolean;
}

/** What production cannot do without. */
const neededInProduction = [
  'DATABASE_URL',
  'REDIS_URL',
  'NEON_API_URL',
  'ENCRYPTION_KEYS',
  'AUDIT_SIGNING_KEYS',
  'AFTERGLOW_API_KEY',
] as const;

/** One or more settings are at fault; the message has a line for each. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
  }
}

/** Reads the settings; an empty value counts as unset. Throws `ConfigError` with every fault, naming no value. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const faults: string[] = [];
  let settings: Settings | undefined;
  try {
    settings = envSchema<Settings>({ schema: settingsSchema, data: given, dotenv: false, env: false });
  } catch (error) {
    faults.push(...faultsOf(error));
  }
  if (given['NODE_ENV'] === 'production') {
    for (const name of neededInProduction) {
      if (given[name] === undefined) faults.push(`${name} must be set when NODE_ENV is production.`);
    }
  }
  faults.push(...findOidcFaults(given));
  if (settings?.GRAPHQL_PERSISTED_ONLY && settings.GRAPHQL_PERSISTED_QUERIES === undefined) {
    faults.push('GRAPHQL_PERSISTED_QUERIES must be set with GRAPHQL_PERSISTED_ONLY: nothing would be served.');
  }
  if (faults.length > 0 || !settings) throw new ConfigError(faults);
  return {
    ...settings,
    ROLES: new Set(settings.ROLES.split(',') as Role[]),
    isProduction: settings.NODE_ENV === 'production',
  };
}

function findOidcFaults(given: Readonly<Record<string, string | undefined>>): string[] {
  const faults: string[] = [];
  const issuer = given['OIDC_ISSUER'];
  if (issuer !== undefined && given['OIDC_AUDIENCE'] === undefined) {
    faults.push('OIDC_AUDIENCE must be set with OIDC_ISSUER: tokens that were made for others would be accepted.');
  }
  if (issuer?.startsWith('http:') && given['NODE_ENV'] === 'production') {
    faults.push('OIDC_ISSUER must begin with https:// when NODE_ENV is production.');
  }
  for (const name of ['OIDC_AUDIENCE', 'OIDC_TEAMS_CLAIM', 'OIDC_PLATFORM_CLAIM']) {
    if (issuer === undefined && given[name] !== undefined) faults.push(`${name} says nothing without OIDC_ISSUER.`);
  }
  return faults;
}

interface SchemaFault {
  readonly instancePath?: string;
  readonly message?: string;
}

function faultsOf(error: unknown): string[] {
  const { errors } = error as { errors?: readonly SchemaFault[] };
  if (!errors) throw error;
  const named = errors.map(
    ({ instancePath, message }) => `${instancePath?.slice(1) || 'settings'} ${message ?? 'is at fault'}.`,
  );
  return [...new Set(named.filter((line) => !/must match a schema in anyOf/.test(line) || named.length === 1))];
}
