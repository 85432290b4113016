// Owns attempts: taking a released row under a new fence, keeping it, and letting it go. Leases are measured by the
// database's clock alone, so that no process's clock matters.

import { type Selectable, sql } from 'kysely';
import type { Database, Db, Tx } from '../database.ts';

/** A claimed row, and how long ago its first attempt began, by the database's clock. */
export type ClaimedRow = Selectable<Database['outbox']> & { readonly age_ms: number };

/** What an attempt must show to change anything. */
export interface Claim {
  readonly id: string;
  readonly fence: number;
}

export type ClaimResult =
  | { readonly kind: 'claimed'; readonly row: ClaimedRow }
  /** Another attempt's lease lasts for `freeInMs` yet; the row says that it is waited for. */
  | { readonly kind: 'held'; readonly freeInMs: number }
  /** Finished, given back, or released anew: this release is of no use any more. */
  | { readonly kind: 'stale' };

export interface ClaimedBy {
  readonly id: string;
  readonly release: number;
  readonly leaseMs: number;
  /** Which process takes it. */
  readonly worker: string;
}

/**
 * Takes the row under fence + 1, unless the former lease still lasts or the release is an old one. The attempt is a fact from
 * here on; one that never ended is told as lost.
 */
export async function claimJob(db: Db, by: ClaimedBy): Promise<ClaimResult> {
  const { rows } = await sql<ClaimedRow>`
    with claimed as (
      update outbox
      set fence = fence + 1, look_at = null, paused_at = null,
          begun_at = coalesce(begun_at + (now() - coalesce(paused_at, now())), now()),
          claimed_until = now() + make_interval(secs => ${by.leaseMs} / 1000.0)
      where id = ${by.id} and release = ${by.release} and status = 'released'
        and (claimed_until is null or claimed_until <= now())
      returning *
    ), lost as (
      update attempts set ended_at = greatest(started_at, now()), outcome = 'lost'
      from claimed where attempts.job_id = claimed.id and attempts.ended_at is null
    ), opened as (
      -- Not now(): the statement may have waited for the end of the former attempt, which began later than it.
      insert into attempts (job_id, fence, release, worker, started_at)
      select id, fence, release, ${by.worker}, clock_timestamp() from claimed
    )
    select *, (extract(epoch from now() - begun_at) * 1000)::float8 as age_ms from claimed`.execute(db);
  if (rows[0]) return { kind: 'claimed', row: rows[0] };
  const held = await sql<{ ms: number }>`
    update outbox set awaited_until = claimed_until
    where id = ${by.id} and release = ${by.release} and status = 'released' and claimed_until > now()
    returning ceil(extract(epoch from claimed_until - now()) * 1000)::int as ms`.execute(db);
  return held.rows[0] ? { kind: 'held', freeInMs: held.rows[0].ms } : { kind: 'stale' };
}

/** Prolongs the lease; false where it has ended or another attempt holds it. */
export async function renewClaim(db: Db, claim: Claim, leaseMs: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update outbox set claimed_until = now() + make_interval(secs => ${leaseMs} / 1000.0)
    where id = ${claim.id} and fence = ${claim.fence} and status = 'released' and claimed_until > now()`.execute(db);
  return numAffectedRows === 1n;
}

/** The attempt waits so long for a slot of the rate limit: its row says so, until then. */
export async function noteSlot(db: Db, claim: Claim, waitMs: number): Promise<void> {
  await sql`
    update outbox set slot_at = now() + make_interval(secs => ${waitMs} / 1000.0)
    where id = ${claim.id} and fence = ${claim.fence} and status = 'released'`.execute(db);
}

/** Locks the row for the rest of the transaction and prolongs the lease; false where the fence is an old one, and then nothing may be changed. */
export async function holdFence(tx: Tx, claim: Claim, leaseMs: number): Promise<boolean> {
  return renewClaim(tx, claim, leaseMs);
}

/**
 * For an attempt whose row was taken over without another attempt (it was cancelled, or its deadline passed): nothing of it is
 * under way any more, so the next attempt need not wait for the end of the lease.
 */
export async function letGoOfClaim(db: Db, claim: Claim): Promise<void> {
  await sql`
    update outbox set claimed_until = null
    where id = ${claim.id} and fence = ${claim.fence} + 1 and status = 'released'
      and not exists (select 1 from attempts where job_id = ${claim.id} and fence > ${claim.fence})`.execute(db);
}
