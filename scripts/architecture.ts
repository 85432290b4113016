// `node scripts/architecture.ts [folder]`: checks the imports of a tree (this one by default) against
// .dependency-cruiser.cjs. It exits with 1 and one line per violation, and also when it saw too few modules.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult, type IViolation } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const root = resolve(import.meta.dirname, '..');

/** Fewer modules in src than this means that the check is blind (with TypeScript 7 it sees none), not that all is well. */
export const modulesMin = 150;

const folders = ['src', 'migrations', 'scripts', 'bench', 'test'];

interface Finding {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** Reads every module under `base`. It changes nothing but the working directory, for as long as it runs. */
export async function examine(base: string): Promise<{ modules: number; findings: Finding[] }> {
  const before = process.cwd();
  process.chdir(base);
  try {
    const options = await extractDepcruiseOptions(resolve(root, '.dependency-cruiser.cjs'));
    const tsConfig: unknown = extractTSConfig(resolve(root, 'tsconfig.json'));
    const present = folders.filter((folder) => existsSync(folder));
    const { output } = await cruise(present, { ...options, baseDir: base }, undefined, { tsConfig });
    if (typeof output === 'string') throw new Error('dependency-cruiser gave text, not a result');
    return { modules: countSource(output), findings: output.summary.violations.map(toFinding) };
  } finally {
    process.chdir(before);
  }
}

/** What is wrong, in lines to print; none when all is well. */
export function faults(seen: { modules: number; findings: Finding[] }): string[] {
  const lines = seen.findings.map((found) => `${found.rule}: ${found.from} -> ${found.to}`);
  if (seen.modules < modulesMin) {
    lines.push(
      `too-few-modules: saw ${seen.modules} modules in src, expected ${modulesMin} or more: the check is blind`,
    );
  }
  return lines;
}

function countSource(output: ICruiseResult): number {
  return output.modules.filter((module) => module.source.startsWith('src/')).length;
}

function toFinding(violation: IViolation): Finding {
  return { rule: violation.rule.name, from: violation.from, to: violation.to };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const seen = await examine(resolve(process.argv[2] ?? root));
  const lines = faults(seen);
  for (const line of lines) console.log(line);
  console.log(`${seen.modules} modules in src, ${lines.length} faults`);
  process.exitCode = lines.length > 0 ? 1 : 0;
}
