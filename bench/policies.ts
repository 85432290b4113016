// `npm run bench:policies [-- plan pass burst]`: what the decisions about policies cost. Every part prints what it measured, side by side with what
// it is compared to, in one run; ratios decide. Never a timed test.

import os from 'node:os';
import { parseArgs } from 'node:util';
import { measurePlan } from './policies/plan.ts';
import { measureBurst, measurePass } from './policies/scheduler.ts';

const parts: Readonly<Record<string, () => Promise<string[]>>> = {
  plan: measurePlan,
  pass: measurePass,
  burst: measureBurst,
};

const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0)
  throw new Error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);

const [cpu] = os.cpus();
console.log(
  `${os.cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${process.platform}, Node ${process.versions.node}; load ${os.loadavg()[0]?.toFixed(1)}`,
);
for (const [name, measure] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.log(`\n${name}`);
  for (const line of await measure()) console.log(`  ${line}`);
}
