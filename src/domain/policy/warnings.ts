// Owns what is said of a policy that may stand, but not as it may be meant.

import { firedByUs } from '../../core/delegation.ts';
import { type PolicyRule, startWithinSecondsDefault } from '../../core/policy.ts';
import { isWindowShorter, longestInterval } from '../../core/schedule.ts';
import type { Warning } from '../../store/database.ts';
import { keptBy } from './forecast.ts';

/** What of its projects and branches matters here. */
export interface Reach {
  readonly branches: number;
  /** The shortest history of its projects; undefined where it selects none. */
  readonly historySeconds: number | undefined;
}

export function warningsOf(rule: PolicyRule, reach: Reach): Warning[] {
  return [
    nothingSelected(reach),
    minimumAbove(rule),
    windowTooShort(rule, reach),
    objectiveTooShort(rule),
    startTooLate(rule),
  ].filter((warning) => warning !== undefined);
}

function nothingSelected({ branches }: Reach): Warning | undefined {
  if (branches > 0) return undefined;
  return {
    code: 'selects_nothing',
    message: 'It selects no branch now, so nothing is kept. It begins by itself when one fits its selector.',
  };
}

/** By what the rule keeps at its worst moment, apart from the minimum. */
function minimumAbove(rule: PolicyRule): Warning | undefined {
  const { minimumKept, ...retention } = rule.retention;
  if (minimumKept === undefined) return undefined;
  const { total, isAtLeast } = keptBy({ ...rule, retention });
  if (isAtLeast || minimumKept <= total) return undefined;
  return {
    code: 'minimum_above_tiers',
    message: `minimumKept is ${minimumKept}, and everything else keeps at most ${total}: the minimum alone decides.`,
  };
}

/** With history shorter than the longest pause, what was missed may be out of reach when it is found missing; the status judges alike. */
function windowTooShort(rule: PolicyRule, { historySeconds }: Reach): Warning | undefined {
  const fired = firedByUs(rule.schedules);
  if (historySeconds === undefined || rule.missedFirings !== 'capture_moment') return undefined;
  if (!isWindowShorter(historySeconds, fired)) return undefined;
  return {
    code: 'window_shorter_than_interval',
    message:
      `A project's restore window is ${historySeconds} s, and between two firings up to ${longestInterval(fired) / 1000} s pass: ` +
      'there are instants that nothing brings back, and a missed firing may be out of reach.',
  };
}

/** Whatever is done, the newest point grows older than that between two firings. */
function objectiveTooShort({ schedules, objectives: { rpoSeconds } }: PolicyRule): Warning | undefined {
  const seconds = longestInterval(schedules) / 1000;
  if (rpoSeconds === undefined || rpoSeconds >= seconds) return undefined;
  return {
    code: 'rpo_below_interval',
    message: `objectives.rpoSeconds is ${rpoSeconds}, and between two firings up to ${seconds} s pass: it cannot be kept.`,
  };
}

function startTooLate(rule: PolicyRule): Warning | undefined {
  const late = firedByUs(rule.schedules).find((schedule) => {
    const within = (schedule.startWithinSeconds ?? startWithinSecondsDefault) * 1000;
    return schedule.jitterSeconds * 1000 > Math.min(within, longestInterval([schedule]));
  });
  if (!late) return undefined;
  return {
    code: 'jitter_beyond_window',
    message: `The jitter of the schedule ${JSON.stringify(late.name)} is longer than its window or its interval.`,
  };
}
