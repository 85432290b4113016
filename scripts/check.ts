// `npm run check`: everything that can be said of the tree without running it, cheapest first. It stops at the first
// fault, whose tool has said what and where.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, tool, toolEnvironment } from './tools.ts';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** What to do about a fault. */
  readonly remedy: string;
}

const steps: readonly Step[] = [
  { name: 'format', command: [tool('biome'), 'format', '.'], remedy: 'npm run format' },
  {
    name: 'contract',
    command: [join(root, 'scripts/generate.ts'), '--check'],
    remedy: 'npm run generate, and commit what it writes',
  },
  {
    name: 'architecture',
    command: [join(root, 'scripts/architecture.ts')],
    remedy: 'see .dependency-cruiser.cjs for the reason of each rule',
  },
  { name: 'dead code', command: [tool('knip')], remedy: 'remove what nobody uses' },
  { name: 'lint', command: [tool('oxlint')], remedy: 'see .oxlintrc.json' },
  { name: 'types', command: [tool('tsc'), '--noEmit'], remedy: 'mend the types' },
];

for (const step of steps) {
  const since = performance.now();
  const { status, error, stdout, stderr } = spawnSync(process.execPath, step.command, {
    cwd: root,
    env: toolEnvironment(),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const seconds = ((performance.now() - since) / 1000).toFixed(1).padStart(5);
  if (status === 0) {
    console.log(`ok      ${step.name.padEnd(13)} ${seconds} s`);
    continue;
  }
  process.stdout.write(stdout ?? '');
  process.stderr.write(stderr ?? '');
  if (error) console.error(error);
  console.log(`FAULT   ${step.name.padEnd(13)} ${seconds} s   ${step.remedy}`);
  process.exit(1);
}
