// Owns deadlines: what waits past its own is ended with a code, whoever forgot it. It reads no process's clock, and takes nothing from
// an attempt that holds its job.

import { type FailureCode, notFound } from '../../core/errors.ts';
import type { JobName } from '../../queue/jobs.ts';
import {
  type Deadlines,
  dropJob,
  listOverdueJobs,
  lockOverdueJob,
  type OverdueJob,
  takeOverJob,
} from '../../store/outbox/cancel.ts';
import { findPreservedBranch, lockRestore, patchPreservedBranch } from '../../store/restores.ts';
import { lockSnapshot } from '../../store/snapshots.ts';
import { schedulerActor } from '../actor.ts';
import { advance } from '../advance.ts';
import { change, type Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import { recordRefused } from '../policy/delegate.ts';
import { compareLane } from '../reconcile/request.ts';
import { endReconcileAsFailed } from '../reconcile/execute.ts';
import { leaveWhatIsLeft as leaveOfRestore } from '../restore/clean-up.ts';
import { endAsFailed } from '../restore/fail.ts';
import { leaveWhatIsLeft as leaveOfSnapshot } from '../snapshot/clean-up.ts';
import { endSnapshot } from '../snapshot/fail.ts';

/** Ends the subject; true where its job goes on, as the clean-up. */
type End = (unit: Unit, job: OverdueJob, error: { code: FailureCode; message: string }) => Promise<boolean>;

const ends: Readonly<Record<JobName, End>> = {
  'snapshot.create': endCreate,
  'snapshot.create_scheduled': endCreate,
  'restore.run': endRestore,
  'snapshot.purge': endPurge,
  'preserved_branch.purge': endPreservedPurge,
  'branch.delegate': endDelegation,
  // The next one by the clock asks again.
  'project.sync': async () => false,
  'project.reconcile': endReconcile,
};

const jobsAtOnce = 100;

/** Ends what is past its deadline, each in a transaction of its own, and returns how many. */
export async function reapOverdue(deps: Deps): Promise<number> {
  let reaped = 0;
  for (const deadlines of deadlinesOf(deps)) {
    for (const job of await listOverdueJobs(deps.db, deadlines, jobsAtOnce)) {
      if (await reap(deps, job)) reaped += 1;
    }
  }
  return reaped;
}

function deadlinesOf({ settings }: Deps): Deadlines[] {
  const { beginWithinMs } = settings;
  const of = (endWithinMs: number, ...jobs: JobName[]): Deadlines => ({ jobs, beginWithinMs, endWithinMs });
  return [
    of(
      settings.snapshotEndsWithinMs,
      'snapshot.create',
      'snapshot.create_scheduled',
      'branch.delegate',
      'project.sync',
      'project.reconcile',
    ),
    of(settings.restoreEndsWithinMs, 'restore.run'),
    {
      ...of(settings.purgeEndsWithinMs, 'snapshot.purge', 'preserved_branch.purge'),
      beginWithinMs: settings.purgeEndsWithinMs,
    },
  ];
}

async function reap(deps: Deps, job: OverdueJob): Promise<boolean> {
  const error = {
    code: 'deadline_exceeded' as const,
    message: job.isBegun
      ? `It had not ended within its deadline${job.reason === null ? '' : ` (it waited: ${job.reason})`}.`
      : `Nobody could begin it within its deadline${job.reason === null ? '' : ` (it waited: ${job.reason})`}. Nothing was changed.`,
  };
  const ended = await change(deps, schedulerActor(job.team_id), async (unit) => {
    if (!(await lockOverdueJob(unit.tx, job))) return false;
    const goesOn = await ends[job.job as JobName]?.(unit, job, error);
    if (goesOn) await takeOverJob(unit.tx, job.id, error.code);
    else await dropJob(unit.tx, job.id, error.code);
    unit.touch(job.id);
    unit.audit(
      'job.reaped',
      { kind: 'job', id: job.id },
      { job: job.job, subjectId: job.subject_id, waited: job.reason, after: { code: error.code } },
    );
    return true;
  });
  if (!ended) return false;
  deps.log.warn(
    { jobId: job.id, job: job.job, subjectId: job.subject_id },
    'a job was past its deadline and was ended',
  );
  // Dies before this: the comparison by the clock tells it.
  if (leavesDoubt.has(job.job) && job.lane !== null) await compareLane(deps, job.lane);
  return true;
}

/** What they were to remove may be gone all the same: an answer of Neon can be lost. */
const leavesDoubt: ReadonlySet<string> = new Set<JobName>(['snapshot.purge', 'preserved_branch.purge']);

async function endCreate(unit: Unit, job: OverdueJob, error: { code: FailureCode; message: string }): Promise<boolean> {
  const row = await lockSnapshot(unit.tx, job.subject_id);
  if (row.clean_up === 'pending') await leaveOfSnapshot(unit, row, error.message);
  if (row.status !== 'requested' && row.status !== 'creating') return false;
  await endSnapshot(unit, row, 'fail', error);
  return row.status === 'creating';
}

async function endRestore(
  unit: Unit,
  job: OverdueJob,
  error: { code: FailureCode; message: string },
): Promise<boolean> {
  const row = await lockRestore(unit.tx, job.subject_id);
  if (row.clean_up === 'pending') await leaveOfRestore(unit, row, error.message);
  if (row.status !== 'requested' && row.status !== 'running') return false;
  return endAsFailed(unit, row, error);
}

/** The next comparison of its project tries again. */
async function endDelegation(
  unit: Unit,
  job: OverdueJob,
  error: { code: FailureCode; message: string },
): Promise<boolean> {
  await recordRefused(unit, job.subject_id, error);
  return false;
}

/** The next one by the clock compares anew. */
async function endReconcile(
  unit: Unit,
  job: OverdueJob,
  error: { code: FailureCode; message: string },
): Promise<boolean> {
  await endReconcileAsFailed(unit, job.subject_id, error);
  return false;
}

/** Its copy is still there as far as anybody knows: it is available again, and says why. */
async function endPurge(unit: Unit, job: OverdueJob, error: { code: FailureCode; message: string }): Promise<boolean> {
  const row = await lockSnapshot(unit.tx, job.subject_id);
  if (row.status !== 'expiring' && row.status !== 'purging') return false;
  const warning = { code: error.code, message: `It was to be removed from Neon, and could not be. ${error.message}` };
  await advance(unit, 'snapshot', row, row.status === 'expiring' ? 'keep' : 'give_up', {
    patch: { warnings: JSON.stringify([warning]), operation_ids: [] },
    details: { error },
  });
  return false;
}

async function endPreservedPurge(
  unit: Unit,
  job: OverdueJob,
  error: { code: FailureCode; message: string },
): Promise<boolean> {
  const row = await findPreservedBranch(unit.tx, job.subject_id);
  if (!row) throw notFound('preserved branch', job.subject_id);
  if (row.status !== 'purging') return false;
  await advance(unit, 'preserved_branch', row, 'give_up', { details: { error } });
  await patchPreservedBranch(unit.tx, row.id, { waits_for: error.code });
  return false;
}
