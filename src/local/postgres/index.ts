/**
 * Owns the life of one local Postgres 17 server from the npm binaries: it makes the cluster when there is none, starts it on
 * 127.0.0.1, waits until it answers, and stops it. It ends with this process, even by kill -9. Never runs in production.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBinaries, type Binaries } from './binaries.ts';
import { checkDataDir, clearDeadLock, isEmptyOrAbsent, parentSetting } from './data-dir.ts';
import { failureFromLog, LocalPostgresError } from './failures.ts';
import { createCluster } from './initdb.ts';
import { handOver } from './ownership.ts';
import { findFreePort, loopback } from './ports.ts';
import { chooseRunAs, type RunAs } from './run-as.ts';
import { watchPid } from './watcher.ts';

export { LocalPostgresError, type PostgresFailure } from './failures.ts';

export interface PostgresServer {
  readonly dataDir: string;
  readonly port: number;
  readonly pid: number;
  /** A connection URI with the password in it. Defaults: database `postgres`, the superuser. */
  uri(database?: string, user?: string): string;
  /** Resolves when the server has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Stops it with a shutdown checkpoint, at the latest by force after ten seconds. Repeatable. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  readonly dataDir: string;
  /** Default: a free one, another one at each start. */
  readonly port?: number;
  readonly superuser?: string;
  readonly password?: string;
  /** fsync, for the service's own database. Off: tests and the emulator. */
  readonly durable: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  /** Other directories into which Postgres writes, as an archive command does. */
  readonly alsoWrites?: readonly string[];
  /** Only for a cluster that is yet to be made. Default 16. */
  readonly walSegmentMb?: number;
  /** Where library links go if node_modules cannot be written. Default: beside the data directory. */
  readonly cacheDir?: string;
  readonly log?: (line: string) => void;
  /** How long a start, recovery included, may take. Default 60000. */
  readonly startWithinMs?: number;
}

/**
 * Makes the cluster of a data directory that is empty or absent, and starts nothing; whoever dies meanwhile leaves none. Error
 * codes: LocalPostgresError's.
 */
export async function makeCluster(options: PostgresOptions): Promise<Found> {
  const dataDir = resolve(options.dataDir);
  const isNew = await isEmptyOrAbsent(dataDir);
  if (!isNew) await checkDataDir(dataDir);
  const binaries = findBinaries(join(options.cacheDir ?? dirname(dataDir), '.postgres-libraries'));
  const runAs = await chooseRunAs(binaries);
  const { superuser = 'postgres', password = 'postgres', durable, walSegmentMb = 16 } = options;
  if (isNew) await createCluster(binaries, runAs, { dataDir, superuser, password, durable, walSegmentMb });
  return { dataDir, binaries, runAs };
}

interface Found {
  readonly dataDir: string;
  readonly binaries: Binaries;
  readonly runAs: RunAs;
}

/**
 * Starts the server of a data directory, and makes the cluster first when the directory is empty or absent. Resolves when
 * connections are accepted (recovery, where there is one, is over by then). What a crash leaves is mended by the next start.
 * Error codes: LocalPostgresError's.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { superuser = 'postgres', password = 'postgres' } = options;
  const { dataDir, binaries, runAs } = await makeCluster(options);
  await clearDeadLock(dataDir);
  await chmod(dataDir, 0o700);
  for (const dir of [dataDir, ...(options.alsoWrites ?? [])]) await handOver(dir, runAs.owner);
  for (let attempts = 1; ; attempts += 1) {
    const port = options.port ?? (await findFreePort());
    try {
      const server = await launch(binaries, runAs, { ...options, dataDir, port });
      return {
        ...server,
        dataDir,
        port,
        uri: (database = 'postgres', user = superuser) => uriOf({ user, password, port, database }),
      };
    } catch (error) {
      const isTaken = error instanceof LocalPostgresError && error.code === 'port_in_use';
      if (!isTaken) throw error;
      if (options.port !== undefined)
        throw new LocalPostgresError(
          'port_in_use',
          `Port ${port} on 127.0.0.1 is in use: Postgres on ${dataDir} cannot listen on it.`,
        );
      if (attempts >= 20) throw error;
    }
  }
}

function uriOf(to: { user: string; password: string; port: number; database: string }): string {
  const [user, password, database] = [to.user, to.password, to.database].map(encodeURIComponent);
  return `postgresql://${user}:${password}@${loopback}:${to.port}/${database}`;
}

type Launch = PostgresOptions & { readonly port: number };

async function launch(
  binaries: Binaries,
  runAs: RunAs,
  options: Launch,
): Promise<Pick<PostgresServer, 'pid' | 'ended' | 'stop'>> {
  const settings: Record<string, string> = {
    listen_addresses: loopback,
    port: String(options.port),
    unix_socket_directories: '',
    [parentSetting]: String(process.pid),
    ...(options.durable ? {} : { fsync: 'off' }),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { file, args, options: spawnOptions } = runAs.command(binaries, 'postgres', ['-D', options.dataDir, ...flags]);
  const child = spawn(file, args, { ...spawnOptions, cwd: options.dataDir, stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = endOf(child);
  const lines = keepLines(child, options.log);
  const forget = runAs.diesWithParent || child.pid === undefined ? () => {} : watchPid(child.pid);
  // Read only by what waits for the watcher; it may be gone already.
  child.stdin?.on('error', () => {});
  child.stdin?.end('go\n');
  void ended.then(forget);
  const stop = () => stopServer(child, ended);
  const exit = await untilReady(child, options);
  if (exit === 'ready') return { pid: child.pid ?? 0, ended, stop };
  await stop();
  throw failureFromLog(options.dataDir, lines(), exit);
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolveEnd) => {
    child.once('error', () => resolveEnd());
    child.once('close', () => resolveEnd());
  });
}

function keepLines(child: ChildProcess, log: ((line: string) => void) | undefined): () => string[] {
  const lines: string[] = [];
  child.once('error', (error) => lines.push(`error: ${error.message}`));
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (lines.length < 200) lines.push(line);
      log?.(line);
    });
  }
  return () => lines;
}

/** The eighth line of the lock file tells the state of the server; it says `ready` only after recovery. */
async function untilReady(child: ChildProcess, options: Launch): Promise<string> {
  const lockFile = join(options.dataDir, 'postmaster.pid');
  const withinMs = options.startWithinMs ?? 60_000;
  const deadline = Date.now() + withinMs;
  let gone = false;
  child.once('close', () => {
    gone = true;
  });
  child.once('error', () => {
    gone = true;
  });
  while (!gone) {
    const lock = await readFile(lockFile, 'utf8').catch(() => '');
    const [pid = '', , , , , , , state = ''] = lock.split('\n');
    if (Number(pid) === child.pid && state.trim() === 'ready') return 'ready';
    if (Date.now() > deadline) return `not ready within ${withinMs} ms`;
    await sleep(5);
  }
  return `exit code ${child.exitCode ?? child.signalCode}`;
}

async function stopServer(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return ended;
  child.kill('SIGINT');
  const timer = new AbortController();
  const forced = sleep(10_000, undefined, { signal: timer.signal, ref: false }).then(
    () => child.kill('SIGQUIT'),
    () => false,
  );
  await ended;
  timer.abort();
  await forced;
}
