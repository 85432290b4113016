// `npm run bench:api [-- one page dashboard] [-- --snapshots N --rounds N --seconds N]`: what the doors cost, against bare servers that answer
// the same bytes from the same rows, and GraphQL against PostGraphile. Each side is a process of its own, and the load another. Sides take
// turns; ratios decide. Never a timed test.

import os from 'node:os';
import { parseArgs } from 'node:util';
import { measureDashboard } from './api/dashboard.ts';
import { measureOne, measurePage } from './api/reads.ts';
import type { Pace } from './api/rounds.ts';
import { startWorld, type World } from './api/world.ts';

const parts: Readonly<Record<string, (world: World, pace: Pace) => Promise<string[]>>> = {
  one: measureOne,
  page: measurePage,
  dashboard: measureDashboard,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    snapshots: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '32' },
  },
});
const unknown = positionals.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0)
  throw new Error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
const whole = (name: keyof typeof values, least: number): number => {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < least)
    throw new Error(`--${name} must be a whole number of at least ${least}`);
  return number;
};
const snapshots = whole('snapshots', 10_000);
const pace = { rounds: whole('rounds', 1), seconds: whole('seconds', 1), connections: whole('connections', 1) };

const load = () => `load ${os.loadavg()[0]?.toFixed(1)}`;
const [cpu] = os.cpus();
console.log(
  `${os.cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${process.platform}, Node ${process.versions.node}; ${load()}`,
);
const since = performance.now();
const world = await startWorld(snapshots);
try {
  console.log(
    `${snapshots.toLocaleString('en')} snapshots of ${world.teams.length} teams (${((performance.now() - since) / 1000).toFixed(0)} s)`,
  );
  for (const [name, measure] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    console.log(`\n${name} (${load()}; ${pace.rounds} rounds of ${pace.seconds} s, ${pace.connections} connections)`);
    for (const line of await measure(world, pace)) console.log(`  ${line}`);
  }
} finally {
  await world.close();
}
