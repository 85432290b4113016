// Starts what the benches of the doors need: a Postgres with the rows, Afterglow's api role, and the servers to compare it with, each a
// process of its own.

import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectStore } from '../../src/store/connect.ts';
import type { Db } from '../../src/store/database.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { startPostgres } from '../../src/local/postgres/index.ts';
import { type Program, serviceReady, startProgram } from '../program.ts';
import { type BenchTeam, loadRows } from './rows.ts';

export interface World {
  readonly db: Db;
  readonly teams: readonly BenchTeam[];
  readonly afterglow: Program;
  /** A server of this folder, by the name of its file. */
  startServer(name: string): Promise<Program>;
  close(): Promise<void>;
}

const teamCount = 100;

export async function startWorld(snapshots: number): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'afterglow-bench-'));
  // Postgres may run under another uid, which must reach its own folder in here.
  await chmod(folder, 0o711);
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    durable: false,
    settings: { shared_buffers: '2GB', max_connections: '100' },
  });
  const programs: Program[] = [];
  const start = async (...options: Parameters<typeof startProgram>): Promise<Program> => {
    const program = await startProgram(...options);
    programs.push(program);
    return program;
  };
  const databaseUrl = postgres.uri('postgres');
  const store = connectStore(databaseUrl, { connectionsMax: 4, onError: () => undefined });
  const close = async () => {
    await Promise.all(programs.map((program) => program.stop()));
    await store.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await migrateToLatest(databaseUrl);
    const teams = await loadRows(store.db, teamCount, snapshots);
    const afterglow = await start({
      script: 'src/main.ts',
      ready: serviceReady,
      // Its log is written, and read by nobody.
      log: 'ignore',
      settings: {
        DATABASE_URL: databaseUrl,
        // Never called: nothing of this process works.
        NEON_API_URL: 'http://127.0.0.1:9',
        ENCRYPTION_KEYS: `first:${randomBytes(32).toString('base64url')}`,
        AUDIT_SIGNING_KEYS: `first:${randomBytes(32).toString('base64url')}`,
        AFTERGLOW_API_KEY: `ag_${randomBytes(24).toString('hex')}`,
        AFTERGLOW_DATA_DIR: join(folder, 'data'),
        ROLES: 'api',
        PORT: '0',
        // The generator is one address and a hundred keys, each asking more than a user may.
        REQUESTS_PER_KEY: '0',
        REQUESTS_PER_TEAM: '0',
      },
    });
    return {
      db: store.db,
      teams,
      afterglow,
      startServer: (name) =>
        start({
          script: `bench/api/${name}.ts`,
          ready: /listening on (\S+)\n/,
          settings: { DATABASE_URL: databaseUrl },
        }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
