/**
 * Owns the calls that list, make, change and delete projects.
 */
import type {
  CreateProjectResponses,
  DeleteProjectResponses,
  GetProjectResponses,
  ListProjectsResponses,
  ListSharedProjectsResponses,
  UpdateProjectResponses,
} from '@neon/sdk/raw';
import { chosenOrganization, maySee, refuseProjectKey } from '../access.ts';
import { defaultNames, newProject, type ProjectWish } from '../bootstrap.ts';
import { firstDatabaseId } from '../catalog-sql.ts';
import { getOrganization } from '../context.ts';
import { openEndpoint } from '../creation.ts';
import { optionalFlag, optionalName, optionalNumber, optionalObject, optionalText, requiredObject } from '../input.ts';
import type { Fields } from '../input.ts';
import { checkHistory, checkProjectCap } from '../limits.ts';
import { passwordsOf } from '../passwords.ts';
import { removeProject } from '../project-removal.ts';
import { badRequest } from '../refusals.ts';
import { defaultRegionId, isRegion } from '../regions.ts';
import { renderBranch, renderEndpoint, renderProject, renderProjectListItem } from '../render.ts';
import type { OrganizationRecord, ProjectRecord } from '../state.ts';
import type { RouteParts } from './call.ts';
import { requiredIdentifier } from './catalog-names.ts';
import { neonComputeSettings, readComputeSettings } from './compute-settings.ts';
import { connectionDetails } from './connection.ts';
import { renderDatabases } from './databases.ts';
import { renderRoles } from './roles.ts';

const historySecondsMax = 2_592_000;

export function registerProjects({ routes, context, operations }: RouteParts): void {
  const shown = (project: ProjectRecord) => renderProject(project, getOrganization(context, project));

  routes.account('GET', '/projects', ({ caller, query }) => {
    const organization = chosenOrganization(caller, optionalText(query, 'org_id'));
    const search = optionalText(query, 'search');
    const limit = optionalNumber(query, 'limit', 1, 400) ?? 10;
    const cursor = optionalText(query, 'cursor');
    // Nothing that was deleted can be recovered here.
    const isOfTheDeleted = optionalFlag(query, 'recoverable') === true;
    const projects = (isOfTheDeleted ? [] : context.state.projects)
      .filter((project) => project.accountId === organization.id && maySee(caller, project))
      .filter(({ id, name }) => search === undefined || name.includes(search) || id.includes(search))
      .filter(({ id }) => cursor === undefined || id > cursor)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
    const last = projects.at(-1);
    return {
      status: 200,
      body: {
        projects: projects.map((project) => renderProjectListItem(project, organization)),
        unavailable_project_ids: [],
        applications: {},
        integrations: {},
        ...(last === undefined ? {} : { pagination: { cursor: last.id } }),
      } satisfies ListProjectsResponses[200],
    };
  });

  // One account cannot share a project with another here; Neon's CLI asks whenever it lists projects.
  routes.account('GET', '/projects/shared', () => ({
    status: 200,
    body: { projects: [] } satisfies ListSharedProjectsResponses[200],
  }));

  routes.account('POST', '/projects', async ({ caller, body }) => {
    refuseProjectKey(caller);
    const fields = requiredObject(body, 'project');
    const organization = chosenOrganization(caller, optionalText(fields, 'org_id'));
    const wish = readWish(fields, organization);
    checkProjectCap(organization, context.projects.count(organization.id));
    const { project, branch } = newProject(context, wish);
    const endpoint = await openEndpoint(context, project, branch.id, { type: 'read_write' });
    context.projects.add(project);
    const of = { branchId: branch.id, endpointId: endpoint.id };
    const starts = [
      { action: 'create_timeline', branchId: branch.id },
      { action: 'start_compute', ...of },
    ] as const;
    const plan = { kind: 'create_project', branchId: branch.id } as const;
    const started = await operations.begin(project, plan, starts).catch(async (error: unknown) => {
      context.projects.remove(project);
      await context.proxies.close(endpoint.id);
      throw error;
    });
    const { roleName: role, databaseName: database } = wish.content;
    const catalog = {
      roles: [{ name: role, canLogin: true, verifier: undefined }],
      databases: [{ id: firstDatabaseId, name: database, ownerName: role }],
    };
    const password = passwordsOf(project, role)[0];
    return {
      status: 201,
      body: {
        project: shown(project),
        branch: renderBranch(context, project, branch),
        endpoints: [renderEndpoint(project, endpoint)],
        operations: started,
        roles: renderRoles(branch, catalog).map((each) => ({ ...each, password: password ?? '' })),
        databases: renderDatabases(branch, catalog),
        connection_uris: [connectionDetails(endpoint, { role, password, database })],
      } satisfies CreateProjectResponses[201],
    };
  });

  routes.read('/projects/:projectId', ({ project }) => ({
    status: 200,
    body: { project: shown(project) } satisfies GetProjectResponses[200],
  }));

  routes.change('PATCH', '/projects/:projectId', async ({ project, body }) => {
    const fields = requiredObject(body, 'project');
    const name = optionalName(fields, 'name');
    const seconds = optionalNumber(fields, 'history_retention_seconds', 0, historySecondsMax);
    if (seconds !== undefined) checkHistory(project, seconds);
    const defaults = optionalObject(fields, 'default_endpoint_settings');
    project.endpointDefaults = readComputeSettings(defaults, project.endpointDefaults);
    project.name = name ?? project.name;
    project.historyRetentionSeconds = seconds ?? project.historyRetentionSeconds;
    project.updatedAt = context.now().toISOString();
    await context.save();
    return { status: 200, body: { project: shown(project), operations: [] } satisfies UpdateProjectResponses[200] };
  });

  routes.change('DELETE', '/projects/:projectId', async ({ project, caller }) => {
    refuseProjectKey(caller);
    await removeProject(context, project);
    return { status: 200, body: { project: shown(project) } satisfies DeleteProjectResponses[200] };
  });
}

/** Refuses 400 what Neon or this machine has not, and 422 what the plan has not. */
function readWish(fields: Fields, organization: OrganizationRecord): ProjectWish {
  const regionId = optionalText(fields, 'region_id') ?? defaultRegionId;
  if (!isRegion(regionId)) throw badRequest(`region ${regionId} is not supported`);
  const version = optionalNumber(fields, 'pg_version', 14, 18) ?? 17;
  if (version !== 17) throw badRequest(`the Neon emulator has Postgres 17 only, not ${version}`);
  const historyRetentionSeconds = optionalNumber(fields, 'history_retention_seconds', 0, historySecondsMax);
  if (historyRetentionSeconds !== undefined) checkHistory(organization, historyRetentionSeconds);
  const branch = optionalObject(fields, 'branch');
  const names = { database_name: defaultNames.database, ...given(branch, 'database_name') };
  const databaseName = requiredIdentifier(names, 'database_name');
  return {
    organization,
    name: optionalName(fields, 'name'),
    regionId,
    historyRetentionSeconds,
    endpointDefaults: readComputeSettings(optionalObject(fields, 'default_endpoint_settings'), neonComputeSettings),
    branchName: optionalName(branch, 'name') ?? defaultNames.branch,
    content: {
      roleName: requiredIdentifier({ role_name: `${databaseName}_owner`, ...given(branch, 'role_name') }, 'role_name'),
      databaseName,
      isSample: false,
    },
  };
}

/** The field, unless it is left out or empty. */
function given(fields: Fields, name: string): Fields {
  const value = optionalText(fields, name);
  return value === undefined ? {} : { [name]: value };
}
