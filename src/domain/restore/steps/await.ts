// Owns waiting for Neon's operations, one list call for each look.

import { haveEnded } from '../../job/neon-work.ts';
import type { StepContext, StepOutcome } from './step.ts';

/** Fails with `operation_failed` where one of them ended otherwise than well. */
export async function awaitOperations({ deps, neon, project, row }: StepContext): Promise<StepOutcome> {
  const operationIds = row.progress.operationIds ?? [];
  const ended = await haveEnded(neon, project.neon_project_id, operationIds, deps.now());
  return ended ? { kind: 'done', progress: { operationIds: [] } } : { kind: 'waits_for_neon' };
}
