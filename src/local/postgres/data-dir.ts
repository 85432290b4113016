/**
 * Owns the checks of a data directory before Postgres touches it: who owns it, whether it is whole enough to try, and
 * whether the lock file in it is a live server's, a dead one's or an orphan's. Never changes data; removes dead lock files.
 */
import { execFile } from 'node:child_process';
import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalPostgresError } from './failures.ts';
import { findNobody } from './ownership.ts';

const run = promisify(execFile);
const orphanEndsWithinMs = 8000;

/** The setting that carries the pid of the process that started a server, read back from its command line. */
export const parentSetting = 'afterglow.parent_pid';

export async function isEmptyOrAbsent(dataDir: string): Promise<boolean> {
  try {
    return (await readdir(dataDir)).length === 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true;
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') throw wrongOwner(dataDir);
    throw error;
  }
}

/** Error codes: wrong_owner, data_corrupt. */
export async function checkDataDir(dataDir: string): Promise<void> {
  const { uid } = await stat(dataDir);
  const expected = process.getuid?.();
  // Where root must run Postgres as nobody, a former start has given the directory to nobody.
  const mayBeHandedOver = expected === 0 && uid === (await findNobody()).uid;
  if (expected !== undefined && uid !== expected && !mayBeHandedOver) throw wrongOwner(dataDir);
  let version: string;
  try {
    version = (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim();
  } catch {
    throw new LocalPostgresError(
      'data_corrupt',
      `The directory ${dataDir} is not empty and is no Postgres data directory: choose another one, or remove it to begin anew.`,
    );
  }
  if (version !== '17') {
    throw new LocalPostgresError(
      'data_corrupt',
      `The data directory ${dataDir} was made by Postgres ${version.slice(0, 20)} and not by 17: choose another one, or remove it to begin anew.`,
    );
  }
}

export function wrongOwner(dataDir: string): LocalPostgresError {
  return new LocalPostgresError(
    'wrong_owner',
    `The data directory ${dataDir} belongs to another user than the one that runs this process: run as its owner, or choose another directory.`,
  );
}

/**
 * Makes sure that no server lives on the directory. A lock file of a dead process is removed, whoever uses its pid now; a
 * server whose parent was killed gets the time to end. Error code: already_running.
 */
export async function clearDeadLock(dataDir: string): Promise<void> {
  const lockFile = join(dataDir, 'postmaster.pid');
  const deadline = Date.now() + orphanEndsWithinMs;
  let told = false;
  for (;;) {
    const pid = await readPid(lockFile);
    if (pid === undefined) return;
    const holder = await findServer(pid, dataDir);
    if (holder === undefined) return rm(lockFile, { force: true });
    if (!holder.isOrphan || Date.now() > deadline) {
      throw new LocalPostgresError(
        'already_running',
        `Another Postgres (pid ${pid}) is already running on the data directory ${dataDir}: stop it, or choose another directory.`,
      );
    }
    if (!told) process.kill(pid, 'SIGQUIT');
    told = true;
    await sleep(20);
  }
}

async function readPid(lockFile: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(lockFile, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function findServer(pid: number, dataDir: string): Promise<{ isOrphan: boolean } | undefined> {
  const found = await readProcess(pid);
  if (found === undefined) return undefined;
  const [program = '', ...args] = found.command;
  if (basename(program) !== 'postgres') return undefined;
  const other = args[args.indexOf('-D') + 1];
  if (args.includes('-D') && other !== undefined && isAbsolute(other) && !dataDir.startsWith(other)) return undefined;
  const startedBy = args.find((arg) => arg.startsWith(`${parentSetting}=`))?.split('=')[1];
  return { isOrphan: startedBy !== undefined && Number(startedBy) !== found.parentPid };
}

async function readProcess(pid: number): Promise<{ command: string[]; parentPid: number } | undefined> {
  try {
    if (process.platform === 'linux') {
      const status = await readFile(`/proc/${pid}/stat`, 'utf8');
      const [state = 'Z', parent = '0'] = status.slice(status.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z' || state === 'X') return undefined;
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
      return { command, parentPid: Number(parent) };
    }
    const { stdout } = await run('ps', ['-ww', '-o', 'ppid=,stat=,command=', '-p', String(pid)]);
    const [, parent, state = 'Z', command = ''] = /^\s*(\d+)\s+(\S+)\s+(.*)$/m.exec(stdout) ?? [];
    if (state.startsWith('Z')) return undefined;
    return { command: command.split(' '), parentPid: Number(parent) };
  } catch {
    return undefined;
  }
}
