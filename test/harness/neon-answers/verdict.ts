// Prepares a run's folder for the check of the emulator's answers, and sums up at its end what was found.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckedAnswer } from './check.ts';
import type { Difference } from './differences.ts';
import { readNeonDocument } from './document.ts';
import { checkedFile, documentFile } from './files.ts';

export interface Verdict {
  /** How many answers were checked. */
  readonly checked: number;
  /** What must not be, each once: violations and, after a whole run, what a whole run must have shown. */
  readonly faults: readonly string[];
}

export function prepareCheck(folder: string): void {
  writeFileSync(join(folder, documentFile), JSON.stringify(readNeonDocument()));
}

/** `isWhole`: whether every test ran, so that each difference must have been needed, and answers must have been given. */
export function judgeAnswers(folder: string, differences: readonly Difference[], isWhole: boolean): Verdict {
  const found = new Map<string, number>();
  const needed = new Set<Difference>();
  const answers = readChecked(join(folder, checkedFile));
  for (const { call, status, problems } of answers) {
    for (const problem of problems) {
      const difference = differences.find(
        (known) => known.call === call && known.status === status && problem.startsWith(known.problem),
      );
      if (difference !== undefined) needed.add(difference);
      else count(found, `${call} ${status}: ${problem}`);
    }
  }
  const faults = [...found].map(([violation, times]) => `${violation} (${times} times)`);
  if (isWhole && answers.length === 0) faults.push('no answer was checked in the whole run');
  for (const known of isWhole ? differences : []) {
    if (!needed.has(known))
      faults.push(`the difference ${known.call} ${known.status}: ${known.problem} was not needed`);
  }
  return { checked: answers.length, faults };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function readChecked(file: string): CheckedAnswer[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): CheckedAnswer => JSON.parse(line));
}
