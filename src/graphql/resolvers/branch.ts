import { byId, pageOf } from '../connection.ts';
import type { QueryResolvers } from '../generated.ts';

type Queries = Required<Pick<QueryResolvers, 'branch' | 'branches' | 'timeline'>>;

export const branchQueries: Queries = {
  branch: (_, { id }, { domain, actor }) => domain.branches.get(actor, id),
  branches: async (_, { projectId, ...args }, { domain, actor }) =>
    byId(await domain.branches.list(actor, projectId, pageOf(args)), args),
  timeline: (_, { branchId }, { domain, actor }) => domain.branches.timeline(actor, branchId),
};
