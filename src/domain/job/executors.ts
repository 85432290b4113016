// Owns the table of jobs: what each does, how it ends without success, and how long it may take.

import type { Failure } from '../../core/errors.ts';
import type { JobName } from '../../queue/jobs.ts';
import { getBranchRow } from '../../store/branches.ts';
import { findDelegation } from '../../store/delegations.ts';
import { getReportRow } from '../../store/reports.ts';
import { getRestoreRow } from '../../store/restores.ts';
import { getSnapshotRow } from '../../store/snapshots.ts';
import type { Deps } from '../deps.ts';
import { executeDelegation, failDelegation } from '../policy/delegate.ts';
import { executeSync } from '../project/sync.ts';
import { executeReconcile, failReconcile, hasReconcileCompared } from '../reconcile/execute.ts';
import { executeRestore, hasRestoreBegunToChange, isRestoreHalfDone } from '../restore/execute.ts';
import { failRestore } from '../restore/fail.ts';
import { executePreservedBranchPurge } from '../restore/purge-preserved.ts';
import { executeSnapshotCreate } from '../snapshot/create.ts';
import { failSnapshot } from '../snapshot/fail.ts';
import { executeSnapshotPurge } from '../snapshot/purge.ts';
import { type Attempt, endOf, type Settlement } from './attempt.ts';

export interface Executor {
  execute(deps: Deps, attempt: Attempt): Promise<Settlement>;
  /** Ends the job without success; undefined where it is tried until it succeeds. */
  fail?: (deps: Deps, attempt: Attempt, failure: Failure) => Promise<Settlement>;
  budgetMs(deps: Deps): number;
  /** Whether a call that changes Neon may have been sent. Until then a job that is out of time ends without one. */
  hasSent(deps: Deps, subjectId: string): Promise<boolean>;
  /** Whether operations of the job may be running in Neon: then it keeps its lane while its next call finds no slot. */
  runsInNeon(deps: Deps, subjectId: string): Promise<boolean>;
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
  runsInNeon: async (deps, id) => (await getSnapshotRow(deps.db, id)).neon_id !== null,
  budgetMs: (deps) => deps.settings.snapshotBudgetMs,
  projectId: snapshotProject,
};

/** Which job does what; undefined for a job of another version. */
export const executors: Readonly<Record<JobName, Executor>> = {
  'snapshot.create': createExecutor,
  'snapshot.create_scheduled': createExecutor,
  'snapshot.purge': {
    execute: executeSnapshotPurge,
    hasSent: always,
    runsInNeon: async (deps, id) => (await getSnapshotRow(deps.db, id)).operation_ids.length > 0,
    budgetMs: endless,
    projectId: snapshotProject,
  },
  'restore.run': {
    execute: executeRestore,
    fail: failRestore,
    hasSent: hasRestoreBegunToChange,
    runsInNeon: hasRestoreBegunToChange,
    keepsLane: isRestoreHalfDone,
    budgetMs: (deps) => deps.settings.restoreBudgetMs,
    projectId: restoreProject,
  },
  'preserved_branch.purge': {
    execute: executePreservedBranchPurge,
    hasSent: always,
    runsInNeon: always,
    budgetMs: endless,
    projectId: restoreProject,
  },
  'branch.delegate': {
    execute: executeDelegation,
    fail: failDelegation,
    hasSent: async (deps, id) => (await findDelegation(deps.db, id)) !== undefined,
    runsInNeon: never,
    budgetMs: (deps) => deps.settings.snapshotBudgetMs,
    projectId: async (deps, id) => (await getBranchRow(deps.db, id)).project_id,
  },
  'project.sync': {
    execute: executeSync,
    fail: endSync,
    hasSent: never,
    runsInNeon: never,
    budgetMs: (deps) => deps.settings.snapshotBudgetMs,
    projectId: async (_, id) => id,
  },
  'project.reconcile': {
    execute: executeReconcile,
    fail: failReconcile,
    hasSent: hasReconcileCompared,
    runsInNeon: hasReconcileCompared,
    budgetMs: (deps) => deps.settings.snapshotBudgetMs,
    projectId: async (deps, id) => (await getReportRow(deps.db, id)).project_id,
  },
};

async function always(): Promise<boolean> {
  return true;
}

async function never(): Promise<boolean> {
  return false;
}

/** A removal is tried until its deadline (`domain/job/reap.ts`). */
function endless(): number {
  return Number.POSITIVE_INFINITY;
}

/** A sync that cannot be is dropped: the next one by the clock asks again. */
async function endSync(deps: Deps, attempt: Attempt, failure: Failure): Promise<Settlement> {
  deps.log.info({ projectId: attempt.subjectId, code: failure.code }, 'the sync ended without success');
  return attempt.finish(undefined, endOf(failure));
}
