/**
 * Owns the second step of a restore from a snapshot: the restored branch takes the place of the one it was restored for. All of
 * it happens in the state at once; rows stay where they are.
 */
import { endpointsOf, getBranch, type Context, type OperationStart } from './context.ts';
import { freeName } from './names.ts';
import type { BranchRecord, ProjectRecord } from './state.ts';

/** Swaps name, endpoints, default flag, protection and backup schedule. Does nothing for a branch that was finalised before. */
export function finalizeRestore(
  context: Context,
  project: ProjectRecord,
  restored: BranchRecord,
  oldName: string | undefined,
): void {
  if (restored.restore === undefined || restored.restore.status === 'finalized') return;
  const replaced = getBranch(project, restored.restore.targetBranchId);
  const at = context.now().toISOString();
  const servedName = replaced.name;
  replaced.name = oldName ?? freeName(project.branches, `${servedName} (old)`);
  restored.name = servedName;
  restored.isDefault ||= replaced.isDefault;
  replaced.isDefault = false;
  restored.isProtected ||= replaced.isProtected;
  replaced.isProtected = false;
  if (replaced.schedule.length > 0) restored.schedule = replaced.schedule;
  replaced.schedule = [];
  restored.expiresAt = replaced.expiresAt;
  restored.ttlSeconds = replaced.ttlSeconds;
  const served = endpointsOf(project, replaced.id);
  const previewed = endpointsOf(project, restored.id);
  for (const endpoint of served) endpoint.branchId = restored.id;
  for (const endpoint of previewed) endpoint.branchId = replaced.id;
  for (const endpoint of [...served, ...previewed]) context.proxies.cut(endpoint.id);
  restored.restore.status = 'finalized';
  restored.restore.since = at;
  restored.updatedAt = at;
  replaced.updatedAt = at;
}

/** What is to be seen of it: the computes of both branches restart. */
export function finalizeOperations(project: ProjectRecord, restored: BranchRecord): OperationStart[] {
  const ids = [restored.id, restored.restore?.targetBranchId ?? ''];
  const moved = ids.flatMap((id) => endpointsOf(project, id));
  return [
    ...moved.map(({ id, branchId }) => ({ action: 'suspend_compute' as const, branchId, endpointId: id })),
    { action: 'swap_binding_id', branchId: restored.id },
    ...moved.map(({ id, branchId }) => ({ action: 'start_compute' as const, branchId, endpointId: id })),
  ];
}
