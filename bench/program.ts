// Starts a program of this repository as a process of its own, as the benches need them: with the bounds of the image, and nothing of this
// process' environment but PATH and HOME.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export interface Program {
  readonly pid: number;
  /** What the ready line says: of a server its address. */
  readonly said: string;
  /** Proportional set size of the process, in MB. */
  memoryMb(): Promise<number>;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  readonly script: string;
  readonly settings: Readonly<Record<string, string>>;
  /** It is ready once what it has printed matches; the first group is what it says. */
  readonly ready: RegExp;
  /** Where its log goes. Default: the terminal. */
  readonly log?: 'inherit' | 'ignore' | number;
}

const root = resolve(import.meta.dirname, '..');

export async function startProgram({ script, settings, ready, log = 'inherit' }: ProgramOptions): Promise<Program> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [script], {
    cwd: root,
    env: { PATH, HOME, NODE_OPTIONS: await nodeOptions(), ...settings },
    stdio: ['ignore', 'pipe', log],
  });
  const { stdout } = child;
  if (!stdout) throw new Error('The program has no standard output.');
  const ended = once(child, 'close');
  const said = await new Promise<string>((tell, fail) => {
    let text = '';
    stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const found = ready.exec(text);
      if (found) tell(found[1] ?? '');
    });
    void ended.then(() => fail(new Error(`${script} ended before it was ready.`)));
  });
  return {
    pid: child.pid ?? 0,
    said,
    async memoryMb() {
      const rollup = await readFile(`/proc/${child.pid}/smaps_rollup`, 'utf8');
      return Number(/^Pss: +(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** What the service prints once it serves. */
export const serviceReady = /address +(http\S+)[^]*roles/;

/** Those of the image; behind them what this run was given, for profiles or to try others. */
async function nodeOptions(): Promise<string> {
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
  const ofImage = /^ENV NODE_OPTIONS="(.+)"$/m.exec(dockerfile)?.[1];
  if (ofImage === undefined) throw new Error('The Dockerfile sets no NODE_OPTIONS.');
  return `${ofImage} ${process.env['NODE_OPTIONS'] ?? ''}`;
}
