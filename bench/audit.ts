// `npm run bench:audit [-- pages append] [-- --rows N]`: what the audit history costs as it grows: a page of it, without a filter and with each,
// and an event that is appended. The events of the large one are loaded in bulk, with placeholder hashes. Every part prints what it
// measured, side by side in one run with what it is compared to; ratios decide. Never a timed test.

import os from 'node:os';
import { parseArgs } from 'node:util';
import { measureAppend } from './audit/append.ts';
import { measurePages } from './audit/pages.ts';
import { type Histories, startHistories } from './audit/histories.ts';

const parts: Readonly<Record<string, (histories: Histories) => Promise<string[]>>> = {
  pages: measurePages,
  append: measureAppend,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string', default: '10000000' } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0)
  throw new Error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
const rows = Number(values.rows);
if (!Number.isSafeInteger(rows) || rows < 10_000) throw new Error('--rows must be a whole number of at least 10000');

const [cpu] = os.cpus();
console.log(
  `${os.cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${process.platform}, Node ${process.versions.node}; load ${os.loadavg()[0]?.toFixed(1)}`,
);
const histories = await startHistories(rows);
try {
  console.log(`${histories.loaded} (${histories.seconds.toFixed(0)} s)`);
  for (const [name, measure] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    console.log(`\n${name}`);
    for (const line of await measure(histories)) console.log(`  ${line}`);
  }
} finally {
  await histories.close();
}
