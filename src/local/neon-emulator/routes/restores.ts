/**
 * Owns the calls that put a branch back: in place to a moment, and the second step of a restore from a snapshot.
 */
import type { FinalizeRestoreBranchResponses, RestoreProjectBranchResponses } from '@neon/sdk/raw';
import { childrenOf, endpointsOf, getBranch, getCluster } from '../context.ts';
import { newBranch, newCluster } from '../creation.ts';
import { inSeconds } from '../expiry.ts';
import { fieldsOf, optionalInstant, optionalLsn, optionalName, requiredText } from '../input.ts';
import { finalizeOperations } from '../finalize.ts';
import { checkBranchCaps } from '../limits.ts';
import { badRequest, unprocessable } from '../refusals.ts';
import { renderBranch } from '../render.ts';
import { checkDetached } from '../restrictions.ts';
import { resolvePoint } from '../window.ts';
import { checkNameFree } from '../branch-rules.ts';
import type { RouteParts } from './call.ts';

export function registerRestores({ routes, context, operations }: RouteParts): void {
  routes.change('POST', '/projects/:projectId/branches/:branchId/restore', async ({ project, body, param }) => {
    const branch = getBranch(project, param('branchId'));
    const fields = fieldsOf(body);
    const source = getBranch(project, requiredText(fields, 'source_branch_id'));
    const asked = { timestamp: optionalInstant(fields, 'source_timestamp'), lsn: optionalLsn(fields, 'source_lsn') };
    const preserveName = optionalName(fields, 'preserve_under_name');
    const isSelf = source.id === branch.id;
    const children = childrenOf(project, branch.id);
    const isReset = branch.parentId === source.id && asked.timestamp === undefined && asked.lsn === undefined;
    if (isSelf && asked.timestamp === undefined && asked.lsn === undefined) {
      throw badRequest('source_timestamp or source_lsn is required when the source is the branch itself');
    }
    if (branch.parentId !== undefined && !isReset) throw unprocessable('only a root branch can be restored');
    if (branch.isProtected) throw unprocessable('a protected branch cannot be restored');
    checkDetached(context, branch);
    if (isReset) checkDetached(context, source);
    if (preserveName === undefined && isSelf)
      throw unprocessable('preserve_under_name is required when the source is the branch itself');
    if (preserveName === undefined && children.length > 0)
      throw unprocessable('preserve_under_name is required when the branch has children');
    if (preserveName !== undefined) {
      checkNameFree(project, preserveName);
      checkBranchCaps(project, branch.parentId === undefined ? 'root' : 'child');
    }
    const resolved = await resolvePoint(context, project, source, asked);
    const at = context.now().toISOString();
    const preserved =
      preserveName === undefined
        ? undefined
        : newBranch(context, project, getCluster(project, branch.clusterId), preserveName, branch.initSource);
    if (preserved !== undefined) {
      preserved.parentId = branch.parentId;
      preserved.parentLsn = branch.parentLsn;
      preserved.parentTimestamp = branch.parentTimestamp;
      preserved.state = 'ready';
      preserved.logicalSizeBytes = branch.logicalSizeBytes;
      for (const child of children) child.parentId = preserved.id;
    }
    branch.clusterId = newCluster(project, resolved.point).id;
    branch.parentLsn = resolved.lsn;
    branch.parentTimestamp = resolved.timestamp;
    branch.lastResetAt = at;
    branch.state = 'resetting';
    branch.stateChangedAt = at;
    branch.updatedAt = at;
    if (branch.ttlSeconds !== undefined) branch.expiresAt = inSeconds(context, branch.ttlSeconds);
    const endpointIds = endpointsOf(project, branch.id).map(({ id }) => id);
    const started = await operations.begin(project, { kind: 'restore_branch', branchId: branch.id }, [
      ...endpointIds.map((endpointId) => ({ action: 'suspend_compute' as const, branchId: branch.id, endpointId })),
      { action: 'create_timeline', branchId: branch.id },
      ...endpointIds.map((endpointId) => ({ action: 'start_compute' as const, branchId: branch.id, endpointId })),
    ]);
    for (const endpointId of endpointIds) context.proxies.cut(endpointId);
    return {
      status: 200,
      body: {
        branch: renderBranch(context, project, branch),
        operations: started,
      } satisfies RestoreProjectBranchResponses[200],
    };
  });

  routes.change(
    'POST',
    '/projects/:projectId/branches/:branchId/finalize_restore',
    async ({ project, body, param }) => {
      const branch = getBranch(project, param('branchId'));
      const oldName = optionalName(fieldsOf(body), 'name');
      if (branch.restore === undefined) throw unprocessable('the branch was not restored from a snapshot');
      if (branch.restore.status === 'finalized') throw unprocessable('the restore of this branch is already finalized');
      if (!project.branches.some(({ id }) => id === branch.restore?.targetBranchId)) {
        throw unprocessable('the branch that was to be replaced does not exist any more');
      }
      if (oldName !== undefined) checkNameFree(project, oldName);
      const started = await operations.begin(
        project,
        { kind: 'finalize_restore', branchId: branch.id, oldName },
        finalizeOperations(project, branch),
      );
      return { status: 200, body: { operations: started } satisfies FinalizeRestoreBranchResponses[200] };
    },
  );
}
