// Owns finding what was released and may be in no queue any more (the queue was wiped, or its writer died between the
// commit and the queue), and releasing it again.

import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { outboxChannel } from '../connect.ts';

export interface UnclaimedRelease {
  readonly id: string;
  readonly release: number;
  readonly job: string;
}

/** Rows released more than `ageMs` ago that no attempt holds. */
export async function listUnclaimedReleases(db: Db, ageMs: number, limit: number): Promise<UnclaimedRelease[]> {
  const { rows } = await sql<UnclaimedRelease>`
    select id, release, job from outbox
    where status = 'released' and released_at < now() - make_interval(secs => ${ageMs} / 1000.0)
      and (claimed_until is null or claimed_until < now())
    order by released_at
    limit ${limit}`.execute(db);
  return rows;
}

/**
 * Makes the row wait again, if nobody took it meanwhile: its next release has a new number, so a late delivery of the old one is
 * stale, and a new fence, so an attempt whose lease has ended settles nothing any more.
 */
export async function unreleaseJob(db: Db, job: UnclaimedRelease): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update outbox set status = 'waiting', fence = fence + 1, claimed_until = null, reason = 'was in no queue'
    where id = ${job.id} and release = ${job.release} and status = 'released'
      and (claimed_until is null or claimed_until < now())`.execute(db);
  await sql`select pg_notify(${outboxChannel}, '')`.execute(db);
  return numAffectedRows === 1n;
}
