/**
 * Owns the calls that list, make, change and delete branches. Restoring them is in restores.ts.
 */
import type {
  CreateProjectBranchResponses,
  DeleteProjectBranchResponses,
  GetProjectBranchResponses,
  ListProjectBranchesResponses,
  SetDefaultProjectBranchResponses,
  UpdateProjectBranchResponses,
} from '@neon/sdk/raw';
import { checkMayBeDeleted, checkMayExpire, checkNameFree, findParent } from '../branch-rules.ts';
import { endpointsOf, getBranch, getDefaultBranch } from '../context.ts';
import { readCatalog } from '../catalog.ts';
import { checkedExpiry, secondsUntil } from '../expiry.ts';
import { newBranch, newCluster, openEndpoint } from '../creation.ts';
import {
  optionalFlag,
  optionalInstant,
  optionalLsn,
  optionalName,
  optionalObject,
  optionalText,
  requiredObject,
} from '../input.ts';
import { checkBranchCaps } from '../limits.ts';
import { listBranches } from '../listing.ts';
import { notFound, notServed, unprocessable } from '../refusals.ts';
import { renderBranch, renderEndpoint } from '../render.ts';
import { resolvePoint } from '../window.ts';
import { removeBranch } from '../work.ts';
import { connectionUris, renderDatabases, renderRoles } from './connection.ts';
import { wishedEndpoints } from './endpoints.ts';
import type { RouteParts } from './call.ts';

export function registerBranches({ routes, context, operations }: RouteParts): void {
  routes.read('/projects/:projectId/branches', ({ project, query }) => {
    const { branches, pagination } = listBranches(project, query);
    return {
      status: 200,
      body: {
        branches: branches.map((branch) => renderBranch(project, branch)),
        annotations: {},
        pagination,
      } satisfies ListProjectBranchesResponses[200],
    };
  });

  routes.read('/projects/:projectId/branches/count', ({ project }) => ({
    status: 200,
    body: { count: project.branches.length },
  }));

  routes.change('POST', '/projects/:projectId/branches', async ({ project, body }) => {
    const fields = optionalObject(body, 'branch');
    const source = optionalText(fields, 'init_source') ?? 'parent-data';
    if (source !== 'parent-data') throw notServed(`branches with init_source ${source}`);
    const parentId = optionalText(fields, 'parent_id');
    const parent = parentId === undefined ? getDefaultBranch(project) : findParent(project, parentId);
    const name = optionalName(fields, 'name');
    if (name !== undefined) checkNameFree(project, name);
    const isProtected = optionalFlag(fields, 'protected') ?? false;
    const expiresAt = checkedExpiry(context, optionalInstant(fields, 'expires_at'));
    if (expiresAt !== undefined && isProtected) throw unprocessable('a protected branch cannot have an expiration');
    const wished = wishedEndpoints(body);
    checkBranchCaps(project, 'child');
    const resolved = await resolvePoint(context, project, parent, {
      timestamp: optionalInstant(fields, 'parent_timestamp'),
      lsn: optionalLsn(fields, 'parent_lsn'),
    });
    const catalog = await readCatalog(context, project, parent);
    const cluster = newCluster(project, resolved.point);
    const branch = newBranch(context, project, cluster, name);
    branch.parentId = parent.id;
    branch.parentLsn = resolved.lsn;
    branch.parentTimestamp = resolved.timestamp;
    branch.isProtected = isProtected;
    branch.expiresAt = expiresAt;
    branch.ttlSeconds = secondsUntil(context, expiresAt);
    branch.logicalSizeBytes = resolved.mark.sizeBytes;
    const endpoints = [];
    for (const type of wished) endpoints.push(await openEndpoint(context, project, branch.id, type));
    const started = await operations.begin(project, { kind: 'create_branch', branchId: branch.id }, [
      { action: 'create_branch', branchId: branch.id },
      ...endpoints.map(({ id }) => ({ action: 'start_compute' as const, branchId: branch.id, endpointId: id })),
    ]);
    return {
      status: 201,
      body: {
        branch: renderBranch(project, branch),
        endpoints: endpoints.map((endpoint) => renderEndpoint(project, endpoint)),
        operations: started,
        roles: renderRoles(branch, catalog),
        databases: renderDatabases(branch, catalog),
        ...connectionUris(project, endpoints, catalog),
      } satisfies CreateProjectBranchResponses[201],
    };
  });

  routes.read('/projects/:projectId/branches/:branchId', ({ project, param }) => {
    const branch = getBranch(project, param('branchId'));
    return {
      status: 200,
      body: {
        branch: renderBranch(project, branch),
        annotation: { object: { type: 'console/branch', id: branch.id }, value: {} },
      } satisfies GetProjectBranchResponses[200],
    };
  });

  routes.change('PATCH', '/projects/:projectId/branches/:branchId', async ({ project, body, param }) => {
    const branch = getBranch(project, param('branchId'));
    const fields = requiredObject(body, 'branch');
    const name = optionalName(fields, 'name');
    if (name !== undefined && name !== branch.name) checkNameFree(project, name);
    const isProtected = optionalFlag(fields, 'protected') ?? branch.isProtected;
    const expiresAt =
      'expires_at' in fields ? checkedExpiry(context, optionalInstant(fields, 'expires_at')) : branch.expiresAt;
    if (expiresAt !== undefined) checkMayExpire(project, branch, isProtected);
    branch.name = name ?? branch.name;
    branch.isProtected = isProtected;
    if (expiresAt !== branch.expiresAt) branch.ttlSeconds = secondsUntil(context, expiresAt);
    branch.expiresAt = expiresAt;
    branch.updatedAt = context.now().toISOString();
    await context.save();
    return {
      status: 200,
      body: { branch: renderBranch(project, branch), operations: [] } satisfies UpdateProjectBranchResponses[200],
    };
  });

  routes.change('DELETE', '/projects/:projectId/branches/:branchId', async ({ project, param }) => {
    const branchId = param('branchId');
    const branch = project.branches.find(({ id }) => id === branchId);
    if (branch === undefined) {
      if (!project.deletedBranchIds.includes(branchId)) throw notFound('branch');
      return { status: 204 };
    }
    checkMayBeDeleted(project, branch);
    const shown = renderBranch(project, branch);
    const endpointIds = endpointsOf(project, branch.id).map(({ id }) => id);
    await removeBranch(context, project, branch.id);
    const started = await operations.begin(project, { kind: 'sweep' }, [
      ...endpointIds.map((endpointId) => ({ action: 'suspend_compute' as const, branchId, endpointId })),
      { action: 'delete_timeline', branchId },
    ]);
    return { status: 200, body: { branch: shown, operations: started } satisfies DeleteProjectBranchResponses[200] };
  });

  routes.change('POST', '/projects/:projectId/branches/:branchId/set_as_default', async ({ project, param }) => {
    const branch = getBranch(project, param('branchId'));
    if (branch.expiresAt !== undefined) throw unprocessable('a branch with an expiration cannot be the default branch');
    getDefaultBranch(project).isDefault = false;
    branch.isDefault = true;
    branch.updatedAt = context.now().toISOString();
    await context.save();
    return {
      status: 200,
      body: { branch: renderBranch(project, branch), operations: [] } satisfies SetDefaultProjectBranchResponses[200],
    };
  });
}
