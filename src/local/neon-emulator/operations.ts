/**
 * Owns operations: one call's operations are recorded together with the work that is left to do, the work runs after the answer,
 * and its effect and the operations' end follow. While any work is left, the project is locked. What the work does is work.ts's.
 */
import type { Operation } from '@neon/sdk/raw';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from './context.ts';
import * as ids from './ids.ts';
import type { ProjectRecord, WorkPlan, WorkRecord } from './state.ts';
import { cleanUp, perform, rollBack } from './work.ts';

const operationsKept = 1000;

export interface OperationStart {
  readonly action: Operation['action'];
  readonly branchId?: string | undefined;
  readonly endpointId?: string | undefined;
}

export interface Operations {
  /**
   * Records the operations and their work, saves the state and begins. The state must already show what the answer shows. If the
   * process dies before the save, the call never was; after it, the next start carries the work out.
   */
  begin(project: ProjectRecord, plan: WorkPlan, starts: readonly OperationStart[]): Promise<Operation[]>;
  /** At the start: takes up the works that a stop or a crash left. */
  resume(): void;
  /** Waits until no step of any work runs. Works that only wait for their latency stay for the next start. */
  close(): Promise<void>;
}

export function createOperations(context: Context): Operations {
  const closing = new AbortController();
  const running = new Set<Promise<void>>();

  function launch(project: ProjectRecord, work: WorkRecord): void {
    const done = settle(project, work).catch((error: unknown) => context.log(`work ${work.id}: ${String(error)}`));
    running.add(done);
    void done.then(() => running.delete(done));
  }

  async function settle(project: ProjectRecord, work: WorkRecord): Promise<void> {
    let failure: string | undefined;
    try {
      if (!work.isApplied) {
        const apply = await perform(context, project, work.plan);
        // Effect and mark are saved as one: dying before the save does the work again, after it only ends the operations.
        apply();
        work.isApplied = true;
        await context.save();
      }
      await cleanUp(context, project, work.plan);
    } catch (error) {
      if (closing.signal.aborted) return;
      context.log(`work ${work.plan.kind}: ${error instanceof Error ? error.stack : String(error)}`);
      // A project must not stay locked, even where taking back fails: the sweep at the next start finishes that.
      if (!work.isApplied)
        await rollBack(context, project, work.plan).catch((reason: unknown) => context.log(String(reason)));
      failure = error instanceof Error ? error.message : String(error);
    }
    if (context.latencyMs > 0) await sleep(context.latencyMs, undefined, { signal: closing.signal }).catch(() => {});
    if (closing.signal.aborted && context.latencyMs > 0) return;
    end(project, work, failure);
    await context.save();
  }

  function end(project: ProjectRecord, work: WorkRecord, failure: string | undefined): void {
    const now = context.now();
    for (const operation of project.operations) {
      if (!work.operationIds.includes(operation.id)) continue;
      operation.status = failure === undefined ? 'finished' : 'error';
      if (failure !== undefined) {
        operation.error = failure;
        operation.failures_count += 1;
      }
      operation.updated_at = now.toISOString();
      operation.total_duration_ms = Math.max(0, now.getTime() - Date.parse(operation.created_at));
    }
    project.works.splice(project.works.indexOf(work), 1);
  }

  return {
    async begin(project, plan, starts) {
      const at = context.now().toISOString();
      const operations = starts.map((start) => recordOf(project.id, start, at));
      const work = { id: ids.operationId(), operationIds: operations.map(({ id }) => id), plan, isApplied: false };
      project.operations = [...project.operations, ...operations].slice(-operationsKept);
      project.works.push(work);
      const answer = structuredClone(operations);
      await context.save();
      launch(project, work);
      return answer;
    },
    resume() {
      for (const project of context.state.projects) {
        for (const work of project.works) launch(project, work);
      }
    },
    async close() {
      closing.abort();
      await Promise.all([...running]);
    },
  };
}

function recordOf(projectId: string, start: OperationStart, at: string): Operation {
  return {
    id: ids.operationId(),
    project_id: projectId,
    ...(start.branchId === undefined ? {} : { branch_id: start.branchId }),
    ...(start.endpointId === undefined ? {} : { endpoint_id: start.endpointId }),
    action: start.action,
    status: 'running',
    failures_count: 0,
    created_at: at,
    updated_at: at,
    total_duration_ms: 0,
  };
}
