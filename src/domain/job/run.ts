// Owns running one release of a job: claim, execute, settle. Whether a failure is tried again, and when, is decided here and
// kept in Postgres; the queue only carries.

import { Failure, NeonFailure, Refusal } from '../../core/errors.ts';
import type { JobName } from '../../queue/jobs.ts';
import { getProjectRow } from '../../store/projects.ts';
import { isUnreachable } from '../../store/constraint.ts';
import { claimJob } from '../../store/outbox/claim.ts';
import { giveBackJob, pauseJob } from '../../store/outbox/settle.ts';
import { getRestoreRow } from '../../store/restores.ts';
import { getSnapshotRow } from '../../store/snapshots.ts';
import { LostClaim } from '../change.ts';
import { recordRefusedCredential } from '../credential/port.ts';
import type { Deps } from '../deps.ts';
import type { JobOutcome } from '../index.ts';
import { executeSync } from '../project/sync.ts';
import { failRestore } from '../restore/fail.ts';
import { executeRestore, hasRestoreBegunToChange, isRestoreHalfDone } from '../restore/execute.ts';
import { executePreservedBranchPurge } from '../restore/purge-preserved.ts';
import { executeSnapshotCreate, failSnapshot } from '../snapshot/create.ts';
import { executeSnapshotPurge } from '../snapshot/purge.ts';
import { type Attempt, openAttempt, type Settlement } from './attempt.ts';

interface Executor {
  execute(deps: Deps, attempt: Attempt): Promise<Settlement>;
  /** Ends the job for good; undefined where it is tried until it succeeds. */
  fail?: (deps: Deps, attempt: Attempt, failure: Failure) => Promise<Settlement>;
  budgetMs(deps: Deps): number;
  /** Whether a call that changes Neon may have been sent. Until then a job that is out of time ends without one. */
  hasSent(deps: Deps, subjectId: string): Promise<boolean>;
  /** Whether what is half done must be seen by no other job: then the lane is kept while it is tried again. */
  keepsLane?: (deps: Deps, subjectId: string) => Promise<boolean>;
  projectId(deps: Deps, subjectId: string): Promise<string>;
}

const snapshotProject = async (deps: Deps, id: string): Promise<string> =>
  (await getSnapshotRow(deps.db, id)).project_id;
const restoreProject = async (deps: Deps, id: string): Promise<string> => (await getRestoreRow(deps.db, id)).project_id;

const createExecutor: Executor = {
  execute: executeSnapshotCreate,
  fail: failSnapshot,
  hasSent: async (deps, id) => (await getSnapshotRow(deps.db, id)).status !== 'requested',
  budgetMs: (deps) => deps.settings.snapshotBudgetMs,
  projectId: snapshotProject,
};

const executors: Record<JobName, Executor> = {
  'snapshot.create': createExecutor,
  'snapshot.create_scheduled': createExecutor,
  'snapshot.purge': { execute: executeSnapshotPurge, hasSent: always, budgetMs: endless, projectId: snapshotProject },
  'restore.run': {
    execute: executeRestore,
    fail: failRestore,
    hasSent: hasRestoreBegunToChange,
    keepsLane: isRestoreHalfDone,
    budgetMs: (deps) => deps.settings.restoreBudgetMs,
    projectId: restoreProject,
  },
  'preserved_branch.purge': {
    execute: executePreservedBranchPurge,
    hasSent: always,
    budgetMs: endless,
    projectId: restoreProject,
  },
  'project.sync': {
    execute: executeSync,
    fail: endSync,
    hasSent: never,
    budgetMs: (deps) => deps.settings.snapshotBudgetMs,
    projectId: async (_, id) => id,
  },
};

async function always(): Promise<boolean> {
  return true;
}

async function never(): Promise<boolean> {
  return false;
}

function endless(): number {
  return Number.POSITIVE_INFINITY;
}

/** A sync that cannot be is dropped: the next one by the clock asks again. */
async function endSync(deps: Deps, attempt: Attempt, failure: Failure): Promise<Settlement> {
  deps.log.info({ projectId: attempt.subjectId, code: failure.code }, 'the sync ended without success');
  return attempt.finish();
}

/**
 * Runs the release. A stale one, and one whose row another attempt took over, does nothing. Throws only where the database
 * cannot be reached: the row is then found unclaimed by the reconcile loop.
 */
export async function runJob(deps: Deps, job: { outboxId: string; release: number }): Promise<JobOutcome> {
  const { leaseMs } = deps.settings;
  const claimed = await claimJob(deps.db, { id: job.outboxId, release: job.release, leaseMs });
  if (claimed.kind === 'stale') return { kind: 'done' };
  // A later attempt must not begin before the former one's lease has ended.
  if (claimed.kind === 'held') return { kind: 'look_again', inMs: claimed.freeInMs + 50 };
  const attempt = openAttempt(deps, claimed.row);
  const executor: Executor | undefined = executors[claimed.row.job as JobName];
  if (!executor) {
    deps.log.error(
      { jobId: claimed.row.id, job: claimed.row.job },
      'a job of another version waits for a worker that knows it',
    );
    await giveBackJob(deps.db, attempt.claim, deps.settings.retryMaxMs, 'unknown job');
    return { kind: 'done' };
  }
  try {
    return await settle(deps, attempt, executor);
  } catch (error) {
    // Whether another attempt took over, or this one was only slower than its lease, the row says.
    if (error instanceof LostClaim) return { kind: 'look_again', inMs: 0 };
    throw error;
  }
}

async function settle(deps: Deps, attempt: Attempt, executor: Executor): Promise<JobOutcome> {
  const { ageMs } = attempt;
  const outOfTime = ageMs > executor.budgetMs(deps);
  const minutes = Math.round(ageMs / 60_000);
  try {
    if (outOfTime && !(await executor.hasSent(deps, attempt.subjectId))) {
      throw new Failure('deadline_exceeded', `It could not be begun within ${minutes} minutes. Nothing was changed.`);
    }
    const settlement = await executor.execute(deps, attempt);
    if (settlement.kind === 'finished') return { kind: 'done' };
    if (!outOfTime) return await pause(deps, attempt, ageMs);
    throw new Failure('deadline_exceeded', `Neon had not finished ${minutes} minutes after the first attempt.`);
  } catch (error) {
    if (error instanceof LostClaim || (!(error instanceof NeonFailure) && isUnreachable(error))) throw error;
    const failure = await judge(deps, attempt, executor, error, outOfTime);
    if (failure && executor.fail) {
      await executor.fail(deps, attempt, failure);
      return { kind: 'done' };
    }
    if (await executor.keepsLane?.(deps, attempt.subjectId)) return pause(deps, attempt, ageMs, error);
    await tryAgain(deps, attempt, error);
    return { kind: 'done' };
  }
}

/** The first look follows the call at once, then `pollMinMs`, growing by half with the age of the job up to `pollMaxMs`. */
async function pause(deps: Deps, attempt: Attempt, ageMs: number, error?: unknown): Promise<JobOutcome> {
  const { pollMinMs, pollMaxMs } = deps.settings;
  if (!(await pauseJob(deps.db, attempt.claim, error === undefined ? 'waits for Neon' : 'is tried again')))
    return { kind: 'done' };
  const delayMs = Math.max(askedDelayMs(error), Math.min(pollMaxMs, Math.max(pollMinMs, ageMs / 8)));
  // Whole milliseconds: BullMQ on Postgres refuses a fraction.
  return { kind: 'look_again', inMs: Math.round(delayMs) };
}

/** What Neon asked for with `Retry-After`. */
function askedDelayMs(error: unknown): number {
  return error instanceof NeonFailure ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
}

/** The failure with which the job ends, or undefined where it is to be tried again. */
async function judge(
  deps: Deps,
  attempt: Attempt,
  executor: Executor,
  error: unknown,
  outOfTime: boolean,
): Promise<Failure | undefined> {
  if (error instanceof Failure) return error;
  if (error instanceof NeonFailure) {
    if (error.kind === 'credential') {
      const project = await getProjectRow(deps.db, await executor.projectId(deps, attempt.subjectId));
      await recordRefusedCredential(deps, attempt.actor, project.credential_id);
    }
    const final = error.kind !== 'again' && error.kind !== 'credential';
    return final || outOfTime ? new Failure(error.failure, error.message) : undefined;
  }
  const message = error instanceof Error ? error.message : String(error);
  deps.log.error({ err: error, jobId: attempt.claim.id }, 'an attempt failed for a reason of ours');
  const isOurs = error instanceof Refusal || attempt.earlierAttempts >= internalAttemptsMax || outOfTime;
  return isOurs ? new Failure('internal', `Afterglow failed: ${message}`) : undefined;
}

/** Faults of our own are tried a few times (a deploy may mend them), then said. */
const internalAttemptsMax = 5;

/** Gives the lane back and waits: exponential, with full jitter, obeying `Retry-After`. */
async function tryAgain(deps: Deps, attempt: Attempt, error: unknown): Promise<void> {
  const { retryMinMs, retryMaxMs } = deps.settings;
  const ceiling = Math.min(retryMaxMs, retryMinMs * 2 ** Math.min(attempt.earlierAttempts, 20));
  const delayMs = Math.max(askedDelayMs(error), retryMinMs / 2 + deps.random() * ceiling);
  const reason = error instanceof NeonFailure ? error.failure : 'internal';
  deps.log.info({ jobId: attempt.claim.id, delayMs, reason }, 'the job is tried again later');
  await giveBackJob(deps.db, attempt.claim, delayMs, reason);
}
