// Owns what a policy says, from the words of a request to the form in which it is kept, with every check that needs no other row.

import { toNativeSchedules } from '../../core/delegation.ts';
import { Refusal } from '../../core/errors.ts';
import { expandPreset, type PolicyRule, type PolicySchedule } from '../../core/policy.ts';
import { checkLockedTiers, checkProtection, type Protection } from '../../core/protection.ts';
import { checkSchedule, checkTimeZone } from '../../core/schedule.ts';
import type { PolicySelector } from '../../core/selector.ts';
import type { PolicyRow, ScheduleRow } from '../../store/policies.ts';
import type {
  Nullable,
  PolicyForm,
  PolicyPatch,
  ProtectionInput,
  ProtectionPatch,
  ScheduleInput,
  SelectorInput,
} from '../commands.ts';
import { checkRetention } from './retention.ts';

/**
 * The rule that the form stands for: a preset fills what is absent, everything else has its default. Refuses with `invalid_request`,
 * `invalid_cron`, `invalid_time_zone`, `time_zone_unused`, `invalid_duration`, `retention_keeps_nothing`, `lock_too_short`,
 * `lock_tier_not_kept`, `name_taken` for two schedules of one name, and `delegation_impossible`.
 */
export function readRule(form: PolicyForm, now: Date): PolicyRule {
  checkPresetZone(form);
  const preset = form.preset && expandPreset(form.preset, form.timeZone ?? 'UTC');
  const schedules = form.schedules?.map(readSchedule) ?? preset?.schedules;
  const retention = form.retention ? checkRetention(form.retention) : preset?.retention;
  if (!schedules) throw incomplete('schedules');
  if (!retention) throw incomplete('retention');
  const protection =
    form.protection === undefined ? (preset?.protection ?? null) : readProtection(form.protection, now);
  checkSchedules(schedules, now);
  if (protection) checkLockedTiers(protection, retention);
  return checked({
    name: form.name,
    selector: readSelector(form.selector),
    schedules,
    retention,
    protection,
    store: form.store ?? 'neon_snapshot',
    objectives: withoutNulls(form.objectives ?? {}),
    missedFirings: form.missedFirings ?? 'capture_moment',
    limits: withoutNulls(form.limits ?? {}),
  });
}

/**
 * A merge-patch (RFC 7396): of retention, protection, objectives and limits what is absent stays, and null removes, or brings a default
 * back; schedules and what a selector names are replaced. Refuses what `readRule` refuses.
 */
export function patchRule(rule: PolicyRule, patch: PolicyPatch, now: Date): PolicyRule {
  if (patch.schedules) checkSchedules(patch.schedules.map(readSchedule), now);
  const retention = patch.retention ? checkRetention(patched(rule.retention, patch.retention)) : rule.retention;
  const protection = patchProtection(rule.protection, patch.protection, now);
  // A policy that was saved with one before it was refused can still be renamed.
  if (protection && (patch.retention || patch.protection)) checkLockedTiers(protection, retention);
  return checked({
    name: patch.name ?? rule.name,
    selector: patch.selector ? patchSelector(rule.selector, patch.selector) : rule.selector,
    schedules: patch.schedules?.map(readSchedule) ?? rule.schedules,
    retention,
    protection,
    store: patch.store ?? rule.store,
    objectives: patched(rule.objectives, patch.objectives),
    missedFirings: patch.missedFirings ?? rule.missedFirings,
    limits: patched(rule.limits, patch.limits),
  });
}

/** With what Neon cannot do of a rule that is left to it. */
function checked(rule: PolicyRule): PolicyRule {
  toNativeSchedules(rule);
  return rule;
}

/** The rule of a policy that is kept. */
export function ruleOf(row: PolicyRow, schedules: readonly ScheduleRow[]): PolicyRule {
  return {
    name: row.name,
    selector: row.selector,
    schedules: schedules.map(scheduleOf),
    retention: row.retention,
    protection: row.protection,
    store: row.store,
    objectives: row.objectives,
    missedFirings: row.missed_firings,
    limits: row.limits,
  };
}

export function scheduleOf(row: ScheduleRow): PolicySchedule {
  return {
    name: row.name,
    cron: row.cron,
    timeZone: row.time_zone,
    jitterSeconds: row.jitter_seconds,
    startWithinSeconds: row.start_within_seconds,
    engine: row.engine,
  };
}

function readSchedule({ name, cron, timeZone, jitterSeconds, window, engine }: ScheduleInput): PolicySchedule {
  const startWithinSeconds = window?.startWithinSeconds ?? null;
  return {
    name,
    cron,
    timeZone,
    jitterSeconds: jitterSeconds ?? 0,
    startWithinSeconds,
    engine: engine ?? 'afterglow',
  };
}

function checkSchedules(schedules: readonly PolicySchedule[], now: Date): void {
  const names = new Set<string>();
  for (const [index, schedule] of schedules.entries()) {
    const field = `schedules[${index}].name`;
    checkSchedule(schedule, `schedules[${index}]`, now);
    if (schedule.name !== schedule.name.trim()) {
      throw new Refusal('invalid_request', `${field} begins or ends with a space. Nothing was saved. Leave it out.`, {
        members: { field },
      });
    }
    const key = schedule.name.toLowerCase();
    if (names.has(key)) {
      throw new Refusal(
        'name_taken',
        `${field}: two schedules are named ${JSON.stringify(schedule.name)}, in whatever case. Nothing was saved.`,
        { members: { field } },
      );
    }
    names.add(key);
  }
}

/** A zone is that of a preset's schedules, and of nothing else. */
function checkPresetZone({ timeZone, preset, schedules }: PolicyForm): void {
  if (timeZone === undefined) return;
  checkTimeZone(timeZone, 'timeZone');
  if (preset && !schedules) return;
  throw new Refusal(
    'time_zone_unused',
    "timeZone is that of a preset's schedules, and none of them are used here. Nothing was saved. Leave it out: each schedule names its zone.",
    { members: { field: 'timeZone' } },
  );
}

function readProtection(given: ProtectionInput | null, now: Date): Protection | null {
  if (given === null) return null;
  const { tiers, ...lock } = given.lock;
  const protection = { lock: { ...lock, ...(tiers ? { tiers } : {}) } };
  checkProtection(protection, now);
  return protection;
}

function patchProtection(
  present: Protection | null,
  patch: ProtectionPatch | null | undefined,
  now: Date,
): Protection | null {
  if (patch === null || patch?.lock === null) return null;
  if (patch?.lock === undefined) return present;
  const {
    mode,
    for: length,
    graceHours,
    tiers,
  } = patched<Partial<Protection['lock']>>(present?.lock ?? {}, patch.lock);
  if (mode === undefined) throw incomplete('protection.lock.mode');
  if (length === undefined) throw incomplete('protection.lock.for');
  if (graceHours === undefined) throw incomplete('protection.lock.graceHours');
  return readProtection({ lock: { mode, for: length, graceHours, tiers } }, now);
}

function readSelector({ projects, labels, branches }: SelectorInput): PolicySelector {
  if ((projects === undefined) === (labels === undefined)) throw unclearSelector();
  return { ...(projects ? { projects } : { labels: labels ?? {} }), branches: branches ?? 'default' };
}

function patchSelector(present: PolicySelector, patch: SelectorInput): PolicySelector {
  const { projects, labels, branches = present.branches } = patch;
  if (projects === undefined && labels === undefined) return { ...present, branches };
  return readSelector({ projects, labels, branches });
}

function patched<T extends object>(present: T, patch: Nullable<T> | null | undefined): T {
  if (patch === undefined) return present;
  return patch === null ? ({} as T) : withoutNulls<T>({ ...present, ...patch });
}

function withoutNulls<T extends object>(given: Nullable<T>): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined)) as T;
}

function unclearSelector(): Refusal {
  return new Refusal(
    'invalid_request',
    'selector must name either projects or labels. Nothing was saved. Give one of the two.',
    { members: { field: 'selector' } },
  );
}

function incomplete(field: string): Refusal {
  const remedy = field.startsWith('protection') ? 'Give it, or null as the protection.' : 'Give it, or a preset.';
  return new Refusal('invalid_request', `${field} is required. Nothing was saved. ${remedy}`, { members: { field } });
}
