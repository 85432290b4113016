// Owns retention locks: when one binds, who may change it to what, and which lock a policy gives to a snapshot. It stores nothing;
// the database refuses once more what is refused here.

import { after, parseDuration } from './duration.ts';
import { Refusal } from './errors.ts';
import type { RetentionReason, RetentionRule } from './retention.ts';
import type { Tier } from './retention/tiers.ts';

/** `governance`: an admin may shorten or lift it, with a reason. `compliance`: nobody may, once its grace is over. */
export type LockMode = 'governance' | 'compliance';

export interface Lock {
  readonly mode: LockMode;
  /** Until then nothing removes the snapshot. */
  readonly until: Date;
  /** Never after `until`. Up to then an admin may also shorten, lift or soften a compliance lock. */
  readonly graceUntil: Date;
}

/** What a policy promises for the snapshots that it takes. */
export interface Protection {
  readonly lock: {
    readonly mode: LockMode;
    /** ISO 8601, by the calendar in UTC, counted from when the snapshot became available. */
    readonly for: string;
    readonly graceHours: number;
    /** Only what retention keeps for one of these; all without them. */
    readonly tiers?: readonly Tier[];
  };
}

/**
 * The clocks of this process and of the database may differ: each question is answered by the one that protects for longer, so
 * that a wrong clock lets nothing go too soon.
 */
export interface Clocks {
  readonly earliest: Date;
  readonly latest: Date;
}

export interface LockWish {
  /** Of a first lock `governance` unless given; otherwise as it is. */
  readonly mode?: LockMode | undefined;
  /** Null lifts the lock. */
  readonly until: Date | null;
  /** Whole hours, counted from when the lock is made or becomes a compliance lock; a later change leaves the grace as it is. */
  readonly graceHours?: number | undefined;
}

export interface LockChange {
  readonly kind: 'none' | 'made' | 'stricter' | 'weaker';
  readonly lock: Lock | null;
}

/** Of a lock that says no other. */
export const graceHoursDefault = 24;

/** In years: nobody could end a mistake of more. As long as object stores lock. */
export const lockYearsMax = 100;

const hour = 3_600_000;

export function isLocked(lock: Pick<Lock, 'until'> | null, { earliest }: Pick<Clocks, 'earliest'>): lock is Lock {
  return lock !== null && lock.until > earliest;
}

/** Nobody may shorten, lift or soften it any more. */
export function isFixed(lock: Lock | null, clocks: Clocks): boolean {
  return isLocked(lock, clocks) && lock.mode === 'compliance' && lock.graceUntil <= clocks.latest;
}

/** Whether the wish makes the lock end earlier, or easier to end: what an admin alone may wish for, and not of a fixed one. */
export function weakens(present: Lock | null, wish: LockWish, clocks: Clocks): boolean {
  if (!isLocked(present, clocks)) return false;
  if (wish.until === null || wish.until < present.until) return true;
  return present.mode === 'compliance' && wish.mode === 'governance';
}

/**
 * What becomes of the lock. One that has run out counts as none. Refuses with `compliance_lock_fixed`, with `lock_too_short` what
 * would end before now or before its grace, and with `lock_too_long` what nobody would live to see end.
 */
export function planLockChange(present: Lock | null, wish: LockWish, clocks: Clocks): LockChange {
  const binding = isLocked(present, clocks) ? present : null;
  const isWeaker = weakens(present, wish, clocks);
  if (isWeaker && binding && isFixed(binding, clocks)) throw fixed(binding);
  if (wish.until === null) return binding ? { kind: 'weaker', lock: null } : { kind: 'none', lock: present };
  const mode = wish.mode ?? binding?.mode ?? 'governance';
  if (binding?.mode === mode && binding.until.getTime() === wish.until.getTime())
    return { kind: 'none', lock: binding };
  const begins = binding === null || (mode === 'compliance' && binding.mode === 'governance');
  const graceUntil = begins ? later(clocks.earliest, wish.graceHours ?? graceHoursDefault) : binding.graceUntil;
  if (wish.until < graceUntil || wish.until <= clocks.latest) throw tooShort(graceUntil, clocks);
  if (wish.until > latestEnd(clocks.latest)) throw tooLong('until', 'Nothing was changed');
  const lock = { mode, until: wish.until, graceUntil };
  if (binding === null) return { kind: 'made', lock };
  return { kind: isWeaker ? 'weaker' : 'stricter', lock };
}

/** Refuses with `invalid_duration`, with `lock_too_short` a lock that would end within its grace, and with `lock_too_long`. */
export function checkProtection({ lock }: Protection, now: Date): void {
  const until = after(now, parseDuration(lock.for, 'protection.lock.for'));
  // What is beyond all dates is no date, and not before anything.
  if (!(until <= latestEnd(now))) throw tooLong('protection.lock.for', 'Nothing was saved');
  if (until > now && until >= later(now, lock.graceHours)) return;
  throw new Refusal(
    'lock_too_short',
    `protection.lock.for: ${JSON.stringify(lock.for)} is shorter than the grace of ${lock.graceHours} hours. Nothing was saved. ` +
      'Lock for longer, or give a shorter grace.',
    { members: { field: 'protection.lock.for' } },
  );
}

/** Refuses with `lock_tier_not_kept` a tier that the retention has not: nothing would ever be locked for it. */
export function checkLockedTiers({ lock }: Protection, retention: RetentionRule): void {
  const place = lock.tiers?.findIndex((tier) => retention[tier] === undefined) ?? -1;
  const tier = lock.tiers?.[place];
  if (tier === undefined) return;
  throw new Refusal(
    'lock_tier_not_kept',
    `protection.lock.tiers[${place}] is ${tier}, and the retention keeps nothing ${tier}, so that nothing would ever be locked for it. ` +
      'Nothing was saved. Keep that tier, or leave it out of the lock.',
    { members: { field: `protection.lock.tiers[${place}]`, tier } },
  );
}

/**
 * The lock of a snapshot that a policy has just made, for which retention gave these reasons; null for none.
 * Refuses with `invalid_duration`.
 */
export function planLock(
  { lock }: Protection,
  { availableAt, reasons }: { readonly availableAt: Date; readonly reasons: readonly RetentionReason[] },
): Lock | null {
  const { tiers } = lock;
  if (tiers && !reasons.some((reason) => tiers.some((tier) => reason.startsWith(`${tier}:`)))) return null;
  const until = after(availableAt, parseDuration(lock.for, 'protection.lock.for'));
  const grace = later(availableAt, lock.graceHours);
  return { mode: lock.mode, until, graceUntil: grace < until ? grace : until };
}

function later(from: Date, hours: number): Date {
  return new Date(from.getTime() + hours * hour);
}

function latestEnd(from: Date): Date {
  return after(from, { months: 12 * lockYearsMax, days: 0, ms: 0 });
}

function tooLong(field: string, undone: string): Refusal {
  return new Refusal(
    'lock_too_long',
    `${field}: a lock lasts at most ${lockYearsMax} years. ${undone}. Lock for less; a lock can be extended at any time.`,
    { members: { field } },
  );
}

function fixed({ until, graceUntil }: Lock): Refusal {
  return new Refusal(
    'compliance_lock_fixed',
    `The grace of this compliance lock ended at ${graceUntil.toISOString()}: nobody can shorten, lift or soften it before ` +
      `${until.toISOString()}. Nothing was changed. It can be extended.`,
    { members: { lockedUntil: until.toISOString(), graceUntil: graceUntil.toISOString() } },
  );
}

function tooShort(graceUntil: Date, { latest }: Clocks): Refusal {
  const earliest = graceUntil > latest ? graceUntil : latest;
  return new Refusal(
    'lock_too_short',
    `A lock must end after the present and not before its grace, here not before ${earliest.toISOString()}. Nothing was changed. ` +
      'Name a later until, or fewer graceHours for a new lock; null lifts one.',
    { members: { field: 'until', graceUntil: graceUntil.toISOString() } },
  );
}
