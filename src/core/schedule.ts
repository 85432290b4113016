// Owns the arithmetic of schedules: which instants a cron line in a zone names. It never reads a clock: every instant is an argument.
//
// Where clocks are set (issue "Policies that never lie"): a line whose hour field names hours keeps to local time, so a time that is
// skipped fires once, at the end of the gap, and one that comes twice fires once, at its first coming. A line whose hour field is `*`
// or a step of it goes by elapsed time: it fires in both of the repeated hours, and the gap adds nothing.

import { Refusal } from './errors.ts';
import { linesMax, longestGap } from './schedule/calendar.ts';
import { type Pattern, readPattern } from './schedule/pattern.ts';
import { type Zone, zoneOf } from './schedule/zone.ts';

export interface ScheduleRule {
  /** Five fields: minute, hour, day of month, month, day of week; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. */
  readonly cron: string;
  /** IANA name, such as Europe/Berlin. */
  readonly timeZone: string;
}

export interface PlannedFiring {
  readonly at: Date;
  /** RFC 3339 with the zone's offset. */
  readonly local: string;
  /** `skipped`: it stands for a local time that this day does not have. `repeated`: this day has its local time twice. */
  readonly dst: 'skipped' | 'repeated' | null;
}

/**
 * Refuses a rule that cannot be: `invalid_cron` for a line that does not parse or never fires, `invalid_time_zone`.
 * `field` is the path of the schedule in the request, for the answer.
 */
export function checkSchedule(rule: ScheduleRule, field: string, now: Date): void {
  checkTimeZone(rule.timeZone, `${field}.timeZone`);
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
 * Throws for a line that does not parse: check a rule with `checkSchedule` before it is kept.
 */
export function nextFiring(rule: ScheduleRule, after: Date): Date | null {
  const pattern = readPattern(rule.cron);
  const zone = zoneOf(rule.timeZone);
  const at = (pattern.namesHours ? nextByLocalTime : nextByElapsedTime)(pattern, zone, after.getTime());
  return at === undefined ? null : new Date(at);
}

/** Later local times are never found at earlier instants, so the first that lies after it is the next. */
function nextByLocalTime(pattern: Pattern, zone: Zone, after: number): number | undefined {
  let local = pattern.next(after + zone.offset(after));
  for (; local !== undefined; local = pattern.next(local)) {
    const { at } = zone.locate(local);
    if (at > after) return at;
  }
  return undefined;
}

/** From one change of offset to the next, local time goes as time does. */
function nextByElapsedTime(pattern: Pattern, zone: Zone, after: number): number | undefined {
  let offset = zone.offset(after);
  let local = pattern.next(after + offset);
  let from = after;
  while (local !== undefined) {
    const at = local - offset;
    const [change] = zone.changes(from, at);
    if (change === undefined) return at;
    offset = zone.offset(change);
    local = pattern.next(change + offset - 1000);
    from = change;
  }
  return undefined;
}

/**
 * The last firing strictly before `before` and not before `since`, or null. It looks `stepMs` back at first (two calls of `nextFiring`,
 * where that is the pause before it), then twice as far each time, and halves what lies between.
 */
export function previousFiring(
  rule: ScheduleRule,
  before: Date,
  { since, stepMs = 60_000 }: { since: Date; stepMs?: number },
): Date | null {
  // From here on nothing fires before `before`.
  let quiet = before.getTime();
  for (let step = stepMs; quiet > since.getTime(); step *= 2) {
    const from = Math.max(since.getTime(), quiet - step);
    const found = nextFiring(rule, new Date(from - 1));
    if (found && found.getTime() < quiet) return lastBefore(rule, found, quiet);
    quiet = from;
  }
  return null;
}

/** The last of the firings from `found` on that lies before `end`. */
function lastBefore(rule: ScheduleRule, found: Date, end: number): Date {
  let known = found;
  for (let quiet = end; ; ) {
    const following = nextFiring(rule, known);
    if (!following || following.getTime() >= quiet) return known;
    known = following;
    const middle = Math.ceil((known.getTime() + quiet) / 2);
    const later = nextFiring(rule, new Date(middle - 1));
    if (later && later.getTime() < quiet) known = later;
    else quiet = middle;
  }
}

/** The next `count` firings strictly after `after`; fewer where the rule fires no more. */
export function planFirings(rule: ScheduleRule, after: Date, count: number): PlannedFiring[] {
  const firings: PlannedFiring[] = [];
  for (let at = nextFiring(rule, after); at && firings.length < count; at = nextFiring(rule, at)) {
    firings.push(describeFiring(rule, at));
  }
  return firings;
}

function describeFiring(rule: ScheduleRule, at: Date): PlannedFiring {
  const zone = zoneOf(rule.timeZone);
  const offset = zone.offset(at.getTime());
  const local = at.getTime() + offset;
  const isRepeated = zone.locate(local).kind === 'repeated';
  const dst = isRepeated ? 'repeated' : standsForSkipped(rule, at.getTime()) ? 'skipped' : null;
  return { at, local: toText(local, offset), dst };
}

/** Whether a gap ends at the instant in which the rule names a time. */
function standsForSkipped(rule: ScheduleRule, at: number): boolean {
  const pattern = readPattern(rule.cron);
  const zone = zoneOf(rule.timeZone);
  const [gapStart, gapEnd] = [at + zone.offset(at - 1000), at + zone.offset(at)];
  if (!pattern.namesHours || gapEnd <= gapStart) return false;
  const named = pattern.next(gapStart - 1000);
  return named !== undefined && named < gapEnd;
}

function toText(local: number, offset: number): string {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const shift = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return new Date(local).toISOString().replace('.000Z', shift);
}

/**
 * The longest pause between two firings of all the rules together, whichever of them fires, in milliseconds; 0 for no rule. It is exact
 * for the whole calendar, leap years included, and depends on no instant: the hour that a change of clocks adds or takes is left out.
 * Rules of several zones are looked at zone by zone, and the densest counts: together they can pause for less, never for longer.
 * Throws for a line that does not parse.
 */
export function longestInterval(rules: readonly ScheduleRule[]): number {
  const zones = Map.groupBy(rules, ({ timeZone }) => timeZone.toLowerCase());
  const longest = [...zones.values()].flatMap((own) => {
    const lines = [...new Set(own.map(({ cron }) => cron))].sort();
    return Array.from({ length: Math.ceil(lines.length / linesMax) }, (_, part) =>
      pauseOf(lines.slice(part * linesMax, (part + 1) * linesMax)),
    );
  });
  return longest.length === 0 ? 0 : Math.min(...longest);
}

/** Whether a restore window of so many seconds leaves instants between two firings that nothing brings back. */
export function isWindowShorter(windowSeconds: number, rules: readonly ScheduleRule[]): boolean {
  return windowSeconds * 1000 < longestInterval(rules);
}

const pausesKept = 1_000;
const pauses = new Map<string, number>();

/** It remembers. */
function pauseOf(lines: readonly string[]): number {
  const key = lines.join('\n');
  const pause = pauses.get(key) ?? longestGap(lines);
  if (pauses.size >= pausesKept) pauses.clear();
  pauses.set(key, pause);
  return pause;
}

/** Refuses with `invalid_time_zone`. */
export function checkTimeZone(name: string, field: string): void {
  if (isTimeZone(name)) return;
  throw new Refusal(
    'invalid_time_zone',
    `${field}: ${quote(name)} is not an IANA time zone such as Europe/Berlin. Nothing was saved.`,
    { members: { field } },
  );
}

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    zoneOf(name);
    return true;
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
