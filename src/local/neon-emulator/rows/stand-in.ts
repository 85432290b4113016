/**
 * Owns the one Postgres that answers for every branch where branches have no rows: it is started once, and each login and each
 * database is made when somebody connects with it. Whoever connects can read what every Postgres holds, and write nothing. Never
 * knows branches, never decides who may connect.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres, type PostgresServer } from '../../postgres/index.ts';
import { removeTree } from '../base.ts';
import { adminRole } from '../clusters.ts';
import { ask, readHead } from '../wal.ts';

export interface StandIn {
  /** The server, started if it does not run. */
  running(): Promise<PostgresServer>;
  /** Of its databases together, as it was made. */
  sizeBytes(): number;
  /** The name under which this role of this project logs in there, with its own password; it is the role from then on. */
  login(projectId: string, role: string, password: string): Promise<string>;
  /** Makes an empty database of this name if there is none. */
  database(name: string): Promise<string>;
  /** Stops it and removes what it kept. Repeatable. */
  close(): Promise<void>;
}

const settings = {
  shared_buffers: '16MB',
  max_connections: '400',
  max_wal_senders: '0',
  max_replication_slots: '0',
  max_worker_processes: '2',
  max_parallel_workers_per_gather: '0',
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_size: '64MB',
  huge_pages: 'off',
  jit: 'off',
  log_checkpoints: 'off',
  // A thousand logins are made on one core; nobody guards anything behind them.
  scram_iterations: '1',
};

const { escapeIdentifier: identifier, escapeLiteral: literal } = pg;

export interface StandInOptions {
  readonly dataDir: string;
  readonly password: string;
  log(line: string): void;
}

export function createStandIn({ dataDir, password, log }: StandInOptions): StandIn {
  const root = join(dataDir, 'stand-in');
  const made = new Map<string, Promise<string>>();
  let starting: Promise<PostgresServer> | undefined;
  let isNew = true;
  let isClosing = false;
  let bytes = 0;

  async function start(): Promise<PostgresServer> {
    if (isClosing) throw new Error('The Neon emulator is stopping.');
    if (isNew) await removeTree(root);
    await mkdir(root, { recursive: true });
    const options = { superuser: adminRole, password, durable: false, walSegmentMb: 1, cacheDir: dataDir };
    const server = await startPostgres({ ...options, dataDir: join(root, 'data'), settings, log });
    void server.ended.then(() => (starting = undefined));
    if (isNew) bytes = (await readHead(server)).sizeBytes;
    isNew = false;
    return server;
  }

  function running(): Promise<PostgresServer> {
    starting ??= start().catch((error: unknown) => {
      starting = undefined;
      throw error;
    });
    return starting;
  }

  /** Once; what failed is tried again by whoever asks next. */
  function once(name: string, make: (server: PostgresServer) => Promise<void>): Promise<string> {
    const known = made.get(name);
    if (known !== undefined) return known;
    const making = running()
      .then(make)
      .then(() => name);
    made.set(name, making);
    making.catch(() => made.delete(name));
    return making;
  }

  return {
    running,
    sizeBytes: () => bytes,
    login(projectId, role, secret) {
      // The name holds the password, too: one that is given anew is another login, and the former one still has its own.
      const key = createHash('sha256')
        .update(JSON.stringify([projectId, role, secret]))
        .digest('hex');
      const name = `login_${key.slice(0, 40)}`;
      return once(name, async (server) => {
        await once(`role ${role}`, () => makeRole(server, role, 'in role pg_read_all_data'));
        await makeRole(server, name, `login password ${literal(secret)} in role ${identifier(role)}`);
        await ask(server, `alter role ${identifier(name)} set role = ${literal(role)}`);
      });
    },
    async database(name) {
      await once(`database ${name}`, async (server) => {
        const found = await ask(server, 'select from pg_database where datname = $1', [name]);
        if (found.length === 0) await ask(server, `create database ${identifier(name)} strategy file_copy`);
      });
      return name;
    },
    async close() {
      isClosing = true;
      await (await starting?.catch(() => undefined))?.stop();
      await removeTree(root);
    },
  };
}

async function makeRole(server: PostgresServer, name: string, rights: string): Promise<void> {
  const found = await ask(server, 'select from pg_roles where rolname = $1', [name]);
  if (found.length === 0) await ask(server, `create role ${identifier(name)} ${rights}`);
}
