import { byId, pageOf } from '../connection.ts';
import type { MutationResolvers, QueryResolvers } from '../generated.ts';
import { given, onceOptions } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'retentionPlan' | 'retentionPlans'>>;
type Mutations = Required<
  Pick<MutationResolvers, 'requestRetentionPlan' | 'approveRetentionPlan' | 'rejectRetentionPlan'>
>;

export const retentionPlanQueries: Queries = {
  retentionPlan: (_, { id }, { domain, actor }) => domain.retentionPlans.get(actor, id),
  retentionPlans: async (_, { filter, ...args }, { domain, actor }) =>
    byId(await domain.retentionPlans.list(actor, given(filter ?? {}), pageOf(args)), args),
};

export const retentionPlanMutations: Mutations = {
  requestRetentionPlan: (_, { input, idempotencyKey }, { domain, actor }) => {
    const options = onceOptions('requestRetentionPlan', input, idempotencyKey);
    return domain.retentionPlans.request(actor, input.id, options);
  },
  approveRetentionPlan: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.retentionPlans.approve(actor, input, onceOptions('approveRetentionPlan', input, idempotencyKey)),
  rejectRetentionPlan: (_, { input, idempotencyKey }, { domain, actor }) =>
    domain.retentionPlans.reject(actor, input.id, onceOptions('rejectRetentionPlan', input, idempotencyKey)),
};
