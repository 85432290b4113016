// Owns what a policy says, in the form in which it is decided upon, and what the presets stand for. It checks nothing that a schema checks.

import type { Protection } from './protection.ts';
import type { RetentionRule } from './retention.ts';
import type { ScheduleRule } from './schedule.ts';
import type { PolicySelector } from './selector.ts';

export interface PolicySchedule extends ScheduleRule {
  /** Unique in the policy: with it the schedule's identity, across versions. */
  readonly name: string;
  /** A firing starts up to so much later, always the same for a branch, and still captures its own instant. */
  readonly jitterSeconds: number;
  /** A firing that did not start so soon is missed; null: `startWithinSecondsDefault`. */
  readonly startWithinSeconds: number | null;
  readonly engine: ScheduleEngine;
}

/** Who takes the snapshots: Afterglow, or Neon by a schedule of its own that is set on the branch (`core/delegation.ts`). */
export type ScheduleEngine = 'afterglow' | 'neon';

/** What a firing makes. Neon keeps snapshots of root branches only, so of a child branch it is a branch in any case. */
export type PolicyStore = 'neon_snapshot' | 'branch';

/** Neon keeps snapshots of root branches only (rule 5). */
export function snapshotKind(store: PolicyStore, isRoot: boolean): 'neon_snapshot' | 'branch' {
  return isRoot ? store : 'branch';
}

/**
 * What becomes of firings that an outage has missed: a snapshot of the missed instant, while the restore window holds it; one of the
 * present; none.
 */
export type MissedFirings = 'capture_moment' | 'run_once' | 'skip';

export interface PolicyObjectives {
  /** How much of the newest work may be lost: the age that the newest recovery point may reach. */
  readonly rpoSeconds?: number;
}

export interface PolicyLimits {
  /** Of a branch's points, 0 to 1: a pass that would expire more waits for a person. */
  readonly expireAtMostShare?: number;
}

/** What a policy says, apart from what time has made of it. */
export interface PolicyRule {
  readonly name: string;
  readonly selector: PolicySelector;
  readonly schedules: readonly PolicySchedule[];
  readonly retention: RetentionRule;
  /** The lock that a snapshot gets when it becomes available. */
  readonly protection: Protection | null;
  readonly store: PolicyStore;
  readonly objectives: PolicyObjectives;
  readonly missedFirings: MissedFirings;
  readonly limits: PolicyLimits;
}

export const startWithinSecondsDefault = 900;

/** How long after its instant a firing may start, its jitter among it. */
export function startsWithinMs({
  startWithinSeconds,
  jitterSeconds,
}: Pick<PolicySchedule, 'startWithinSeconds' | 'jitterSeconds'>): number {
  return Math.max(startWithinSeconds ?? startWithinSecondsDefault, jitterSeconds) * 1000;
}

export const expireAtMostShareDefault = 0.25;

export interface Preset {
  readonly schedules: readonly PolicySchedule[];
  readonly retention: RetentionRule;
  readonly protection: Protection | null;
}

const times = { hourly: '0 * * * *', daily: '0 2 * * *', weekly: '0 2 * * 0', monthly: '0 2 1 * *' } as const;

interface PresetRule {
  readonly at: keyof typeof times;
  readonly retention: RetentionRule;
  readonly protection?: Protection;
}

/**
 * The retention is chosen for Neon's cap of 100 manual snapshots in a project, but for `gfs`, which needs 106 for a branch (24 + 30 + 52)
 * and one more while the next is taken.
 */
const presetRules = {
  hourly: { at: 'hourly', retention: { hourly: 24 } },
  daily: { at: 'daily', retention: { daily: 30 } },
  weekly: { at: 'weekly', retention: { weekly: 52 } },
  monthly: { at: 'monthly', retention: { monthly: 24 } },
  gfs: { at: 'hourly', retention: { hourly: 24, daily: 30, weekly: 52 } },
  /** Seven years of months, each of which nobody can remove. */
  compliance: {
    at: 'daily',
    retention: { daily: 7, weekly: 5, monthly: 84 },
    protection: { lock: { mode: 'compliance', for: 'P7Y', graceHours: 72, tiers: ['monthly'] } },
  },
} as const satisfies Record<string, PresetRule>;

export type PresetName = keyof typeof presetRules;
export const presetNames = Object.keys(presetRules) as PresetName[];

/** The schedules, the retention and the protection that the preset stands for, in the zone. */
export function expandPreset(name: PresetName, timeZone: string): Preset {
  const { at, retention, protection }: PresetRule = presetRules[name];
  return {
    schedules: [
      { name: at, cron: times[at], timeZone, jitterSeconds: 0, startWithinSeconds: null, engine: 'afterglow' },
    ],
    retention,
    protection: protection ?? null,
  };
}
