/**
 * Owns the calls on API keys: a person's own, and those of an organization, which may be for one project only. A key itself is
 * answered once, when it is made.
 */
import type {
  CreateApiKeyResponses,
  CreateOrgApiKeyResponses,
  ListApiKeysResponses,
  ListOrgApiKeysResponses,
  RevokeApiKeyResponses,
  RevokeOrgApiKeyResponses,
} from '@neon/sdk/raw';
import { findOrganization, findProject, personOf } from '../access.ts';
import { makeKey, type KeyWish } from '../accounts.ts';
import type { Context } from '../context.ts';
import { fieldsOf, optionalText, requiredText } from '../input.ts';
import { badRequest, notForOrganizations, notFound } from '../refusals.ts';
import type { ApiKeyRecord } from '../state.ts';
import type { RouteParts } from './call.ts';

const nameLengthMax = 64;

export function registerApiKeys({ routes, context }: RouteParts): void {
  routes.account('GET', '/api_keys', ({ caller }) => ({
    status: 200,
    body: listKeys(context, personOf(caller).id) satisfies ListApiKeysResponses[200],
  }));

  routes.account('POST', '/api_keys', async ({ caller, body }) => {
    const { id } = personOf(caller);
    const made = await addKey(context, { name: readName(body), ownerId: id, projectId: undefined, createdBy: id });
    return { status: 200, body: made satisfies CreateApiKeyResponses[200] };
  });

  routes.account('DELETE', '/api_keys/:keyId', async ({ caller, param }) => ({
    status: 200,
    body: (await revokeKey(context, personOf(caller).id, param('keyId'))) satisfies RevokeApiKeyResponses[200],
  }));

  routes.account('GET', '/organizations/:organizationId/api_keys', ({ caller, param }) => ({
    status: 200,
    body: listKeys(
      context,
      findOrganization(caller, param('organizationId')).id,
    ) satisfies ListOrgApiKeysResponses[200],
  }));

  routes.account('POST', '/organizations/:organizationId/api_keys', async ({ caller, param, body }) => {
    const { id: ownerId } = findOrganization(caller, param('organizationId'));
    const name = readName(body);
    const projectId = optionalText(fieldsOf(body), 'project_id');
    // A key makes no other that may do as much as itself: that takes a person.
    if (projectId === undefined && caller.person === undefined) throw notForOrganizations(403);
    if (projectId !== undefined && findProject(context, caller, projectId).accountId !== ownerId)
      throw notFound('project');
    const createdBy = caller.person?.id ?? caller.key.createdBy;
    const made = await addKey(context, { name, ownerId, projectId, createdBy });
    return { status: 200, body: made satisfies CreateOrgApiKeyResponses[200] };
  });

  routes.account('DELETE', '/organizations/:organizationId/api_keys/:keyId', async ({ caller, param }) => {
    const { id } = findOrganization(caller, param('organizationId'));
    const revoked = await revokeKey(context, id, param('keyId'));
    return { status: 200, body: revoked satisfies RevokeOrgApiKeyResponses[200] };
  });
}

function readName(body: unknown): string {
  const name = requiredText(fieldsOf(body), 'key_name');
  if (name.length > nameLengthMax) throw badRequest(`key_name must have at most ${nameLengthMax} characters`);
  return name;
}

function listKeys(context: Context, owner: string) {
  const creatorOf = (key: ApiKeyRecord) => context.state.persons.find(({ id }) => id === key.createdBy);
  return context.state.apiKeys
    .filter(({ ownerId }) => ownerId === owner)
    .map((key) => ({
      ...renderKey(key),
      ...renderUse(key),
      created_by: { id: key.createdBy, name: creatorOf(key)?.name ?? '', image: '' },
    }));
}

async function addKey(context: Context, wish: KeyWish) {
  const key = makeKey(context.state, wish, context.now().toISOString());
  await context.save();
  return { ...renderKey(key), key: key.key, created_by: key.createdBy };
}

/** From here on the key is unknown, although it may be the one that asks. */
async function revokeKey(context: Context, owner: string, keyId: string) {
  const key = context.state.apiKeys.find(({ id, ownerId }) => String(id) === keyId && ownerId === owner);
  if (key === undefined) throw notFound('api key');
  context.state.apiKeys = context.state.apiKeys.filter((other) => other !== key);
  await context.save();
  return { ...renderKey(key), ...renderUse(key), created_by: key.createdBy, revoked: true };
}

function renderKey(key: ApiKeyRecord) {
  return {
    id: key.id,
    name: key.name,
    created_at: key.createdAt,
    ...(key.projectId === undefined ? {} : { project_id: key.projectId }),
  };
}

function renderUse(key: ApiKeyRecord) {
  return {
    ...(key.lastUsedAt === undefined ? {} : { last_used_at: key.lastUsedAt }),
    last_used_from_addr: key.lastUsedFrom,
  };
}
