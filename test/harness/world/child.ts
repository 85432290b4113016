// Owns a program of the world as a child process: its start, what it says, its end, and its start anew. A child ends with this
// process, because its IPC channel closes. An end that nobody asked for is a fault, and so is each line of its log that says one.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { plainNode } from '../plain-node.ts';

export interface ChildOptions {
  readonly name: string;
  /** Path of the program. */
  readonly program: string;
  /** Where compiled code is kept, so that a start anew is quicker. */
  readonly cacheDir: string;
  /** What the program is told, as JSON; read anew at each start. */
  readonly order: () => object;
  /** Called at each point that the program reaches, which stands still until this answers. It is killed there for `die`. */
  readonly onPoint?: ((point: string) => 'go_on' | 'die') | undefined;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child<Ready> {
  readonly name: string;
  /** Resolves with what the program says when it is ready. Rejects where it ends first. */
  start(): Promise<Ready>;
  isRunning(): boolean;
  /** Of the process that runs now. */
  pid(): number | undefined;
  /** Of the process that runs now: how it will end, or has. */
  ended(): Promise<Ended>;
  /** Sends the signal and waits for the end, which then is no fault. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ended>;
  /** Log lines of level error and above, and ends that nobody asked for. */
  faults(): readonly string[];
  /** The last lines of its log, for whoever looks for a cause. */
  log(): readonly string[];
}

/** On a machine that has much else to do. */
const readyWithinMs = 120_000;
const linesKept = 5_000;
const errorLevel = 50;
/** The place of the channel for points among the child's files. */
const pointFile = 4;

export function makeChild<Ready>(options: ChildOptions): Child<Ready> {
  const { name, program, cacheDir, order, onPoint } = options;
  const faults: string[] = [];
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  let ending: Promise<Ended> | undefined;
  const asked = new WeakSet<ChildProcess>();
  const wasReady = new WeakSet<ChildProcess>();

  function hear(line: string): void {
    lines.push(line);
    if (lines.length > linesKept) lines.splice(0, linesKept / 2);
    if (levelOf(line) >= errorLevel) faults.push(`${name} logged: ${line}`);
  }

  function launch(): ChildProcess {
    const { file, args } = plainNode([program]);
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, NODE_COMPILE_CACHE: cacheDir, AFTERGLOW_TEST_ORDER: JSON.stringify(order()) };
    const launched = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'] });
    if (launched.stderr) createInterface({ input: launched.stderr }).on('line', hear);
    const points = launched.stdio[pointFile] as Duplex;
    // It breaks when the process is killed while it waits there.
    points.on('error', () => undefined);
    createInterface({ input: points }).on('line', (point) => {
      if (onPoint?.(point) !== 'die') return void points.write('.');
      asked.add(launched);
      launched.kill('SIGKILL');
    });
    ending = once(launched, 'close').then(() => {
      const { exitCode: code, signalCode: signal } = launched;
      if (wasReady.has(launched) && !asked.has(launched))
        faults.push(`${name} ended by itself: code ${code}, signal ${signal}`);
      if (child === launched) child = undefined;
      return { code, signal };
    });
    return launched;
  }

  return {
    name,
    async start() {
      if (child) throw new Error(`${name} runs already.`);
      const launched = (child = launch());
      const ready = once(launched, 'message', { signal: AbortSignal.timeout(readyWithinMs) }).catch(() => {
        asked.add(launched);
        launched.kill('SIGKILL');
        return undefined;
      });
      const first = await Promise.race([ready, ending?.then(() => undefined)]);
      if (first === undefined) throw new Error(`${name} did not become ready:\n${lines.slice(-20).join('\n')}`);
      wasReady.add(launched);
      return first[0] as Ready;
    },
    isRunning: () => child !== undefined,
    pid: () => child?.pid,
    ended: async () => ending ?? { code: null, signal: null },
    async end(signal) {
      const running = child;
      if (!running) return { code: null, signal: null };
      asked.add(running);
      running.kill(signal);
      return ending ?? { code: null, signal: null };
    },
    faults: () => faults,
    log: () => lines,
  };
}

function levelOf(line: string): number {
  if (!line.startsWith('{')) return errorLevel;
  try {
    const { level } = JSON.parse(line) as { level?: number };
    return level ?? errorLevel;
  } catch {
    return errorLevel;
  }
}
