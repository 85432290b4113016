// Owns the ways in which an attempt ends, each under its fence: finished, to be looked at again, or to be tried again. How it
// ended becomes a fact in the same statement.

import { type RawBuilder, sql } from 'kysely';
import type { AttemptOutcome, Db } from '../database.ts';
import { outboxChannel } from '../listen.ts';
import type { Claim } from './claim.ts';
import type { JobEnding } from './tables.ts';

/** What is told of an attempt's end. */
export interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly neonRequestId?: string | undefined;
}

/** For good; the lane is free. */
export async function finishJob(db: Db, claim: Claim, end: AttemptEnd = { outcome: 'finished' }): Promise<boolean> {
  const set = sql`status = 'done', finished_at = now(), reason = null, ${cameToAsTold(end)}`;
  return settle(db, claim, { end, set, wakes: true });
}

/** What the job came to, unless that is known already: a clean-up ends after it. */
export function cameTo(outcome: JobEnding, code: string | null): RawBuilder<unknown> {
  return sql`outcome = coalesce(outcome, ${outcome}), code = case when outcome is null then ${code} else code end`;
}

function cameToAsTold({ outcome, code }: AttemptEnd): RawBuilder<unknown> {
  return outcome === 'finished' ? cameTo('finished', null) : cameTo('failed', code ?? null);
}

/** It is to be delivered again in `delayMs`, by the same release: no worker holds it, its lane stays taken. */
export async function pauseJob(db: Db, claim: Claim, { delayMs, reason, end, isCounted }: GiveBack): Promise<boolean> {
  const set = sql`reason = ${reason}, look_at = now() + make_interval(secs => ${delayMs} / 1000.0), ${pausedUnless(isCounted)}`;
  return settle(db, claim, { end, set, wakes: false });
}

export interface GiveBack {
  readonly delayMs: number;
  readonly reason: string;
  readonly end: AttemptEnd;
  /**
   * What is no fault of the job's (a refused credential, the governor) neither counts as an attempt, nor draws on its budget, nor costs
   * its place in the lane. After a failure it stands behind those that were due before its next try: none fails in front of them for ever.
   */
  readonly isCounted: boolean;
}

/** It did not succeed and is to be tried again in `delayMs`; meanwhile its lane is free for others. */
export async function giveBackJob(
  db: Db,
  claim: Claim,
  { delayMs, reason, end, isCounted }: GiveBack,
): Promise<boolean> {
  const notBefore = sql`now() + make_interval(secs => ${delayMs} / 1000.0)`;
  const set = sql`status = 'waiting', not_before = ${notBefore}, due_since = ${isCounted ? notBefore : sql`due_since`},
    reason = ${reason}, attempts = attempts + ${isCounted ? 1 : 0}, ${pausedUnless(isCounted)}`;
  return settle(db, claim, { end, set, wakes: true });
}

function pausedUnless(isCounted: boolean): RawBuilder<unknown> {
  return isCounted ? sql`paused_at = null` : sql`paused_at = now()`;
}

/** What follows on the work begins its own budget: the clean-up after a failure. */
export async function handOnJob(db: Db, claim: Claim, end: AttemptEnd): Promise<boolean> {
  const set = sql`reason = 'clean_up', look_at = now(), begun_at = now(), attempts = 0, ${cameToAsTold(end)}`;
  return settle(db, claim, { end, set, wakes: false });
}

interface Settling {
  readonly end: AttemptEnd;
  readonly set: RawBuilder<unknown>;
  /** The lane is free: the relays of all processes are woken when it is committed. */
  readonly wakes: boolean;
}

async function settle(db: Db, claim: Claim, { end, set, wakes }: Settling): Promise<boolean> {
  const { rows } = await sql`
    with settled as (
      update outbox set claimed_until = null, slot_at = null, ${set}
      where id = ${claim.id} and fence = ${claim.fence} and status = 'released'
      returning id, fence
    ), told as (
      update attempts
      set ended_at = now(), outcome = ${end.outcome}, code = ${end.code ?? null}, message = ${end.message ?? null},
          neon_request_id = ${end.neonRequestId ?? null}
      from settled where attempts.job_id = settled.id and attempts.fence = settled.fence
    )
    select id, case when ${wakes}::boolean then pg_notify(${outboxChannel}, '')::text end from settled`.execute(db);
  return rows.length === 1;
}
