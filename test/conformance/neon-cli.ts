// Runs Neon's own CLI, the npm package `neon`, against an emulator: each command a process of its own that may reach this
// machine alone, with a home of its own and nothing of this machine's settings.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Test } from 'tap';
import { makeTemporaryDir } from '../harness/files.ts';

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface NeonCli {
  run(...args: string[]): Promise<CliResult>;
  /** Runs a program of ours under the guard that the CLI runs under. */
  runProgram(source: string): Promise<CliResult>;
  /** What a command printed, parsed. Throws with what it said where it failed. */
  json<T>(...args: string[]): Promise<T>;
  /** Hosts other than this machine that any command tried to reach. */
  reached(): string[];
}

const require = createRequire(import.meta.url);
const program = join(require.resolve('neon/package.json'), '../dist/cli.js');

export async function openCli(t: Test, baseUrl: string, apiKey: string): Promise<NeonCli> {
  const home = await makeTemporaryDir(t);
  const report = join(home, 'reached');
  const guard = pathToFileURL(join(import.meta.dirname, 'loopback-only.ts'));
  guard.searchParams.set('report', report);
  const options = ['--api-host', baseUrl, '--api-key', apiKey, '--no-analytics', '--output', 'json'];
  // `env -i` keeps tap's loader and this machine's NEON_* out of it.
  const environment = [`PATH=${process.env['PATH']}`, `HOME=${home}`, 'CI=true', `NODE_OPTIONS=--import=${guard.href}`];

  function guarded(...args: string[]): Promise<CliResult> {
    const command = [process.execPath, ...args];
    return new Promise((resolve) => {
      execFile('env', ['-i', ...environment, ...command], { cwd: home, timeout: 60_000 }, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
      });
    });
  }

  const run = (...args: string[]) => guarded(program, ...args, ...options, '--config-dir', home);

  return {
    run,
    runProgram: (source) => guarded('--input-type=module', '--eval', source),
    async json<T>(...args: string[]) {
      const { code, out, err } = await run(...args);
      if (code !== 0) throw new Error(`neon ${args.join(' ')} ended with ${code}: ${out}${err}`);
      const parsed: T = JSON.parse(out);
      return parsed;
    },
    reached: () => (existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n') : []),
  };
}
