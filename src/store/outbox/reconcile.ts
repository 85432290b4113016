// Owns finding what was released and may be in no queue any more (the queue was wiped, its clock jumped, or its writer died
// between the commit and the queue), and releasing it again.

import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { wakeRelays } from './promise.ts';

export interface UnclaimedRelease {
  readonly id: string;
  readonly release: number;
  readonly job: string;
}

export interface SuspectRelease extends UnclaimedRelease {
  /** It should have been delivered so long ago, by the database's clock. */
  readonly late_ms: number;
}

/** Rows that should have been delivered more than `lateMs` ago and that no attempt holds, the latest first. */
export async function listUnclaimedReleases(db: Db, lateMs: number, limit: number): Promise<SuspectRelease[]> {
  const { rows } = await sql<SuspectRelease>`
    select * from (
      select id, release, job,
        (extract(epoch from now() - greatest(released_at, look_at, claimed_until)) * 1000)::float8 as late_ms
      from outbox where status = 'released'
    ) released
    where late_ms > ${lateMs}::float8
    order by late_ms desc, id
    limit ${limit}`.execute(db);
  return rows;
}

/**
 * Makes the row wait again, if nobody took it meanwhile: its next release has a new number, so a late delivery of the old one is
 * stale, and a new fence, so an attempt whose lease has ended settles nothing any more.
 */
export async function unreleaseJob(db: Db, job: UnclaimedRelease): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update outbox set status = 'waiting', fence = fence + 1, claimed_until = null, look_at = null, reason = 'was_in_no_queue'
    where id = ${job.id} and release = ${job.release} and status = 'released'
      and (claimed_until is null or claimed_until < now())`.execute(db);
  await wakeRelays(db);
  return numAffectedRows === 1n;
}
