/**
 * Owns the calls that list, make, change and delete branches. Restoring them is in restores.ts.
 */
import type {
  CountProjectBranchesResponses,
  CreateProjectBranchResponses,
  DeleteProjectBranchResponses,
  GetProjectBranchResponses,
  ListProjectBranchesResponses,
  SetDefaultProjectBranchResponses,
  UpdateProjectBranchResponses,
} from '@neon/sdk/raw';
import { checkMayBeDeleted, checkMayExpire, checkMayHaveChildren, checkNameFree } from '../branch-rules.ts';
import { getBranch, getDefaultBranch } from '../context.ts';
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
import { findBranches, listBranches } from '../listing.ts';
import { notServed, unprocessable } from '../refusals.ts';
import { renderBranch, renderEndpoint } from '../render.ts';
import { deleteBranch } from '../removal.ts';
import { resolvePoint } from '../window.ts';
import { connectionUris } from './connection.ts';
import { renderDatabases } from './databases.ts';
import { wishedEndpoints } from './endpoints.ts';
import type { RouteParts } from './call.ts';
import { renderRoles } from './roles.ts';

export function registerBranches({ routes, context, operations }: RouteParts): void {
  routes.read('/projects/:projectId/branches', ({ project, query }) => {
    const { branches, pagination } = listBranches(project, query);
    return {
      status: 200,
      body: {
        branches: branches.map((branch) => renderBranch(context, project, branch)),
        annotations: {},
        pagination,
      } satisfies ListProjectBranchesResponses[200],
    };
  });

  routes.read('/projects/:projectId/branches/count', ({ project, query }) => ({
    status: 200,
    body: {
      count: findBranches(project, optionalText(query, 'search')).length,
    } satisfies CountProjectBranchesResponses[200],
  }));

  routes.change('POST', '/projects/:projectId/branches', async ({ project, body }) => {
    const fields = optionalObject(body, 'branch');
    const initSource = optionalText(fields, 'init_source') ?? 'parent-data';
    if (initSource !== 'parent-data' && initSource !== 'schema-only')
      throw notServed(`branches with init_source ${initSource}`);
    const isChild = initSource === 'parent-data';
    const parentId = optionalText(fields, 'parent_id');
    const parent = parentId === undefined ? getDefaultBranch(project) : getBranch(project, parentId);
    if (isChild) checkMayHaveChildren(parent);
    const name = optionalName(fields, 'name');
    if (name !== undefined) checkNameFree(project, name);
    const isProtected = optionalFlag(fields, 'protected') ?? false;
    const expiresAt = checkedExpiry(context, optionalInstant(fields, 'expires_at'));
    if (expiresAt !== undefined && isProtected) throw unprocessable('a protected branch cannot have an expiration');
    const becomes = optionalFlag(fields, 'archived') === true ? 'archived' : 'ready';
    const wished = wishedEndpoints(body, project);
    checkBranchCaps(project, isChild ? 'child' : 'root');
    const resolved = await resolvePoint(context, project, parent, {
      timestamp: optionalInstant(fields, 'parent_timestamp'),
      lsn: optionalLsn(fields, 'parent_lsn'),
    });
    const isOfThePast = resolved.lsn === undefined || resolved.timestamp === undefined;
    const catalog = await readCatalog(context, project, parent);
    const cluster = newCluster(project, resolved.point);
    const branch = newBranch(context, project, cluster, name, initSource);
    if (isChild) {
      branch.parentId = parent.id;
      branch.parentLsn = resolved.lsn;
      branch.parentTimestamp = resolved.timestamp;
      branch.logicalSizeBytes = resolved.mark.sizeBytes;
    }
    branch.isProtected = isProtected;
    branch.expiresAt = expiresAt;
    branch.ttlSeconds = secondsUntil(context, expiresAt);
    const endpoints = [];
    for (const wish of wished) endpoints.push(await openEndpoint(context, project, branch.id, wish));
    const started = await operations.begin(project, { kind: 'create_branch', branchId: branch.id, becomes }, [
      { action: 'create_branch', branchId: branch.id },
      ...endpoints.map(({ id }) => ({ action: 'start_compute' as const, branchId: branch.id, endpointId: id })),
    ]);
    return {
      status: 201,
      body: {
        branch: renderBranch(context, project, branch),
        endpoints: endpoints.map((endpoint) => renderEndpoint(project, endpoint)),
        operations: started,
        roles: renderRoles(branch, catalog),
        databases: renderDatabases(branch, catalog),
        ...(await connectionUris(project, endpoints, catalog, isOfThePast)),
      } satisfies CreateProjectBranchResponses[201],
    };
  });

  routes.read('/projects/:projectId/branches/:branchId', ({ project, param }) => {
    const branch = getBranch(project, param('branchId'));
    return {
      status: 200,
      body: {
        branch: renderBranch(context, project, branch),
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
      body: {
        branch: renderBranch(context, project, branch),
        operations: [],
      } satisfies UpdateProjectBranchResponses[200],
    };
  });

  routes.change('DELETE', '/projects/:projectId/branches/:branchId', async ({ project, param }) => {
    const branchId = param('branchId');
    const branch = project.branches.find(({ id }) => id === branchId);
    if (branch === undefined) return { status: 204 };
    checkMayBeDeleted(project, branch);
    const shown = renderBranch(context, project, branch);
    const started = await deleteBranch(context, operations, project, branch);
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
      body: {
        branch: renderBranch(context, project, branch),
        operations: [],
      } satisfies SetDefaultProjectBranchResponses[200],
    };
  });
}
