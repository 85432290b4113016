// Sends the same questions to each side in turn, round by round, so that other load of the machine falls on all of them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../program.ts';
import type { AskedRequest, Load, Order } from './generator.ts';

export interface Side {
  readonly name: string;
  readonly program: Program;
  readonly requests: readonly AskedRequest[];
  /** An answer that holds it has failed. */
  readonly failedWith?: string;
}

export interface Measured {
  readonly name: string;
  /** Answers in a second: the median of the rounds. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of processor time that the server itself used for an answer. */
  readonly cpuUs: number;
}

export interface Pace {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** Of each side, before the first round. Until so many are answered, code is not compiled yet: what runs longest would look the faster. */
  readonly warmRequests?: number;
}

const ticksPerSecond = 100;

export async function takeTurns(
  sides: readonly Side[],
  { rounds, seconds, connections, warmRequests = 20_000 }: Pace,
): Promise<Measured[]> {
  const seen = sides.map(() => [] as { load: Load; cpuUs: number }[]);
  for (const { program, requests } of sides) {
    for (let sent = 0; sent < warmRequests; ) {
      const load = await generate({ url: program.said, connections, seconds, requests });
      sent += load.requests.total;
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { name, program, requests, failedWith }] of sides.entries()) {
      const before = cpuSeconds(program.pid);
      const load = await generate({
        url: program.said,
        connections,
        seconds,
        requests,
        ...(failedWith === undefined ? {} : { failedWith }),
      });
      const used = cpuSeconds(program.pid) - before;
      const failed = load.non2xx + load.errors + load.timeouts + load.mismatches;
      if (failed > 0)
        throw new Error(`${name} did not answer ${failed} of ${load.requests.total} requests as it should.`);
      seen[index]?.push({ load, cpuUs: (used / load.requests.total) * 1e6 });
    }
  }
  return sides.map(({ name }, index) => {
    const found = seen[index] ?? [];
    const of = (pick: (one: { load: Load; cpuUs: number }) => number) => median(found.map(pick));
    return {
      name,
      perSecond: of(({ load }) => load.requests.average),
      p50Ms: of(({ load }) => load.latency.p50),
      p99Ms: of(({ load }) => load.latency.p99),
      cpuUs: of(({ cpuUs }) => cpuUs),
    };
  });
}

async function generate(order: Order): Promise<Load> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'generator.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.stdin.end(JSON.stringify(order));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`The load generator ended with ${code}.`);
  return JSON.parse(text) as Load;
}

/** Processor time of a process by /proc (Linux alone). */
function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
