// Owns Afterglow as a world has it: one api, two workers and one scheduler, each a process of its own that can be ended and started
// anew, all on the same servers and with short times.

import { fileURLToPath } from 'node:url';
import type { AppOptions } from '../../../src/app.ts';
import type { Role } from '../../../src/config.ts';
import { type Child, makeChild } from './child.ts';
import type { ServiceOrder } from './program.ts';

interface ServiceReady {
  readonly address: string;
}

export interface Service extends Child<ServiceReady> {
  readonly role: Role;
}

/** Asked at each crash point of a process; `die` kills it there. */
export type OnPoint = (service: Service, point: string) => 'go_on' | 'die';

export interface Services {
  readonly api: Service;
  readonly workers: readonly [Service, Service];
  readonly scheduler: Service;
  readonly all: readonly Service[];
  /** Where the api listens, also while it is down. */
  address(): string;
}

/** What a dead process costs is a second or two instead of nine. Whatever has no business here comes once in an hour. */
const settings: NonNullable<AppOptions['settings']> = {
  leaseMs: 1_500,
  keyClaimMs: 1_500,
  deliveredWithinMs: 1_000,
  pollMinMs: 50,
  pollMaxMs: 500,
  retryMinMs: 50,
  retryMaxMs: 300,
  lateMs: 500,
  mirrorMaxAgeMs: 3_600_000,
};
const pace: NonNullable<AppOptions['pace']> = {
  relayMs: 500,
  reconcileMs: 500,
  fireMs: 200,
  refreshMs: 1_000,
  reapMs: 1_000,
  recheckMs: 500,
  lockMs: 1_000,
  stalledEveryMs: 500,
};

/** So much that calls seldom wait: the governor has tests of its own. */
const rateLimits: NonNullable<AppOptions['rateLimits']> = { perSecond: 500, burst: 1_000, perRouteSecond: 1_000 };

export interface ServicesOptions {
  readonly app: Pick<
    AppOptions,
    'databaseUrl' | 'redisUrl' | 'neonApiUrl' | 'encryptionKeys' | 'auditSigningKeys' | 'apiKey'
  > &
    Partial<Pick<AppOptions, 'settings' | 'graceMs'>>;
  readonly cacheDir: string;
  readonly onPoint?: OnPoint | undefined;
}

const program = fileURLToPath(new URL('program.ts', import.meta.url));

/** None of them runs yet. */
export function makeServices({ app, cacheDir, onPoint }: ServicesOptions): Services {
  let address = 'http://127.0.0.1:9';
  const portOf = (url: string): number => Number(new URL(url).port);

  function make(name: string, role: Role): Service {
    let port = 0;
    const order = (): ServiceOrder => ({
      roles: [role],
      port,
      isDirected: onPoint !== undefined,
      app: { pace, rateLimits, ...app, settings: { ...settings, ...app.settings } },
    });
    const child = makeChild<ServiceReady>({
      name,
      program,
      cacheDir,
      order,
      onPoint: (point) => onPoint?.(service, point) ?? 'go_on',
    });
    const service: Service = {
      ...child,
      role,
      async start() {
        const ready = await child.start();
        // Clients know it by its address.
        port = portOf(ready.address);
        if (role === 'api') address = ready.address;
        return ready;
      },
    };
    return service;
  }

  const api = make('api', 'api');
  const workers = [make('worker-a', 'worker'), make('worker-b', 'worker')] as const;
  const scheduler = make('scheduler', 'scheduler');
  return { api, workers, scheduler, all: [api, ...workers, scheduler], address: () => address };
}
