// Owns how an attempt ends: whether a failure is tried again, when, and at whose cost. Decided here and kept in Postgres.

import { Failure, NeonFailure, Refusal, Throttled } from '../../core/errors.ts';
import { withoutSecrets } from '../../core/redact.ts';
import { gaveWay, isUnreachable } from '../../store/constraint.ts';
import { ageMirror, getProjectRow, type ProjectRow } from '../../store/projects.ts';
import { type AttemptEnd, giveBackJob, pauseJob } from '../../store/outbox/settle.ts';
import { LostClaim } from '../change.ts';
import { recordRefusedCredential } from '../credential/port.ts';
import type { Deps } from '../deps.ts';
import type { JobOutcome } from '../index.ts';
import { isProjectGone } from '../reconcile/known.ts';
import { compareLane } from '../reconcile/request.ts';
import type { Attempt } from './attempt.ts';
import type { Executor } from './executors.ts';

interface Run {
  readonly deps: Deps;
  readonly attempt: Attempt;
  readonly executor: Executor;
  readonly isOutOfTime: boolean;
}

/** Executes the job once and settles its row. Throws `LostClaim`, and what the driver says where the database cannot be reached. */
export async function executeAndSettle(deps: Deps, attempt: Attempt, executor: Executor): Promise<JobOutcome> {
  const run = { deps, attempt, executor, isOutOfTime: attempt.ageMs > executor.budgetMs(deps) };
  try {
    if (run.isOutOfTime && !(await executor.hasSent(deps, attempt.subjectId))) {
      throw new Failure(
        'deadline_exceeded',
        `It could not be begun within ${timeOf(attempt.ageMs)}. Nothing was changed.`,
      );
    }
    const { kind } = await executor.execute(deps, attempt);
    if (kind === 'finished') return { kind: 'done' };
    if (kind === 'handed_on') return { kind: 'look_again', inMs: 0 };
    if (kind === 'stopped')
      return await pause(run, { delayMs: 0, reason: 'handed_back', end: { outcome: 'handed_back' } });
    if (!run.isOutOfTime) return await lookAgain(run, { reason: 'waits_for_neon', end: { outcome: 'waits_for_neon' } });
    throw new Failure('deadline_exceeded', `Neon had not finished ${timeOf(attempt.ageMs)} after the first attempt.`);
  } catch (error) {
    if (error instanceof LostClaim || (!(error instanceof NeonFailure) && isUnreachable(error))) throw error;
    return settleError(run, error);
  }
}

async function settleError(run: Run, error: unknown): Promise<JobOutcome> {
  const { deps, attempt, executor } = run;
  if (error instanceof Throttled) return throttle(run, error);
  if (error instanceof NeonFailure && error.kind === 'credential' && (await isRefused(run))) {
    return giveBack(run, { delayMs: 0, reason: 'credential_refused', outcome: 'credential_refused', error });
  }
  const isMissing = error instanceof NeonFailure && error.kind === 'missing';
  const failure = isMissing ? await judgeMissing(run, error) : judge(run, error);
  if (failure && executor.fail) {
    const { kind } = await executor.fail(deps, attempt, failure);
    return kind === 'finished' ? { kind: 'done' } : { kind: 'look_again', inMs: 0 };
  }
  if (await executor.keepsLane?.(deps, attempt.subjectId)) {
    return lookAgain(run, { reason: reasonOf(error), end: endOf(error, 'tried_again'), leastMs: askedDelayMs(error) });
  }
  const { retryMinMs, retryMaxMs } = deps.settings;
  // Exponential, with full jitter, obeying `Retry-After`.
  const ceilingMs = Math.min(retryMaxMs, retryMinMs * 2 ** Math.min(attempt.earlierAttempts, 20));
  const delayMs = Math.max(askedDelayMs(error), retryMinMs / 2 + deps.random() * ceilingMs);
  deps.log.info({ jobId: attempt.claim.id, delayMs, reason: reasonOf(error) }, 'the job is tried again later');
  return giveBack(run, { delayMs, reason: reasonOf(error), outcome: 'tried_again', error });
}

/** Those who were turned away together do not come back together; nobody waits much longer than Neon asked for. */
const throttledJitterMs = 5_000;

/** Nothing was sent: it costs the job neither an attempt nor its budget. What Neon works on keeps its lane. */
async function throttle(run: Run, error: Throttled): Promise<JobOutcome> {
  const { deps, attempt, executor } = run;
  const delayMs = error.waitMs + deps.random() * Math.min(error.waitMs, throttledJitterMs);
  if (await executor.runsInNeon(deps, attempt.subjectId)) {
    return lookAgain(run, { reason: 'governor', end: { outcome: 'throttled' }, leastMs: delayMs, isCounted: false });
  }
  return giveBack(run, { delayMs, reason: 'governor', outcome: 'throttled', error: undefined });
}

/**
 * Neon has not what our mirror shows: the scheduler's next look at old mirrors has the project compared. Where Neon has not the project
 * either, that is the failure, and it is compared at once.
 */
async function judgeMissing(run: Run, error: NeonFailure): Promise<Failure | undefined> {
  const { deps, attempt, executor } = run;
  const project = await getProjectRow(deps.db, await executor.projectId(deps, attempt.subjectId));
  await ageMirror(deps.db, project.id, new Date(deps.now().getTime() - deps.settings.mirrorMaxAgeMs - 1));
  const gone = await isGone(run, project);
  if (gone === 'unknown' && !run.isOutOfTime) return undefined;
  if (gone !== true) return judge(run, error);
  // Dies before this: the scheduler's look finds the mirror old. Of one that is known to be gone nothing new is found.
  if (!project.gone_at) await compareLane(deps, project.neon_project_id);
  return new Failure(
    'project_gone',
    `Neon does not show the project ${project.name} (${project.neon_project_id}) any more (${error.message}). It was not done, and what it had made is gone with the project. If the project is back, ask for a reconcile.`,
    error.requestId,
  );
}

/** `unknown` where Neon cannot be asked now: what it said is judged when it can. */
async function isGone({ attempt }: Run, project: ProjectRow): Promise<boolean | 'unknown'> {
  try {
    return await isProjectGone(await attempt.connect(project), project.neon_project_id);
  } catch (error) {
    if (error instanceof Throttled) return 'unknown';
    if (error instanceof NeonFailure) return error.kind === 'again' ? 'unknown' : false;
    throw error;
  }
}

/** Whether the credential is refused now; its status says so from here on, and none of its jobs is released until it is accepted. */
async function isRefused({ deps, attempt, executor }: Run): Promise<boolean> {
  const project = await getProjectRow(deps.db, await executor.projectId(deps, attempt.subjectId));
  return recordRefusedCredential(deps, attempt.actor, project.credential_id);
}

/** The failure with which the job ends, or undefined where it is to be tried again. */
function judge({ deps, attempt, isOutOfTime }: Run, error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof NeonFailure) {
    const isFinal = error.kind !== 'again' && error.kind !== 'credential';
    if (isFinal) return new Failure(error.failure, error.message, error.requestId);
    const tries = `It was tried ${attempt.earlierAttempts + 1} times in ${timeOf(attempt.ageMs)}, and is given up.`;
    return isOutOfTime ? new Failure(error.failure, `${error.message}. ${tries}`, error.requestId) : undefined;
  }
  if (gaveWay(error) && !isOutOfTime) return undefined;
  const message = error instanceof Error ? error.message : String(error);
  deps.log.error({ err: error, jobId: attempt.claim.id }, 'an attempt failed for a reason of ours');
  const isFinal = error instanceof Refusal || attempt.earlierAttempts >= internalAttemptsMax || isOutOfTime;
  return isFinal ? new Failure('internal', `Afterglow failed: ${message}`) : undefined;
}

/** Faults of our own are tried a few times (a deploy may mend them), then said. */
const internalAttemptsMax = 5;

/** The first look follows the call at once, then `pollMinMs`, growing with the age of the job up to `pollMaxMs`. */
function lookAgain(
  run: Run,
  {
    reason,
    end,
    leastMs = 0,
    isCounted = true,
  }: { reason: string; end: AttemptEnd; leastMs?: number; isCounted?: boolean },
): Promise<JobOutcome> {
  const { pollMinMs, pollMaxMs } = run.deps.settings;
  const delayMs = Math.max(leastMs, Math.min(pollMaxMs, Math.max(pollMinMs, run.attempt.ageMs / 8)));
  return pause(run, { delayMs, reason, end, isCounted });
}

async function pause(
  { deps, attempt }: Run,
  { delayMs, reason, end, isCounted = true }: { delayMs: number; reason: string; end: AttemptEnd; isCounted?: boolean },
): Promise<JobOutcome> {
  // Whole milliseconds: BullMQ on Postgres refuses a fraction.
  const inMs = Math.round(delayMs);
  if (!(await pauseJob(deps.db, attempt.claim, { delayMs: inMs, reason, end: attempt.told(end), isCounted })))
    throw new LostClaim();
  deps.reached?.('job.settled');
  return { kind: 'look_again', inMs };
}

async function giveBack(
  { deps, attempt }: Run,
  back: { delayMs: number; reason: string; outcome: AttemptEnd['outcome']; error: unknown },
): Promise<JobOutcome> {
  const { delayMs, reason, outcome, error } = back;
  const end = attempt.told(endOf(error, outcome));
  const isCounted = outcome === 'tried_again';
  if (!(await giveBackJob(deps.db, attempt.claim, { delayMs, reason, end, isCounted }))) throw new LostClaim();
  deps.reached?.('job.settled');
  return { kind: 'done' };
}

function endOf(error: unknown, outcome: AttemptEnd['outcome']): AttemptEnd {
  if (!(error instanceof Error)) return { outcome };
  const neonRequestId = error instanceof NeonFailure ? error.requestId : undefined;
  return { outcome, code: reasonOf(error), message: withoutSecrets(error.message), neonRequestId };
}

function reasonOf(error: unknown): string {
  return error instanceof NeonFailure ? error.failure : 'internal';
}

/** What Neon asked for with `Retry-After`. */
function askedDelayMs(error: unknown): number {
  return error instanceof NeonFailure ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
}

function timeOf(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 2 ? `${Math.round(ms / 1000)} seconds` : `${minutes} minutes`;
}
