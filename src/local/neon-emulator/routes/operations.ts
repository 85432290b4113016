/**
 * Owns the answers about operations. They never change anything.
 */
import type { GetProjectOperationResponses, ListProjectOperationsResponses } from '@neon/sdk/raw';
import { listOperations } from '../listing.ts';
import { notFound } from '../refusals.ts';
import type { RouteParts } from './call.ts';

export function registerOperations({ routes }: RouteParts): void {
  routes.read('/projects/:projectId/operations', ({ project, query }) => ({
    status: 200,
    body: listOperations(project, query) satisfies ListProjectOperationsResponses[200],
  }));

  routes.read('/projects/:projectId/operations/:operationId', ({ project, param }) => {
    const operation = project.operations.find(({ id }) => id === param('operationId'));
    if (operation === undefined) throw notFound('operation');
    return { status: 200, body: { operation } satisfies GetProjectOperationResponses[200] };
  });
}
