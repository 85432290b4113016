// Owns the list of resolvers: a query or command of the schema without its resolver does not compile.

import type { MutationResolvers, QueryResolvers } from '../generated.ts';
import { scalars } from '../scalars.ts';
import { auditQueries } from './audit.ts';
import { branchQueries } from './branch.ts';
import { credentialMutations, credentialQueries } from './credential.ts';
import { holdMutations, holdQueries } from './hold.ts';
import { retentionPlanMutations, retentionPlanQueries } from './retention-plan.ts';
import { jobQueries } from './job.ts';
import { node, nodeQueries } from './node.ts';
import { policyMutations, policyQueries } from './policy.ts';
import { projectMutations, projectQueries } from './project.ts';
import { restoreMutations, restoreQueries } from './restore.ts';
import { snapshotMutations, snapshotQueries } from './snapshot.ts';
import { statusQueries } from './status.ts';
import { subscriptions } from './subscription.ts';
import { teamMutations, teamQueries } from './team.ts';

const Query: Required<QueryResolvers> = {
  ...teamQueries,
  ...nodeQueries,
  ...credentialQueries,
  ...projectQueries,
  ...branchQueries,
  ...statusQueries,
  ...policyQueries,
  ...snapshotQueries,
  ...holdQueries,
  ...retentionPlanQueries,
  ...restoreQueries,
  ...jobQueries,
  ...auditQueries,
};

const Mutation: Required<MutationResolvers> = {
  ...teamMutations,
  ...credentialMutations,
  ...projectMutations,
  ...policyMutations,
  ...snapshotMutations,
  ...holdMutations,
  ...retentionPlanMutations,
  ...restoreMutations,
};

export const resolvers = { ...scalars, Node: node, Query, Mutation, Subscription: subscriptions };
