// Where the processor's time goes: of a process and all that it has started, by /proc (Linux alone).

import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly seconds: number;
}

function listProcesses(): Stat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0);
        return [{ pid: Number(pid), parent: Number(fields[1]), name, seconds: ticks / ticksPerSecond }];
      } catch {
        return [];
      }
    });
}

/** Seconds of processor time that this process and its descendants have used, by the name of the program; a child counts once it has ended too. */
export function readCpuSeconds(): Map<string, number> {
  const processes = listProcesses();
  const mine = new Set([process.pid]);
  for (let before = 0; before !== mine.size; ) {
    before = mine.size;
    for (const { pid, parent } of processes) if (mine.has(parent)) mine.add(pid);
  }
  const sums = new Map<string, number>();
  for (const { pid, name, seconds } of processes) {
    if (!mine.has(pid)) continue;
    const label =
      pid === process.pid ? 'emulator and bench' : name === 'MainThread' || name === 'node' ? 'worker' : name;
    sums.set(label, (sums.get(label) ?? 0) + seconds);
  }
  return sums;
}

/** What was used between two readings for each of `count`, in milliseconds, as one line. */
export function describeCpu(before: Map<string, number>, after: Map<string, number>, count: number): string {
  const parts = [...after]
    .map(([label, seconds]) => [label, ((seconds - (before.get(label) ?? 0)) / count) * 1000] as const)
    .filter(([, ms]) => ms >= 0.05)
    .sort(([, a], [, b]) => b - a);
  const sum = parts.reduce((total, [, ms]) => total + ms, 0);
  return `${sum.toFixed(1)} ms of processor time each: ${parts.map(([label, ms]) => `${label} ${ms.toFixed(1)}`).join(', ')}`;
}
