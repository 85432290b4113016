/**
 * Owns the making of accounts and API keys: a person, an organization that the person belongs to, and the keys of both. Never
 * decides what a key may do (access.ts).
 */
import type { Context } from './context.ts';
import * as ids from './ids.ts';
import { freeName } from './names.ts';
import { conflict } from './refusals.ts';
import type { ApiKeyRecord, OrganizationRecord, PersonRecord, Plan, State } from './state.ts';

export interface NewAccount {
  /** The organization's id: what `GET /auth` answers to `apiKey`. */
  readonly accountId: string;
  /** The organization's key, which reaches its projects without naming it. */
  readonly apiKey: string;
  readonly personId: string;
  readonly personalApiKey: string;
}

/** A person with one organization of this name, on the plan of the first organization. It is in the saved state when this resolves. */
export async function addAccount(context: Context, name: string): Promise<NewAccount> {
  const { state } = context;
  const [first] = state.organizations;
  const at = context.now().toISOString();
  const made = makeAccount(state, name, first?.plan ?? 'scale', at);
  made.organization.customLimits = first?.customLimits;
  const [organizationKey, personalKey] = ensureKeys(state, made.organization, made.person, at);
  await context.save();
  return {
    accountId: made.organization.id,
    apiKey: organizationKey.key,
    personId: made.person.id,
    personalApiKey: personalKey.key,
  };
}

export function makeAccount(
  state: State,
  name: string,
  plan: Plan,
  at: string,
): { person: PersonRecord; organization: OrganizationRecord } {
  const organization: OrganizationRecord = {
    id: ids.organizationId(),
    name,
    plan,
    customLimits: undefined,
    createdAt: at,
    updatedAt: at,
  };
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const person: PersonRecord = {
    id: ids.personId(),
    name: `${name} owner`,
    email: `${slug}@afterglow.example`,
    organizationIds: [organization.id],
  };
  state.organizations.push(organization);
  state.persons.push(person);
  return { person, organization };
}

/** The organization's first key and the person's, each made where there is none or none any more. */
export function ensureKeys(
  state: State,
  organization: OrganizationRecord,
  person: PersonRecord,
  at: string,
): [ApiKeyRecord, ApiKeyRecord] {
  const keyOf = (ownerId: string) => {
    const own = state.apiKeys.filter((key) => key.ownerId === ownerId);
    const name = freeName(own, 'emulator');
    const wish = { name, ownerId, projectId: undefined, createdBy: person.id };
    return own.find(({ projectId }) => projectId === undefined) ?? makeKey(state, wish, at);
  };
  return [keyOf(organization.id), keyOf(person.id)];
}

export type KeyWish = Pick<ApiKeyRecord, 'name' | 'ownerId' | 'projectId' | 'createdBy'>;

/** Refuses 409 a name that another key of the owner has. */
export function makeKey(state: State, wish: KeyWish, at: string): ApiKeyRecord {
  if (state.apiKeys.some(({ ownerId, name }) => ownerId === wish.ownerId && name === wish.name))
    throw conflict('choose another unique name for api key');
  state.lastKeyId += 1;
  const key: ApiKeyRecord = {
    id: state.lastKeyId,
    key: ids.apiKey(),
    ...wish,
    createdAt: at,
    lastUsedAt: undefined,
    lastUsedFrom: '',
  };
  state.apiKeys.push(key);
  return key;
}
