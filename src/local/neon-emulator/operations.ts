/**
 * Owns operations: one call's operations are recorded together with the work that is left to do, the work runs after the answer,
 * and its effect and the operations' end follow. While any work is left, the project is locked. What the work does is work.ts's;
 * an operation ends badly only where the work cannot be done, or where a fault says so.
 */
import type { Operation } from '@neon/sdk/raw';
import { setImmediate } from 'node:timers/promises';
import { removeFrom, type Context, type Operations, type OperationStart } from './context.ts';
import * as ids from './ids.ts';
import { Closing, createPauses } from './pauses.ts';
import type { OperationFault, ProjectRecord, WorkRecord } from './state.ts';
import { rollBack } from './rollback.ts';
import { followUp, perform } from './work.ts';

export function createOperations(context: Context): Operations {
  const pauses = createPauses();
  const { pause } = pauses;
  const running = new Set<Promise<void>>();
  const followed = new WeakSet<WorkRecord>();

  function launch(project: ProjectRecord, work: WorkRecord): void {
    const done = settle(project, work).catch((error: unknown) => {
      if (!(error instanceof Closing)) context.log(`work ${work.id}: ${String(error)}`);
    });
    running.add(done);
    void done.then(() => running.delete(done));
  }

  function remember(project: ProjectRecord, operations: readonly Operation[]): void {
    project.operations.push(...operations);
    project.operations.splice(0, project.operations.length - context.operationsKept);
  }

  function note(operation: Operation, change: Partial<Operation>, now = context.now()): void {
    Object.assign(operation, change, {
      updated_at: now.toISOString(),
      total_duration_ms: Math.max(0, now.getTime() - Date.parse(operation.created_at)),
    });
  }

  async function settle(project: ProjectRecord, work: WorkRecord): Promise<void> {
    // Whoever began it has shown the state of that moment by then.
    await setImmediate();
    const operations = project.operations.filter(({ id }) => work.operationIds.includes(id));
    // The latency is spread evenly: all are scheduled, then one after another runs.
    const pace = context.latencyMs / (operations.length + 1);
    const { fault } = work;
    if (fault !== undefined && fault.outcome !== 'fails_once') {
      await runInVain(operations, fault, pace);
      await undo(project, work, operations, fault);
      return;
    }
    try {
      await runInTurn(project, work, operations, pace);
    } catch (error) {
      if (error instanceof Closing || pauses.areOver) return;
      context.log(`work ${work.plan.kind}: ${error instanceof Error ? error.stack : String(error)}`);
      if (!work.isApplied) {
        const message = error instanceof Error ? error.message : String(error);
        await undo(project, work, operations, { outcome: 'errors', operationIds: work.operationIds, message });
        return;
      }
      // The change was made: what is left over on disk, the next sweep removes.
      for (const operation of operations) note(operation, { status: 'finished' });
    }
    await end(project, work);
  }

  async function runInTurn(project: ProjectRecord, work: WorkRecord, operations: readonly Operation[], pace: number) {
    await pause(pace);
    for (const operation of operations) {
      if (operation.status === 'finished') continue;
      if (work.fault?.operationIds.includes(operation.id)) await failOnce(operation, work.fault);
      note(operation, { status: 'running' });
      await carryOut(project, work);
      await pause(pace);
      note(operation, { status: 'finished' });
    }
    await carryOut(project, work);
  }

  async function failOnce(operation: Operation, fault: OperationFault): Promise<void> {
    if (operation.failures_count === 0) {
      const now = context.now();
      const retryAt = new Date(now.getTime() + fault.retryAfterMs).toISOString();
      note(operation, { status: 'failed', failures_count: 1, error: fault.message, retry_at: retryAt }, now);
      await context.save();
    }
    if (operation.status === 'failed') await pause(fault.retryAfterMs);
    delete operation.error;
    delete operation.retry_at;
  }

  async function carryOut(project: ProjectRecord, work: WorkRecord): Promise<void> {
    if (followed.has(work)) return;
    if (!work.isApplied) {
      const apply = await perform(context, project, work.plan);
      // Effect and mark are saved as one: dying before the save does the work again, after it only ends the operations.
      apply();
      work.isApplied = true;
      work.before = undefined;
      await context.save();
    }
    await followUp(context, project, work.plan);
    followed.add(work);
  }

  async function runInVain(operations: readonly Operation[], fault: OperationFault, pace: number): Promise<void> {
    await pause(pace);
    for (const operation of operations) note(operation, { status: 'running' });
    if (fault.outcome === 'cancelled') {
      await pause((pace * operations.length) / 2);
      for (const operation of operations) note(operation, { status: 'cancelling' });
    }
    await pause(pace * operations.length * (fault.outcome === 'cancelled' ? 0.5 : 1));
  }

  /** Dying meanwhile does it again: putting back is the same however often it is done. */
  async function undo(
    project: ProjectRecord,
    work: WorkRecord,
    operations: readonly Operation[],
    fault: Omit<OperationFault, 'retryAfterMs'>,
  ): Promise<void> {
    // A project must not stay locked, even where putting back fails: the sweep at the next start finishes that.
    if (work.before !== undefined)
      await rollBack(context, project, work.before).catch((reason: unknown) => context.log(String(reason)));
    for (const operation of operations) {
      const isError = fault.outcome === 'errors' && fault.operationIds.includes(operation.id);
      const failures = { error: fault.message, failures_count: operation.failures_count + 1 };
      note(operation, isError ? { status: 'error', ...failures } : { status: 'cancelled' });
    }
    await end(project, work);
  }

  async function end(project: ProjectRecord, work: WorkRecord): Promise<void> {
    removeFrom(project.works, work);
    context.resting.stir(project.id);
    await context.save();
  }

  return {
    async begin(project, plan, starts) {
      const at = context.now().toISOString();
      const status = context.latencyMs > 0 ? 'scheduling' : 'running';
      const operations = starts.map((start) => recordOf(project.id, start, status, at));
      const work: WorkRecord = {
        id: ids.operationId(),
        operationIds: operations.map(({ id }) => id),
        plan,
        before: context.changing.get(project.id),
        fault: context.faults.strikeOperations(operations),
        isApplied: false,
      };
      remember(project, operations);
      project.works.push(work);
      const answer = operations.map((operation) => ({ ...operation }));
      try {
        await context.save();
      } catch (error) {
        // The call is refused, so nothing of it may stay, least of all the lock.
        removeFrom(project.works, work);
        project.operations = project.operations.filter(({ id }) => !work.operationIds.includes(id));
        throw error;
      }
      launch(project, work);
      return answer;
    },
    async record(project, what) {
      const operation = recordOf(project.id, what, 'finished', context.now().toISOString());
      remember(project, [operation]);
      context.resting.stir(project.id);
      await context.save();
    },
    resume() {
      for (const project of context.state.projects) {
        for (const work of project.works) launch(project, work);
      }
    },
    async close() {
      // The next start begins anew what waits for its turn.
      pauses.end();
      await Promise.all([...running]);
    },
  };
}

function recordOf(projectId: string, start: OperationStart, status: Operation['status'], at: string): Operation {
  return {
    id: ids.operationId(),
    project_id: projectId,
    ...(start.branchId === undefined ? {} : { branch_id: start.branchId }),
    ...(start.endpointId === undefined ? {} : { endpoint_id: start.endpointId }),
    action: start.action,
    status,
    failures_count: 0,
    created_at: at,
    updated_at: at,
    total_duration_ms: 0,
  };
}
