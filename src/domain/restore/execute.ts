// Owns the worker's half of a restore: taking its steps in the order of `core/restore-plan`, each recorded before and after,
// so that a later attempt goes on where this one stopped. What a step does is in `steps/`.

import { NeonFailure, Throttled } from '../../core/errors.ts';
import { hasEnded } from '../../core/lifecycle.ts';
import { hasBegun, hasBegunToChange, isChange, type RestoreStepName } from '../../core/restore-plan.ts';
import { getBranchRow } from '../../store/branches.ts';
import type { RestoreStep } from '../../store/database.ts';
import { getProjectRow } from '../../store/projects.ts';
import { getRestoreRow, patchRestore, type RestoreRow } from '../../store/restores.ts';
import { getSnapshotRow } from '../../store/snapshots.ts';
import { advance } from '../advance.ts';
import type { Unit } from '../change.ts';
import type { Deps } from '../deps.ts';
import type { Attempt, Settlement } from '../job/attempt.ts';
import { cleanUpRestore } from './clean-up.ts';
import { awaitOperations } from './steps/await.ts';
import { createBranch, cutOver, restoreInPlace, restoreSnapshot } from './steps/make.ts';
import { giveNames } from './steps/name.ts';
import { preflight } from './steps/preflight.ts';
import { probeRestored, probeServed } from './steps/probe.ts';
import { readBack, readBackCutover } from './steps/read-back.ts';
import type { StepContext, StepOutcome } from './steps/step.ts';

const steps: Record<RestoreStepName, (context: StepContext) => Promise<StepOutcome>> = {
  preflight,
  create_branch: createBranch,
  restore_snapshot: restoreSnapshot,
  restore_in_place: restoreInPlace,
  await_restore: awaitOperations,
  read_back: readBack,
  probe_restored: probeRestored,
  cut_over: cutOver,
  await_cutover: awaitOperations,
  read_back_cutover: readBackCutover,
  name: giveNames,
  probe: probeServed,
};

/** Takes the steps that are left. Ends as `succeeded` in the transaction that records the last one. */
export async function executeRestore(deps: Deps, attempt: Attempt): Promise<Settlement> {
  let row = await getRestoreRow(deps.db, attempt.subjectId);
  if (hasEnded('restore', row.status)) {
    return row.clean_up === 'pending' ? cleanUpRestore(deps, attempt, row) : attempt.finish();
  }
  const project = await getProjectRow(deps.db, row.project_id);
  const shared = {
    deps,
    attempt,
    project,
    neon: await attempt.connect(project),
    branch: await getBranchRow(deps.db, row.branch_id),
    snapshot: row.snapshot_id === null ? undefined : await getSnapshotRow(deps.db, row.snapshot_id),
  };
  /** Steps that an earlier attempt began: what they made is looked for before it is made again. */
  const begunBefore = new Set(row.steps.filter((step) => step.startedAt !== null).map((step) => step.name));
  if (row.status === 'requested') row = await attempt.save((unit) => start(unit, row));

  for (const [index, step] of row.steps.entries()) {
    if (step.endedAt !== null) continue;
    if (attempt.isStopping()) return { kind: 'stopped' };
    const repeated = begunBefore.has(step.name);
    // A call that Neon refused has begun nothing.
    if (row.steps[index]?.startedAt === null) row = await attempt.save((unit) => remark(unit, row, index, unit.now));
    const outcome = await steps[step.name]({ ...shared, row, repeated }).catch(async (error: unknown) => {
      if (!repeated && isChange(step.name) && wasNotDone(error)) {
        await attempt.save((unit) => remark(unit, row, index, null));
      }
      throw error;
    });
    if (outcome.kind === 'waits_for_neon') return outcome;
    // Dies before this: the step is taken again, as a repeated one. After it: the next step is.
    if (index === row.steps.length - 1) return attempt.finish((unit) => succeed(unit, row, index, outcome));
    row = await attempt.save((unit) => record(unit, row, index, outcome));
  }
  return attempt.finish();
}

async function start(unit: Unit, row: RestoreRow): Promise<RestoreRow> {
  const started = markSteps(row.steps, -1, unit.now);
  const status = await advance(unit, 'restore', row, 'start', {
    patch: { steps: JSON.stringify(started), started_at: unit.now },
  });
  return { ...row, status, steps: started, started_at: unit.now, version: row.version + 1 };
}

/** The step at `index` has begun, or has not after all: until it has, the restore can be cancelled. */
async function remark(unit: Unit, row: RestoreRow, index: number, startedAt: Date | null): Promise<RestoreRow> {
  const at = startedAt?.toISOString() ?? null;
  const marked = row.steps.map((step, i) => (i === index ? { ...step, startedAt: at } : step));
  await patchRestore(unit.tx, row.id, {
    steps: JSON.stringify(marked),
    version: row.version + 1,
    updated_at: unit.now,
  });
  return { ...row, steps: marked, version: row.version + 1 };
}

/** Nothing was sent, or Neon answered that it did not do it. */
function wasNotDone(error: unknown): boolean {
  return error instanceof Throttled || (error instanceof NeonFailure && error.isRefusal);
}

async function record(
  unit: Unit,
  row: RestoreRow,
  index: number,
  outcome: Extract<StepOutcome, { kind: 'done' }>,
): Promise<RestoreRow> {
  const { write, patch } = take(row, index, outcome, unit.now);
  await write?.(unit);
  const { target_branch_id } = await getRestoreRow(unit.tx, row.id);
  await patchRestore(unit.tx, row.id, { ...columns(patch), version: row.version + 1, updated_at: unit.now });
  return { ...row, ...patch, target_branch_id, version: row.version + 1 };
}

async function succeed(
  unit: Unit,
  row: RestoreRow,
  index: number,
  outcome: Extract<StepOutcome, { kind: 'done' }>,
): Promise<void> {
  const { write, patch } = take(row, index, outcome, unit.now);
  await write?.(unit);
  await advance(unit, 'restore', row, 'succeed', {
    patch: { ...columns(patch), ended_at: unit.now },
    details: { neonBranchId: patch.progress.neonBranchId ?? null, unverified: patch.unverified },
  });
}

function take(row: RestoreRow, index: number, outcome: Extract<StepOutcome, { kind: 'done' }>, now: Date) {
  return {
    write: outcome.write,
    patch: {
      steps: markSteps(row.steps, index, now),
      progress: { ...row.progress, ...outcome.progress },
      unverified: [...row.unverified, ...(outcome.unverified ?? [])],
      warnings: [...row.warnings, ...(outcome.warnings ?? [])],
    },
  };
}

function columns(patch: ReturnType<typeof take>['patch']) {
  return {
    steps: JSON.stringify(patch.steps),
    progress: JSON.stringify(patch.progress),
    unverified: patch.unverified,
    warnings: JSON.stringify(patch.warnings),
  };
}

/** The step at `index` has ended, the one after it has begun. */
function markSteps(present: readonly RestoreStep[], index: number, now: Date): RestoreStep[] {
  const at = now.toISOString();
  return present.map((step, i) => {
    if (i === index) return { ...step, endedAt: at };
    return i === index + 1 ? { ...step, startedAt: at } : step;
  });
}

/** Whether a step that changes Neon was begun. */
export async function hasRestoreBegunToChange(deps: Pick<Deps, 'db'>, id: string): Promise<boolean> {
  return hasBegunToChange((await getRestoreRow(deps.db, id)).steps);
}

/**
 * Whether the cutover was begun and is not read back: Neon may have given the branch's name to another id that our mirror does not
 * know, so a snapshot or a sync in between would mean the wrong branch.
 */
export async function isRestoreHalfDone(deps: Pick<Deps, 'db'>, id: string): Promise<boolean> {
  const { steps } = await getRestoreRow(deps.db, id);
  const isReadBack = steps.some(({ name, endedAt }) => name === 'read_back_cutover' && endedAt !== null);
  return hasBegun(steps, 'cut_over') && !isReadBack;
}
