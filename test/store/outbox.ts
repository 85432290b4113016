// Promising jobs and reading them back, for the tests of the outbox.

import { type Selectable, sql } from 'kysely';
import type { Database, Db } from '../../src/store/database.ts';
import { type Claim, type ClaimResult, claimJob } from '../../src/store/outbox/claim.ts';
import { promiseJobs } from '../../src/store/outbox/promise.ts';
import { releaseJobs, type ReleaseBounds, type ReleasedJob } from '../../src/store/outbox/release.ts';
import { giveBackJob, pauseJob } from '../../src/store/outbox/settle.ts';

const wide: ReleaseBounds = { queued: 100, activePerAccount: 100, urgentPriority: 10 };

let count = 0;

/** Releases as a relay does, in bounds that leave room for all unless others are given. */
export function release(db: Db, bounds: Partial<ReleaseBounds> = {}): Promise<ReleasedJob[]> {
  return releaseJobs(db, { ...wide, ...bounds });
}

export function take(db: Db, job: { id: string; release: number }, leaseMs = 60_000): Promise<ClaimResult> {
  return claimJob(db, { id: job.id, release: job.release, leaseMs, worker: 'test' });
}

export function pause(db: Db, held: Claim, delayMs = 0): Promise<boolean> {
  return pauseJob(db, held, { delayMs, reason: 'waits_for_neon', end: { outcome: 'waits_for_neon' }, isCounted: true });
}

export function giveBack(db: Db, held: Claim, delayMs: number, isCounted = true): Promise<boolean> {
  const end = { outcome: 'tried_again', code: 'neon_unreachable' } as const;
  return giveBackJob(db, held, { delayMs, reason: 'neon_unreachable', end, isCounted });
}

/** As the governor does, where no slot is near. */
export function turnAway(db: Db, held: Claim, delayMs: number): Promise<boolean> {
  return giveBackJob(db, held, { delayMs, reason: 'governor', end: { outcome: 'throttled' }, isCounted: false });
}

/** Promises a job; ids grow. */
export async function promise(db: Db, lane: string | null, priority = 20, teamId = 'tem_a'): Promise<string> {
  count += 1;
  const id = `job_${String(count).padStart(6, '0')}`;
  await db
    .transaction()
    .execute((tx) =>
      promiseJobs(tx, [{ id, teamId, job: 'snapshot.create', subjectId: `snp_${count}`, lane, priority }]),
    );
  return id;
}

export async function rowOf(db: Db, id: string): Promise<Selectable<Database['outbox']>> {
  return db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** As if the lease had ended: the process that held it is gone. */
export async function endLease(db: Db, id: string): Promise<void> {
  await sql`update outbox set claimed_until = now() - interval '1 ms' where id = ${id} and claimed_until is not null`.execute(
    db,
  );
}

/** As if the time for which it was given back were over. */
export async function makeDue(db: Db): Promise<void> {
  await sql`update outbox set not_before = now() where status = 'waiting' and not_before > now()`.execute(db);
}
