// Owns what Neon's own backup schedules can do of a policy, and what becomes of one that Neon shows otherwise. It calls nobody and reads
// no clock.
//
// A policy is delegated as a whole or not at all: the tiers of one rule would else keep both what we make and what Neon makes. How long
// Neon keeps a snapshot is an age, so a tier stands for one: `daily` N for N days, `weekly` N for N weeks, `monthly` N for N times 31
// days, each for the schedule of its name; `keepWithin` is one for every schedule, and the longer of the two counts.

import { parseDuration } from './duration.ts';
import { Refusal } from './errors.ts';
import { type PolicyRule, type PolicySchedule, startWithinSecondsDefault } from './policy.ts';
import type { RetentionRule } from './retention.ts';
import { cronFields } from './schedule/pattern.ts';

/** One entry of a branch's schedule in Neon; what Neon leaves out has its default. */
export interface NativeSchedule {
  /** daily, weekly, monthly; Neon may have other words. */
  readonly frequency: string;
  /** 0 to 23, UTC. */
  readonly hour?: number | undefined;
  /** Weekly 1 (Monday) to 7, monthly 1 to 28; daily none. */
  readonly day?: number | undefined;
  readonly retentionSeconds?: number | undefined;
}

/** What is known of a branch's schedule in Neon: asked for, as asked, changed by somebody else, or refused. */
export const delegationStates = ['pending', 'set', 'drifted', 'refused'] as const;
export type DelegationState = (typeof delegationStates)[number];

/** Why Neon cannot do it: `reason` of the refusal. */
export type DelegationReason =
  | 'mixed_engines'
  | 'store'
  | 'protection'
  | 'objectives'
  | 'time_zone'
  | 'cron'
  | 'jitter'
  | 'window'
  | 'frequency_twice'
  | 'retention'
  | 'plan'
  | 'child_branch'
  | 'other_policy';

type Frequency = 'daily' | 'weekly' | 'monthly';

/** As we ask for it: nothing of it is left to a default. */
type WantedSchedule = NativeSchedule & { readonly frequency: Frequency; readonly retentionSeconds: number };

const frequencyDays = { daily: 1, weekly: 7, monthly: 31 } as const satisfies Record<Frequency, number>;
const daySeconds = 86_400;
/** Names of zones that are never apart from UTC, in lower case. */
const utcNames: ReadonlySet<string> = new Set([
  'utc',
  'etc/utc',
  'gmt',
  'etc/gmt',
  'etc/uct',
  'etc/universal',
  'etc/zulu',
]);
/** The shortest and the longest that Neon keeps a snapshot of a schedule; the longest is its default too. */
const keptSeconds = { least: 3_600, most: 3_024_000 } as const;

export function isDelegated({ schedules }: Pick<PolicyRule, 'schedules'>): boolean {
  return schedules.some(({ engine }) => engine === 'neon');
}

/** Those that Afterglow fires itself. */
export function firedByUs<T extends { readonly engine: PolicySchedule['engine'] }>(schedules: readonly T[]): T[] {
  return schedules.filter(({ engine }) => engine === 'afterglow');
}

/**
 * The rule as Neon's schedule of a branch; empty where it is not delegated. Refuses with `delegation_impossible` and its `reason`
 * what Neon cannot do, and with `invalid_duration`.
 */
export function toNativeSchedules(rule: PolicyRule): WantedSchedule[] {
  if (!isDelegated(rule)) return [];
  checkWhole(rule);
  const found = new Map<string, NativeSchedule>();
  const timed = rule.schedules.map((schedule, index) => {
    const field = `schedules[${index}]`;
    const when = readWhen(schedule, field);
    if (found.has(when.frequency)) {
      throw impossible('frequency_twice', `${field}.cron`, `Neon has one ${when.frequency} schedule of a branch`);
    }
    found.set(when.frequency, when);
    return when;
  });
  checkRetention(rule.retention, found);
  return timed.map((when) => ({ ...when, retentionSeconds: ageOf(rule.retention, when.frequency) }));
}

function checkWhole({ schedules, store, protection, objectives }: PolicyRule): void {
  const own = schedules.findIndex(({ engine }) => engine === 'afterglow');
  if (own >= 0) {
    const what = 'the other schedules of the policy are left to Neon, and its retention would count for both';
    throw impossible('mixed_engines', `schedules[${own}].engine`, what, 'Make two policies of it.');
  }
  if (store !== 'neon_snapshot') throw impossible('store', 'store', 'Neon makes snapshots only');
  if (protection)
    throw impossible('protection', 'protection', 'snapshots that Neon makes cannot be locked by Afterglow');
  if (objectives.rpoSeconds !== undefined) {
    throw impossible('objectives', 'objectives', 'Afterglow does not count the snapshots that Neon makes');
  }
}

function readWhen(schedule: PolicySchedule, field: string): NativeSchedule & { readonly frequency: Frequency } {
  const { timeZone, jitterSeconds, startWithinSeconds, cron } = schedule;
  if (!utcNames.has(timeZone.toLowerCase())) throw impossible('time_zone', `${field}.timeZone`, 'Neon goes by UTC');
  if (jitterSeconds > 0) throw impossible('jitter', `${field}.jitterSeconds`, 'Neon has no jitter');
  if (startWithinSeconds !== null && startWithinSeconds !== startWithinSecondsDefault) {
    throw impossible('window', `${field}.window`, 'Neon has no start window');
  }
  const [minute = '', hour = '', dayOfMonth = '', month = '', weekday = ''] = cronFields(cron);
  if (isNumber(minute) && Number(minute) === 0 && isNumber(hour) && isAny(month)) {
    const at = { hour: Number(hour) };
    if (isAny(dayOfMonth) && isAny(weekday)) return { frequency: 'daily', ...at };
    const day = isAny(dayOfMonth) ? dayOfWeek(weekday) : undefined;
    if (day !== undefined) return { frequency: 'weekly', ...at, day };
    if (isAny(weekday) && isNumber(dayOfMonth) && Number(dayOfMonth) <= 28) {
      return { frequency: 'monthly', ...at, day: Number(dayOfMonth) };
    }
  }
  const can = 'at a full hour: each day, on one weekday, or on one day of the month up to the 28th';
  throw impossible('cron', `${field}.cron`, `Neon takes snapshots ${can}`);
}

function isAny(field: string): boolean {
  return field === '*' || field === '?';
}

function isNumber(field: string): boolean {
  return /^\d{1,2}$/.test(field);
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

function dayOfWeek(field: string): number | undefined {
  if (/^[0-7]$/.test(field)) return Number(field) || 7;
  const named = weekdays.indexOf(field.toLowerCase());
  return named < 0 ? undefined : named + 1;
}

/** Each part of the rule has its schedule, each schedule its age, and Neon keeps something so long. */
function checkRetention(rule: RetentionRule, schedules: ReadonlyMap<string, unknown>): void {
  for (const [name, value] of Object.entries(rule)) {
    if (value === undefined || name === 'keepWithin' || (name === 'bucketKeeps' && value === 'first')) continue;
    const field = `retention.${name}`;
    if (!Object.hasOwn(frequencyDays, name)) throw impossible('retention', field, 'Neon keeps a snapshot by its age');
    if (!schedules.has(name)) {
      throw impossible(
        'retention',
        field,
        `the policy has no ${name} schedule, and Neon keeps all of a schedule alike`,
      );
    }
  }
  for (const frequency of schedules.keys()) {
    const seconds = ageOf(rule, frequency as Frequency);
    if (seconds >= keptSeconds.least && seconds <= keptSeconds.most) continue;
    const why =
      seconds === 0 ? `nothing says how long the ${frequency} snapshots are kept` : `it comes to ${seconds} s`;
    const bounds = `Neon keeps them from ${keptSeconds.least} s to ${keptSeconds.most} s (35 days)`;
    throw impossible('retention', 'retention', `${why}; ${bounds}`, `Give ${frequency} or keepWithin, within that.`, {
      seconds,
      ...keptSeconds,
    });
  }
}

/** 0 where nothing says it. */
function ageOf(rule: RetentionRule, frequency: Frequency): number {
  const tier = (rule[frequency] ?? 0) * frequencyDays[frequency] * daySeconds;
  if (rule.keepWithin === undefined) return tier;
  const { months, days, ms } = parseDuration(rule.keepWithin, 'retention.keepWithin');
  return Math.max(tier, (months * 31 + days) * daySeconds + ms / 1000);
}

/** The refusal of what Neon's own schedules cannot do. `advice`: what to do instead. */
export function impossible(
  reason: DelegationReason,
  field: string,
  why: string,
  advice = 'Change it, or leave the engine to afterglow.',
  members: Readonly<Record<string, unknown>> = {},
): Refusal {
  return new Refusal(
    'delegation_impossible',
    `${field}: it cannot be left to Neon's own schedules: ${why}. Nothing was saved. ${advice}`,
    { members: { field, reason, ...members } },
  );
}

/** The shortest that lies between two snapshots of a schedule: a February, for a monthly one. */
const shortestSeconds = { daily: daySeconds, weekly: 7 * daySeconds, monthly: 28 * daySeconds } as const;

/**
 * How many snapshots of a branch Neon's own schedules keep at their worst moment, of each frequency. Refuses as `toNativeSchedules`
 * does; none where the rule is not delegated.
 */
export function keptByNeon(rule: PolicyRule): Partial<Record<Frequency, number>> {
  return Object.fromEntries(
    toNativeSchedules(rule).map(({ frequency, retentionSeconds }) => {
      return [frequency, Math.ceil(retentionSeconds / shortestSeconds[frequency])];
    }),
  );
}

export interface DelegationFacts {
  /** Empty: none is wanted any more. */
  readonly wanted: readonly NativeSchedule[];
  readonly known:
    | {
        readonly state: DelegationState;
        /** What was asked for last, done or not. */
        readonly asked: readonly NativeSchedule[];
        /** What there was when it was asked for: also ours. */
        readonly replaced: readonly NativeSchedule[];
      }
    | undefined;
  /** What Neon shows. */
  readonly seen: readonly NativeSchedule[];
}

/**
 * What is to be done about a branch's schedule: nothing (`agrees`), set what is wanted (`set`), or leave it alone: somebody has changed
 * what stood there (`drifted`), or it is not ours (`foreign`). What a person has set in Neon is never replaced.
 */
export function decideDelegation({ wanted, known, seen }: DelegationFacts): 'agrees' | 'set' | 'drifted' | 'foreign' {
  if (isSameSchedule(seen, wanted)) return 'agrees';
  const stood = known?.state === 'set' || known?.state === 'drifted';
  if (known && stood && isSameSchedule(known.asked, wanted)) return 'drifted';
  const isOurs = known && [known.asked, known.replaced].some((one) => isSameSchedule(one, seen));
  return isOurs || seen.length === 0 ? 'set' : 'foreign';
}

/** Whatever the order, and whether a default is said or left out. */
export function isSameSchedule(a: readonly NativeSchedule[], b: readonly NativeSchedule[]): boolean {
  const textOf = (schedules: readonly NativeSchedule[]): string =>
    schedules
      .map(({ frequency, hour = 0, day = 1, retentionSeconds = keptSeconds.most }) => {
        return `${frequency} ${frequency === 'daily' ? '' : day} ${hour} ${retentionSeconds}`;
      })
      .sort()
      .join(', ');
  return textOf(a) === textOf(b);
}
