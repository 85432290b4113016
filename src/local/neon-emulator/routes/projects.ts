/**
 * Owns the answers about the account and its projects.
 */
import type {
  GetAuthDetailsResponses,
  GetProjectResponses,
  ListProjectsResponses,
  UpdateProjectResponses,
} from '@neon/sdk/raw';
import { optionalNumber, optionalText, requiredObject } from '../input.ts';
import { limitsOf } from '../limits.ts';
import { unprocessable } from '../refusals.ts';
import { renderProject, renderProjectListItem } from '../render.ts';
import type { RouteParts } from './call.ts';

export function registerProjects({ routes, context }: RouteParts): void {
  routes.account('/auth', ({ account }) => ({
    status: 200,
    body: {
      account_id: account.id,
      auth_method: 'api_key_org',
      auth_data: account.id,
    } satisfies GetAuthDetailsResponses[200],
  }));

  routes.account('/projects', ({ account, query }) => {
    const search = optionalText(query, 'search');
    const limit = optionalNumber(query, 'limit', 1, 400) ?? 10;
    const cursor = optionalText(query, 'cursor');
    const projects = context.state.projects
      .filter((project) => project.accountId === account.id)
      .filter((project) => search === undefined || project.name.includes(search) || project.id.includes(search));
    const from = cursor === undefined ? 0 : projects.findIndex(({ id }) => id === cursor) + 1;
    const page = projects.slice(from, from + limit);
    const last = page.at(-1);
    return {
      status: 200,
      body: {
        projects: page.map((project) => renderProjectListItem(project, account)),
        unavailable_project_ids: [],
        applications: {},
        integrations: {},
        ...(last === undefined ? {} : { pagination: { cursor: last.id } }),
      } satisfies ListProjectsResponses[200],
    };
  });

  routes.read('/projects/:projectId', ({ project, account }) => ({
    status: 200,
    body: { project: renderProject(project, account) } satisfies GetProjectResponses[200],
  }));

  routes.change('PATCH', '/projects/:projectId', async ({ project, account, body }) => {
    const fields = requiredObject(body, 'project');
    const seconds = optionalNumber(fields, 'history_retention_seconds', 0, 2_592_000);
    const { historySecondsMax } = limitsOf[project.plan];
    if (seconds !== undefined && seconds > historySecondsMax) {
      throw unprocessable(`history retention of this plan is at most ${historySecondsMax} seconds`);
    }
    project.name = optionalText(fields, 'name') ?? project.name;
    project.historyRetentionSeconds = seconds ?? project.historyRetentionSeconds;
    project.updatedAt = context.now().toISOString();
    await context.save();
    return {
      status: 200,
      body: { project: renderProject(project, account), operations: [] } satisfies UpdateProjectResponses[200],
    };
  });
}
