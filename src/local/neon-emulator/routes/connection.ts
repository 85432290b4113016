/**
 * Owns the answers about how to connect to a branch. A connection URI holds a password: it is answered, never logged.
 */
import type { ConnectionDetails, GetConnectionUriResponses } from '@neon/sdk/raw';
import { readCatalog } from '../catalog.ts';
import { endpointsOf, getBranch, getDefaultBranch, getEndpoint } from '../context.ts';
import { optionalFlag, optionalText, requiredText } from '../input.ts';
import { findPassword, passwordsOf } from '../passwords.ts';
import { notFound } from '../refusals.ts';
import { hostOf, poolerHostOf } from '../render.ts';
import type { Catalog } from '../rows/rows.ts';
import type { EndpointRecord, ProjectRecord } from '../state.ts';
import type { RouteParts } from './call.ts';
import { getDatabase } from './databases.ts';
import { getRole } from './roles.ts';

export function registerConnection({ routes, context }: RouteParts): void {
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
    const isPooled = optionalFlag(query, 'pooled') === true;
    const databaseName = requiredText(query, 'database_name');
    const roleName = requiredText(query, 'role_name');
    const catalog = await readCatalog(context, project, branch);
    const database = getDatabase(catalog, databaseName).name;
    const role = getRole(catalog, roleName);
    const password = await findPassword(project, role);
    const uri = uriOf(endpoint, { role: role.name, password, database }, isPooled);
    return { status: 200, body: { uri } satisfies GetConnectionUriResponses[200] };
  });
}

interface Address {
  readonly role: string;
  /** Undefined where the emulator does not know it, as when it was set by SQL. */
  readonly password: string | undefined;
  readonly database: string;
}

function uriOf(endpoint: EndpointRecord, { role, password, database }: Address, isPooled: boolean): string {
  const host = isPooled ? poolerHostOf(endpoint) : hostOf(endpoint);
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  const options = endpoint.sharesPorts === true ? `?options=${encodeURIComponent(`endpoint=${endpoint.id}`)}` : '';
  return `postgresql://${encodeURIComponent(role)}${secret}@${host}/${encodeURIComponent(database)}${options}`;
}

/**
 * As Neon does, only where there is one role and one database to speak of. `catalog` may be that of the parent of a branch that
 * is yet to be made: from a moment in the past its role may have another password, and then nothing is said.
 */
export async function connectionUris(
  project: ProjectRecord,
  endpoints: readonly EndpointRecord[],
  catalog: Catalog,
  isOfThePast = false,
): Promise<{ connection_uris?: ConnectionDetails[] }> {
  const [role, otherRole] = catalog.roles.filter(({ canLogin }) => canLogin);
  const [database, otherDatabase] = catalog.databases;
  if (role === undefined || database === undefined || otherRole !== undefined || otherDatabase !== undefined) return {};
  if (isOfThePast && passwordsOf(project, role.name).length > 1) return {};
  const password = await findPassword(project, role);
  return {
    connection_uris: endpoints.map((endpoint) =>
      connectionDetails(endpoint, { role: role.name, password, database: database.name }),
    ),
  };
}

export function connectionDetails(endpoint: EndpointRecord, address: Address): ConnectionDetails {
  return {
    connection_uri: uriOf(endpoint, address, false),
    connection_parameters: {
      database: address.database,
      password: address.password ?? '',
      role: address.role,
      host: hostOf(endpoint),
      pooler_host: poolerHostOf(endpoint),
    },
  };
}
