/**
 * Owns the answers about who calls: the kind of key, the person, the organizations, and the regions to choose from.
 */
import type {
  GetActiveRegionsResponses,
  GetAuthDetailsResponses,
  GetCurrentUserInfoResponses,
  GetCurrentUserOrganizationsResponses,
  GetOrganizationResponses,
} from '@neon/sdk/raw';
import { chosenOrganization, findOrganization } from '../access.ts';
import { optionalText } from '../input.ts';
import { limitsFor } from '../limits.ts';
import { notForOrganizations } from '../refusals.ts';
import { regions } from '../regions.ts';
import { renderOrganization, subscriptions } from '../render.ts';
import type { RouteParts } from './call.ts';

export function registerAccounts({ routes }: RouteParts): void {
  routes.account('GET', '/auth', ({ caller: { key, person } }) => ({
    status: 200,
    body: {
      account_id: key.ownerId,
      auth_method: person === undefined ? 'api_key_org' : 'api_key_user',
      auth_data: String(key.id),
    } satisfies GetAuthDetailsResponses[200],
  }));

  routes.account('GET', '/users/me', ({ caller: { person, organizations } }) => {
    if (person === undefined) throw notForOrganizations(404);
    const [organization] = organizations;
    const { branches, projects } = limitsFor(organization ?? { plan: 'free', customLimits: undefined });
    const { id, email, name } = person;
    return {
      status: 200,
      body: {
        id,
        email,
        login: email,
        name,
        last_name: '',
        image: '',
        active_seconds_limit: 0,
        projects_limit: projects,
        branches_limit: branches,
        max_autoscaling_limit: 0,
        auth_accounts: [],
        plan: subscriptions[organization?.plan ?? 'free'],
      } satisfies GetCurrentUserInfoResponses[200],
    };
  });

  routes.account('GET', '/users/me/organizations', ({ caller }) => ({
    status: 200,
    body: {
      organizations: caller.organizations.map(renderOrganization),
    } satisfies GetCurrentUserOrganizationsResponses[200],
  }));

  routes.account('GET', '/organizations/:organizationId', ({ caller, param }) => ({
    status: 200,
    body: renderOrganization(findOrganization(caller, param('organizationId'))) satisfies GetOrganizationResponses[200],
  }));

  routes.account('GET', '/regions', ({ caller, query }) => {
    const organizationId = optionalText(query, 'org_id');
    if (organizationId !== undefined) chosenOrganization(caller, organizationId);
    return { status: 200, body: { regions: [...regions] } satisfies GetActiveRegionsResponses[200] };
  });
}
