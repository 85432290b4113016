/**
 * Owns base copies: a copy of a running cluster's data, ready to be recovered from. A copy is made under another name and
 * renamed when whole; one that a crash left half-made is removed by the sweep at the next start.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresServer } from '../postgres/index.ts';
import { baseId } from './ids.ts';
import type { BaseRecord } from './state.ts';
import { nowText, withClient, type ClusterPaths } from './wal.ts';

const run = promisify(execFile);
const leftOut = new Set([
  'pg_wal',
  'postmaster.pid',
  'postmaster.opts',
  'recovery.signal',
  'backup_label.old',
  'tablespace_map.old',
]);

/** The caller must keep the cluster from being stopped meanwhile. */
export async function makeBase(server: PostgresServer, paths: ClusterPaths): Promise<BaseRecord> {
  const id = baseId();
  const unfinished = join(paths.bases, `${id}.new`);
  try {
    const end = await copyRunning(server, paths, unfinished);
    await rename(unfinished, join(paths.bases, id));
    return { id, redoLsn: end.redoLsn, endLsn: end.lsn, endAt: end.at, keptUntil: undefined };
  } catch (error) {
    await removeTree(unfinished);
    throw error;
  }
}

async function copyRunning(server: PostgresServer, paths: ClusterPaths, target: string) {
  await mkdir(join(target, 'pg_wal', 'archive_status'), { recursive: true, mode: 0o700 });
  const end = await withClient(server, async (client) => {
    const begun = await client.query<{ lsn: string }>(`select pg_backup_start('neon-emulator', true)::text as lsn`);
    const names = (await readdir(paths.data)).filter((name) => !leftOut.has(name));
    await copyInto(
      names.map((name) => join(paths.data, name)),
      target,
    );
    const { rows } = await client.query<{ lsn: string; labelfile: string; at: string }>(
      `select lsn::text, labelfile, ${nowText} as at from pg_backup_stop(false)`,
    );
    const [start, stop] = [begun.rows[0], rows[0]];
    if (start === undefined || stop === undefined) throw new Error('Postgres did not end the base copy.');
    return { ...stop, redoLsn: start.lsn };
  });
  await writeFile(join(target, 'backup_label'), end.labelfile);
  await writeFile(join(target, 'recovery.signal'), '');
  return end;
}

/**
 * Makes the data directory of a cluster that is to be recovered; there must be none yet. The copy gets its name when it is whole:
 * a `cp` that outlives a killed emulator for a moment then writes where nobody looks.
 */
export async function copyBase(base: string, data: string): Promise<void> {
  const unfinished = `${data}.${baseId()}`;
  await run('cp', [...copyFlags, base, unfinished]);
  await rename(unfinished, data);
}

/**
 * The directory of all clusters. Where the file system takes the hint (ext4: directories in here are unrelated), it spreads them
 * over the disk; without it, making the thousand files of a copy takes ten times as long right after many were removed.
 */
export async function openClustersDir(dataDir: string): Promise<string> {
  const dir = join(dataDir, 'clusters');
  await mkdir(dir, { recursive: true });
  if (process.platform === 'linux') await run('chattr', ['+T', dir]).catch(() => {});
  return dir;
}

/** Removes a directory, also one into which a dying process still writes. */
export async function removeTree(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 });
}

const copyFlags = process.platform === 'darwin' ? ['-Rpc'] : ['-a', '--reflink=auto'];

/** Files may vanish while they are copied: Postgres removes and renames some, and recovery needs none of those. */
async function copyInto(sources: readonly string[], target: string): Promise<void> {
  try {
    await run('cp', [...copyFlags, ...sources, target], { maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    const others = stderr.split('\n').filter((line) => line !== '' && !line.includes('No such file or directory'));
    if (others.length > 0) throw new Error(`A base copy could not be made: ${others[0]}`, { cause: error });
  }
}
