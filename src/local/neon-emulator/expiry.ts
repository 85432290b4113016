/**
 * Owns expirations of branches and snapshots: which are allowed, and the removal of what has expired. Never removes what could
 * not be deleted by a call.
 */
import type { Context } from './context.ts';
import type { Operations } from './operations.ts';
import { unprocessable } from './refusals.ts';
import { checkMayBeDeleted } from './branch-rules.ts';
import { endpointsOf, isLocked } from './context.ts';
import type { ProjectRecord } from './state.ts';
import { removeBranch } from './work.ts';

const branchDaysMax = 30;

/** Refuses 422 what is not in the future or more than 30 days ahead. */
export function checkedExpiry(context: Context, at: string | undefined): string | undefined {
  if (at === undefined) return undefined;
  const ahead = Date.parse(at) - context.now().getTime();
  if (ahead <= 0) throw unprocessable('expires_at must be in the future');
  if (ahead > branchDaysMax * 24 * 3600 * 1000)
    throw unprocessable(`expires_at must be at most ${branchDaysMax} days ahead`);
  return at;
}

export function secondsUntil(context: Context, at: string | undefined): number | undefined {
  return at === undefined ? undefined : Math.round((Date.parse(at) - context.now().getTime()) / 1000);
}

/** Looks every second. The answer ends it. */
export function startExpiry(context: Context, operations: Operations): () => void {
  const timer = setInterval(() => {
    for (const project of context.state.projects) {
      if (isLocked(project)) continue;
      expireOne(context, operations, project).catch((error: unknown) => context.log(`expiry: ${String(error)}`));
    }
  }, 1000);
  timer.unref();
  return () => clearInterval(timer);
}

/** One at a time: each removal locks the project, and the next look takes the next one. */
async function expireOne(context: Context, operations: Operations, project: ProjectRecord): Promise<void> {
  const now = context.now().getTime();
  const isDue = ({ expiresAt }: { expiresAt: string | undefined }) =>
    expiresAt !== undefined && Date.parse(expiresAt) <= now;
  const snapshot = project.snapshots.find(isDue);
  if (snapshot !== undefined) {
    project.snapshots.splice(project.snapshots.indexOf(snapshot), 1);
    await operations.begin(project, { kind: 'sweep' }, [
      { action: 'delete_timeline', branchId: snapshot.sourceBranchId },
    ]);
    return;
  }
  const branch = project.branches.find(isDue);
  if (branch === undefined) return;
  checkMayBeDeleted(project, branch);
  const suspended = endpointsOf(project, branch.id).map(({ id }) => id);
  await removeBranch(context, project, branch.id);
  await operations.begin(project, { kind: 'sweep' }, [
    ...suspended.map((endpointId) => ({ action: 'suspend_compute' as const, branchId: branch.id, endpointId })),
    { action: 'delete_timeline', branchId: branch.id },
  ]);
}
