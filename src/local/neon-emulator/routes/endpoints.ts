/**
 * Owns the calls on compute endpoints. Host and port of an endpoint stay for its life, whatever its branch holds.
 */
import type {
  CreateProjectEndpointResponses,
  DeleteProjectEndpointResponses,
  GetProjectEndpointResponses,
  ListProjectBranchEndpointsResponses,
  ListProjectEndpointsResponses,
  StartProjectEndpointResponses,
} from '@neon/sdk/raw';
import { endpointsOf, getBranch, getEndpoint } from '../context.ts';
import { openEndpoint } from '../creation.ts';
import { fieldsOf, requiredObject, requiredText } from '../input.ts';
import type { OperationStart } from '../operations.ts';
import { badRequest, notServed, unprocessable } from '../refusals.ts';
import { renderEndpoint } from '../render.ts';
import type { EndpointRecord, WorkPlan } from '../state.ts';
import type { RouteParts } from './call.ts';

export function registerEndpoints({ routes, context, operations }: RouteParts): void {
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
    const type = endpointType(requiredText(fields, 'type'));
    if (endpointsOf(project, branch.id).some((other) => other.type === type)) {
      throw unprocessable('read-write endpoint already exists for this branch');
    }
    const endpoint = await openEndpoint(context, project, branch.id, type);
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

  routes.change('DELETE', '/projects/:projectId/endpoints/:endpointId', async ({ project, param }) => {
    const endpoint = project.endpoints.find(({ id }) => id === param('endpointId'));
    if (endpoint === undefined) return { status: 204 };
    const { branchId, id: endpointId } = endpoint;
    project.endpoints.splice(project.endpoints.indexOf(endpoint), 1);
    await context.proxies.close(endpointId);
    const { clusterId } = getBranch(project, branchId);
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
      const { branchId, id: endpointId } = endpoint;
      const plan: WorkPlan = { kind, endpointId };
      const started = await operations.begin(
        project,
        plan,
        actionsOf(kind, endpoint).map((action) => ({ action, branchId, endpointId })),
      );
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

function actionsOf(
  kind: 'start_endpoint' | 'suspend_endpoint' | 'restart_endpoint',
  endpoint: EndpointRecord,
): OperationStart['action'][] {
  if (kind === 'start_endpoint') return [endpoint.state === 'active' ? 'check_availability' : 'start_compute'];
  return kind === 'suspend_endpoint' ? ['suspend_compute'] : ['suspend_compute', 'start_compute'];
}

/** The computes asked for together with a new branch. */
export function wishedEndpoints(body: unknown): EndpointRecord['type'][] {
  const { endpoints } = fieldsOf(body);
  if (endpoints === undefined || endpoints === null) return [];
  if (!Array.isArray(endpoints)) throw badRequest('endpoints must be an array');
  const types = endpoints.map((endpoint: unknown) => endpointType(requiredText(fieldsOf(endpoint), 'type')));
  if (types.length > 1) throw unprocessable('a branch can have one read-write endpoint');
  return types;
}

function endpointType(type: string): 'read_write' {
  if (type === 'read_only') throw notServed('read-only endpoints');
  if (type !== 'read_write') throw badRequest('type must be read_write or read_only');
  return type;
}
