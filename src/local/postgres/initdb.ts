/**
 * Owns the making of a new cluster: initdb runs in a directory beside the wanted one, which is renamed when whole. A process
 * that dies meanwhile leaves only that other directory, which the next start removes. Never touches an existing cluster.
 */
import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { wrongOwner } from './data-dir.ts';
import { failureFromLog } from './failures.ts';
import type { RunAs } from './run-as.ts';

const run = promisify(execFile);

export interface NewCluster {
  readonly dataDir: string;
  readonly superuser: string;
  readonly password: string;
  readonly durable: boolean;
  readonly walSegmentMb: number;
}

/** UTF8, locale C, scram-sha-256 for every connection. Error codes: those of starting. */
export async function createCluster(binaries: Binaries, runAs: RunAs, cluster: NewCluster): Promise<void> {
  const { dataDir } = cluster;
  const parent = dirname(dataDir);
  const prefix = `.${basename(dataDir)}.initdb-`;
  const { owner } = runAs;
  const work = await makeWorkDir(parent, prefix);
  try {
    const passwordFile = join(work, 'password');
    await writeFile(passwordFile, cluster.password, { mode: 0o600 });
    if (owner !== undefined) {
      await chown(work, owner.uid, owner.gid);
      await chown(passwordFile, owner.uid, owner.gid);
    }
    const { file, args, options } = runAs.command(binaries, 'initdb', [
      `--pgdata=${join(work, 'data')}`,
      `--username=${cluster.superuser}`,
      `--pwfile=${passwordFile}`,
      `--wal-segsize=${cluster.walSegmentMb}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
      ...(cluster.durable ? [] : ['--no-sync']),
    ]);
    try {
      await run(file, args, { ...options, cwd: work, timeout: 120_000 });
    } catch (error) {
      throw failureFromLog(
        dataDir,
        String(error instanceof Error && 'stderr' in error ? error.stderr : error).split('\n'),
        'initdb',
      );
    }
    await removeIfEmpty(dataDir);
    await rename(join(work, 'data'), dataDir);
  } finally {
    await removeTree(work);
  }
  await removeLeftovers(parent, prefix);
}

async function makeWorkDir(parent: string, prefix: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true });
    return await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  } catch (error) {
    const isRefused =
      error instanceof Error && 'code' in error && ['EACCES', 'EPERM', 'EROFS'].includes(String(error.code));
    throw isRefused ? wrongOwner(parent) : error;
  }
}

async function removeIfEmpty(dataDir: string): Promise<void> {
  const names = await readdir(dataDir).catch(() => []);
  if (names.length === 0) await rm(dataDir, { recursive: true, force: true });
}

/** What dead processes left; the directory of a live one is its own affair. */
async function removeLeftovers(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (!isAlive(pid)) await removeTree(join(parent, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Also where a dying initdb still writes. */
async function removeTree(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 });
}
