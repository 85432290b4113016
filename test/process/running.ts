// Starts the service as `npm start` does, as a process of its own, and shows a test what it says and how it ends.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { plainNode } from '../harness/plain-node.ts';
import { listProcessesOf } from './remains.ts';

const root = resolve(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Running {
  readonly startedAt: number;
  readonly ended: Promise<Ended>;
  /** What it has written so far. */
  out(): string;
  err(): string;
  /** Its address, once it has said that it is ready. Rejects where it ends first. */
  ready(): Promise<string>;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}

export interface Start {
  readonly dataDir: string;
  /** Its path, from the root of the tree or whole. */
  readonly program?: string;
  /** Its whole environment besides PATH and HOME: a test is led to no server of this machine. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts it on a free port unless the settings say otherwise. Killed at the latest when `t` ends. */
export function startProcess(t: Test, { dataDir, program = 'src/main.ts', settings = {} }: Start): Running {
  const { file, args } = plainNode([program]);
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, PORT: '0', AFTERGLOW_DATA_DIR: dataDir, ...settings };
  const startedAt = Date.now();
  const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode }));
  let isOver = false;
  void ended.then(() => (isOver = true));
  const end = async (signal: NodeJS.Signals): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  t.teardown(async () => {
    if (!isOver) await end('SIGKILL');
    await untilNothingRuns(dataDir);
  });
  return {
    startedAt,
    ended,
    out: () => said.out,
    err: () => said.err,
    async ready() {
      for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline; await sleep(10)) {
        const address = /address\s+(http:\S+)[^]*roles/.exec(said.out)?.[1];
        if (address !== undefined) return address;
        if (isOver) break;
      }
      throw new Error(`${program} did not become ready: ${said.out}${said.err}`);
    },
    end,
  };
}

const readyWithinMs = 60_000;
const goneWithinMs = 20_000;

/** What still runs of a data directory a while after its process has ended: nothing, when all is well. */
export async function untilNothingRuns(dataDir: string): Promise<string[]> {
  for (const deadline = Date.now() + goneWithinMs; ; await sleep(20)) {
    const left = listProcessesOf(dataDir);
    if (left.length === 0 || Date.now() > deadline) return left;
  }
}
