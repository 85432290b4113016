/**
 * Owns the calls on compute endpoints. Host and port of an endpoint stay for its life, whatever its branch holds.
 */
import type {
  CreateProjectEndpointResponses,
  DeleteProjectEndpointResponses,
  GetProjectEndpointResponses,
  ListProjectBranchEndpointsResponses,
  ListProjectEndpointsResponses,
  Operation,
  StartProjectEndpointResponses,
  UpdateProjectEndpointResponses,
} from '@neon/sdk/raw';
import { clusterOf } from '../compute.ts';
import { endpointsOf, getBranch, getEndpoint, removeFrom } from '../context.ts';
import { openEndpoint, type EndpointWish } from '../creation.ts';
import { fieldsOf, optionalFlag, optionalText, requiredObject, requiredText } from '../input.ts';
import type { Fields } from '../input.ts';
import { badRequest, unprocessable } from '../refusals.ts';
import { renderEndpoint } from '../render.ts';
import type { EndpointRecord, ProjectRecord } from '../state.ts';
import type { RouteParts } from './call.ts';
import { readComputeSettings, type ComputeSettings } from './compute-settings.ts';

/** Of a branch that is being made. Each one takes two ports of this machine. */
const endpointsMax = 20;

export function registerEndpoints({ routes, context, operations }: RouteParts): void {
  async function begin(project: ProjectRecord, endpoint: EndpointRecord, kind: Step): Promise<Operation[]> {
    const { branchId, id: endpointId } = endpoint;
    const starts = actionsOf(kind, endpoint).map((action) => ({ action, branchId, endpointId }));
    return starts.length === 0 ? [] : operations.begin(project, { kind, endpointId }, starts);
  }

  routes.read('/projects/:projectId/branches/:branchId/endpoints', ({ project, param }) => {
    const branch = getBranch(project, param('branchId'));
    const endpoints = endpointsOf(project, branch.id).map((endpoint) => renderEndpoint(project, endpoint));
    return { status: 200, body: { endpoints } satisfies ListProjectBranchEndpointsResponses[200] };
  });

  routes.read('/projects/:projectId/endpoints', ({ project }) => {
    const endpoints = project.endpoints.map((endpoint) => renderEndpoint(project, endpoint));
    return { status: 200, body: { endpoints } satisfies ListProjectEndpointsResponses[200] };
  });

  routes.read('/projects/:projectId/endpoints/:endpointId', ({ project, param }) => {
    const endpoint = renderEndpoint(project, getEndpoint(project, param('endpointId')));
    return { status: 200, body: { endpoint } satisfies GetProjectEndpointResponses[200] };
  });

  routes.change('POST', '/projects/:projectId/endpoints', async ({ project, body }) => {
    const fields = requiredObject(body, 'endpoint');
    const branch = getBranch(project, requiredText(fields, 'branch_id'));
    const wish = readWish(fields, project);
    if (wish.type === 'read_write') checkNoReadWrite(project, branch.id);
    const endpoint = await openEndpoint(context, project, branch.id, wish);
    const started = await operations.begin(project, { kind: 'start_endpoint', endpointId: endpoint.id }, [
      { action: 'start_compute', branchId: branch.id, endpointId: endpoint.id },
    ]);
    return {
      status: 201,
      body: {
        endpoint: renderEndpoint(project, endpoint),
        operations: started,
      } satisfies CreateProjectEndpointResponses[201],
    };
  });

  // Everything but being disabled and the branch takes effect at once, without an operation.
  routes.change('PATCH', '/projects/:projectId/endpoints/:endpointId', async ({ project, body, param }) => {
    const endpoint = getEndpoint(project, param('endpointId'));
    const fields = requiredObject(body, 'endpoint');
    const branchId = optionalText(fields, 'branch_id') ?? endpoint.branchId;
    const isMoved = getBranch(project, branchId).id !== endpoint.branchId;
    if (isMoved && endpoint.type === 'read_write') checkNoReadWrite(project, branchId);
    const settings = { ...endpoint, ...readSettings(fields, endpoint) };
    const isNewlyDisabled = settings.isDisabled && !endpoint.isDisabled;
    Object.assign(endpoint, settings, { branchId, updatedAt: context.now().toISOString() });
    const kind = isNewlyDisabled ? 'suspend_endpoint' : isMoved ? 'restart_endpoint' : undefined;
    const started = kind === undefined ? [] : await begin(project, endpoint, kind);
    if (started.length === 0) await context.save();
    return {
      status: 200,
      body: {
        endpoint: renderEndpoint(project, endpoint),
        operations: started,
      } satisfies UpdateProjectEndpointResponses[200],
    };
  });

  routes.change('DELETE', '/projects/:projectId/endpoints/:endpointId', async ({ project, param }) => {
    const endpoint = project.endpoints.find(({ id }) => id === param('endpointId'));
    if (endpoint === undefined) return { status: 204 };
    const { branchId, id: endpointId } = endpoint;
    if (endpoint.type === 'read_write' && getBranch(project, branchId).isProtected)
      throw unprocessable('the read-write endpoint of a protected branch cannot be deleted');
    const clusterId = clusterOf(project, endpointId);
    removeFrom(project.endpoints, endpoint);
    await context.proxies.close(endpointId);
    const started = await operations.begin(project, { kind: 'stop_cluster', clusterId }, [
      { action: 'suspend_compute', branchId, endpointId },
    ]);
    return {
      status: 200,
      body: {
        endpoint: renderEndpoint(project, endpoint),
        operations: started,
      } satisfies DeleteProjectEndpointResponses[200],
    };
  });

  const verbs = { start: 'start_endpoint', suspend: 'suspend_endpoint', restart: 'restart_endpoint' } as const;
  for (const [verb, kind] of Object.entries(verbs)) {
    routes.change('POST', `/projects/:projectId/endpoints/:endpointId/${verb}`, async ({ project, param }) => {
      const endpoint = getEndpoint(project, param('endpointId'));
      if (endpoint.isDisabled && kind !== 'suspend_endpoint') throw unprocessable('the endpoint is disabled');
      const started = await begin(project, endpoint, kind);
      return {
        status: 200,
        body: {
          endpoint: renderEndpoint(project, endpoint),
          operations: started,
        } satisfies StartProjectEndpointResponses[200],
      };
    });
  }
}

type Step = 'start_endpoint' | 'suspend_endpoint' | 'restart_endpoint';

/** What is so already needs no operation but Neon's look whether it still is. */
function actionsOf(kind: Step, endpoint: EndpointRecord): Operation['action'][] {
  const isIdle = endpoint.state === 'idle';
  if (kind === 'start_endpoint') return [isIdle ? 'start_compute' : 'check_availability'];
  if (kind === 'suspend_endpoint') return isIdle ? [] : ['suspend_compute'];
  return isIdle ? ['start_compute'] : ['suspend_compute', 'start_compute'];
}

function checkNoReadWrite(project: ProjectRecord, branchId: string): void {
  if (endpointsOf(project, branchId).some(({ type }) => type === 'read_write'))
    throw unprocessable('read-write endpoint already exists for this branch');
}

/** The computes asked for together with a new branch. */
export function wishedEndpoints(body: unknown, project: ProjectRecord): EndpointWish[] {
  const { endpoints } = fieldsOf(body);
  if (endpoints === undefined || endpoints === null) return [];
  if (!Array.isArray(endpoints)) throw badRequest('endpoints must be an array');
  if (endpoints.length > endpointsMax) throw unprocessable(`a branch can have at most ${endpointsMax} endpoints`);
  const wishes = endpoints.map((endpoint: unknown) => readWish(fieldsOf(endpoint), project));
  if (wishes.filter(({ type }) => type === 'read_write').length > 1)
    throw unprocessable('a branch can have one read-write endpoint');
  return wishes;
}

function readWish(fields: Fields, { endpointDefaults }: ProjectRecord): EndpointWish {
  const type = requiredText(fields, 'type');
  if (type !== 'read_write' && type !== 'read_only') throw badRequest('type must be read_write or read_only');
  return { type, ...readSettings(fields, { ...endpointDefaults, name: undefined, isDisabled: false }) };
}

type Settings = ComputeSettings & Pick<EndpointRecord, 'name' | 'isDisabled'>;

function readSettings(fields: Fields, present: Settings): Settings {
  const name = optionalText(fields, 'name');
  if (name !== undefined && name.length > 64) throw badRequest('name must have at most 64 characters');
  return {
    name: name ?? present.name,
    ...readComputeSettings(fields, present),
    isDisabled: optionalFlag(fields, 'disabled') ?? present.isDisabled,
  };
}
