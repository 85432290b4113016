import { auditKeyOf } from '../../domain/index.ts';
import { pageOf, toConnection } from '../connection.ts';
import type { QueryResolvers } from '../generated.ts';
import { given } from '../input.ts';

type Queries = Required<Pick<QueryResolvers, 'auditEvents' | 'auditHeads'>>;

export const auditQueries: Queries = {
  auditEvents: async (_, { filter, ...args }, { domain, actor }) => {
    const page = await domain.audit.list(actor, given(filter ?? {}), pageOf(args));
    return toConnection(page, args, auditKeyOf);
  },
  auditHeads: async (_, __, { domain, actor }) => (await domain.audit.heads(actor)).items,
};
