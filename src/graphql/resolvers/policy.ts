import { byId, pageOf } from '../connection.ts';
import type { SelectorInput } from '../../domain/index.ts';
import type { MutationResolvers, PolicySelectorInput, QueryResolvers } from '../generated.ts';
import { given, onceOptions, patch, readLabelSelector } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'policy' | 'policies' | 'simulateRetention' | 'previewPolicy'>>;
type Mutations = Required<Pick<MutationResolvers, 'createPolicy' | 'updatePolicy' | 'deletePolicy' | 'runPolicy'>>;

export const policyQueries: Queries = {
  policy: (_, { id }, { domain, actor }) => domain.policies.get(actor, id),
  previewPolicy: (_, { input, ...range }, { domain, actor }) => {
    const form = { ...given(input), selector: readSelector(input.selector) };
    return domain.policies.preview(actor, { form, ...given(range) });
  },
  policies: async (_, args, { domain, actor }) => byId(await domain.policies.list(actor, pageOf(args)), args),
  simulateRetention: (_, { input }, { domain, actor }) => domain.retention.simulate(actor, input),
};

export const policyMutations: Mutations = {
  createPolicy: (_, { input, idempotencyKey }, { domain, actor }) => {
    const options = onceOptions('createPolicy', input, idempotencyKey);
    return domain.policies.create(actor, { ...given(input), selector: readSelector(input.selector) }, options);
  },
  updatePolicy: (_, { input }, { domain, actor }) => {
    const { selector, protection, objectives, limits, ...rest } = input;
    return domain.policies.update(actor, {
      ...patch(rest),
      ...(selector === undefined ? {} : { selector: readSelector(patch({ selector }).selector) }),
      protection,
      objectives,
      limits,
    });
  },
  deletePolicy: async (_, { input: { id } }, { domain, actor }) => {
    await domain.policies.delete(actor, id);
    return { id };
  },
  runPolicy: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.policies.run(actor, input.id, onceOptions('runPolicy', input, idempotencyKey)),
};

function readSelector(selector: PolicySelectorInput): SelectorInput {
  const { labels, ...rest } = given(selector);
  return { ...rest, ...(labels === undefined ? {} : { labels: readLabelSelector(labels) }) };
}
