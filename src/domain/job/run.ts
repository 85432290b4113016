// Owns running one release of a job: claim, execute, settle. The queue only carries; what becomes of the job is kept in Postgres.

import type { JobName } from '../../queue/jobs.ts';
import { claimJob, type ClaimedRow, letGoOfClaim } from '../../store/outbox/claim.ts';
import { giveBackJob } from '../../store/outbox/settle.ts';
import { LostClaim } from '../change.ts';
import type { Deps } from '../deps.ts';
import type { JobOutcome } from '../index.ts';
import { openAttempt } from './attempt.ts';
import { type Executor, executors } from './executors.ts';
import { executeAndSettle } from './settle.ts';

/**
 * Runs the release. A stale one, and one whose row another attempt took over, does nothing. Throws only where the database
 * cannot be reached: the row is then found unclaimed by the reconcile loop.
 */
export async function runJob(deps: Deps, job: { outboxId: string; release: number }): Promise<JobOutcome> {
  const { leaseMs } = deps.settings;
  // A process that is to end takes nothing up any more; another one does.
  if (deps.isStopping?.()) return { kind: 'look_again', inMs: 0 };
  const since = deps.elapsedMs();
  const claimed = await claimJob(deps.db, { id: job.outboxId, release: job.release, leaseMs, worker: deps.worker });
  if (claimed.kind === 'stale') return { kind: 'done' };
  // A later attempt must not begin before the former one's lease has ended.
  if (claimed.kind === 'held') return { kind: 'look_again', inMs: claimed.freeInMs + 50 };
  deps.reached?.('job.claimed');
  const { id, team_id } = claimed.row;
  deps.announce?.(team_id, [id]);
  try {
    return await runClaimed(deps, claimed.row, since);
  } finally {
    deps.announce?.(team_id, [id]);
  }
}

async function runClaimed(deps: Deps, row: ClaimedRow, since: number): Promise<JobOutcome> {
  const attempt = openAttempt(deps, row, since);
  const executor: Executor | undefined = executors[row.job as JobName];
  if (!executor) {
    deps.log.error({ jobId: row.id, job: row.job }, 'a job of another version waits for a worker that knows it');
    await giveBackJob(deps.db, attempt.claim, {
      delayMs: deps.settings.retryMaxMs,
      reason: 'unknown_job',
      end: { outcome: 'tried_again', code: 'unknown_job' },
      isCounted: false,
    });
    return { kind: 'done' };
  }
  try {
    return await executeAndSettle(deps, attempt, executor);
  } catch (error) {
    if (!(error instanceof LostClaim)) throw error;
    await letGoOfClaim(deps.db, attempt.claim);
    // Whether another attempt took over, or this one was only slower than its lease, the row says.
    return { kind: 'look_again', inMs: 0 };
  }
}
