// Owns reading by an id alone: its prefix says which kind it is of, and the kind's own read in the domain answers, or refuses.

import { notFound } from '../../core/errors.ts';
import type { Actor, DoorDomain } from '../../domain/index.ts';
import type { GraphqlContext } from '../context.ts';
import type { QueryResolvers, ResolversTypes } from '../generated.ts';

type Queries = Required<Pick<QueryResolvers, 'node' | 'nodes'>>;
type Node = Awaited<ResolversTypes['Node']>;

interface Kind {
  readonly type: string;
  readonly read: (domain: DoorDomain, actor: Actor, id: string) => Promise<Node>;
}

const kinds: Readonly<Record<string, Kind>> = {
  tem: { type: 'Team', read: ({ teams }, ...asked) => teams.get(...asked) },
  key: { type: 'ApiKey', read: ({ apiKeys }, ...asked) => apiKeys.get(...asked) },
  crd: { type: 'Credential', read: ({ credentials }, ...asked) => credentials.get(...asked) },
  prj: { type: 'Project', read: ({ projects }, ...asked) => projects.get(...asked) },
  brn: { type: 'Branch', read: ({ branches }, ...asked) => branches.get(...asked) },
  pol: { type: 'Policy', read: ({ policies }, ...asked) => policies.get(...asked) },
  snp: { type: 'Snapshot', read: ({ snapshots }, ...asked) => snapshots.get(...asked) },
  rtp: { type: 'RetentionPlan', read: ({ retentionPlans }, ...asked) => retentionPlans.get(...asked) },
  hld: { type: 'Hold', read: ({ holds }, ...asked) => holds.get(...asked) },
  rst: { type: 'Restore', read: ({ restores }, ...asked) => restores.get(...asked) },
  job: { type: 'Job', read: ({ jobs }, ...asked) => jobs.get(...asked) },
};

function kindOf(id: string): Kind | undefined {
  const [prefix = '', rest] = id.split('_', 2);
  return rest !== undefined && Object.hasOwn(kinds, prefix) ? kinds[prefix] : undefined;
}

/** Refuses with `not_found` an id of no kind, and else as the read of its kind does. */
async function readNode(id: string, { domain, actor }: GraphqlContext): Promise<Node> {
  const kind = kindOf(id);
  if (!kind) throw notFound('node', id);
  return kind.read(domain, actor, id);
}

export const nodeQueries: Queries = {
  node: (_, { id }, context) => readNode(id, context),
  /** One after the other, so that a request takes one connection at a time; given at once, so that what is nested in them is read together. */
  nodes: async (_, { ids }, context) => {
    const read = new Map<string, Promise<Node>>();
    for (const id of new Set(ids)) {
      const found = readNode(id, context);
      read.set(id, found);
      await found.catch(() => undefined);
    }
    return ids.map((id) => read.get(id) ?? null);
  },
};

export const node = { resolveType: ({ id }: { readonly id: string }) => kindOf(id)?.type };
