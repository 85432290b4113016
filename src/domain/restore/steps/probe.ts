// Owns the proof that the target answers: a real connection through the URI that users will have, and a query. The URI lives
// in this function alone.

import { Failure, NeonFailure } from '../../../core/errors.ts';
import { recorded, type StepContext, type StepOutcome } from './step.ts';

/** The restored branch, before it replaces the served one. */
export const probeRestored = probe;

/** The target as users reach it, last of all. */
export const probeServed = probe;

/** Fails with `target_unreachable` where there is nothing to connect to; a target that does not answer yet is tried again. */
async function probe(context: StepContext): Promise<StepOutcome> {
  try {
    return await connect(context);
  } catch (error) {
    if (!(error instanceof NeonFailure) || error.kind !== 'missing') throw error;
    // Neon also answers 404 for a while after it has made something (neon-api.md, rule 1).
    throw new NeonFailure(error.message, { kind: 'again', failure: 'target_unreachable', status: error.status });
  }
}

async function connect(context: StepContext): Promise<StepOutcome> {
  const { deps, neon, project } = context;
  const branchId = recorded(context, 'neonBranchId');
  const [database] = await neon.listDatabases(project.neon_project_id, branchId);
  if (!database) throw new Failure('target_unreachable', `The branch ${branchId} has no database to connect to.`);
  const uri = await neon.getConnectionUri(project.neon_project_id, {
    branchId,
    databaseName: database.name,
    roleName: database.owner,
    pooled: false,
  });
  await context.attempt.renew();
  deps.reached?.('probe.before');
  await deps.probeTarget(uri);
  deps.reached?.('probe.after');
  return { kind: 'done' };
}
