/**
 * Owns the calls on the roles of a branch. A password is answered where the API asks for it, and never logged.
 */
import type {
  CreateProjectBranchRoleResponses,
  DeleteProjectBranchRoleResponses,
  GetProjectBranchRolePasswordResponses,
  GetProjectBranchRoleResponses,
  ListProjectBranchRolesResponses,
  ResetProjectBranchRolePasswordResponses,
  Role,
} from '@neon/sdk/raw';
import { readCatalog } from '../catalog.ts';
import { endpointsOf, getBranch, type OperationStart } from '../context.ts';
import * as ids from '../ids.ts';
import { optionalFlag, requiredObject } from '../input.ts';
import { findPassword, rememberPassword } from '../passwords.ts';
import { conflict, notFound, unprocessable } from '../refusals.ts';
import type { Catalog, CatalogRole } from '../rows/rows.ts';
import type { BranchRecord, ProjectRecord } from '../state.ts';
import { requiredIdentifier } from './catalog-names.ts';
import type { ProjectCall, RouteParts } from './call.ts';

const onRoles = '/projects/:projectId/branches/:branchId/roles';

export function registerRoles({ routes, context, operations }: RouteParts): void {
  async function find({ project, param }: ProjectCall): Promise<{ branch: BranchRecord; role: CatalogRole }> {
    const branch = getBranch(project, param('branchId'));
    return { branch, role: getRole(await readCatalog(context, project, branch), param('roleName')) };
  }

  routes.read(onRoles, async ({ project, param }) => {
    const branch = getBranch(project, param('branchId'));
    const catalog = await readCatalog(context, project, branch);
    return {
      status: 200,
      body: { roles: renderRoles(branch, catalog) } satisfies ListProjectBranchRolesResponses[200],
    };
  });

  routes.read(`${onRoles}/:roleName`, async (call) => {
    const { branch, role } = await find(call);
    return { status: 200, body: { role: renderRole(branch, role) } satisfies GetProjectBranchRoleResponses[200] };
  });

  routes.read(`${onRoles}/:roleName/reveal_password`, async (call) => {
    const password = await findPassword(call.project, (await find(call)).role);
    // Such as one that was set by SQL.
    if (password === undefined) throw notFound('password of the role');
    return { status: 200, body: { password } satisfies GetProjectBranchRolePasswordResponses[200] };
  });

  routes.change('POST', onRoles, async ({ project, body, param }) => {
    const branch = getBranch(project, param('branchId'));
    const fields = requiredObject(body, 'role');
    const name = requiredIdentifier(fields, 'name');
    const canLogin = optionalFlag(fields, 'no_login') !== true;
    const catalog = await readCatalog(context, project, branch);
    if (catalog.roles.some((role) => role.name === name)) throw conflict(`role ${name} already exists`);
    const password = canLogin ? ids.password() : undefined;
    if (password !== undefined) rememberPassword(project, name, password);
    const started = await operations.begin(
      project,
      { kind: 'apply_config', branchId: branch.id, change: { kind: 'create_role', name, password } },
      applyConfig(project, branch),
    );
    const at = context.now().toISOString();
    const role = {
      ...renderRole(branch, { name, canLogin }),
      ...(password === undefined ? {} : { password }),
      created_at: at,
      updated_at: at,
    };
    return { status: 201, body: { role, operations: started } satisfies CreateProjectBranchRoleResponses[201] };
  });

  routes.change('POST', `${onRoles}/:roleName/reset_password`, async (call) => {
    const { project } = call;
    const { branch, role } = await find(call);
    if (!role.canLogin) throw unprocessable('a role that cannot log in has no password');
    const password = ids.password();
    rememberPassword(project, role.name, password);
    const started = await operations.begin(
      project,
      { kind: 'apply_config', branchId: branch.id, change: { kind: 'set_password', name: role.name, password } },
      applyConfig(project, branch),
    );
    const shown = { ...renderRole(branch, role), password, updated_at: context.now().toISOString() };
    return {
      status: 200,
      body: { role: shown, operations: started } satisfies ResetProjectBranchRolePasswordResponses[200],
    };
  });

  routes.change('DELETE', `${onRoles}/:roleName`, async ({ project, param }) => {
    const branch = getBranch(project, param('branchId'));
    const { databases, roles } = await readCatalog(context, project, branch);
    const role = roles.find(({ name }) => name === param('roleName'));
    if (role === undefined) return { status: 204 };
    const owned = databases.find(({ ownerName }) => ownerName === role.name);
    if (owned !== undefined) throw unprocessable(`role ${role.name} owns the database ${owned.name}`);
    const started = await operations.begin(
      project,
      { kind: 'apply_config', branchId: branch.id, change: { kind: 'drop_role', name: role.name } },
      applyConfig(project, branch),
    );
    return {
      status: 200,
      body: {
        role: renderRole(branch, role),
        operations: started,
      } satisfies DeleteProjectBranchRoleResponses[200],
    };
  });
}

export function getRole(catalog: Catalog, name: string): CatalogRole {
  const role = catalog.roles.find((candidate) => candidate.name === name);
  if (role === undefined) throw notFound('role');
  return role;
}

/** As Neon has it: where the compute slept, it goes back to sleep. */
export function applyConfig(project: ProjectRecord, branch: BranchRecord): OperationStart[] {
  const endpoints = endpointsOf(project, branch.id);
  const endpoint = endpoints.find(({ type }) => type === 'read_write') ?? endpoints[0];
  const of = { branchId: branch.id, endpointId: endpoint?.id };
  const sleeps = endpoint?.state === 'idle';
  return [{ action: 'apply_config', ...of }, ...(sleeps ? [{ action: 'suspend_compute' as const, ...of }] : [])];
}

export function renderRoles(branch: BranchRecord, catalog: Catalog): Role[] {
  return catalog.roles.map((role) => renderRole(branch, role));
}

function renderRole(branch: BranchRecord, { name, canLogin }: Pick<CatalogRole, 'name' | 'canLogin'>): Role {
  return {
    branch_id: branch.id,
    name,
    protected: false,
    authentication_method: canLogin ? 'password' : 'no_login',
    created_at: branch.createdAt,
    updated_at: branch.createdAt,
  };
}
