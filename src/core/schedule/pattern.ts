// Owns reading cron lines: which local times a line names. The one place that knows croner, which is never told of a zone: what a
// local time means on the days on which clocks are set is decided in `core/schedule.ts`.

import { Cron } from 'croner';

const words: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

export interface Pattern {
  /** Whether its hour field names hours; else it is `*` or a step of it. */
  readonly namesHours: boolean;
  /** The first local time that it names after the given one, in milliseconds as if it were UTC; undefined where it names none. */
  next(after: number): number | undefined;
}

const patternsKept = 1_000;
const patterns = new Map<string, Pattern>();

/** Reads five fields (minute, hour, day of month, month, day of week) or a word such as `@daily`. Throws an Error with the reason. */
export function readPattern(line: string): Pattern {
  const known = patterns.get(line);
  if (known) return known;
  const pattern = makePattern(line);
  if (patterns.size >= patternsKept) patterns.clear();
  patterns.set(line, pattern);
  return pattern;
}

/** The fields of a line, those of the line that a word stands for. It checks nothing. */
export function cronFields(line: string): string[] {
  return (words[line.trim()] ?? line).trim().split(/\s+/);
}

function makePattern(line: string): Pattern {
  const fields = cronFields(line);
  // croner also reads an instant, and more or fewer fields.
  if (fields.length !== 5) throw new Error('it has not five fields');
  const cron = new Cron(fields.join(' '), { utcOffset: 0, mode: '5-part', paused: true });
  return {
    namesHours: !/^[*?](\/\d+)?$/.test(fields[1] ?? ''),
    next: (after) => cron.nextRun(new Date(after))?.getTime(),
  };
}
