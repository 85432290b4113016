// One process of Afterglow in the roles that it is told, put together as src/main.ts does where every connection is set. At each
// crash point it asks its parent, and stands still until it is let go on: there it can be killed as by `kill -9`.

import { readSync, writeSync } from 'node:fs';
import { type AppOptions, buildApp } from '../../../src/app.ts';
import type { Role } from '../../../src/config.ts';
import { createLogger } from '../../../src/log.ts';
import { endOnSigterm, readOrder, sayReady } from './order.ts';

export interface ServiceOrder {
  readonly roles: readonly Role[];
  readonly port: number;
  readonly app: Omit<AppOptions, 'roles' | 'logger' | 'production' | 'replace'>;
  /** Whether the parent is asked at each crash point. */
  readonly isDirected: boolean;
}

const pointFile = 4;

const { roles, port, app: options, isDirected } = readOrder<ServiceOrder>();
const logger = createLogger('info');
try {
  const app = await buildApp({
    ...options,
    roles: new Set(roles),
    production: true,
    logger,
    ...(isDirected ? { replace: { reached: ask } } : {}),
  });
  endOnSigterm(() => app.close());
  await app.start();
  sayReady({ address: await app.rest.listen({ port, host: '127.0.0.1' }) });
} catch (error) {
  // A server is away: whoever started this tries again.
  logger.info({ err: error }, 'did not start');
  process.exit(1);
}

function ask(point: string): void {
  writeSync(pointFile, `${point}\n`);
  // Nothing else of this process runs meanwhile. No answer: the parent is gone.
  if (readSync(pointFile, Buffer.alloc(1)) === 0) process.exit(1);
}
