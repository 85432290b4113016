import { byId, pageOf } from '../connection.ts';
import type { QueryResolvers } from '../generated.ts';
import { given } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'job' | 'jobs'>>;

export const jobQueries: Queries = {
  job: (_, { id }, { domain, actor }) => domain.jobs.get(actor, id),
  jobs: async (_, { filter, ...args }, { domain, actor }) =>
    byId(await domain.jobs.list(actor, given(filter ?? {}), pageOf(args)), args),
};
