// Owns the arithmetic of schedules: which instant a cron line in a zone names next. The one place that knows croner.
// It never reads a clock: every instant is an argument.

import { Cron } from 'croner';
import { Refusal } from './errors.ts';

export interface ScheduleRule {
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  /** IANA name, such as Europe/Berlin. */
  readonly timeZone: string;
}

/**
 * Refuses a rule that cannot be: `invalid_cron` for a line that does not parse or never fires, `invalid_time_zone`.
 * `field` is the path of the schedule in the request, for the answer.
 */
export function checkSchedule(rule: ScheduleRule, field: string, now: Date): void {
  if (!isTimeZone(rule.timeZone)) {
    throw new Refusal(
      'invalid_time_zone',
      `${field}.timeZone: ${quote(rule.timeZone)} is not an IANA time zone such as Europe/Berlin. Nothing was saved.`,
      { members: { field: `${field}.timeZone` } },
    );
  }
  // croner also reads an instant and words such as @daily, which are no cron lines of ours.
  if (rule.cron.trim().split(/\s+/).length !== 5) throw refuseCron(rule, field, 'is not a five-field cron line');
  let next: Date | null;
  try {
    next = nextFiring(rule, now);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    throw refuseCron(rule, field, `is not a five-field cron line (${reason})`);
  }
  if (!next) throw refuseCron(rule, field, 'never fires');
}

/**
 * The first firing strictly after `after`, or null where the rule never fires again.
 * Throws croner's error for a line that does not parse: check a rule with `checkSchedule` before it is kept.
 */
export function nextFiring(rule: ScheduleRule, after: Date): Date | null {
  return new Cron(rule.cron, { timezone: rule.timeZone, mode: '5-part', paused: true }).nextRun(after);
}

/** The last firing at or before `until`, starting at the known firing `first`, and how many there were. Counts up to `countMax`. */
export function lastFiring(
  rule: ScheduleRule,
  first: Date,
  until: Date,
  countMax: number,
): { at: Date; count: number } {
  let at = first;
  let count = 1;
  for (let next = nextFiring(rule, at); next && next <= until && count < countMax; next = nextFiring(rule, at)) {
    at = next;
    count += 1;
  }
  return { at, count };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

function refuseCron(rule: ScheduleRule, field: string, what: string): Refusal {
  return new Refusal('invalid_cron', `${field}.cron: ${quote(rule.cron)} ${what}. Nothing was saved.`, {
    members: { field: `${field}.cron` },
  });
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
