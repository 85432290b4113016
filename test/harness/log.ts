// A silent logger that remembers: a warn or error line that no test announced fails the test which made it.

import { type Logger, pino } from 'pino';
import type { Test } from 'tap';

interface LogLine {
  readonly level: number;
  readonly msg: string;
}

export interface LogWatch {
  readonly logger: Logger;
  /** All that was written so far, as JSON lines. */
  text(): string;
  /** Announces warn and error lines whose message fits; resolves nothing, hides nothing else. */
  expect(message: RegExp): void;
}

const warn = 40;

export function watchLog(t: Test): LogWatch {
  const lines: string[] = [];
  const expected: RegExp[] = [];
  const write = (line: string): void => {
    lines.push(line);
  };
  t.teardown(() => {
    const unexpected = lines.filter((line) => {
      const { level, msg }: LogLine = JSON.parse(line);
      return level >= warn && !expected.some((pattern) => pattern.test(msg));
    });
    // An assertion comes too late here; an error still fails the file.
    if (unexpected.length > 0) throw new Error(`unexpected lines were logged:\n${unexpected.join('')}`);
  });
  return {
    logger: pino({ level: 'info' }, { write }),
    text: () => lines.join(''),
    expect: (message) => void expected.push(message),
  };
}
