/**
 * Owns who calls, and what a key may do: 401 for a key that is none, 403 for what the key's kind may not do, 404 for what
 * belongs to others. Never makes keys, never changes a project.
 */
import type { Context } from './context.ts';
import { badRequest, forbidden, notForOrganizations, notFound, unauthenticated } from './refusals.ts';
import type { ApiKeyRecord, OrganizationRecord, PersonRecord, ProjectRecord } from './state.ts';

export interface Caller {
  readonly key: ApiKeyRecord;
  /** Present for a personal key. */
  readonly person: PersonRecord | undefined;
  /** The person's organizations, or the one that has the key. */
  readonly organizations: readonly OrganizationRecord[];
}

/** `from` is the caller's network address, which the list of keys shows. Refuses 401. */
export function authenticate(context: Context, authorization: string | undefined, from: string): Caller {
  const [, token] = /^Bearer\s+(\S+)$/i.exec(authorization ?? '') ?? [];
  const { apiKeys, persons, organizations } = context.state;
  const key = apiKeys.find((candidate) => candidate.key === token);
  if (key === undefined) throw unauthenticated();
  // Not worth a save of its own: the next one takes it along.
  key.lastUsedAt = context.now().toISOString();
  key.lastUsedFrom = from;
  const person = persons.find(({ id }) => id === key.ownerId);
  const ownIds = person?.organizationIds ?? [key.ownerId];
  return { key, person, organizations: organizations.filter(({ id }) => ownIds.includes(id)) };
}

/** Refuses 404 what is not there, is another account's, or is not the one project of a project-scoped key. */
export function findProject(context: Context, caller: Caller, projectId: string): ProjectRecord {
  const project = context.projects.find(projectId);
  if (project === undefined || !maySee(caller, project)) throw notFound('project');
  return project;
}

export function maySee({ key, organizations }: Caller, project: ProjectRecord): boolean {
  if (key.projectId !== undefined) return key.projectId === project.id;
  return organizations.some(({ id }) => id === project.accountId);
}

/** Such a key is a member's, for one project: it may neither remove nor add projects, nor see to the organization. */
export function refuseProjectKey({ key }: Caller): void {
  if (key.projectId !== undefined) throw forbidden('this action is not allowed for project-scoped API keys');
}

/** Refuses 403 for the key of an organization or a project. */
export function personOf({ person }: Caller): PersonRecord {
  if (person === undefined) throw notForOrganizations(403);
  return person;
}

/** For calls about the organization itself. Refuses 403 for a project-scoped key, 404 for an organization of others. */
export function findOrganization(caller: Caller, organizationId: string): OrganizationRecord {
  refuseProjectKey(caller);
  return ownOrganization(caller, organizationId);
}

/** The organization of an answer about projects: a key of one needs not name it, a personal key must. Refuses 400, 404. */
export function chosenOrganization(caller: Caller, organizationId: string | undefined): OrganizationRecord {
  if (organizationId !== undefined) return ownOrganization(caller, organizationId);
  const [organization] = caller.organizations;
  if (caller.person !== undefined || organization === undefined)
    throw badRequest('org_id is required, you can find it on your organization settings page');
  return organization;
}

function ownOrganization({ organizations }: Caller, organizationId: string): OrganizationRecord {
  const organization = organizations.find(({ id }) => id === organizationId);
  if (organization === undefined) throw notFound('organization');
  return organization;
}
