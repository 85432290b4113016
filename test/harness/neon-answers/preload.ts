// Loaded into every process that a run of tests starts (scripts/test.ts says how): it hears of each answer that an emulator in
// the process gives, checks it, and writes what it found to the run's folder. A process without emulator loads nothing more.

import { subscribe } from 'node:diagnostics_channel';
import { openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { PublishedAnswer } from '../../../src/local/neon-emulator/answers.ts';
import { createAnswerCheck, type CheckedAnswer } from './check.ts';
import { checkedFile, documentFile } from './files.ts';

const folder = new URL(import.meta.url).searchParams.get('folder') ?? '';

let record: ((answer: PublishedAnswer) => void) | undefined;

function openRecord(): (answer: PublishedAnswer) => void {
  const check = createAnswerCheck(JSON.parse(readFileSync(join(folder, documentFile), 'utf8')));
  const file = openSync(join(folder, checkedFile), 'a');
  return (answer) => void writeSync(file, `${JSON.stringify(checked(answer))}\n`);

  /** A check that breaks must not break the emulator that answers: it is told as what it found. */
  function checked(answer: PublishedAnswer): CheckedAnswer {
    try {
      return check(answer);
    } catch (error) {
      return { call: answer.url, status: answer.status, problems: [`cannot be checked: ${String(error)}`] };
    }
  }
}

subscribe('afterglow:neon-emulator:answer', (message) => {
  const answer = message as PublishedAnswer;
  if (answer.forged) return;
  record ??= openRecord();
  record(answer);
});
