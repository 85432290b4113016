// Owns the three ways in which an attempt ends, each under its fence: finished, waiting in Neon, or to be tried again.

import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { outboxChannel } from '../connect.ts';
import type { Claim } from './claim.ts';

/** For good; the lane is free. */
export async function finishJob(db: Db, claim: Claim): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update outbox set status = 'done', finished_at = now(), claimed_until = null
    where id = ${claim.id} and fence = ${claim.fence} and status = 'released'`.execute(db);
  await sql`select pg_notify(${outboxChannel}, '')`.execute(db);
  return numAffectedRows === 1n;
}

/** Its operations run in Neon: no worker holds it, its lane stays taken. */
export async function pauseJob(db: Db, claim: Claim, reason: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update outbox set claimed_until = null, reason = ${reason}
    where id = ${claim.id} and fence = ${claim.fence} and status = 'released'`.execute(db);
  return numAffectedRows === 1n;
}

/** It did not succeed and is to be tried again in `delayMs`; meanwhile its lane is free for others. */
export async function giveBackJob(db: Db, claim: Claim, delayMs: number, reason: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update outbox
    set status = 'waiting', attempts = attempts + 1, not_before = now() + make_interval(secs => ${delayMs} / 1000.0), claimed_until = null,
        reason = ${reason}
    where id = ${claim.id} and fence = ${claim.fence} and status = 'released'`.execute(db);
  await sql`select pg_notify(${outboxChannel}, '')`.execute(db);
  return numAffectedRows === 1n;
}
