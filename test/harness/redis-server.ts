// Starts a Redis of our own for tests: on a free port of 127.0.0.1, keeping nothing. It ends with this process, even by
// kill -9, where setpriv is there.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort, loopback } from '../../src/local/postgres/ports.ts';

export interface RedisServer {
  readonly url: string;
  stop(): Promise<void>;
}

const readyWithinMs = 10_000;

/** The path of a program, undefined where PATH has none. */
function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

export interface RedisWishes {
  /** Default: evicts nothing. */
  readonly maxmemoryPolicy?: string;
  /** Default: a free one. */
  readonly port?: number;
}

/** Starts `redis-server` with its files in `folder`; undefined where there is none on PATH. */
export async function startRedis(folder: string, wishes: RedisWishes = {}): Promise<RedisServer | undefined> {
  const { maxmemoryPolicy = 'noeviction', port } = wishes;
  const program = findProgram('redis-server');
  if (program === undefined) return undefined;
  if (port !== undefined) {
    const server = await launch(program, { folder, port, maxmemoryPolicy });
    if (server === undefined) throw new Error(`${program} did not start on 127.0.0.1:${port}.`);
    return server;
  }
  for (let attempts = 1; ; attempts += 1) {
    const server = await launch(program, { folder, port: await findFreePort(), maxmemoryPolicy });
    if (server !== undefined) return server;
    if (attempts >= 3) throw new Error(`${program} did not start on 127.0.0.1, tried ${attempts} ports.`);
  }
}

interface Launch {
  readonly folder: string;
  readonly port: number;
  readonly maxmemoryPolicy: string;
}

async function launch(program: string, { folder, port, maxmemoryPolicy }: Launch): Promise<RedisServer | undefined> {
  const settings = ['--port', String(port), '--bind', loopback, '--dir', folder, '--save', '', '--appendonly', 'no'];
  const command = [program, ...settings, '--maxmemory-policy', maxmemoryPolicy, '--daemonize', 'no'];
  const watched = process.platform === 'linux' && findProgram('setpriv') !== undefined;
  const [file = program, ...args] = watched ? ['setpriv', '--pdeathsig', 'KILL', ...command] : command;
  // In a session of its own: Ctrl-C reaches the tests first, which then stop it.
  const child = spawn(file, args, { stdio: 'ignore', detached: true });
  const ended = once(child, 'close').then(
    () => true,
    () => true,
  );
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const deadline = Date.now() + readyWithinMs;
  while (Date.now() < deadline) {
    if (await answers(port)) return { url: `redis://${loopback}:${port}`, stop };
    if (await Promise.race([ended, sleep(20, false)])) return undefined;
  }
  await stop();
  return undefined;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: loopback, port }, () => socket.write('PING\r\n'));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
