/**
 * Owns what the tests need to know about processes: starting one to kill, and whether a pid still lives (a zombie does not).
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const script = fileURLToPath(new URL('start-and-wait.ts', import.meta.url));

export interface Victim {
  readonly child: ChildProcess;
  readonly line: string;
  /** kill -9, and nothing else: resolves when the process itself is gone. */
  kill(): Promise<void>;
}

export async function startVictim(what: 'postgres' | 'emulator', dataDir: string): Promise<Victim> {
  const child = spawn(process.execPath, [script, what, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line]: unknown[] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the process ended before it was ready'))),
  ]);
  return {
    child,
    line: String(line),
    async kill() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Starts the same process and kills it after so many milliseconds, whatever it has reached by then. */
export async function killAfter(what: 'postgres' | 'emulator', dataDir: string, milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, [script, what, dataDir], { stdio: ['pipe', 'ignore', 'ignore'] });
  const exit = once(child, 'exit');
  await sleep(milliseconds);
  child.kill('SIGKILL');
  await exit;
}

export function isAlive(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return state !== '' && !state.startsWith('Z');
  } catch {
    return false;
  }
}

/** Pids of live processes whose command line names the directory. */
export function processesOn(dir: string): number[] {
  const listing = execFileSync('ps', ['-ww', '-eo', 'pid=,stat=,command='], { encoding: 'utf8' });
  return listing
    .split('\n')
    .filter((line) => line.includes(dir) && line.includes('postgres') && !/^\s*\d+\s+Z/.test(line))
    .map((line) => Number.parseInt(line, 10));
}

export async function eventually(isSo: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(20)) {
    if (await isSo()) return true;
  }
  return false;
}
