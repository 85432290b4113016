import { pageOf, toConnection } from '../connection.ts';
import type { QueryResolvers } from '../generated.ts';
import { given } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'auditEvents'>>;

export const auditQueries: Queries = {
  auditEvents: async (_, { filter, ...args }, { domain, actor }) => {
    const page = await domain.audit.list(actor, given(filter ?? {}), pageOf(args));
    return toConnection(page, args, (event) => String(event.sequence));
  },
};
