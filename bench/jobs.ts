// `npm run bench:jobs [-- --on redis|postgres] [-- throughput overtaking rate memory]`: what the queue, the lanes and the governor cost,
// against a Neon emulator that clones nothing, so that Neon's own time is out of the figures. Every part prints what it measured, side by
// side with what it is compared to, in one run; ratios decide. Never a timed test.

import os from 'node:os';
import { parseArgs } from 'node:util';
import { measureMemory } from './jobs/memory.ts';
import { measureOvertaking } from './jobs/overtaking.ts';
import { measureRate } from './jobs/rate.ts';
import { measureThroughput } from './jobs/throughput.ts';
import type { Backend } from './jobs/world.ts';

const parts = {
  throughput: measureThroughput,
  overtaking: measureOvertaking,
  rate: measureRate,
  memory: measureMemory,
} as const;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { on: { type: 'string' } } });
const backends: readonly Backend[] =
  values.on === 'redis' || values.on === 'postgres' ? [values.on] : (['redis', 'postgres'] as const);
const chosen = Object.entries(parts).filter(([name]) => positionals.length === 0 || positionals.includes(name));

const [cpu] = os.cpus();
console.log(
  `${os.cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${process.platform}, Node ${process.versions.node}`,
);
for (const backend of backends) {
  for (const [name, measure] of chosen) {
    console.log(`\n${name}, the queue on ${backend === 'redis' ? 'Redis' : 'Postgres'}`);
    for (const line of await measure(backend)) console.log(`  ${line}`);
  }
}
