import type { GraphQLSchema } from 'graphql';
import { type PolicyEntry, type PolicyForm, type SelectorInput, versionKeyOf } from '../../domain/index.ts';
import { byId, pageOf, toConnection } from '../connection.ts';
import { refuseInput } from '../errors.ts';
import type { CreatePolicyInput, MutationResolvers, PolicySelectorInput, QueryResolvers } from '../generated.ts';
import { given, onceOptions, patch, readLabelSelector } from '../input.ts';
import { coerceInput } from '../limits.ts';

type Queries = Required<
  Pick<
    QueryResolvers,
    'policy' | 'policies' | 'policyVersions' | 'firings' | 'exportPolicies' | 'simulateRetention' | 'previewPolicy'
  >
>;
type Mutations = Required<
  Pick<
    MutationResolvers,
    'createPolicy' | 'updatePolicy' | 'deletePolicy' | 'runPolicy' | 'pausePolicy' | 'resumePolicy' | 'importPolicies'
  >
>;

export const policyQueries: Queries = {
  policy: (_, { id }, { domain, actor }) => domain.policies.get(actor, id),
  previewPolicy: (_, { input, ...range }, { domain, actor }) => {
    const form = { ...given(input), selector: readSelector(input.selector) };
    return domain.policies.preview(actor, { form, ...given(range) });
  },
  policies: async (_, args, { domain, actor }) => byId(await domain.policies.listSaved(actor, pageOf(args)), args),
  simulateRetention: (_, { input }, { domain, actor }) => domain.retention.simulate(actor, input),
  policyVersions: async (_, { policyId, ...args }, { domain, actor }) => {
    const page = await domain.policies.versions(actor, policyId, pageOf(args));
    return toConnection(page, args, (version) => versionKeyOf(policyId, version));
  },
  firings: async (_, { filter, ...args }, { domain, actor }) =>
    byId(await domain.firings.list(actor, given(filter ?? {}), pageOf(args)), args),
  exportPolicies: (_, __, { domain, actor }) => domain.policies.export(actor),
};

export const policyMutations: Mutations = {
  createPolicy: (_, { input, idempotencyKey }, { domain, actor }) => {
    return domain.policies.create(actor, readForm(input), onceOptions('createPolicy', input, idempotencyKey));
  },
  updatePolicy: (_, { input }, { domain, actor }) => {
    const { selector, protection, objectives, limits, ...rest } = input;
    return domain.policies.update(actor, {
      ...patch(rest),
      ...(selector ? { selector: readSelector(patch(selector, 'selector.')) } : patch({ selector })),
      protection,
      objectives,
      limits,
    });
  },
  deletePolicy: async (_, { input }, { domain, actor }) => {
    return { id: input.id, ...(await domain.policies.delete(actor, given(input))) };
  },
  runPolicy: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.policies.run(actor, input.id, onceOptions('runPolicy', input, idempotencyKey)),
  pausePolicy: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.policies.pause(actor, given(input), onceOptions('pausePolicy', input, idempotencyKey)),
  resumePolicy: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.policies.resume(actor, input.id, onceOptions('resumePolicy', input, idempotencyKey)),
  importPolicies: (_, { input }, { domain, actor }, { schema }) => {
    const { document, ...flags } = given(input);
    return domain.policies.import(actor, { ...flags, policies: readDocument(document, schema) });
  },
};

function readForm(input: CreatePolicyInput, place = ''): PolicyForm {
  return { ...given(input), selector: readSelector(input.selector, place) };
}

/** The policies of a document: each is read as what `createPolicy` takes, by the same type and the same bounds. */
function readDocument(document: unknown, schema: GraphQLSchema): Record<string, PolicyEntry> {
  const { policies, ...others } = readObject(document, 'document');
  for (const name of Object.keys(others)) throw refuseInput(name.slice(0, 64), 'is not a known field');
  const entries = Object.entries(readObject(policies, 'policies')).map(([name, given]) => {
    const path = `policies.${name.slice(0, 128)}`;
    const entry = readObject(given, path);
    if (Object.hasOwn(entry, 'name')) throw refuseInput(`${path}.name`, 'is not a known field');
    const input = coerceInput<CreatePolicyInput>(schema, 'CreatePolicyInput', { ...entry, name }, path);
    const { name: _name, ...form } = readForm(input, `${path}.`);
    return [name, form] as const;
  });
  if (entries.length > policiesMax) throw refuseInput('policies', `must hold at most ${policiesMax} policies`);
  return Object.fromEntries(entries);
}

const policiesMax = 1_000;

function readObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refuseInput(path, 'must be an object');
}

function readSelector(selector: PolicySelectorInput, place = ''): SelectorInput {
  const { labels, ...rest } = given(selector);
  return { ...rest, ...(labels === undefined ? {} : { labels: readLabelSelector(labels, `${place}selector.labels`) }) };
}
