/**
 * Owns that a project changes one thing at a time: from a change's first look at the state to its recorded work, and while that
 * work runs, no other change begins. Calls are refused meanwhile; upkeep waits for its next round.
 */
import { isLocked, type Context } from './context.ts';
import { locked } from './refusals.ts';
import { rollBack } from './rollback.ts';
import type { Before, ProjectRecord } from './state.ts';

export function isBusy(context: Context, project: ProjectRecord): boolean {
  return isLocked(project) || context.changing.has(project.id);
}

/** Refuses 423 while another change is under way. A change that ends without its work leaves none of what it made. */
export async function changeAlone<T>(context: Context, project: ProjectRecord, change: () => Promise<T>): Promise<T> {
  if (isBusy(context, project)) throw locked();
  const before = copyOf(project);
  context.changing.set(project.id, before);
  try {
    return await change();
  } catch (error) {
    if (!isLocked(project) && hasMade(project, before)) await rollBack(context, project, before);
    throw error;
  } finally {
    context.changing.delete(project.id);
    context.resting.stir(project.id);
  }
}

/** Each change makes one: spreading records takes a twentieth of the time of structuredClone. */
function copyOf({ branches, endpoints, snapshots }: Before): Before {
  return {
    branches: branches.map((branch) => ({
      ...branch,
      restore: branch.restore === undefined ? undefined : { ...branch.restore },
      schedule: branch.schedule.map((item) => ({ ...item })),
    })),
    endpoints: endpoints.map((endpoint) => ({ ...endpoint })),
    snapshots: snapshots.map((snapshot) => ({ ...snapshot })),
  };
}

/** Or removed. Most calls that are refused have only looked. */
function hasMade(project: ProjectRecord, before: Before): boolean {
  return (['branches', 'endpoints', 'snapshots'] as const).some((kind) => {
    const had = before[kind].map(({ id }) => id);
    return had.length !== project[kind].length || project[kind].some(({ id }) => !had.includes(id));
  });
}
