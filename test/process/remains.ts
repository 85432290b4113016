// Finds what still runs of a data directory. A zombie does not run.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Live processes that name the directory in their command line or work in it, each as `pid command`. */
export function listProcessesOf(dataDir: string): string[] {
  if (process.platform !== 'linux') return listByCommand(dataDir);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => describe(pid, dataDir) ?? []);
}

/** Postgres renames its children: their working directory tells whose they are. */
function describe(pid: string, dataDir: string): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const state = status.slice(status.lastIndexOf(')') + 2)[0];
    if (state === 'Z' || state === 'X') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    const folder = readlinkSync(`/proc/${pid}/cwd`);
    const isOfIt = command.includes(dataDir) || folder === dataDir || folder.startsWith(`${dataDir}/`);
    return isOfIt ? `${pid} ${command}` : undefined;
  } catch {
    // It ended meanwhile, or it is another user's.
    return undefined;
  }
}

function listByCommand(dataDir: string): string[] {
  return execFileSync('ps', ['-ww', '-eo', 'pid=,stat=,command='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(dataDir) && !/^\s*\d+\s+Z/.test(line));
}
