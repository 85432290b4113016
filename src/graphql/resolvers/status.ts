import { statusKeyOf } from '../../domain/index.ts';
import { pageOf, toConnection } from '../connection.ts';
import type { QueryResolvers } from '../generated.ts';
import { given } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'status'>>;

export const statusQueries: Queries = {
  status: async (_, { state, ...args }, { domain, actor }) => {
    const { counts, checkedAt, ...page } = await domain.status.team(actor, given({ state }), pageOf(args));
    return { counts, checkedAt, branches: toConnection(page, args, statusKeyOf) };
  },
};
