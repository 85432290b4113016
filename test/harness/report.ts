// Says what a run has done, so that one which did little is seen to be hollow: in its TAP, and at the end of `npm test`, which no
// reporter hides.

import { appendFileSync } from 'node:fs';
import type { Test } from 'tap';

export function report(t: Test, lines: readonly string[]): void {
  for (const line of lines) t.comment(line);
  const file = process.env['AFTERGLOW_TEST_REPORT'];
  if (file) appendFileSync(file, `${lines.join('\n')}\n`);
}
