// `npm run neon-emulator`, as a process of its own: what it says, what it refuses, and what it leaves behind.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { listenNear } from '../../src/local/postgres/ports.ts';
import { plainNode } from '../harness/plain-node.ts';
import { untilNothingRuns } from '../process/running.ts';
import { removeDir, sql, temporaryDir } from './neon.ts';

t.setTimeout(180_000);
const program = resolve(import.meta.dirname, '../../src/local/neon-emulator/main.ts');
const readyWithinMs = 60_000;

interface Places {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly projectId?: string;
  readonly branchId?: string;
  readonly connectionUri?: string;
  readonly controlUrl?: string;
}

interface Program {
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  out(): string;
  err(): string;
  end(signal: NodeJS.Signals): void;
  /** What it has said when that matches. Rejects where it ends first. */
  says(form: RegExp): Promise<string>;
}

/** In a directory of its own, so that a default path is not this tree's. Killed at the latest when `t` ends. */
function run(t: Test, cwd: string, ...args: string[]): Program {
  const { file, args: all } = plainNode([program, ...args]);
  const child = spawn(file, all, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode }));
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
    await untilNothingRuns(cwd);
  });
  return {
    ended,
    out: () => said.out,
    err: () => said.err,
    end: (signal) => child.kill(signal),
    async says(form) {
      let isOver = false;
      void ended.then(() => (isOver = true));
      for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline && !isOver; await sleep(10))
        if (form.test(said.out)) return said.out;
      throw new Error(`The program did not say ${String(form)}: ${said.out}${said.err}`);
    },
  };
}

async function temporary(t: Test): Promise<string> {
  const dir = await temporaryDir();
  t.teardown(() => removeDir(dir));
  return dir;
}

async function inJson(program: Program): Promise<Places> {
  const line = await program.says(/\n$/);
  return JSON.parse(line);
}

async function ask(places: Places, path: string): Promise<number> {
  const headers = { authorization: `Bearer ${places.apiKey}` };
  return (await fetch(`${places.baseUrl}${path}`, { headers })).status;
}

t.test(
  "in a terminal it says where it is, keeps its data beside the service's, and Ctrl-C ends all of it",
  async (t) => {
    const dir = await temporary(t);
    const emulator = run(t, dir);
    const block = await emulator.says(/connectionUri.*\n\n$/);
    const named = (name: string) => new RegExp(`^  ${name} +(\\S+)$`, 'm').exec(block)?.[1] ?? '';
    const places = { baseUrl: named('baseUrl'), apiKey: named('apiKey') };
    t.equal(await ask(places, `/projects/${named('projectId')}/branches/${named('branchId')}`), 200);
    t.equal(await sql(named('connectionUri'), 'select count(*) from orders'), '3000', 'the sample is there');
    t.notMatch(block, /controlUrl/);
    t.same(await readdir(join(dir, '.afterglow')), ['neon-emulator']);
    emulator.end('SIGINT');
    emulator.end('SIGINT');
    t.same(await emulator.ended, { code: 0, signal: null });
    t.equal(emulator.err(), '');
    t.strictSame(await untilNothingRuns(dir), [], 'no process is left');
  },
);

t.test('with --json it says one line, on the ports, with the key and the plan that were asked for', async (t) => {
  const dir = await temporary(t);
  const holder = createServer();
  const port = await listenNear(holder, undefined);
  await new Promise((done) => holder.close(done));
  const args = ['--json', '--data', 'kept', '--port', `${port}`, '--control-port', '0', '--api-key', 'a-key'];
  const first = run(t, dir, ...args, '--plan', 'launch', '--latency', '5');
  const places = await inJson(first);
  t.equal(places.baseUrl, `http://127.0.0.1:${port}/api/v2`);
  t.equal(places.apiKey, 'a-key');
  const answer = await fetch(`${places.baseUrl}/projects/${places.projectId}`, {
    headers: { authorization: 'Bearer a-key' },
  });
  t.match(await answer.json(), { project: { owner: { subscription_type: 'launch_v3' } } });
  t.equal((await fetch(`${places.controlUrl}/faults`)).status, 200);
  t.same(await readdir(dir), ['kept']);

  const second = run(t, dir, '--data', 'kept');
  t.match(await second.ended, { code: 1 });
  t.match(second.err(), /already serves .*kept/, 'a second one keeps off the directory');
  const third = run(t, dir, '--data', 'other', '--empty', '--port', `${port}`);
  t.match(await third.ended, { code: 1 });
  t.match(third.err(), new RegExp(`Port ${port} `), 'a port that is taken is no other port');
  t.equal(third.out(), '');

  first.end('SIGKILL');
  await first.ended;
  t.strictSame(await untilNothingRuns(dir), [], 'kill -9 leaves no process');
  const again = run(t, dir, '--json', '--data', 'kept');
  const { controlUrl: _was, ...former } = places;
  t.same(await inJson(again), former, 'the next start finds the same, without the control port');
  again.end('SIGTERM');
  t.same(await again.ended, { code: 0, signal: null });
  t.strictSame(await untilNothingRuns(dir), []);
});

t.test('with --empty there is an account, no project and no Postgres', async (t) => {
  const dir = await temporary(t);
  const emulator = run(t, dir, '--json', '--empty');
  const places = await inJson(emulator);
  t.same(Object.keys(places), ['baseUrl', 'apiKey', 'personalApiKey']);
  t.equal(await ask(places, '/projects'), 200);
  const clusters = await readdir(join(dir, '.afterglow/neon-emulator/clusters')).catch(() => []);
  t.same(clusters, [], 'no Postgres was made');
});

t.test('a signal while it starts ends it, too', async (t) => {
  const dir = await temporary(t);
  const emulator = run(t, dir, '--json');
  const lock = join(dir, '.afterglow/neon-emulator/lock');
  const isBegun = () => existsSync(lock);
  for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline && !isBegun(); ) await sleep(5);
  emulator.end('SIGTERM');
  t.same(await emulator.ended, { code: 0, signal: null });
  t.equal(emulator.out(), '', 'it does not say that it is ready');
  t.strictSame(await untilNothingRuns(dir), []);
});

t.test('a wrong option is one sentence, and nothing is started or made', async (t) => {
  const dir = await temporary(t);
  const wrong: readonly (readonly [RegExp, ...string[]])[] = [
    [/--nonsense/, '--nonsense'],
    [/extra/, 'extra'],
    [/--plan must be/, '--plan', 'huge'],
    [/--port must be/, '--port', '65536'],
    [/--port must be/, '--port', 'http'],
    [/--latency must be/, '--latency=-1'],
    [/--control-port must be/, '--control-port', '1.5'],
    [/--api-key must/, '--api-key', 'two words'],
    [/--data must/, '--data='],
    [/--data/, '--data'],
  ];
  for (const [form, ...args] of wrong) {
    const emulator = run(t, dir, ...args);
    t.match(await emulator.ended, { code: 1, signal: null }, args.join(' '));
    const lines = emulator.err().trimEnd().split('\n');
    t.equal(lines.length, 2);
    t.equal(lines[0], 'The Neon emulator did not start.');
    t.match(lines[1], form);
    t.equal(emulator.out(), '');
  }
  const asked = run(t, dir, '--help');
  t.match(await asked.ended, { code: 0 });
  for (const name of ['--port', '--data', '--api-key', '--plan', '--latency', '--control-port', '--empty', '--json'])
    t.match(asked.out(), name);
  t.same(await readdir(dir), []);
});
