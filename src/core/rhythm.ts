// Owns looking back along a schedule: the last firings up to an instant, without walking the time between. What it remembers changes
// how long it takes, never what it answers.

import { nextFiring, previousFiring, type ScheduleRule } from './schedule.ts';

/** Around an instant: `previous` < `at` <= instant < `next`. Null where there is none within eighteen years. */
export interface Span {
  readonly previous: Date | null;
  readonly at: Date | null;
  readonly next: Date | null;
}

export interface Rhythms {
  /** Around the instant `lagMs` before `now`. */
  span(rule: ScheduleRule, now: Date, lagMs: number): Span;
}

export const plainRhythms: Rhythms = {
  span: (rule, now, lagMs) => findSpan(rule, now.getTime() - lagMs),
};

/** Rhythms that remember up to `max` spans, so that for most rules nothing is computed until they fire again. */
export function rememberRhythms(max: number): Rhythms {
  const spans = new Map<string, Span>();
  return {
    span(rule, now, lagMs) {
      const at = now.getTime() - lagMs;
      const key = `${lagMs} ${keyOf(rule)}`;
      const known = spans.get(key);
      if (known && holds(known, at)) return known;
      const span = (known && advance(rule, known, at)) ?? findSpan(rule, at);
      keep(spans, key, span, max);
      return span;
    },
  };
}

function keyOf({ cron, timeZone }: ScheduleRule): string {
  return `${timeZone} ${cron}`;
}

function keep<V>(kept: Map<string, V>, key: string, value: V, max: number): void {
  if (kept.size >= max && !kept.has(key)) kept.clear();
  kept.set(key, value);
}

function holds({ at, next }: Span, instant: number): boolean {
  return at !== null && at.getTime() <= instant && (next === null || instant < next.getTime());
}

/** One firing on, which is the rule; undefined where that is not enough. */
function advance(rule: ScheduleRule, { at, next }: Span, instant: number): Span | undefined {
  if (!next || next.getTime() > instant) return undefined;
  const following = nextFiring(rule, next);
  const span = { previous: at, at: next, next: following };
  return holds(span, instant) ? span : undefined;
}

function findSpan(rule: ScheduleRule, instant: number): Span {
  const at = lastFiring(rule, instant);
  return {
    previous: at && lastFiring(rule, at.getTime() - 1),
    at,
    next: nextFiring(rule, new Date(instant)),
  };
}

const nearMs = 2 * 60_000;
const farMs = 18 * 366 * 86_400_000;

/** The last firing at or before the instant. */
function lastFiring(rule: ScheduleRule, instant: number): Date | null {
  return previousFiring(rule, new Date(instant + 1), { since: new Date(instant - farMs), stepMs: nearMs });
}
