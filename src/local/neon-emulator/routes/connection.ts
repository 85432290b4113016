/**
 * Owns the answers about what is inside a branch (databases, roles) and how to connect to it. A connection URI holds a password:
 * it is answered, never logged.
 */
import type {
  ConnectionDetails,
  Database,
  GetConnectionUriResponses,
  ListProjectBranchDatabasesResponses,
  ListProjectBranchRolesResponses,
  Role,
} from '@neon/sdk/raw';
import { readCatalog, type Catalog } from '../catalog.ts';
import { endpointsOf, getBranch, getDefaultBranch, getEndpoint } from '../context.ts';
import { optionalText, requiredText } from '../input.ts';
import { notFound } from '../refusals.ts';
import { hostOf } from '../render.ts';
import type { BranchRecord, EndpointRecord, ProjectRecord } from '../state.ts';
import type { RouteParts } from './call.ts';

export function registerConnection({ routes, context }: RouteParts): void {
  routes.read('/projects/:projectId/branches/:branchId/databases', async ({ project, param }) => {
    const branch = getBranch(project, param('branchId'));
    const catalog = await readCatalog(context, project, branch);
    return {
      status: 200,
      body: { databases: renderDatabases(branch, catalog) } satisfies ListProjectBranchDatabasesResponses[200],
    };
  });

  routes.read('/projects/:projectId/branches/:branchId/roles', async ({ project, param }) => {
    const branch = getBranch(project, param('branchId'));
    const catalog = await readCatalog(context, project, branch);
    return {
      status: 200,
      body: { roles: renderRoles(branch, catalog) } satisfies ListProjectBranchRolesResponses[200],
    };
  });

  routes.read('/projects/:projectId/connection_uri', async ({ project, query }) => {
    const endpointId = optionalText(query, 'endpoint_id');
    const branchId = optionalText(query, 'branch_id');
    const wished = endpointId === undefined ? undefined : getEndpoint(project, endpointId);
    const branch =
      branchId === undefined && wished === undefined
        ? getDefaultBranch(project)
        : getBranch(project, branchId ?? wished?.branchId ?? '');
    const endpoint = wished ?? endpointsOf(project, branch.id).find(({ type }) => type === 'read_write');
    if (endpoint === undefined || endpoint.branchId !== branch.id) throw notFound('endpoint');
    const databaseName = requiredText(query, 'database_name');
    const roleName = requiredText(query, 'role_name');
    const catalog = await readCatalog(context, project, branch);
    if (!catalog.databases.some(({ name }) => name === databaseName)) throw notFound('database');
    if (!catalog.roles.some(({ name }) => name === roleName)) throw notFound('role');
    return {
      status: 200,
      body: { uri: uriOf(project, endpoint, roleName, databaseName) } satisfies GetConnectionUriResponses[200],
    };
  });
}

/** The emulator has no pooler: a pooled URI is the same URI. A role made by SQL has no password that the emulator knows. */
export function uriOf(project: ProjectRecord, endpoint: EndpointRecord, role: string, database: string): string {
  const password = project.rolePasswords[role];
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  return `postgresql://${encodeURIComponent(role)}${secret}@${hostOf(endpoint)}/${encodeURIComponent(database)}`;
}

export function renderDatabases(branch: BranchRecord, catalog: Catalog): Database[] {
  return catalog.databases.map(({ id, name, ownerName }) => ({
    id,
    branch_id: branch.id,
    name,
    owner_name: ownerName,
    created_at: branch.createdAt,
    updated_at: branch.createdAt,
  }));
}

export function renderRoles(branch: BranchRecord, catalog: Catalog): Role[] {
  return catalog.roles.map(({ name, canLogin }) => ({
    branch_id: branch.id,
    name,
    protected: false,
    authentication_method: canLogin ? 'password' : 'no_login',
    created_at: branch.createdAt,
    updated_at: branch.createdAt,
  }));
}

/** As Neon does, only where there is one role and one database to speak of. */
export function connectionUris(
  project: ProjectRecord,
  endpoints: readonly EndpointRecord[],
  catalog: Catalog,
): { connection_uris?: ConnectionDetails[] } {
  const [role, otherRole] = catalog.roles.filter(({ canLogin }) => canLogin);
  const [database, otherDatabase] = catalog.databases;
  if (role === undefined || database === undefined || otherRole !== undefined || otherDatabase !== undefined) return {};
  return {
    connection_uris: endpoints.map((endpoint) => ({
      connection_uri: uriOf(project, endpoint, role.name, database.name),
      connection_parameters: {
        database: database.name,
        password: project.rolePasswords[role.name] ?? '',
        role: role.name,
        host: hostOf(endpoint),
        pooler_host: hostOf(endpoint),
      },
    })),
  };
}
